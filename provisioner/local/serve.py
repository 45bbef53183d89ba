"""A threaded HTTP/1.1 server for WSGI applications, on loopback, with keep-alive.

werkzeug's own request handler closes the connection after every answer and then waits 10 ms on
the socket (werkzeug 3.1, `run_wsgi`). Here both sides of an exchange have a known length, so the
connection stays usable.
"""

from __future__ import annotations

import io
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"
BACKLOG = 128
# Under this environ key an application finds the request's headers as they were sent.
HEADERS = "provisioner.headers"
# An application that sets this one has the connection cut instead of answered.
CUT = "provisioner.cut"


class Exchange(WSGIRequestHandler):
    """One client's connection: requests and answers in turn, until the client hangs up."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Serve one request. The whole body is read first and the whole answer is sent at once."""
        if not (self.headers.get("Content-Length") or "0").isdecimal():
            self.send_error(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
            return
        environ = self.environ = self.make_environ()
        environ[HEADERS] = self.headers.items()
        stream = environ["wsgi.input"]
        dechunked = environ.pop("wsgi.input_terminated", False)
        body = stream.read() if dechunked else stream.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            started.append((status, headers))

        chunks = self.server.app(environ, start_response)
        payload = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        if environ.get(CUT):
            self.close_connection = True
            return
        self._answer(*started[-1], payload)

    def _answer(self, status: str, headers: list[tuple[str, str]], payload: bytes) -> None:
        code = int(status.split(" ", 1)[0])
        self.send_response_only(code, status.partition(" ")[2])
        for name, value in headers:
            self.send_header(name, value)
        named = {name.lower() for name, _ in headers}
        bodiless = code in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
        if not bodiless and "content-length" not in named:
            self.send_header("Content-Length", str(len(payload)))
        if "date" not in named:
            self.send_header("Date", self.date_time_string())
        self.end_headers()
        if self.command != "HEAD" and not bodiless:
            self.wfile.write(payload)
        self.wfile.flush()


def listen(app: WSGIApplication, port: int = 0, *, elsewhere: bool = False) -> BaseWSGIServer:
    """Bind on loopback; connections wait from here on, and are served by `serve_forever()`.

    Port 0 means any. A taken port raises OSError, or means any as well with `elsewhere`.
    """
    try:
        bound = socket.create_server((LOOPBACK, port), backlog=BACKLOG)
    except OSError:
        if not elsewhere:
            raise
        bound = socket.create_server((LOOPBACK, 0), backlog=BACKLOG)
    with bound:
        return make_server(
            LOOPBACK, port, app, threaded=True, request_handler=Exchange, fd=bound.fileno()
        )
