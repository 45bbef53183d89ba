"""The call log: every AWS call that passes, and a settable delay of its answer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from .serve import CUT
from .wire import Call, error_code, identify, parameters_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Record:
    """One call. `seq` counts from 1, `status` 0 is a cut; `start` and `end` are monotonic seconds.

    `end` includes the delay. `error` is AWS's code, empty for a success. `parameters` are the names
    of the outermost ones; values are never kept.
    """

    seq: int
    service: str
    operation: str
    write: bool
    start: float
    end: float
    status: int
    error: str
    region: str
    user_agent: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that an answer is held back."""

    read_ms: float = 0
    write_ms: float = 0


class Recorder:
    """A WSGI middleware that logs each AWS call and delays its answer. Threads may share it."""

    def __init__(
        self,
        app: WSGIApplication,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app = app
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._seq = 0
        self._records: deque[Record] = deque(maxlen=KEPT)
        self._cleared = float("-inf")
        self._latency = Latency()

    def calls(self, since: int = 0) -> list[Record]:
        """Return the calls answered after the one numbered `since`, in that order."""
        with self._lock:
            return [record for record in self._records if record.seq > since]

    def clear(self) -> None:
        """Forget all calls, also those that are not answered yet. Numbers go on counting."""
        with self._lock:
            self._records.clear()
            self._cleared = self._clock()

    def latency(self, read_ms: float | None = None, write_ms: float | None = None) -> Latency:
        """Set the delay of reads and of writes; None leaves one as it is."""
        with self._lock:
            given = {"read_ms": read_ms, "write_ms": write_ms}
            changed = {name: value for name, value in given.items() if value is not None}
            self._latency = replace(self._latency, **changed)
            return self._latency

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, then hold the answer back and log it."""
        begun = self._clock()
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        call = call_of(environ, body)
        if not call.service:
            return self._app(environ, start_response)
        answer: list[Any] = ["500 Internal Server Error", []]

        def keep(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            answer[:] = [status, headers]

        names = parameters_of(headers_of(environ), environ.get("QUERY_STRING", ""), body)
        payload = b""
        try:
            payload = b"".join(self._app(environ, keep))
        finally:
            self._hold(call)
            cut = bool(environ.get(CUT))
            self._log(call, begun, environ, (*answer, payload), names, cut=cut)
        start_response(*answer)
        return [payload]

    def _hold(self, call: Call) -> None:
        delay = self._latency.write_ms if call.write else self._latency.read_ms
        if delay > 0:
            self._sleep(delay / 1000)

    def _log(
        self,
        call: Call,
        begun: float,
        environ: WSGIEnvironment,
        answer: tuple[str, list[tuple[str, str]], bytes],
        parameters: tuple[str, ...],
        *,
        cut: bool,
    ) -> None:
        status = 0 if cut else int(answer[0].split(" ", 1)[0])
        headers = {name.lower(): value for name, value in answer[1]}
        error = "ConnectionCut" if cut else error_code(status, headers, answer[2])
        with self._lock:
            if begun < self._cleared:
                return
            self._seq += 1
            self._records.append(
                Record(
                    seq=self._seq,
                    service=call.service,
                    operation=call.operation,
                    write=call.write,
                    start=begun,
                    end=self._clock(),
                    status=status,
                    error=error,
                    region=call.region,
                    user_agent=environ.get("HTTP_USER_AGENT", ""),
                    parameters=parameters,
                )
            )


def call_of(environ: WSGIEnvironment, body: bytes) -> Call:
    """Name the operation of a WSGI request whose body is `body`."""
    return identify(
        headers_of(environ),
        environ.get("PATH_INFO", "/"),
        environ.get("QUERY_STRING", ""),
        body,
        environ["REQUEST_METHOD"],
    )


def headers_of(environ: WSGIEnvironment) -> dict[str, str]:
    """Return a WSGI request's headers, by lower-case name."""
    headers = {
        name[5:].lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if kind := environ.get("CONTENT_TYPE"):
        headers["content-type"] = kind
    return headers
