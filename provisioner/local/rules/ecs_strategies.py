"""What ECS refuses about deployment strategies and lifecycle hooks.

API_DeploymentConfiguration, API_AdvancedConfiguration and API_DeploymentLifecycleHook of
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/. The texts are [unverified].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.local.elbv2_targets import serving
from provisioner.local.simulation.service import STAGED, Service

from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
# Of a strategy's own settings: the strategy, and the least and the most of its percentages.
OWN = {
    "linearConfiguration": ("LINEAR", "stepPercent", 3.0, 100.0),
    "canaryConfiguration": ("CANARY", "canaryPercent", 0.1, 100.0),
}
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
        return f"advancedConfiguration is required with the {strategy} deployment strategy."
    connect = params.get("serviceConnectConfiguration") or {}
    if strategy != "BLUE_GREEN" and not balancers and not present and not connect.get("enabled"):
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
            return "A PAUSE hook has no hookTargetArn, and cannot wait while traffic is shifted."
        limit = (each.get("timeoutConfiguration") or {}).get("timeoutInMinutes", 1)
        if not 1 <= limit <= LONGEST_WAIT:
            return f"timeoutInMinutes must be from 1 to {LONGEST_WAIT}."
    return None


def _surroundings(params: Params, place: Place) -> str | None:
    """The second target group, the rules and the role of an advancedConfiguration are there."""
    elbv2 = place.of("elbv2")
    for balancer in params.get("loadBalancers") or ():
        advanced = balancer.get("advancedConfiguration")
        if advanced is None:
            continue
        for name in ("alternateTargetGroupArn", "productionListenerRule", "roleArn"):
            if not advanced.get(name):
                return f"{name} must be provided in advancedConfiguration."
        group = advanced["alternateTargetGroupArn"]
        if group == balancer.get("targetGroupArn"):
            return "alternateTargetGroupArn must differ from targetGroupArn."
        if not (group in elbv2.target_groups and serving(elbv2, group)):
            return (
                f"The target group with targetGroupArn {group} does not have an associated load"
                " balancer."
            )
        for name in ("productionListenerRule", "testListenerRule"):
            if advanced.get(name) and advanced[name] not in _rules(elbv2):
                return f"The {name} {advanced[name]} was not found."
    return None


def _rules(elbv2: Any) -> set[str]:
    """ARNs of all listeners and rules."""
    listeners = [
        each for balancer in elbv2.load_balancers.values() for each in balancer.listeners.values()
    ]
    return {each.arn for each in listeners} | {
        rule.arn for each in listeners for rule in each.rules.values()
    }


def _asked(params: Params) -> Mapping[str, Any]:
    return params.get("deploymentConfiguration") or {}


def _present(params: Params, place: Place) -> Service | None:
    """Return the service that is to be updated."""
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    name = str(params.get("service", "")).rpartition("/")[2]
    found: Service | None = place.of("ecs").region.services.get(f"{cluster}:{name}")
    return found


RULES = tuple(
    Rule(operation, INVALID, check, source)
    for operation in ("CreateService", "UpdateService")
    for check, source in (
        (_strategy, "5.1 [bc]"),
        (_own, "5.1 [bc]"),
        (_hooks, "5.1 [bc]"),
        (_surroundings, "5.2 [bc]"),
    )
)
