"""A WSGI middleware in which calls fail that should not: throttled, broken, cut off, late.

A fault is told by `at` (the N-th mutating call from when it is set), or by `probability`, which
`seed` makes repeatable; `operations` is a pattern like `ecs.Create*`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from .record import call_of, headers_of
from .serve import CUT
from .settings import Settings
from .shapes import fields, number, one_of, text
from .throttles import Throttles, code_of, message_of
from .wire import Call, parameters_of, refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Kind -> what happens.
KINDS = {
    "throttle": "the service's own throttling error",
    "500": "an internal failure, the call not applied",
    "503": "ServiceUnavailable, the call not applied",
    "cut-before": "the connection is cut, the call not applied",
    "cut-after": "the call is applied, and then the connection cut",
    "slow": "the call is applied, and answered `seconds` of real time later",
}
# The status of a service's throttling error, where it is not 400.
STATUSES = {
    "ec2": "503 Service Unavailable",
    "s3": "503 Slow Down",
    "sns": "429 Too Many Requests",
}
# Seconds that an answer may be late.
LATEST = 86_400


def _seed(value: object, where: str) -> object:
    return text()(value, where) if isinstance(value, str) else number(-(2**63), 2**63)(value, where)


SHAPE = fields(
    {
        "kind": one_of(KINDS, "a kind of fault"),
        "at": number(1, 2**63, whole=True),
        "probability": number(0, 1),
        "seed": _seed,
        "operations": text("a pattern like ecs.Create*"),
        "seconds": number(0, LATEST),
    },
    ["kind"],
)


@dataclass(slots=True)
class Fault:
    """One fault that was ordered, and how far it has come."""

    kind: str
    at: int | None = None
    probability: float = 0
    operations: str = "*"
    seconds: float = 60
    dice: random.Random = field(default_factory=random.Random)
    seen: int = 0

    def meets(self, call: Call) -> bool:
        """Whether this call is one that fails."""
        if not fnmatch(f"{call.service}.{call.operation}", self.operations):
            return False
        if self.at is None:
            return self.dice.random() < self.probability
        self.seen += call.write
        return call.write and self.seen == self.at


def fault(given: object, where: str = "fault") -> Fault:
    """Read a fault from a control request. Raises ValueError."""
    read = SHAPE(given, where)
    if ("at" in read) == ("probability" in read):
        raise ValueError(f"`{where}`: expected either `at` or `probability`")
    dice = random.Random(read.pop("seed", None))  # noqa: S311  a test's dice
    return Fault(**read, dice=dice)


class Faults:
    """Passes requests on, but for those that fail. Threads may share it."""

    def __init__(
        self,
        app: WSGIApplication,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app = app
        self._settings = settings
        self._sleep = sleep
        self._lock = Lock()
        self._throttles = Throttles()
        self._faults: list[Fault] = []

    def order(self, faults: list[Fault]) -> int:
        """Have these instead of those before."""
        with self._lock:
            self._faults = faults
            self._throttles.clear()
        return len(faults)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Fail, or pass on."""
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        call = call_of(environ, body)
        met = self._met(call, environ, body)
        if met is None:
            return self._app(environ, start_response)
        if met.kind in {"cut-after", "slow"}:
            chunks = self._app(environ, start_response)
            environ[CUT] = met.kind == "cut-after"
            if met.kind == "slow":
                self._sleep(met.seconds)
            return chunks
        environ[CUT] = met.kind == "cut-before"
        status, code, message = _error(met.kind, call)
        headers, text = refusal(headers_of(environ), call.service, code, message)
        start_response(status, list(headers.items()))
        return [text]

    def _met(self, call: Call, environ: WSGIEnvironment, body: bytes) -> Fault | None:
        with self._lock:
            if not call.service:
                return None
            if self._settings.throttles and not self._allowed(call, environ, body):
                return Fault("throttle")
            met = [each for each in self._faults if each.meets(call)]
            return met[0] if met else None

    def _allowed(self, call: Call, environ: WSGIEnvironment, body: bytes) -> bool:
        names = parameters_of(headers_of(environ), environ.get("QUERY_STRING", ""), body)
        return self._throttles.allows(call, self._settings.clock.now(), names)


def _error(kind: str, call: Call) -> tuple[str, str, str]:
    if kind == "throttle":
        return (
            STATUSES.get(call.service, "400 Bad Request"),
            code_of(call.service),
            message_of(call.service),
        )
    if kind == "503":
        return "503 Service Unavailable", "ServiceUnavailable", "Service is unavailable."
    return "500 Internal Server Error", "InternalFailure", "An internal error occurred."
