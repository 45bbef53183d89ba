"""What ECS refuses about the pairs of target groups between which it moves traffic.

The texts are those of the ECS Developer Guide's troubleshooting-blue-green.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.local.elbv2_targets import serving, weights

from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
PAGE = "ECS guide: troubleshooting-blue-green"
RULES_OF = ("productionListenerRule", "testListenerRule")
# A listener rule of an application load balancer, a listener of a network load balancer.
MOVABLE = (":listener-rule/app/", ":listener/net/")


def _some(params: Params, _: Place) -> str | None:
    kinds = {"advancedConfiguration" in each for each in params.get("loadBalancers") or ()}
    if len(kinds) > 1:
        return (
            "Either all or none of the provided loadBalancers must have advancedConfiguration"
            " defined"
        )
    return None


def _missing(params: Params, _: Place) -> str | None:
    """The texts for a pair without its other group, its rule or its role are [unverified]."""
    for _group, advanced in _pairs(params):
        for name in ("alternateTargetGroupArn", RULES_OF[0], "roleArn"):
            if not advanced.get(name):
                return f"{name} must be provided in advancedConfiguration."
    return None


def _twice(params: Params, _: Place) -> str | None:
    seen: set[str] = set()
    for group, advanced in _pairs(params):
        for arn in (group, advanced["alternateTargetGroupArn"]):
            if arn in seen:
                return f"Duplicate targetGroupArn found: {arn}"
            seen.add(arn)
    return None


def _form(params: Params, _: Place) -> str | None:
    for _group, advanced in _pairs(params):
        for name in RULES_OF:
            arn = advanced.get(name)
            if arn and not any(each in arn for each in MOVABLE):
                return (
                    f"{name} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for"
                    f" NLB. Got: {arn}"
                )
    return None


def _one_rule(params: Params, _: Place) -> str | None:
    for _group, advanced in _pairs(params):
        production, test = (advanced.get(name) for name in RULES_OF)
        if production == test:
            return (
                "The following rules cannot be used as both production and test listener rules:"
                f" {production}"
            )
    return None


def _detached(params: Params, place: Place) -> str | None:
    elbv2 = place.of("elbv2")
    for _group, advanced in _pairs(params):
        arn = advanced["alternateTargetGroupArn"]
        if not (arn in elbv2.target_groups and serving(elbv2, arn)):
            return (
                f"The target group with targetGroupArn {arn} does not have an associated load"
                " balancer."
            )
    return None


def _no_test_rule(params: Params, place: Place) -> str | None:
    for group, advanced in _pairs(params):
        found = weights(place.of("elbv2"), advanced[RULES_OF[0]])
        both = {group, advanced["alternateTargetGroupArn"]}
        if found is not None and not advanced.get(RULES_OF[1]) and not both <= found.keys():
            return (
                "For Application LoadBalancer, testListenerRule is required when"
                " productionListenerRule is not associated with both targetGroup and"
                " alternateTargetGroup"
            )
    return None


def _pairs(params: Params) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each target group that has an advancedConfiguration, with that."""
    for each in params.get("loadBalancers") or ():
        if "advancedConfiguration" in each:
            yield each.get("targetGroupArn", ""), each["advancedConfiguration"]


CHECKS = (_some, _missing, _twice, _form, _one_rule, _detached, _no_test_rule)
RULES = tuple(
    Rule(operation, INVALID, check, PAGE)
    for operation in ("CreateService", "UpdateService")
    for check in CHECKS
)
