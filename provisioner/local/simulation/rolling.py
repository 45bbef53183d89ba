"""What a service starts and stops next: ECS's rolling scheduler.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html and
service_definition_parameters.html (maximumPercent is rounded down, minimumHealthyPercent up;
tasks that are stopping count for the maximum).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from . import early, health
from . import task as lifecycle
from .launching import fail, start
from .service import Deployment, Service
from .surroundings import Surroundings
from .targets import Targets
from .task import Task

SCHEDULER = "ServiceSchedulerInitiated"
STUCK = (
    "was unable to stop or start tasks during a deployment because of the service deployment"
    " configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
)


@dataclass(slots=True)
class Count:
    """The tasks of a service that nobody has asked to stop, as they are judged now."""

    healthy: list[Task]
    pending: list[Task]
    unhealthy: list[Task]

    @property
    def usable(self) -> int:
        """Those that are healthy or may become so."""
        return len(self.healthy) + len(self.pending)

    @property
    def all(self) -> int:
        """All of them."""
        return self.usable + len(self.unhealthy)


def count(tasks: Sequence[Task], now: float, targets: Targets) -> Count:
    """Sort tasks by how they are."""
    found = Count([], [], [])
    for each in tasks:
        if each.active:
            getattr(found, health.verdict(each, now, targets)[0]).append(each)
    return found


def schedule(service: Service, now: float, world: Surroundings, targets: Targets) -> None:
    """Start and stop what can be started and stopped now."""
    primary = service.primary
    if primary is None:
        return
    if primary.rollout == "FAILED":
        _shrink(service, primary, now, targets)
        return
    mine = count(service.of(primary), now, targets)
    others = count([t for t in service.tasks if t.deployment != primary.number], now, targets)
    lower, upper = bounds(service)
    occupied = sum(each.status not in {"DEPROVISIONING", "STOPPED"} for each in service.tasks)
    missing, room = service.desired - mine.usable, max(0, upper - occupied)
    report(service, [*mine.unhealthy, *others.unhealthy], now, world, targets)
    if missing > 0 and room > 0 and now >= service.retry_at:
        start(service, primary, min(missing, room), now, world)
    _restock(service, lower, now, world, targets)
    good = service.good.number if service.good else 0
    victims = _surplus(mine, service.desired, full=room == 0)
    enough = early.enough(primary.configuration, service.desired)
    needed = missing if room == 0 else 0
    if len(mine.healthy) < enough:  # what is unhealthy goes, and is made up for by its own
        service.lost += sum(each.deployment == good for each in others.unhealthy)
    victims += _outdated(mine, others, _Aim(service.desired, enough, lower, needed), good)
    stop(service, primary, victims, now, targets)
    idle = occupied == mine.all + others.all and not (mine.pending or others.pending)
    if missing > 0 and room == 0 and not victims and idle:
        service.tell(now, STUCK, once=True)


def _shrink(service: Service, primary: Deployment, now: float, targets: Targets) -> None:
    """Stop what is too much: a failed deployment starts nothing (its rolloutState), no more."""
    for each in service.live:
        mine = count(service.of(each), now, targets)
        stop(service, primary, _surplus(mine, service.desired, full=False), now, targets)


def hold(
    service: Service,
    deployment: Deployment,
    wanted: int,
    now: float,
    world: Surroundings,
    targets: Targets,
) -> None:
    """Keep one deployment at a size of its own, replacing what it loses, start-first."""
    mine = count(service.of(deployment), now, targets)
    report(service, mine.unhealthy, now, world, targets)
    missing = wanted - mine.usable
    if missing > 0 and now >= service.retry_at:
        start(service, deployment, missing, now, world)
    stop(service, deployment, _surplus(mine, wanted, full=False), now, targets)


def bounds(service: Service) -> tuple[int, int]:
    """How many tasks must be healthy, and how many there may be."""
    configuration, wanted = service.settings["deploymentConfiguration"], service.desired
    lower = math.ceil(wanted * configuration["minimumHealthyPercent"] / 100)
    upper = math.floor(wanted * configuration["maximumPercent"] / 100)
    return lower, upper


def _restock(
    service: Service, lower: int, now: float, world: Surroundings, targets: Targets
) -> None:
    """Replace what the good revision has lost during a rollout by its own.

    Only as many as the minimum wants, and within the maximum.
    """
    good, lost = service.good, service.lost
    service.lost = 0
    if good is None or good is service.primary or not lost:
        return
    there = count(service.tasks, now, targets)
    occupied = sum(each.status not in {"DEPROVISIONING", "STOPPED"} for each in service.tasks)
    coming = len([each for each in there.pending if each.deployment == good.number])
    needed = max(0, min(lost, lower - len(there.healthy) - coming))
    number = max(0, min(needed, bounds(service)[1] - occupied))
    service.lost = needed - number  # until there is room
    if number > 0:
        start(service, good, number, now, world)


def _surplus(mine: Count, wanted: int, *, full: bool) -> list[Task]:
    """Of the primary deployment: what is too much; what is unhealthy, once it is replaced.

    An unhealthy task goes when its replacement is healthy, or when there is no room for one.
    """
    victims = mine.unhealthy[: max(0, len(mine.unhealthy) - max(0, wanted - len(mine.healthy)))]
    if not victims and full and mine.unhealthy and mine.usable < wanted:
        victims = mine.unhealthy[:1]
    extra = mine.usable - wanted
    return victims + [*mine.pending, *reversed(mine.healthy)][: max(0, extra)]


class _Aim(NamedTuple):
    """So many tasks shall there be; so many new ones replace the old; the fewest; room needed."""

    wanted: int
    enough: int
    lower: int
    needed: int


def _outdated(mine: Count, others: Count, aim: _Aim, good: int) -> list[Task]:
    """Of the other deployments: what has been replaced, or must make room."""
    wanted, enough, lower, needed = aim
    if len(mine.healthy) >= enough:
        return [*others.unhealthy, *others.pending, *others.healthy]
    healthy = len(mine.healthy) + len(others.healthy)
    spare = min(healthy - lower, max(healthy - wanted, needed))
    coming = [each for each in others.pending if each.deployment == good]
    going = [each for each in others.pending if each.deployment != good]
    kept = max(0, lower - healthy)  # what was started to make up for a loss
    return [*others.unhealthy, *going, *coming[kept:], *others.healthy[: max(0, spare)]]


def stop(
    service: Service, primary: Deployment, victims: Sequence[Task], now: float, targets: Targets
) -> None:
    """Stop tasks, each for its own reason."""
    draining = 0
    for each in victims:
        sick, why = health.verdict(each, now, targets)
        reason = (
            why
            if sick == "unhealthy"
            else f"Scaling activity initiated by (deployment {primary.id})"
        )
        draining += bool(list(health.targets_of(each, targets)))
        lifecycle.stop(each, now, SCHEDULER, reason, targets)
    if victims:
        service.steady = False
        names = " ".join(f"(task {each.id})" for each in victims)
        service.tell(now, f"has stopped {len(victims)} running tasks: {names}.")
    if draining:
        service.tell(now, f"has begun draining connections on {draining} tasks.")


def report(
    service: Service,
    unhealthy: Sequence[Task],
    now: float,
    world: Surroundings,
    targets: Targets,
) -> None:
    """Count and tell, once for each task, that it is unhealthy; the application has logged it."""
    for each in unhealthy:
        if not each.failed:
            each.failed = True
            fail(service, service.numbered(each.deployment), now)
            service.steady = False
            for arn, target in health.targets_of(each, targets):
                seen = targets.health(arn, target, now)
                if seen.state == "unhealthy":
                    _log(each, arn, now, world)
                    text = f"(port {target.port}) is unhealthy in (target-group {arn}) due to"
                    service.tell(now, f"{text} (reason {seen.description}).")
                    break
            else:
                service.tell(now, f"(task {each.id}) failed container health checks.")


def _log(task: Task, group: str, now: float, world: Surroundings) -> None:
    """Let the container behind a target group write what it answers to the health checks."""
    for balancer in task.balancers:
        for each in task.containers:
            if balancer.get("targetGroupArn") == group and each.name == balancer["containerName"]:
                said = each.fate.checked.replace("{path}", world.group(group).path)
                world.log(each.definition, task.id, now, [said] if said else [])
