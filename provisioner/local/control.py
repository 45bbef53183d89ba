"""The control endpoint: `/_provisioner/…` on the same port as the cloud, and its client.

PATHS are those that it answers, SETTINGS what can be set; bodies and answers are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, urlsplit

from provisioner.errors import ProvisionerError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .record import Recorder

PREFIX = "/_provisioner/"
PATHS = {
    "GET status": "who answers",
    "GET calls?since=N": "the calls answered since the one numbered N; no parameter's value",
    "POST calls/clear": "forget them",
    "GET outbox": "the messages that SNS topics have got, the oldest first, with who was sent them",
    "GET settings": "what can be set, as it is",
    "POST settings": "change some of it",
    "POST clock/advance": '`{"seconds": 300}`: let so much of AWS\'s time pass at once',
    "POST push": '`{"image": "app:1"}`: put an image into the repositories of that name',
    "POST faults": '`{"faults": [{"kind": "cut-after", "at": 3}]}`: what fails from now on',
    "POST save": '`{"file": "/path"}`: write everything that is in the cloud to a file',
    "POST load": '`{"file": "/path"}`: have what is in that file instead',
    "POST vpcs": '`{"names": [...]}`: have further VPCs',
    "POST reset": "forget everything but the landing zones",
}
SETTINGS = {
    "read_latency_ms": "how long answers to reads are held back",
    "write_latency_ms": "how long answers to writes are held back",
    "speed": "seconds of AWS in one of yours",
    "manual": "whether the clock moves by `clock/advance` only",
    "strict_images": "whether images of the cloud's own repositories must have been pushed",
    "throttles": "whether calls come out of AWS's token buckets",
    "consistency": "whether what is new is seen, and what is gone missed, only after a while",
    "enforce_iam": "whether an assumed role may do only what its policies allow",
    "loads": (
        "metrics of services, by pattern, each minute, shared by their running tasks:"
        ' `{"app": {"CPUUtilization": 320}}`'
    ),
    "fates": 'words for images or services, by pattern: `{"app*": "crash"}`',
}
Action = Callable[[Mapping[str, Any]], Any]


class LocalError(ProvisionerError):
    """The embedded cloud could not be started or reached."""

    exit_code = 1


class Adjustable(Protocol):
    """Further settings, by name."""

    def shown(self) -> dict[str, Any]:
        """Return them as they are."""

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Take over those that are named, and no others. Raises ValueError."""


class Control:
    """A WSGI middleware that answers the control paths itself and passes on the rest.

    `actions` are further paths that take a JSON object and return a JSON value, `shown` such that
    are read.
    """

    def __init__(
        self,
        app: WSGIApplication,
        recorder: Recorder,
        status: Mapping[str, Any],
        actions: Mapping[str, Action] | None = None,
        settings: Adjustable | None = None,
        shown: Mapping[str, Action] | None = None,
    ) -> None:
        self._app = app
        self._adjustable = settings
        self._recorder = recorder
        self._gets: dict[str, Action] = {
            "status": lambda _: dict(status),
            "calls": lambda query: [
                asdict(record) for record in recorder.calls(int(query.get("since", 0)))
            ],
            "settings": lambda _: self._settings({}),
            **(shown or {}),
        }
        self._posts: dict[str, Action] = {
            "calls/clear": lambda _: recorder.clear(),
            "settings": self._settings,
            **(actions or {}),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a control path; 404 for one that is unknown, 400 for a body without sense."""
        path: str = environ.get("PATH_INFO", "/")
        if not path.startswith(PREFIX):
            return self._app(environ, start_response)
        posted = environ["REQUEST_METHOD"] == "POST"
        action = (self._posts if posted else self._gets).get(path.removeprefix(PREFIX))
        try:
            status, answer = "200 OK", action(_given(environ)) if action else None
        except ValueError as error:
            status, answer = "400 Bad Request", str(error)
        except KeyError as error:
            status, answer = "400 Bad Request", f"{path} needs {error}"
        if action is None:
            status, answer = "404 Not Found", f"no such control: {path}"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _settings(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        others = self._adjustable.shown() if self._adjustable else {}
        unknown = sorted(set(wanted) - {"read_latency_ms", "write_latency_ms", *others})
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        if self._adjustable:
            self._adjustable.change(wanted)
            others = self._adjustable.shown()
        latency = self._recorder.latency(
            wanted.get("read_latency_ms"), wanted.get("write_latency_ms")
        )
        return {"read_latency_ms": latency.read_ms, "write_latency_ms": latency.write_ms, **others}


def _given(environ: WSGIEnvironment) -> Mapping[str, Any]:
    if environ["REQUEST_METHOD"] != "POST":
        return {name: values[-1] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    given = json.loads(body or b"{}")
    if not isinstance(given, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004  the client's mistake, answered as 400
    return given


def ask(
    endpoint: str, path: str, posted: Mapping[str, Any] | None = None, *, timeout: float = 60
) -> Any:
    """Ask the control endpoint at `endpoint`: a GET, or a POST of `posted`. Returns its JSON value.

    Raises LocalError if nobody answers there in `timeout` seconds, or it is not one of ours.
    """
    address = urlsplit(endpoint)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    try:
        body = None if posted is None else json.dumps(posted)
        connection.request("GET" if posted is None else "POST", PREFIX + path, body)
        answer = connection.getresponse()
        payload = answer.read()
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise LocalError(str(json.loads(payload)))
        if answer.status != HTTPStatus.OK:
            raise ConnectionRefusedError(
                f"{endpoint}{PREFIX}{path}: {answer.status} {payload[:200]!r}"
            )
        return json.loads(payload)
    except (OSError, HTTPException, ValueError) as error:
        raise LocalError(f"no embedded cloud answers at {endpoint}: {error}") from error
    finally:
        connection.close()
