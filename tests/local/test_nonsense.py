"""The control endpoint says what it expected, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import pytest

from provisioner.local import cloud
from provisioner.local.control import PREFIX

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """`json` is what its body says."""

    status: int
    json: Any


class Control:
    """A cloud that this module's tests alone have, spoken to without the client of its own."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=60)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: Any) -> Answer:
        """A body that is neither text nor bytes is sent as JSON."""
        return self.ask("POST", path, body if isinstance(body, (str, bytes)) else json.dumps(body))

    def ask(self, method: str, path: str, body: str | bytes | None = None) -> Answer:
        self._connection.request(method, PREFIX + path, body)
        answer = self._connection.getresponse()
        return Answer(answer.status, json.loads(answer.read()))

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Control]:
    place = tmp_path_factory.mktemp("cloud")
    control = Control(cloud.start(place, options={"manual": True}).port)
    yield control
    control.close()
    cloud.stop(place)


@pytest.fixture
def control(whole: Control) -> Iterator[Control]:
    """It is as it was when the test is over."""
    before = whole.get("settings")
    yield whole
    assert whole.get("settings") == before


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("faults", {"faults": 5}, "`faults`: expected a list; found 5"),
        ("faults", {"faults": [5]}, "`faults[0]`: expected an object; found 5"),
        ("faults", {"fault": []}, 'unknown field "fault"; did you mean `faults`?'),
        ("faults", {"faults": [{"kind": "boom"}]}, "`faults[0].kind`: expected a kind of fault: t"),
        ("faults", {"faults": [{"kind": "slo", "at": 1}]}, "did you mean `slow`?"),
        ("settings", {"fates": 5}, "`fates`: expected an object by patterns of images"),
        ("settings", {"fates": {"app": 5}}, "`fates.app`: expected words of the language"),
        ("settings", {"fates": {"app": "chrash"}}, "'chrash'; did you mean `crash-after-30s`?"),
        ("settings", {"fates": {"app": "crash,else"}}, "unknown word 'else'"),
        ("settings", {"fates": {"": "crash"}}, "expected patterns of images, services or f"),
        ("settings", {"loads": []}, "`loads`: expected an object by patterns of services"),
        ("settings", {"loads": {"a": 5}}, "`loads.a`: expected an object by names of metrics"),
        ("settings", {"loads": {"a": {"M": "x"}}}, "`loads.a.M`: expected a number from 0 to"),
        ("settings", {"read_latency_ms": "x"}, "`read_latency_ms`: expected a number from 0 to"),
        ("settings", {"write_latency_ms": -1}, "found -1"),
        ("settings", {"write_latency_ms": True}, "found true"),
        ("settings", '{"write_latency_ms": NaN}', "the body is not JSON: NaN is no number"),
        ("settings", '{"speed": Infinity}', "Infinity is no number"),
        ("settings", '{"speed": 1e999}', "`speed`: expected a number over 0 and up to 1,000,000"),
        ("settings", {"speed": 0}, "found 0"),
        ("settings", {"speed": None}, "found null"),
        ("settings", {"speed": 1_000_001}, "found 1000001"),
        ("settings", {"manual": "no"}, '`manual`: expected true or false; found "no"'),
        ("settings", {"throttles": 1}, "`throttles`: expected true or false; found 1"),
        ("settings", {"manuel": True}, "did you mean `manual`?"),
        ("settings", {"throttles": True, "speed": -1}, "`speed`"),
        ("settings", {"write_latency_ms": 5, "fates": None}, "`fates`"),
        ("clock/advance", {}, "`seconds` is missing"),
        ("clock/advance", {"seconds_": 3}, "did you mean `seconds`?"),
        ("clock/advance", {"seconds": -1}, "`seconds`: expected a number from 0 to 31,622,400"),
        ("clock/advance", {"seconds": "60"}, 'found "60"'),
        ("clock/advance", {"seconds": 1e300}, "found 1e+300"),
        ("push", {}, "`image` is missing"),
        ("push", {"image": ["app:1"]}, "`image`: expected an image"),
        ("push", {"image": "app"}, "app: an image is NAME:TAG"),
        ("push", {"image": "app:!"}, "app:!: an image is NAME:TAG"),
        ("vpcs", {"names": "one"}, "`names`: expected a list"),
        ("vpcs", {"names": [""]}, "`names[0]`: expected a name of 1 to 1,000 characters"),
        ("vpcs", {"names": [str(n) for n in range(256)]}, "expected 256 VPCs at most"),
        ("save", {"file": 5}, "`file`: expected the absolute path of a file"),
        ("load", {"file": "here"}, "`file`: expected the absolute path of a file; found 'here'"),
        ("load", {"file": "/\0"}, "`file`: expected"),
        ("load", {"file": "/"}, "cannot be read"),
        ("save", {"file": "/"}, "/"),
        ("reset", {"all": True}, 'unknown field "all"; expected none'),
        ("calls/clear", [], "the body: expected an object; found []"),
        ("settings", "null", "the body: expected an object; found null"),
        ("settings", "[", "the body is not JSON"),
        ("settings", b"\xff\xfe\xff", "the body is not JSON"),
        ("settings", "[" * 100_000, "the body is nested too deeply"),
        ("clock/advance", '{"seconds": ' + "9" * 5000 + "}", "the body is not JSON"),
    ],
)  # fmt: skip
def test_nonsense_is_told(control: Control, path: str, body: Any, words: str) -> None:
    answer = control.post(path, body)
    assert (answer.status, words in str(answer.json)) == (400, True), answer.json


