"""moto's dispatcher with our backends in the place of moto's.

Imported late, by `moto_app`: moto and its EC2 are slow to import.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response, request
from moto.backends import get_backend
from moto.core import responses
from moto.core.base_backend import BackendDict
from moto.core.utils import method_names_from_class
from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sns.models import sns_backends
from werkzeug.exceptions import InternalServerError

from . import (
    acm,
    cloud_map,
    cloudwatch,
    ec2,
    ecs,
    elbv2,
    iam,
    logs,
    notices,
    route53,
    s3,
    scaling,
    scheduler,
    secrets_manager,
    tagging,
    wafv2,
)
from .chatbot import Chatbot
from .frozen import frozen, thawed
from .record import call_of, headers_of
from .rules.refusals import Refusals
from .settings import Settings
from .stale import Stale
from .wire import refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from moto.backends import SERVICE_NAMES


def build(settings: Settings) -> WSGIApplication:
    """Return the application; what takes AWS time goes by their clock."""
    acm.install(settings)
    cloud_map.install(settings)
    cloudwatch.install(settings)
    ec2.install(settings)
    ecs.install(settings)
    elbv2.install(settings)
    iam.install(settings)
    logs.install()
    notices.install(settings)
    route53.install(settings)
    s3.install()
    scaling.install(settings)
    scheduler.install(settings)
    secrets_manager.install()
    tagging.install(settings)
    wafv2.install(settings)
    # moto inspects the API class again at every call: a millisecond of the three that a call takes.
    vars(responses)["method_names_from_class"] = cache(method_names_from_class)
    return CHATBOT.before(Refusals(Stale(Dispatcher(_app), settings), settings))


CHATBOT = Chatbot()
_NAME = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*")
# https://docs.docker.com/reference/cli/docker/image/tag/
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
MANIFEST: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {"digest": f"sha256:{'0' * 64}", "size": 1024},
}


class Dispatcher(DomainDispatcherApplication):
    """moto's, which lists the directory of its modules at every call: another millisecond."""

    @cache  # noqa: B019  there is one, and it lives as long as the process
    def get_backend_for_host(self, host: str | None) -> Any:
        """Name the backend that answers for a host."""
        return super().get_backend_for_host(host)


def reset() -> None:
    """Forget everything that was ever created, in every account, region and service."""
    for each in BackendDict._instances:  # type: ignore[misc]  # noqa: SLF001  moto's own list of what is in use
        if each.service_name != "s3":  # which has files to close
            each.clear()  # else moto makes every backend anew, and then throws it away
    moto_api_backend.reset()
    CHATBOT.reset()


def outbox() -> list[dict[str, Any]]:
    """Return the messages of all topics, once everything that is due has happened."""
    for _, _, each in ecs_backends.iter_backends():
        cast("Any", each).advance()
    found = [m for _, _, each in sns_backends.iter_backends() for m in vars(each)["outbox"]]
    when = notices.Topics.settings.clock.when
    return [
        {"at": when(each["time"]).isoformat(), **each}
        for each in sorted(found, key=lambda message: float(message["time"]))
    ]


def freeze(more: Mapping[str, Any], settings: Settings) -> bytes:
    """Return all backends, and `more`, as bytes. Raises ValueError."""
    backends = {
        (each.service_name, account, region): backend
        for each in BackendDict._instances  # type: ignore[misc]  # noqa: SLF001  moto's own list of what is in use
        for account, region, backend in each.iter_backends()
    }
    return frozen({"backends": backends, "more": dict(more)}, _fixed(settings))


def thaw(data: bytes, settings: Settings) -> Mapping[str, Any]:
    """Have the frozen backends in the place of those there are; return the `more`. ValueError."""
    found = thawed(data, _fixed(settings))
    reset()
    for (service, account, region), backend in found["backends"].items():
        _backends(service)[account][region] = backend
    more: Mapping[str, Any] = found["more"]
    return more


def freeze_network(account: str, region: str, settings: Settings) -> bytes:
    """Return what EC2 has in a region, as bytes. Raises ValueError."""
    return frozen(_backends("ec2")[account][region], _fixed(settings))


def settle_network(account: str, region: str) -> None:
    """Have everything in a region's networks done that would take a while."""
    _backends("ec2")[account][region].settle()


def thaw_network(data: bytes, account: str, region: str, settings: Settings) -> None:
    """Have that in the place of what EC2 has there. Raises ValueError."""
    _backends("ec2")[account][region] = thawed(data, _fixed(settings))


def _backends(service: str) -> Any:
    return get_backend(service.replace("-", ""))  # type: ignore[call-overload]  # names moto's services one by one


def _fixed(settings: Settings) -> dict[str, Any]:
    return {"settings": settings, "clock": settings.clock}


def push(image: str, account: str) -> list[dict[str, str]]:
    """Put an image, NAME:TAG, into the repositories of that name, in whichever regions they are.

    Raises ValueError.
    """
    name, _, tag = image.partition(":")
    if not _TAG.fullmatch(tag) or not _NAME.fullmatch(name):
        raise ValueError(f"{image}: an image is NAME:TAG, where NAME is that of a repository")
    pushed = []
    for region, backend in ecr_backends[account].items():
        if name in backend.repositories:
            layer = hashlib.sha256(secrets.token_bytes(8)).hexdigest()
            manifest = {**MANIFEST, "layers": [{"digest": f"sha256:{layer}", "size": 1 << 20}]}
            made = backend.put_image(name, json.dumps(manifest), tag, MANIFEST["mediaType"])
            pushed.append({"region": region, "image": image, "digest": made.get_image_digest()})
    if not pushed:
        raise ValueError(f"{image}: no repository is called {name}; create it first")
    return pushed


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
