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
HOOKS = Cause("", "hook execution failure(s) detected.", "ECS deployment ")
NETWORK = Cause("", "invalid networking configuration.", "ECS deployment ")
TOO_LONG = Cause(
    "a lifecycle stage took too long.", "lifecycle stage timed out.", "ECS deployment "
)


def schedule(service: Service, now: float, world: Surroundings, targets: Targets) -> None:
    """Start and stop what the stage wants, and go on to the next stage when it is done.

    What rolls, what goes back, what is cleaned up and what is deleted is left to `rolling`.
    """
    green, back = service.primary, service.rolling_back
    for hook in back.progress.hooks if back else ():
        hooks.advance(hook, now)
    if green is None or not _under_way(service, green):
        rolling.schedule(service, now, world, targets)
        return
    if not green.progress.stage and not _begin(service, green, now, world):
        return
    _hold(service, green, now, world, targets)
    if green.status != "IN_PROGRESS":
        return
    for hook in green.progress.hooks:
        hooks.advance(hook, now)
    if why := hooks.complaint(green.progress.hooks):
        fall(service, green, now, HOOKS._replace(why=why), world)
    elif not _open(green.progress) and _done(service, green, now, targets):
        _enter(service, green, _following(service, green), now, world)
    elif now >= green.progress.since + LONGEST and not _open(green.progress):
        fall(service, green, now, TOO_LONG, world)


def _begin(service: Service, green: Deployment, now: float, world: Surroundings) -> bool:
    """Enter the first stage; return whether the rules, groups and roles are there for it."""
    many = len([each for each in service.live if each is not green]) > 1
    _enter(service, green, "RECONCILE_SERVICE" if many else "PRE_SCALE_UP", now, world)
    why = next(filter(None, (traffic.wrong(each, world) for each in green.balancers)), "")
    if why:
        fall(service, green, now, NETWORK._replace(why=why), world)
    return not why


def _following(service: Service, green: Deployment) -> str:
    """Return the next stage; each step of the traffic has its own two."""
    at = green.progress
    if at.stage == "PRODUCTION_TRAFFIC_SHIFT" and at.step < len(_plan(service, green)) - 1:
        return "PRE_PRODUCTION_TRAFFIC_SHIFT"
    return STAGES[STAGES.index(at.stage) + 1]


def moments(service: Service) -> Iterator[float]:
    """Yield when a stage may end by itself."""
    green, back = service.primary, service.rolling_back
    for hook in back.progress.hooks if back else ():
        if hook.open:
            yield from (hook.due, hook.expires)
    if green is None or not _under_way(service, green):
        return
    at = green.progress
    yield at.since + SHIFTS_IN
    yield at.since + _bake(green)
    yield at.since + LONGEST
    yield at.stepped + SHIFTS_IN
    plan = traffic.steps(green.configuration)
    yield at.stepped + plan[max(0, min(at.step, len(plan) - 1))].bake
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
        at.step, at.stepped = at.step + 1, now
        traffic.shift_production(service, green, _plan(service, green)[at.step].percent, world)


def _hold(
    service: Service, green: Deployment, now: float, world: Surroundings, targets: Targets
) -> None:
    """Keep the good revision at its full size, and the new one from SCALE_UP on; no other."""
    service.lost = 0  # made up for here, whatever has become of it
    grown = STAGES.index(green.progress.stage) >= STAGES.index("SCALE_UP")
    for each in service.live:
        wanted = each is service.good or (each is green and grown)
        rolling.hold(service, each, service.desired if wanted else 0, now, world, targets)


def _done(service: Service, green: Deployment, now: float, targets: Targets) -> bool:
    at = green.progress
    if at.stage == "RECONCILE_SERVICE":
        kept = {each.number for each in (green, service.good) if each}
        return all(t.status == "STOPPED" for t in service.tasks if t.deployment not in kept)
    if at.stage == "SCALE_UP":
        return len(rolling.count(service.of(green), now, targets).healthy) >= service.desired
    if at.stage == "PRODUCTION_TRAFFIC_SHIFT":
        plan = _plan(service, green)
        last = at.step == len(plan) - 1
        return now >= at.stepped + (SHIFTS_IN if last else plan[at.step].bake)
    if at.stage == "BAKE_TIME":
        return now >= at.since + _bake(green)
    return at.stage != "TEST_TRAFFIC_SHIFT" or now >= at.since + SHIFTS_IN


def _plan(service: Service, green: Deployment) -> list[traffic.Step]:
    """Return the steps; a first revision has nobody to share with."""
    plan = traffic.steps(green.configuration)
    return plan if service.good else plan[-1:]


def _bake(green: Deployment) -> float:
    return traffic.MINUTE * float(green.configuration.get("bakeTimeInMinutes") or 0)
