"""The control endpoint: `/_provisioner/…` on the same port as the cloud, and its client.

PATHS are those that it answers, SETTINGS what can be set; bodies and answers are JSON.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, urlsplit

from provisioner.errors import ProvisionerError

from .shapes import Shape, fields, meant, number

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
    "fates": 'words for images, services or functions, by pattern: `{"app*": "crash"}`',
}
Action = Callable[[Mapping[str, Any]], Any]


# Milliseconds that answers are held back.
MOST_LATENCY = 3_600_000
LATENCY = {
    "read_latency_ms": number(0, MOST_LATENCY),
    "write_latency_ms": number(0, MOST_LATENCY),
}


class LocalError(ProvisionerError):
    """The embedded cloud could not be started or reached."""

    exit_code = 1


class Refused(LocalError):
    """The embedded cloud could make nothing of a control request, or not do it."""


class Adjustable(Protocol):
    """Further settings, by name."""

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """What each may be."""

    def shown(self) -> dict[str, Any]:
        """Return them as they are."""

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Take over those that are named, whose values are such."""


def taking(shapes: Mapping[str, Shape], act: Action, needed: Iterable[str] | None = None) -> Action:
    """Return an action that is asked with these fields alone, all of them unless told.

    It raises ValueError otherwise.
    """
    read = fields(shapes, shapes if needed is None else needed)
    return lambda given: act(read(given, ""))


def _since(value: object, where: str) -> int:
    if not isinstance(value, str) or not _COUNT.fullmatch(value):
        raise ValueError(f"`{where}`: expected a whole number from 0 up; found {value!r}")
    return int(value)


_COUNT = re.compile(r"[0-9]{1,18}")


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
            "status": taking({}, lambda _: dict(status)),
            "calls": taking(
                {"since": _since},
                lambda query: list(map(asdict, recorder.calls(query.get("since", 0)))),
                needed=(),
            ),
            "settings": taking({}, lambda _: self._shown()),
            **(shown or {}),
        }
        self._posts: dict[str, Action] = {
            "calls/clear": taking({}, lambda _: recorder.clear()),
            "settings": taking(
                {**LATENCY, **(settings.shapes if settings else {})}, self._change, needed=()
            ),
            **(actions or {}),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a control path; 404 and 405 for one that is not, 400 for a body without sense."""
        path: str = environ.get("PATH_INFO", "/")
        if not path.startswith(PREFIX):
            return self._app(environ, start_response)
        status, answer = self._answer(environ, path.removeprefix(PREFIX))
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _answer(self, environ: WSGIEnvironment, path: str) -> tuple[HTTPStatus, Any]:
        method = environ["REQUEST_METHOD"]
        methods = {"GET": self._gets, "POST": self._posts}
        action = methods.get(method, {}).get(path)
        if action is None:
            ways = [name for name, paths in methods.items() if path in paths]
            if ways:
                words = f"{PREFIX}{path} is for {' and '.join(ways)}, not {method}"
                return HTTPStatus.METHOD_NOT_ALLOWED, words
            close = meant(path, [*self._gets, *self._posts])
            return HTTPStatus.NOT_FOUND, f"no such control: {PREFIX}{path}{close}"
        try:
            return HTTPStatus.OK, action(_given(environ))
        except ValueError as error:
            return HTTPStatus.BAD_REQUEST, str(error)
        except RecursionError:
            return HTTPStatus.BAD_REQUEST, "the body is nested too deeply"
        except Exception as error:
            logging.getLogger(__name__).exception("the embedded cloud failed")
            return HTTPStatus.INTERNAL_SERVER_ERROR, f"the embedded cloud failed: {error!r}"

    def _shown(self) -> dict[str, Any]:
        latency = self._recorder.latency()
        others = self._adjustable.shown() if self._adjustable else {}
        return {"read_latency_ms": latency.read_ms, "write_latency_ms": latency.write_ms, **others}

    def _change(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        if self._adjustable:
            self._adjustable.change(wanted)
        self._recorder.latency(wanted.get("read_latency_ms"), wanted.get("write_latency_ms"))
        return self._shown()


def _given(environ: WSGIEnvironment) -> Any:
    if environ["REQUEST_METHOD"] != "POST":
        found = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        return json.loads(body or b"{}", parse_constant=_no_number)
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


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
            raise Refused(str(json.loads(payload)))
        if answer.status != HTTPStatus.OK:
            raise ConnectionRefusedError(
                f"{endpoint}{PREFIX}{path}: {answer.status} {payload[:200]!r}"
            )
        return json.loads(payload)
    except (OSError, HTTPException, ValueError) as error:
        raise LocalError(f"no embedded cloud answers at {endpoint}: {error}") from error
    finally:
        connection.close()
