"""How production and test traffic are shared between two revisions, and who tells the rules.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html;
what is wrong with rules and roles has the words of troubleshooting-blue-green.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .service import Deployment, Service
from .surroundings import Surroundings

ALL = 100.0
MINUTE = 60.0
INVALID = "of invalid networking configuration"


class Step(NamedTuple):
    """So many percent of production traffic go to the new revision, for at least so long."""

    percent: float
    bake: float


def steps(configuration: Mapping[str, Any]) -> list[Step]:
    """Return how production traffic moves; the last step is all of it.

    The defaults are those of API_LinearConfiguration and API_CanaryConfiguration.
    """
    given: Mapping[str, Any]
    if configuration["strategy"] == "LINEAR":
        given = configuration.get("linearConfiguration") or {}
        size = float(given.get("stepPercent", 10))
        bake = MINUTE * float(given.get("stepBakeTimeInMinutes", 6))
        before = [Step(round(size * n, 1), bake) for n in range(1, int(ALL / size) + 1)]
        return [*(each for each in before if each.percent < ALL), Step(ALL, 0)]
    if configuration["strategy"] == "CANARY":
        given = configuration.get("canaryConfiguration") or {}
        bake = MINUTE * float(given.get("canaryBakeTimeInMinutes", 10))
        first = float(given.get("canaryPercent", 5))
        return [Step(first, bake), Step(ALL, 0)] if first < ALL else [Step(ALL, 0)]
    return [Step(ALL, 0)]


def wrong(balancer: Mapping[str, Any], world: Surroundings) -> str:
    """Return what keeps ECS from moving this traffic, nothing if nothing does."""
    advanced = balancer.get("advancedConfiguration")
    if not advanced:
        return ""
    rules = [advanced.get(each) for each in ("productionListenerRule", "testListenerRule")]
    known = [world.weights(each) for each in rules if each]
    if None in known:
        return f"{INVALID}. One or more rules not found"
    for group in (balancer["targetGroupArn"], advanced["alternateTargetGroupArn"]):
        if not any(group in (each or {}) for each in known):
            return (
                f"{INVALID}: Target group {group} is not associated with either"
                " productionListenerRule or testListenerRule."
            )
    serving = [group for group, weight in (known[0] or {}).items() if weight]
    if len(serving) != 1:
        return (
            f"{INVALID}. productionListenerRule {rules[0]} should have exactly one target group"
            f" serving traffic but found {len(serving)} target groups which are serving traffic"
        )
    role = advanced.get("roleArn", "")
    if role and not world.assumable(role):
        return (
            f"{INVALID}. ECS was unable to manage the ELB resources due to missing permissions on"
            f" ECS Infrastructure Role '{role}'."
        )
    return ""


def shift_production(
    service: Service, green: Deployment, percent: float, world: Surroundings
) -> None:
    """Give the new revision so much of the production traffic, the good one the rest."""
    green.production = percent
    if service.good:
        service.good.production = ALL - percent
    _tell(green, "productionListenerRule", percent, world)


def shift_test(service: Service, green: Deployment, world: Surroundings) -> None:
    """Give the new revision all of the test traffic."""
    if not any("testListenerRule" in each for each in _advanced(green)):
        return
    green.test = ALL
    if service.good:
        service.good.test = 0
    _tell(green, "testListenerRule", ALL, world)


def restore(service: Service, good: Deployment, world: Surroundings) -> None:
    """Give all traffic back to a revision."""
    tested = any(each.test for each in service.deployments)
    for each in service.deployments:
        each.production = each.test = 0
    good.production, good.test = ALL, ALL if tested else 0
    _tell(good, "productionListenerRule", ALL, world)
    if tested:
        _tell(good, "testListenerRule", ALL, world)


def _advanced(deployment: Deployment) -> list[Mapping[str, Any]]:
    balancers = deployment.revision.get("loadBalancers", ())
    return [each["advancedConfiguration"] for each in balancers if "advancedConfiguration" in each]


def _tell(deployment: Deployment, which: str, percent: float, world: Surroundings) -> None:
    for each in deployment.balancers:
        advanced = each.get("advancedConfiguration") or {}
        if which in advanced:
            idle = advanced["alternateTargetGroupArn"]
            world.weigh(advanced[which], {each["targetGroupArn"]: percent, idle: ALL - percent})
