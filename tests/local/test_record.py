from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from provisioner.local.record import Recorder
from provisioner.local.wire import parameters_of

from .test_wire import signed


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def answering(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    if b"Crash" in body:
        raise RuntimeError("moto")
    refused = b"Refuse" in body
    start_response("400 Bad Request" if refused else "200 OK", [("Content-Type", "text/xml")])
    return [b"<Code>Refused</Code>" if refused else b"<Done/>"]


@pytest.fixture
def recorder() -> Recorder:
    time = Time()
    return Recorder(answering, clock=time.read, sleep=time.sleep)


def call(recorder: Recorder, action: str, service: str = "iam") -> str:
    headers = {"Authorization": signed(service)["authorization"], "User-Agent": "someone"}
    return Client(recorder).post("/", data={"Action": action}, headers=headers).text


def test_a_call_is_passed_on_and_logged(recorder: Recorder) -> None:
    assert call(recorder, "CreateRole") == "<Done/>"
    (record,) = recorder.calls()
    assert (record.seq, record.service, record.operation) == (1, "iam", "CreateRole")
    assert (record.write, record.status, record.error) == (True, 200, "")
    assert (record.region, record.user_agent) == ("eu-west-1", "someone")


def test_an_error_is_logged_with_its_code(recorder: Recorder) -> None:
    call(recorder, "GetRefusedThings")
    (record,) = recorder.calls()
    assert (record.write, record.status, record.error) == (False, 400, "Refused")


def test_a_crash_is_logged_and_goes_on(recorder: Recorder) -> None:
    with pytest.raises(RuntimeError):
        call(recorder, "Crash")
    assert [each.status for each in recorder.calls()] == [500]


def test_reads_and_writes_are_held_back_each_for_its_time(recorder: Recorder) -> None:
    recorder.latency(read_ms=20, write_ms=300)
    recorder.latency(write_ms=70)
    call(recorder, "ListRoles")
    call(recorder, "CreateRole")
    assert [round(each.end - each.start, 3) for each in recorder.calls()] == [0.02, 0.07]


def test_calls_after_one_are_asked_for_by_its_number(recorder: Recorder) -> None:
    for _ in range(3):
        call(recorder, "ListRoles")
    assert [each.seq for each in recorder.calls(since=1)] == [2, 3]


def test_numbers_go_on_after_clearing(recorder: Recorder) -> None:
    call(recorder, "ListRoles")
    recorder.clear()
    assert recorder.calls() == []
    call(recorder, "ListRoles")
    assert [each.seq for each in recorder.calls()] == [2]


def test_a_call_that_was_under_way_at_the_clearing_is_forgotten_too() -> None:
    time = Time()

    def late(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        time.now += 1
        cleared.clear()
        return answering(environ, start_response)

    cleared = Recorder(late, clock=time.read, sleep=time.sleep)
    assert call(cleared, "CreateRole") == "<Done/>"
    assert cleared.calls() == []


def test_what_is_not_an_aws_call_is_not_logged(recorder: Recorder) -> None:
    assert Client(recorder).get("/favicon.ico").status_code == 200
    assert recorder.calls() == []


@pytest.mark.parametrize(
    ("kind", "query", "body", "names"),
    [
        (
            "application/x-amz-json-1.1",
            "",
            b'{"cluster": "c", "tags": [{"key": "k"}]}',
            "cluster tags",
        ),
        ("application/x-amz-json-1.1", "", b"no json", ""),
        ("application/x-amz-json-1.1", "", b"[1]", ""),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            "",
            b"Action=A&Version=1&Subnets.member.1=a&Subnets.member.2=b&Name=web",
            "Name Subnets",
        ),
        ("", "list-type=2&prefix=&X-Amz-Signature=0", b"", "list-type prefix"),
        ("application/octet-stream", "", b"\x00secret=1", ""),
    ],
)
def test_parameters_are_named(kind: str, query: str, body: bytes, names: str) -> None:
    assert parameters_of({"content-type": kind}, query, body) == tuple(names.split())


def test_a_record_has_the_names_of_parameters_and_no_values(recorder: Recorder) -> None:
    headers = {"Authorization": signed("iam")["authorization"]}
    form = {"Action": "CreateRole", "RoleName": "confidential"}
    Client(recorder).post("/", data=form, headers=headers)
    (record,) = recorder.calls()
    assert record.parameters == ("RoleName",)
    assert "confidential" not in repr(record)
