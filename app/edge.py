"""What every request passes on its way in and out; plain ASGI, so that answers are not buffered."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .lifecycle import Lifecycle
from .metrics import Meter
from .probes import PATHS
from .problems import problem

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
ROOT = re.compile(r"(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000"
LOG = structlog.get_logger()


@dataclass
class Edge:
    """Outermost: ids, one line of log, metrics, headers; closes connections when draining.

    `trace` gives the id of the current trace; without one it is the load balancer's.
    """

    app: ASGIApp
    lifecycle: Lifecycle
    meter: Meter
    trace: Callable[[], str | None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope)
        request_id = self._bind(given)
        began, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if given.get("x-forwarded-proto") == "https":
                    headers.setdefault("Strict-Transport-Security", HSTS)
                if self.lifecycle.state == "draining":
                    headers["Connection"] = "close"
            await send(message)

        with self.meter.request() as count:
            try:
                await self.app(scope, receive, answer)
            finally:
                _tell(scope, status, (time.perf_counter() - began) * 1000, count)

    def _bind(self, given: Headers) -> str:
        """The request's id, and with it the trace's, for every line of its log."""
        asked = given.get("x-request-id", "")
        request_id = asked if REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        root = ROOT.search(given.get("x-amzn-trace-id", ""))
        trace = self.trace() or (root[1] if root else None)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            request_id=request_id, **({"trace_id": trace} if trace else {})
        )
        return request_id


def _tell(scope: Scope, status: int, duration: float, count: Callable[[int, float], None]) -> None:
    """One line, and a count but of probes."""
    probe = scope["path"] in PATHS
    if not probe:
        count(status, duration)
    (LOG.debug if probe else LOG.info)(
        "request.done",
        method=scope["method"],
        route=getattr(scope.get("route"), "path", None),
        status=status,
        duration_ms=round(duration, 1),
    )


@dataclass
class Net:
    """Innermost: an error that nobody expected becomes a 500 without a word of what it was."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            if scope["type"] != "http" or begun:
                raise
            LOG.exception("request.failed")
            await problem(500, "Something went wrong here; the request id finds it in the log.")(
                scope, receive, send
            )


@dataclass
class BodyLimit:
    """Refuses a body over `most` bytes, announced or not."""

    app: ASGIApp
    most: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        messages: list[Message] = []
        size, more = 0, True
        while more:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size > self.most:
                refusal = problem(413, f"A body may have {self.most} bytes.")
                await refusal(scope, receive, send)
                return

        async def replay() -> Message:
            return messages.pop(0) if messages else await receive()

        await self.app(scope, replay, send)
