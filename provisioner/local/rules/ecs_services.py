"""What ECS refuses about a service's numbers, and about what is attached to it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html and the Developer
Guide's service-quotas.html. Texts without an issue as their source are [unverified].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import ecs_launch
from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
MOST_GROUPS = 5
# Not adjustable.
MOST_TASKS = 5000
FULL = 100
PERCENTS = ("minimumHealthyPercent", "maximumPercent")


def present(params: Params, place: Place) -> Mapping[str, Any]:
    """Return the settings of the service that is to be updated, none for a new one."""
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    name = str(params.get("service", "")).rpartition("/")[2]
    found = place.of("ecs").region.services.get(f"{cluster}:{name}")
    settings: Mapping[str, Any] = found.settings if found else {}
    return settings


def _groups(params: Params, _: Place) -> str | None:
    if len(params.get("loadBalancers") or ()) > MOST_GROUPS:
        return f"load balancers can have at most {MOST_GROUPS} items."
    return None


def _percents(params: Params, place: Place) -> str | None:
    """That a minimum over 100 or over the maximum is refused is [unverified]."""
    asked = params.get("deploymentConfiguration") or {}
    before = present(params, place)
    whole = {**before, **params}
    daemon = whole.get("schedulingStrategy") == "DAEMON"
    other = (whole.get("deploymentController") or {}).get("type", "ECS") != "ECS"
    if daemon or other or not asked.keys() & {*PERCENTS}:
        return None
    old = before.get("deploymentConfiguration") or {}
    least, most = (
        {name: default, **old, **asked}[name]
        for name, default in zip(PERCENTS, (100, 200), strict=True)
    )
    if least == most == FULL:
        return (
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block"
            " deployments."
        )
    if least < 0 or least > FULL:
        return "minimumHealthyPercent must be between 0 and 100."
    return "maximumPercent must not be less than minimumHealthyPercent." if most < least else None


def _count(params: Params, _: Place) -> str | None:
    if int(params.get("desiredCount") or 0) > MOST_TASKS:
        return f"The desired count can be at most {MOST_TASKS}."
    return None


def _grace(params: Params, place: Place) -> str | None:
    seconds = int(params.get("healthCheckGracePeriodSeconds") or 0)
    if seconds < 0:
        return "healthCheckGracePeriodSeconds must be 0 or more."
    balancers = {**present(params, place), **params}.get("loadBalancers")
    if seconds and not balancers:
        return (
            "Health check grace period is only valid for services configured to use load balancers"
        )
    return None


def _registries(params: Params, place: Place) -> str | None:
    asked = params.get("serviceRegistries") or ()
    if len(asked) > 1:
        return "service registries can have at most 1 items."
    known = {each.arn for each in place.of("servicediscovery").services.values()}
    for each in asked:
        if each.get("registryArn") not in known:
            return f"The service registry {each.get('registryArn')} was not found."
    return None


def _own_role(params: Params, place: Place) -> str | None:
    found = ecs_launch.definition(params, place)
    several = len(params.get("loadBalancers") or ()) > 1
    awsvpc = found is not None and found.network_mode == "awsvpc"
    if params.get("role") and (awsvpc or several or params.get("serviceRegistries")):
        return "You cannot specify an IAM role for services that require a service linked role."
    return None


def _without_role(verb: str) -> Callable[[Params, Place], str | None]:
    def check(params: Params, place: Place) -> str | None:
        if not params.get("enableExecuteCommand"):
            return None
        found = ecs_launch.definition({**present(params, place), **params}, place)
        if found is None or getattr(found, "task_role_arn", None):
            return None
        return (
            f"The service couldn't be {verb} because a valid taskRoleArn is not being used. Specify"
            " a valid task role in your task definition and try again."
        )

    return check


RULES = tuple(
    Rule(operation, INVALID, check, source)
    for operation, verb in (("CreateService", "created"), ("UpdateService", "updated"))
    for check, source in (
        (_groups, "terraform#25306"),
        (_percents, "ECS API: DeploymentConfiguration"),
        (_count, "ECS guide: service-quotas"),
        (_grace, f"ECS API: {operation}"),
        (_registries, f"ECS API: {operation}"),
        (_own_role, "cloudformation-coverage-roadmap#1804"),
        (_without_role(verb), "aws-cli#6242"),
    )
)
