from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from provisioner.local.control import Control, LocalError, ask, taking
from provisioner.local.record import Recorder
from provisioner.local.shapes import number

from .test_wire import signed


def nothing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"passed on"]


@pytest.fixture
def control() -> Client:
    recorder = Recorder(nothing)
    actions = {"double": taking({"number": number(0, 9)}, lambda given: given["number"] * 2)}
    return Client(Control(recorder, recorder, {"instance": "abc"}, actions))


def test_other_paths_are_passed_on(control: Client) -> None:
    assert control.get("/").text == "passed on"


def test_it_tells_who_it_is(control: Client) -> None:
    assert control.get("/_provisioner/status").json == {"instance": "abc"}


def test_it_lists_and_forgets_calls_that_are_not_its_own(control: Client) -> None:
    control.post(
        "/",
        data={"Action": "ListRoles"},
        headers=[("Authorization", signed("iam")["authorization"])],
    )
    calls = control.get("/_provisioner/calls").json
    assert [each["operation"] for each in calls or []] == ["ListRoles"]
    assert control.get("/_provisioner/calls?since=1").json == []
    control.post("/_provisioner/calls/clear")
    assert control.get("/_provisioner/calls").json == []


def test_settings_are_changed_one_by_one(control: Client) -> None:
    control.post("/_provisioner/settings", json={"read_latency_ms": 5})
    answer = control.post("/_provisioner/settings", json={"write_latency_ms": 7})
    assert answer.json == {"read_latency_ms": 5, "write_latency_ms": 7}


def test_the_server_adds_actions(control: Client) -> None:
    assert control.post("/_provisioner/double", json={"number": 4}).json == 8


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nonsense", "{}", 404),
        ("settings", '{"latency": 1}', 400),
        ("settings", "[", 400),
        ("settings", "[]", 400),
        ("double", "{}", 400),
    ],
)
def test_nonsense_is_refused(control: Client, path: str, body: str, status: int) -> None:
    assert control.post(f"/_provisioner/{path}", data=body).status_code == status


def test_what_fails_is_told() -> None:
    recorder = Recorder(nothing)
    actions = {"divide": lambda given: 1 / given["by"]}
    answer = Client(Control(recorder, recorder, {}, actions)).post(
        "/_provisioner/divide", json={"by": 0}
    )
    assert answer.status_code == 500
    assert "ZeroDivisionError" in str(answer.json)


def test_asking_where_nobody_is_says_so() -> None:
    with pytest.raises(LocalError, match="no embedded cloud"):
        ask("http://127.0.0.1:9", "status")
