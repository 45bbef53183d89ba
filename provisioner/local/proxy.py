"""The call log and the latency in front of any endpoint.

In a test: `with RecordingProxy("http://127.0.0.1:5000") as proxy: …`.
By hand: `python -m provisioner.local.proxy --to http://127.0.0.1:5000 --port 0`; it prints its
own endpoint, and answers the paths of `control` itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from http.client import BadStatusLine, HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from queue import Empty, LifoQueue
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from .control import Control
from .record import Record, Recorder, call_of, headers_of
from .serve import HEADERS, LOOPBACK, listen
from .wire import refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# What concerns one connection only (RFC 9110, 7.6.1), and what each side counts itself.
HOP = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Forward:
    """A WSGI application that passes each request on to `target`, over connections that it keeps.

    The Host header stays the client's, so that its signature stays good.
    `timeout` is how many seconds the target may be silent.
    """

    def __init__(self, target: str, *, timeout: float = 120) -> None:
        self._target = urlsplit(target)
        self._timeout = timeout
        self._idle: LifoQueue[HTTPConnection] = LifoQueue()

    def close(self) -> None:
        """Hang up."""
        while (connection := self._kept()) is not None:
            connection.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass one request on; 502, in AWS's form, if the target cannot be talked to."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            answer, payload = self._exchange(environ, body)
        except (OSError, HTTPException) as error:
            service = call_of(environ, body).service
            told, text = refusal(
                headers_of(environ), service, "BadGateway", f"{self._target.geturl()}: {error!r}"
            )
            start_response("502 Bad Gateway", list(told.items()))
            return [text]
        headers = [each for each in answer.getheaders() if each[0].lower() not in HOP]
        if environ["REQUEST_METHOD"] == "HEAD" and (length := answer.getheader("Content-Length")):
            headers.append(("Content-Length", length))
        start_response(f"{answer.status} {answer.reason}", headers)
        return [payload]

    def _exchange(self, environ: WSGIEnvironment, body: bytes) -> tuple[HTTPResponse, bytes]:
        kept = self._kept()
        if kept is not None:
            try:
                return self._sent(kept, environ, body)
            except (BadStatusLine, ConnectionError):
                kept.close()  # the target hung up while it was idle: that is no answer
        return self._sent(self._connection(), environ, body)

    def _sent(
        self, connection: HTTPConnection, environ: WSGIEnvironment, body: bytes
    ) -> tuple[HTTPResponse, bytes]:
        method = environ["REQUEST_METHOD"]
        path = self._target.path.rstrip("/") + environ["RAW_URI"]
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        named = set()
        for name, value in environ[HEADERS]:
            if name.lower() not in HOP:
                connection.putheader(name, value)
            named.add(name.lower())
        if named & {"content-length", "transfer-encoding"}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        payload = answer.read()
        if answer.will_close:
            connection.close()
        else:
            self._idle.put(connection)
        return answer, payload

    def _kept(self) -> HTTPConnection | None:
        try:
            return self._idle.get_nowait()
        except Empty:
            return None

    def _connection(self) -> HTTPConnection:
        kind = HTTPSConnection if self._target.scheme == "https" else HTTPConnection
        return kind(self._target.hostname or LOOPBACK, self._target.port, timeout=self._timeout)


class RecordingProxy:
    """A proxy in this process, from `with` to the end of its block."""

    def __init__(self, target: str, *, port: int = 0) -> None:
        self._forward = Forward(target)
        self._recorder = Recorder(self._forward)
        self._server = listen(Control(self._recorder, self._recorder, {"to": target}), port)
        self.endpoint = f"http://{LOOPBACK}:{self._server.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._forward.close()

    def serve(self) -> None:
        """Serve in this thread, for ever."""
        self._server.serve_forever()

    def calls(self, since: int = 0) -> list[Record]:
        """Return the calls answered after the one numbered `since`."""
        return self._recorder.calls(since)

    def clear(self) -> None:
        """Forget all calls."""
        self._recorder.clear()

    def latency(self, read_ms: float = 0, write_ms: float = 0) -> None:
        """Hold answers back for this long."""
        self._recorder.latency(read_ms, write_ms)


def main(arguments: Sequence[str]) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m provisioner.local.proxy")
    parser.add_argument("--to", required=True, metavar="URL", help="where calls are passed on to")
    parser.add_argument("--port", type=int, default=0, help="0 means any (the default)")
    options = parser.parse_args(arguments)
    proxy = RecordingProxy(options.to, port=options.port)
    sys.stdout.write(f"{proxy.endpoint}\n")
    sys.stdout.flush()
    proxy.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
