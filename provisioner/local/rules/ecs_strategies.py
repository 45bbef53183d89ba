"""What ECS refuses about deployment strategies and lifecycle hooks.

API_DeploymentConfiguration and API_DeploymentLifecycleHook of
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.local.simulation.service import STAGED, Service

from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
# Of a strategy's own settings: the strategy, and the least and the most of its percentages.
OWN = {
    "linearConfiguration": ("LINEAR", "stepPercent", 3.0, 100.0),
    "canaryConfiguration": ("CANARY", "canaryPercent", 0.1, 100.0),
}
FULL = 100
# troubleshooting-blue-green.html of the ECS Developer Guide; the other texts are [unverified].
NO_PAIR = (
    "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING"
    " deployment strategy"
)
LONGEST_BAKE = 1440
LONGEST_WAIT = 20160
# Stages at which only a function may be invoked.
NO_PAUSE = {"TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"}


def _strategy(params: Params, place: Place) -> str | None:
    """A strategy has what it needs: load balancers with a second target group, a bake time."""
    asked, present = _asked(params), _present(params, place)
    configuration = {**(present.settings["deploymentConfiguration"] if present else {}), **asked}
    strategy = configuration.get("strategy", "ROLLING")
    if strategy not in STAGED:
        return None
    if asked.get("strategy") == "BLUE_GREEN" and "bakeTimeInMinutes" not in asked:
        return "bakeTimeInMinutes must be provided with the BLUE_GREEN deployment strategy."
    balancers = params.get("loadBalancers")
    if balancers is None:
        balancers = present.settings["loadBalancers"] if present else []
    if any("advancedConfiguration" not in each for each in balancers):
        return NO_PAIR
    connect = params.get("serviceConnectConfiguration")
    if connect is None:
        connect = (present.settings.get("serviceConnectConfiguration") if present else None) or {}
    if strategy != "BLUE_GREEN" and not balancers and not connect.get("enabled"):
        return f"The {strategy} deployment strategy needs a load balancer or Service Connect."
    return None


def _own(params: Params, place: Place) -> str | None:
    """Settings of one strategy are not given with another, nor beyond their bounds."""
    asked, present = _asked(params), _present(params, place)
    before = present.settings["deploymentConfiguration"]["strategy"] if present else "ROLLING"
    strategy = asked.get("strategy", before)
    for name, (owner, percent, least, most) in OWN.items():
        if name not in asked:
            continue
        if strategy != owner:
            return f"{name} is only valid with the {owner} deployment strategy."
        value = asked[name].get(percent)
        if value is not None and not (least <= value <= most and round(value, 1) == value):
            return f"{percent} must be a multiple of 0.1 from {least} to {most}."
    if strategy in STAGED and (asked.get("earlySuccessCriteria") or {}).get("enable"):
        return "earlySuccessCriteria is only valid with the ROLLING deployment strategy."
    return _bakes(asked)


def _bakes(asked: Mapping[str, Any]) -> str | None:
    given = {
        "bakeTimeInMinutes": asked.get("bakeTimeInMinutes"),
        "stepBakeTimeInMinutes": (asked.get("linearConfiguration") or {}).get(
            "stepBakeTimeInMinutes"
        ),
        "canaryBakeTimeInMinutes": (asked.get("canaryConfiguration") or {}).get(
            "canaryBakeTimeInMinutes"
        ),
    }
    for name, value in given.items():
        if value is not None and not 0 <= value <= LONGEST_BAKE:
            return f"{name} must be from 0 to {LONGEST_BAKE}."
    return None


def _hooks(params: Params, _: Place) -> str | None:
    for each in _asked(params).get("lifecycleHooks") or ():
        stages = each.get("lifecycleStages") or []
        if not stages:
            return "lifecycleStages must be provided for a lifecycle hook."
        if each.get("targetType", "AWS_LAMBDA") == "AWS_LAMBDA":
            if not (each.get("hookTargetArn") and each.get("roleArn")):
                return "hookTargetArn and roleArn must be provided for an AWS_LAMBDA hook."
        elif each.get("hookTargetArn") or NO_PAUSE & {*stages}:
            return "Invalid lifecycle stage provided for Pause Hook"
        limit = (each.get("timeoutConfiguration") or {}).get("timeoutInMinutes", 1)
        if not 1 <= limit <= LONGEST_WAIT:
            return f"timeoutInMinutes must be from 1 to {LONGEST_WAIT}."
    return None


def _early(params: Params, place: Place) -> str | None:
    criteria = _asked(params).get("earlySuccessCriteria") or {}
    if not criteria.get("enable"):
        return None
    present = _present(params, place)
    before = present.settings["deploymentConfiguration"] if present else {}
    least = {"minimumHealthyPercent": 100, **before, **_asked(params)}["minimumHealthyPercent"]
    percent = criteria.get("healthyPercent")
    if percent is None or not criteria.get("sourceServiceRevisionCleanup"):
        return "earlySuccessCriteria requires healthyPercent and sourceServiceRevisionCleanup."
    if not least <= percent <= FULL:
        return f"healthyPercent must be from minimumHealthyPercent, {least}, to {FULL}."
    return None


def _threshold(params: Params, _: Place) -> str | None:
    breaker = _asked(params).get("deploymentCircuitBreaker") or {}
    given = breaker.get("thresholdConfiguration")
    if given is None:
        return None
    if "type" not in given or "value" not in given:
        return "thresholdConfiguration requires type and value."
    if given["value"] < 1 or (given["type"] != "COUNT" and given["value"] > FULL):
        return f"The value of thresholdConfiguration is out of range: {given['value']}."
    return None


def _asked(params: Params) -> Mapping[str, Any]:
    return params.get("deploymentConfiguration") or {}


def _present(params: Params, place: Place) -> Service | None:
    """Return the service that is to be updated."""
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    name = str(params.get("service", "")).rpartition("/")[2]
    found: Service | None = place.of("ecs").region.services.get(f"{cluster}:{name}")
    return found


RULES = tuple(
    Rule(operation, code, check, source)
    for operation in ("CreateService", "UpdateService")
    for code, check, source in (
        (INVALID, _strategy, "ECS guide: troubleshooting-blue-green"),
        (INVALID, _own, "ECS API: DeploymentConfiguration"),
        (INVALID, _hooks, "ECS API: DeploymentLifecycleHook"),
        (INVALID, _early, "ECS API: DeploymentEarlySuccessCriteria"),
        (INVALID, _threshold, "ECS API: ThresholdConfiguration"),
    )
)
