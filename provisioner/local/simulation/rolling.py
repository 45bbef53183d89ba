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

from . import capacity, early, health, script
from . import task as lifecycle
from .service import Deployment, Service
from .surroundings import Surroundings
from .targets import Targets
from .task import Task

SCHEDULER = "ServiceSchedulerInitiated"
# Failures in a row before ECS waits between attempts, the first wait, and the longest
# (service-throttle-logic.html: up to 15 minutes; the rest [unverified]).
PATIENT_UNTIL = 10
FIRST_WAIT = 15.0
LONGEST_WAIT = 900.0
STUCK = (
    "was unable to stop or start tasks during a deployment because of the service deployment"
    " configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
)
THROTTLED = (
    "is unable to consistently start tasks successfully. For more information, see the"
    " Troubleshooting section of the Amazon ECS Developer Guide."
)
UNASSUMABLE = (
    "failed to launch a task with (error ECS was unable to assume the role '{role}' that was"
    " provided for this task. Please verify that the role being passed has the proper trust"
    " relationship and permissions and that your IAM user has permissions to pass this role.)."
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
    if primary is None or primary.rollout == "FAILED":
        return
    mine = count(service.of(primary), now, targets)
    others = count([t for t in service.tasks if t.deployment != primary.number], now, targets)
    lower, upper = bounds(service)
    occupied = sum(each.status not in {"DEPROVISIONING", "STOPPED"} for each in service.tasks)
    missing, room = service.desired - mine.usable, max(0, upper - occupied)
    report(service, mine.unhealthy, now, targets)
    if missing > 0 and room > 0 and now >= service.retry_at:
        start(service, primary, min(missing, room), now, world)
    _restock(service, lower, now, world, targets)
    good = service.good.number if service.good else 0
    victims = _surplus(mine, service.desired, full=room == 0)
    enough = early.enough(primary.configuration, service.desired)
    needed = missing if room == 0 else 0
    victims += _outdated(mine, others, _Aim(service.desired, enough, lower, needed), good)
    stop(service, primary, victims, now, targets)
    idle = occupied == mine.all + others.all and not (mine.pending or others.pending)
    if missing > 0 and room == 0 and not victims and idle:
        service.tell(now, STUCK, once=True)


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
    report(service, mine.unhealthy, now, targets)
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


def start(
    service: Service, deployment: Deployment, number: int, now: float, world: Surroundings
) -> None:
    """Start tasks of a deployment."""
    definition = world.definition(deployment.revision["taskDefinition"])
    if role := world.unassumable(definition):
        service.tell(now, UNASSUMABLE.replace("{role}", role), once=True)
        fail(service, deployment, now)
        service.retry_at = max(service.retry_at, now + FIRST_WAIT)
        return
    started = []
    for _ in range(number):
        started.append(launch(service, deployment, definition, now, world))
        service.tasks.append(started[-1])
    service.steady = False
    names = " ".join(f"(task {each.id})" for each in started)
    service.tell(now, f"has started {number} tasks: {names}.")


def launch(
    service: Service,
    deployment: Deployment,
    definition: script.Shape,
    now: float,
    world: Surroundings,
) -> Task:
    """Start one task of a deployment."""
    made = script.containers(definition, world, service.name, service.launched)
    service.launched += 1
    if not deployment.images:
        deployment.images = [
            {"containerName": each.name, "image": each.image, "imageDigest": each.digest}
            if each.digest
            else {"containerName": each.name, "image": each.image}
            for each in made
        ]
    task = Task(
        arn=f"{service.cluster_arn.replace(':cluster/', ':task/')}/{lifecycle.new_id()}",
        cluster_arn=service.cluster_arn,
        definition=definition,
        group=f"service:{service.name}",
        settings=deployment.revision,
        containers=made,
        created=now,
        started_by=deployment.id,
        deployment=deployment.number,
        balancers=deployment.balancers,
        provider=capacity.choose(
            deployment.revision.get("capacityProviderStrategy") or (),
            [each.provider for each in service.of(deployment) if each.active],
        ),
        grace=float(service.settings.get("healthCheckGracePeriodSeconds") or 0),
        refused=script.refusal(definition, made, world),
    )
    lifecycle.begin(task, world)
    return task


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


def report(service: Service, unhealthy: Sequence[Task], now: float, targets: Targets) -> None:
    """Count and tell, once for each task, that it is unhealthy."""
    for each in unhealthy:
        if not each.failed:
            each.failed = True
            fail(service, service.numbered(each.deployment), now)
            service.steady = False
            for arn, target in health.targets_of(each, targets):
                seen = targets.health(arn, target, now)
                if seen.state == "unhealthy":
                    text = f"(port {target.port}) is unhealthy in (target-group {arn}) due to"
                    service.tell(now, f"{text} (reason {seen.description}).")
                    break
            else:
                service.tell(now, f"(task {each.id}) failed container health checks.")


def fail(service: Service, deployment: Deployment, now: float) -> None:
    """Count a failure, and wait the longer before the next start the more there were."""
    deployment.failures += 1
    deployment.failed += 1
    deployment.updated = now
    service.in_a_row += 1
    beyond = service.in_a_row - PATIENT_UNTIL
    if beyond >= 0:
        service.retry_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(beyond, 10))
        service.tell(now, THROTTLED, once=True)
