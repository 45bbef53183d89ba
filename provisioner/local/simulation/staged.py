"""Blue/green, linear and canary deployments: one lifecycle stage after the other.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
and API_DeploymentLifecycleHook, which tells what is so at each stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import hooks, rolling, traffic
from .service import Deployment, Progress, Service
from .surroundings import Surroundings
from .targets import Targets
from .verdict import Cause, fall

STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
# Seconds that rules take to change [unverified].
SHIFTS_IN = 10.0
# No stage lasts longer than 24 hours, but for its hooks.
LONGEST = 24 * 3600.0
HOOKS = Cause("a lifecycle hook failed.", "hook execution failure(s) detected.", "ECS deployment ")
TOO_LONG = Cause(
    "a lifecycle stage took too long.", "lifecycle stage timed out.", "ECS deployment "
)


def schedule(service: Service, now: float, world: Surroundings, targets: Targets) -> None:
    """Start and stop what the stage wants, and go on to the next stage when it is done.

    What rolls, what goes back, what is cleaned up and what is deleted is left to `rolling`.
    """
    green = service.primary
    if green is None or not _under_way(service, green):
        rolling.schedule(service, now, world, targets)
        return
    if not green.progress.stage:
        many = len([each for each in service.live if each is not green]) > 1
        _enter(service, green, "RECONCILE_SERVICE" if many else "PRE_SCALE_UP", now, world)
    _hold(service, green, now, world, targets)
    for hook in green.progress.hooks:
        hooks.advance(hook, now)
    if any(each.refused for each in green.progress.hooks):
        fall(service, green, now, HOOKS, world)
    elif now >= green.progress.since + LONGEST and not _open(green.progress):
        fall(service, green, now, TOO_LONG, world)
    elif not _open(green.progress) and _done(service, green, now, world, targets):
        following = STAGES[STAGES.index(green.progress.stage) + 1]
        _enter(service, green, following, now, world)


def moments(service: Service) -> Iterator[float]:
    """Yield when a stage may end by itself."""
    green = service.primary
    if green is None or not _under_way(service, green):
        return
    at = green.progress
    yield at.since + SHIFTS_IN
    yield at.since + _bake(green)
    yield at.since + LONGEST
    yield at.stepped + SHIFTS_IN
    plan = traffic.steps(green.configuration)
    yield at.stepped + plan[min(at.step, len(plan) - 1)].bake
    yield from (moment for each in at.hooks if each.open for moment in (each.due, each.expires))


def _under_way(service: Service, green: Deployment) -> bool:
    return (
        green.staged
        and green.rollout == "IN_PROGRESS"
        and green.progress.stage != "CLEAN_UP"
        and service.rolling_back is None
        and service.status == "ACTIVE"
    )


def _open(progress: Progress) -> bool:
    return any(each.open for each in progress.hooks)


def _enter(
    service: Service, green: Deployment, stage: str, now: float, world: Surroundings
) -> None:
    at = green.progress
    at.stage, at.since, green.updated = stage, now, now
    at.hooks += hooks.begun(green.configuration, stage, now, world)
    if stage == "RECONCILE_SERVICE" and service.good:
        traffic.restore(service, service.good, world)
    elif stage == "TEST_TRAFFIC_SHIFT":
        traffic.shift_test(service, green, world)
    elif stage == "PRODUCTION_TRAFFIC_SHIFT":
        at.step, at.stepped = 0, now
        traffic.shift_production(service, green, _plan(service, green)[0].percent, world)


def _hold(
    service: Service, green: Deployment, now: float, world: Surroundings, targets: Targets
) -> None:
    """Keep the good revision at its full size, and the new one from SCALE_UP on; no other."""
    service.lost = 0  # made up for here, whatever has become of it
    grown = STAGES.index(green.progress.stage) >= STAGES.index("SCALE_UP")
    for each in service.live:
        wanted = each is service.good or (each is green and grown)
        rolling.hold(service, each, service.desired if wanted else 0, now, world, targets)


def _done(
    service: Service, green: Deployment, now: float, world: Surroundings, targets: Targets
) -> bool:
    at = green.progress
    if at.stage == "RECONCILE_SERVICE":
        kept = {each.number for each in (green, service.good) if each}
        return all(t.status == "STOPPED" for t in service.tasks if t.deployment not in kept)
    if at.stage == "SCALE_UP":
        return len(rolling.count(service.of(green), now, targets).healthy) >= service.desired
    if at.stage == "PRODUCTION_TRAFFIC_SHIFT":
        return _shifted(service, green, now, world)
    if at.stage == "BAKE_TIME":
        return now >= at.since + _bake(green)
    return at.stage != "TEST_TRAFFIC_SHIFT" or now >= at.since + SHIFTS_IN


def _shifted(service: Service, green: Deployment, now: float, world: Surroundings) -> bool:
    """Take the steps that are due; return whether the last has been taken."""
    at, plan = green.progress, _plan(service, green)
    while at.step < len(plan) - 1 and now >= at.stepped + plan[at.step].bake:
        at.stepped += plan[at.step].bake
        at.step += 1
        green.updated = now
        traffic.shift_production(service, green, plan[at.step].percent, world)
    return at.step == len(plan) - 1 and now >= at.stepped + SHIFTS_IN


def _plan(service: Service, green: Deployment) -> list[traffic.Step]:
    """Return the steps; a first revision has nobody to share with."""
    plan = traffic.steps(green.configuration)
    return plan if service.good else plan[-1:]


def _bake(green: Deployment) -> float:
    return traffic.MINUTE * float(green.configuration.get("bakeTimeInMinutes") or 0)
