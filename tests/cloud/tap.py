"""A proxy that notes every AWS call with its arguments, and lets a test come in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from provisioner.local.proxy import Forward
from provisioner.local.record import call_of, headers_of
from provisioner.local.serve import LOOPBACK, listen
from provisioner.local.wire import error_code

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was answered. `number` counts all of them, `nth` the writes alone, from 1.

    `arguments` are as on the wire: of the query protocols every value is a string.
    """

    number: int
    nth: int
    service: str
    operation: str
    write: bool
    arguments: Mapping[str, Any]
    error: str
    agent: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}{f' ({self.error})' if self.error else ''}"


class Hangup(ConnectionResetError):
    """Raised by a meddler: the client gets no answer, its connection is closed."""


Meddle = Callable[[Call], None]


@dataclass(slots=True)
class Recording:
    """The calls of a while; complete when the while is over."""

    calls: list[Call] = field(default_factory=list)

    @property
    def writes(self) -> list[Call]:
        """Those that change something, in the order in which they were answered."""
        return [call for call in self.calls if call.write]

    @property
    def operations(self) -> list[str]:
        """The names of the writes."""
        return [call.operation for call in self.writes]


class Tap:
    """Stands before a server, from `with` to the end of its block.

    `meddle` is called after the server has answered and before the client hears of it.
    """

    def __init__(self, target: str) -> None:
        self._forward = Forward(target)
        self._server = listen(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._writes = 0
        self.endpoint = f"http://{LOOPBACK}:{self._server.port}"
        self.meddle: Meddle | None = None

    def __enter__(self) -> Tap:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._forward.close()

    def clear(self) -> None:
        """Forget all calls, count from 1 again, leave the calls alone."""
        with self._lock:
            self._calls, self._writes, self.meddle = [], 0, None

    def calls(self) -> list[Call]:
        """All calls since the last `clear`."""
        with self._lock:
            return list(self._calls)

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        """The calls made meanwhile."""
        before = len(self.calls())
        recording = Recording()
        try:
            yield recording
        finally:
            recording.calls = self.calls()[before:]

    @contextmanager
    def meddling(self, meddle: Meddle) -> Iterator[None]:
        """Come in between meanwhile; writes are counted from 1."""
        with self._lock:
            self._writes, self.meddle = 0, meddle
        try:
            yield
        finally:
            self.meddle = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass one request on, note it, and let the meddler have its say."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        call = call_of(environ, body)
        answer: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            answer[:] = [status, headers]

        payload = b"".join(self._forward(environ, keep))
        if call.service:
            status = int(answer[0].split(" ", 1)[0])
            headers = {name.lower(): value for name, value in answer[1]}
            error = error_code(status, headers, payload)
            arguments = read_arguments(headers_of(environ), body)
            with self._lock:
                self._writes += call.write
                noted = Call(
                    len(self._calls) + 1, self._writes, call.service, call.operation, call.write,
                    arguments, error, environ.get("HTTP_USER_AGENT", ""),
                )  # fmt: skip
                self._calls.append(noted)
                meddle = self.meddle
            if meddle is not None:
                meddle(noted)
        start_response(*answer)
        return [payload]


def read_arguments(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The arguments of a request in one of the JSON protocols, or of the query protocols."""
    if "x-amz-target" in headers or body.startswith(b"{"):  # rest-json: but for path and query
        parsed: dict[str, Any] = json.loads(body or b"{}")
        return parsed
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        *path, last = [part for part in name.split(".") if part not in ("member", "entry")]
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[last] = value
    tree.pop("Action", None)
    tree.pop("Version", None)
    return {name: _lists(value) for name, value in tree.items()}


def _lists(node: Any) -> Any:
    """Mappings from 1, 2, 3 … are lists."""
    if not isinstance(node, dict):
        return node
    if all(key.isdigit() for key in node):
        return [_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _lists(value) for key, value in node.items()}