@pytest.mark.parametrize("since", ["x", "-1", "1.5", "", "9" * 50])
def test_calls_are_told_since_a_number(control: Control, since: str) -> None:
    answer = control.get(f"calls?since={since}")
    assert (answer.status, "`since`: expected" in str(answer.json)) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "reset", 405, "reset is for POST, not GET"),
        ("POST", "status", 405, "status is for GET, not POST"),
        ("DELETE", "settings", 405, "settings is for GET and POST, not DELETE"),
        ("POST", "setings", 404, "no such control: /_provisioner/setings; did you mean `settings`"),
        ("GET", "status?verbose=1", 400, "unknown field"),
    ],
)
def test_other_ways_are_told(
    control: Control, method: str, path: str, status: int, words: str
) -> None:
    answer = control.ask(method, path)
    assert (answer.status, words in str(answer.json)) == (status, True), answer.json


@pytest.mark.parametrize("words", ["crash", "slow-90s,exit-3", "crash--only-2-times", "fails"])
def test_words_of_both_languages_are_taken(control: Control, words: str) -> None:
    fates = {"app*": words}
    assert control.post("settings", {"fates": fates}).json["fates"] == fates
    control.post("settings", {"fates": {}})


VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**400, "", "x", "\0", "\ud800", "NaN", [], [[]], [None],
    {}, {"": {}}, {"x": "y"}, {"kind": "slow"}, {"kind": "slow", "at": {}}, [{"at": 1}],
)  # fmt: skip
FIELDS = {
    "faults": ["faults"],
    "settings": [
        "read_latency_ms", "write_latency_ms", "speed", "manual", "strict_images", "throttles",
        "consistency", "enforce_iam", "fates", "loads",
    ],
    "clock/advance": ["seconds"],
    "push": ["image"],
    "vpcs": ["names"],
    "save": ["file"],
    "load": ["file"],
    "reset": [],
    "calls/clear": [],
}  # fmt: skip


@pytest.mark.parametrize("path", FIELDS)
def test_no_value_breaks_it_nor_stays_half(whole: Control, path: str) -> None:
    """Whatever is refused changes nothing, whatever is taken is shown as what it was."""
    for value in VALUES:
        bodies = [value, *({name: value} for name in FIELDS[path])]
        bodies += [[{name: value}] for name in FIELDS[path]]
        # What would be taken comes first: all or nothing.
        bodies += [{"throttles": True, "manual": True, name: value} for name in FIELDS[path]]
        for body in bodies:
            before = whole.get("settings").json
            answer = whole.post(path, json.dumps(body))
            assert answer.status in {200, 400}, (path, body)
            after = whole.get("settings").json
            if answer.status == 400:
                assert isinstance(answer.json, str)
                assert after == before, body
            elif path == "settings" and isinstance(body, dict):
                assert {name: after[name] for name in body} == body
