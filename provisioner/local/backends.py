"""moto's dispatcher with our backends in the place of moto's.

Imported late, by `moto_app`: moto and its EC2 are slow to import.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from moto.core import responses
from moto.core.utils import method_names_from_class
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import InternalServerError

from . import ecs, elbv2, iam, tagging
from .pace import Pace
from .record import call_of, headers_of
from .wire import refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from moto.backends import SERVICE_NAMES


def build(pace: Pace) -> WSGIApplication:
    """Return the application; what takes AWS time goes at this pace."""
    ecs.install(pace)
    elbv2.install(pace)
    iam.install()
    tagging.install()
    # moto inspects the API class again at every call: a millisecond of the three that a call takes.
    vars(responses)["method_names_from_class"] = cache(method_names_from_class)
    application: WSGIApplication = Dispatcher(_app)
    return application


class Dispatcher(DomainDispatcherApplication):
    """moto's, which lists the directory of its modules at every call: another millisecond."""

    @cache  # noqa: B019  there is one, and it lives as long as the process
    def get_backend_for_host(self, host: str | None) -> Any:
        """Name the backend that answers for a host."""
        return super().get_backend_for_host(host)


def reset() -> None:
    """Forget everything that was ever created, in every account, region and service."""
    moto_api_backend.reset()


def _app(service: SERVICE_NAMES) -> Flask:
    app = create_backend_app(service)
    app.debug = False  # else exceptions would reach the WSGI server instead of the two below
    app.register_error_handler(NotImplementedError, _unknown)
    app.register_error_handler(InternalServerError, _crashed)
    return app


def _unknown(error: Exception) -> Response:
    """501, which no SDK retries."""
    return _refused(501, "NotImplemented", f"the embedded cloud cannot do this: {error}")


def _crashed(error: Exception) -> Response:
    """500; flask has written the traceback to the log."""
    cause = getattr(error, "original_exception", None) or error
    return _refused(500, "InternalFailure", f"the embedded cloud failed: {cause!r}")


def _refused(status: int, code: str, message: str) -> Response:
    call = call_of(request.environ, b"")
    headers, body = refusal(headers_of(request.environ), call.service, code, message)
    return Response(body, status, headers)
