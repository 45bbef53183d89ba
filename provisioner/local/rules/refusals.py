"""A WSGI middleware that refuses what AWS would refuse."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel
from moto.backends import get_backend
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.utils import get_service_model
from moto.iam.models import get_account_id_from

from provisioner.local.access.enforcement import code_of, refused, session
from provisioner.local.record import call_of, headers_of
from provisioner.local.settings import Settings
from provisioner.local.wire import Call, access_key, path_parameters, refusal

from . import (
    certificates,
    containers,
    ec2,
    ec2_permissions,
    ecs,
    ecs_connect,
    ecs_exec,
    ecs_launch,
    ecs_overrides,
    ecs_pairs,
    ecs_services,
    ecs_strategies,
    elbv2,
    elbv2_actions,
    elbv2_attributes,
    elbv2_places,
    limits,
    log_buckets,
    modelled,
    others,
    scaling,
    sessions,
    tags,
    task_definitions,
    vpc,
    vpc_endpoints,
    wafv2,
)
from .rule import Place, Rule

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TABLES: dict[str, tuple[Rule, ...]] = {
    "ecs": (
        *ecs_launch.RULES,
        *ecs_overrides.RULES,
        *ecs_exec.RULES,
        *ecs.RULES,
        *ecs_services.RULES,
        *ecs_strategies.RULES,
        *ecs_pairs.RULES,
        *ecs_connect.RULES,
        *task_definitions.RULES,
        *containers.RULES,
        *modelled.ECS,
        *tags.TABLES["ecs"],
    ),
    "elbv2": (
        *modelled.ELBV2,
        *certificates.RULES,
        *elbv2.RULES,
        *elbv2_actions.RULES,
        *elbv2_attributes.RULES,
        *elbv2_places.RULES,
        *log_buckets.RULES,
        *tags.TABLES["elbv2"],
    ),
    "ec2": (
        *ec2.RULES,
        *ec2_permissions.RULES,
        *vpc.RULES,
        *vpc_endpoints.RULES,
        *tags.TABLES["ec2"],
    ),
    "scheduler": sessions.SCHEDULES,
    "sts": sessions.RULES,
    "wafv2": wafv2.RULES,
    "application-autoscaling": (*modelled.SCALING, *scaling.RULES),
    **others.TABLES,
}
# Services that show what ECS has done: logs, network interfaces, weights of rules, alarms, names;
# and the one that changes schedules, which have been as they are until then.
SHOWS_TASKS = frozenset({
    "logs", "ec2", "elbv2", "cloudwatch", "application-autoscaling", "servicediscovery",
    "scheduler",
})  # fmt: skip
BY_CALL: dict[tuple[str, str], list[Rule]] = {}
for _service, _rules in (*TABLES.items(), *limits.TABLES.items()):
    for _rule in _rules:
        BY_CALL.setdefault((_service, _rule.operation), []).append(_rule)


class Refusals:
    """Asks the tables, in their order, before it passes a request on. One request at a time."""

    def __init__(self, app: WSGIApplication, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Refuse or pass on."""
        stream = environ["wsgi.input"]
        body = stream.read()
        stream.seek(0)
        call = call_of(environ, body)
        place = self._place(environ, call)
        if call.service in SHOWS_TASKS and call.region:
            place.of("ecs").advance()
        self._settings.sweep()
        if self._settings.enforce_iam and (error := _forbidden(environ, call, place)):
            return _refused(environ, start_response, call, error)
        rules = BY_CALL.get((call.service, call.operation))
        if rules:
            params = parameters(environ, call)
            stream.seek(0)
            for rule in rules:
                if message := rule.check(params, place):
                    return _refused(
                        environ, start_response, call, (rule.status, rule.code, message)
                    )
        return self._app(environ, start_response)

    def _place(self, environ: WSGIEnvironment, call: Call) -> Place:
        key = access_key(headers_of(environ))
        account = get_account_id_from(key)
        return Place(account, call.region, self._settings, _backends, key)


def _forbidden(environ: WSGIEnvironment, call: Call, place: Place) -> tuple[int, str, str] | None:
    """Status, code and message, if the caller is a role that may not make the call."""
    caller = session(environ, place)
    if caller is None:
        return None
    params = parameters(environ, call)
    environ["wsgi.input"].seek(0)
    try:
        why = refused(caller, call, params, place)
    except NotImplementedError as error:
        return 501, "NotImplemented", f"the embedded cloud's IAM cannot tell: {error}"
    return (*code_of(call.service), why) if why else None


def parameters(environ: WSGIEnvironment, call: Call) -> dict[str, Any]:
    """Read a request's parameters, in botocore's words."""
    model: ServiceModel = _model(call.service)
    request = Request(environ)
    protocol = determine_request_protocol(model, request.content_type)
    parsed = PROTOCOL_PARSERS[protocol](model.operation_model(call.operation)).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": path_parameters(call.service, call.operation, request.path),
        }
    )
    return dict(parsed)


@cache
def _model(service: str) -> ServiceModel:
    try:
        return get_service_model(service)
    except UnknownServiceError as error:
        raise NotImplementedError(service) from error


def _backends(service: str) -> Any:
    return get_backend(service)  # type: ignore[call-overload]  # names moto's services one by one


def _refused(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    call: Call,
    error: tuple[int, str, str],
) -> Iterable[bytes]:
    number, code, message = error
    headers, text = refusal(headers_of(environ), call.service, code, message)
    status = HTTPStatus(number)
    start_response(f"{status.value} {status.phrase}", list(headers.items()))
    return [text]
