"""moto as one WSGI application: loaded late, one call at a time.

Importing moto with its EC2 takes over a second, so it happens after the port is open; calls that
arrive before wait. moto's backends are plain dictionaries that change while others iterate them
(its server runs on threads without locks of its own), so calls are served one after another:
they are pure computation, and waiting for each other costs nothing that the interpreter's own
lock would not cost.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Any

from .record import call_of, headers_of
from .wire import refusal

if TYPE_CHECKING:
    from types import ModuleType

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .settings import Settings

# A Fargate tool has no use for machine images; roles do attach AWS's own policies.
ENVIRONMENT = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}


class MotoApp:
    """A WSGI application that behaves as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = RLock()
        self._app: WSGIApplication | None = None

    def load(self) -> WSGIApplication:
        """Import moto and extend it, once; the first call does it if nobody has before."""
        with self._lock:
            if self._app is None:
                self._app = self._backends().build(self._settings)
            return self._app

    def reset(self) -> None:
        """Forget everything that was ever created."""
        with self._lock:
            self._backends().reset()

    def push(self, image: str, account: str) -> list[dict[str, str]]:
        """Put an image into the repositories of that name. Raises ValueError."""
        with self._lock:
            self.load()
            found: list[dict[str, str]] = self._backends().push(image, account)
            return found

    def outbox(self) -> list[dict[str, Any]]:
        """Return the messages that topics have got, the oldest first."""
        with self._lock:
            self.load()
            found: list[dict[str, Any]] = self._backends().outbox()
            return found

    def frozen(self, more: Callable[[], Mapping[str, Any]]) -> bytes:
        """Return everything that was ever created, and what `more` gives. Raises ValueError."""
        with self._lock:
            self.load()
            data: bytes = self._backends().freeze(more(), self._settings)
            return data

    def thaw(self, data: bytes) -> Mapping[str, Any]:
        """Have what was frozen in the place of what there is; return the more. ValueError."""
        with self._lock:
            self.load()
            more: Mapping[str, Any] = self._backends().thaw(data, self._settings)
            return more

    def network(self, account: str, region: str) -> bytes:
        """Return what EC2 has in a region. Raises ValueError."""
        with self._lock:
            data: bytes = self._backends().freeze_network(account, region, self._settings)
            return data

    def settle(self, account: str, region: str) -> None:
        """Have everything in a region's networks done that would take a while."""
        with self._lock:
            self._backends().settle_network(account, region)

    def lay(self, data: bytes, account: str, region: str) -> None:
        """Have that in the place of what EC2 has there. Raises ValueError."""
        with self._lock:
            self.load()
            self._backends().thaw_network(data, account, region, self._settings)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one AWS call."""
        app = self.load()
        with self._lock:
            try:
                chunks = app(environ, start_response)
                payload = b"".join(chunks)
            except Exception as error:
                logging.getLogger(__name__).exception("the embedded cloud failed")
                service = call_of(environ, b"").service
                words = f"the embedded cloud failed: {error!r}"
                headers, text = refusal(headers_of(environ), service, "InternalFailure", words)
                start_response("500 Internal Server Error", list(headers.items()))
                return [text]
            if hasattr(chunks, "close"):
                chunks.close()
        return [payload]

    @staticmethod
    def _backends() -> ModuleType:
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        _share_descriptions()
        return import_module(".backends", __package__)


@cache
def _share_descriptions() -> None:
    """Have AWS's descriptions read once: moto makes a session of botocore's for each service.

    That is a third of what importing moto takes. Loaders of moto's own, and ours, read them, too:
    EC2's is large.
    """
    session = import_module("botocore.session")
    vars(session)["create_loader"] = cache(session.create_loader)
    files = import_module("botocore.loaders").JSONFileLoader
    read = cache(partial(files.load_file, files()))
    files.load_file = lambda _, path: read(path)
