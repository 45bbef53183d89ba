"""Everything that ECS runs in one account and region, advanced event by event."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import Any

from . import alarms, health, launching, membership, notices, requests, script, staged
from . import task as lifecycle
from .service import Service
from .surroundings import Surroundings
from .targets import Targets
from .task import Task
from .verdict import judge

# A step settles in a few rounds; more would be a scheduler that contradicts itself.
ROUNDS = 50
Unit = Service | Task


class Region:
    """Services and single tasks, with the queue of what happens next."""

    def __init__(self, world: Surroundings) -> None:
        self.world = world
        self.targets = Targets(world.group)
        self.services: dict[str, Service] = {}
        self.single: dict[str, Task] = {}
        self._queue: list[tuple[float, int, Unit]] = []
        self._order = count()
        self._due: dict[str, float] = {}

    def touch(self, unit: Unit, now: float) -> None:
        """Have a service or a task looked at then, unless it will be looked at before."""
        if now < self._due.get(unit.arn, math.inf):
            self._due[unit.arn] = now
            heapq.heappush(self._queue, (now, next(self._order), unit))

    def advance(self, now: float) -> None:
        """Let happen everything that is due until `now`, in its order."""
        while self._queue and self._queue[0][0] <= now:
            at, _, unit = heapq.heappop(self._queue)
            if self._due.get(unit.arn) != at:
                continue  # it was looked at earlier, and will be again
            del self._due[unit.arn]
            following = (
                self._service(unit, at) if isinstance(unit, Service) else self._task(unit, at)
            )
            if following < math.inf:
                self.touch(unit, following)

    def tasks(self) -> list[Task]:
        """Return all tasks, also those that have stopped a while ago."""
        return [
            *self.single.values(),
            *(task for each in self.services.values() for task in each.tasks),
        ]

    def run(self, task: Task) -> None:
        """Start a single task."""
        self.single[task.arn] = task
        lifecycle.begin(task, self.world)
        self.touch(task, task.created)

    def stop(self, task: Task, now: float, code: str, reason: str) -> None:
        """Stop a task."""
        owner = next((each for each in self.services.values() if task in each.tasks), None)
        if owner and task.active and owner.numbered(task.deployment) is owner.good:
            owner.lost += 1
        lifecycle.stop(task, now, code, reason, self.targets)
        self.touch(owner or task, now)

    def single_task(
        self, definition: script.Shape, settings: dict[str, Any], now: float, **fields: Any
    ) -> Task:
        """Make a task that belongs to no service."""
        changed = fields.get("overrides", {}).get("containerOverrides", ())
        made = script.containers(definition, self.world, fields["group"], len(self.single), changed)
        cluster, name = fields["cluster_arn"], lifecycle.new_id()
        return Task(
            arn=f"{cluster.replace(':cluster/', ':task/')}/{name}",
            definition=definition,
            settings=settings,
            containers=made,
            created=now,
            refused=script.refusal(definition, made, self.world, name),
            **fields,
        )

    def _task(self, task: Task, now: float) -> float:
        lifecycle.advance(task, now, self.world, self.targets)
        self._told(task, now)
        if task.status == "STOPPED":
            forgotten = task.stamps["stoppedAt"] + self.world.remembers()
            if now >= forgotten:
                del self.single[task.arn]
                return math.inf
            return forgotten
        return task.due

    def _service(self, service: Service, now: float) -> float:
        for _ in range(ROUNDS):
            before = _signature(service)
            for task in service.tasks:
                was = task.active
                lifecycle.advance(task, now, self.world, self.targets)
                if was and not task.active:
                    self._lost(service, task, now)
            notices.begun(service)
            requests.settle(service, now, self.world)
            staged.schedule(service, now, self.world, self.targets)
            membership.tell(service, now, self.targets)
            judge(service, now, self.targets, self.world)
            if _signature(service) == before:
                break
        if service.status == "DRAINING" and all(t.status == "STOPPED" for t in service.tasks):
            service.status = "INACTIVE"
            for each in service.deployments:
                each.live = False
        kept = self.world.remembers()
        service.tasks = [t for t in service.tasks if now < t.stamps.get("stoppedAt", now) + kept]
        self._announce(service, now)
        return self._next(service, now)

    def _announce(self, service: Service, now: float) -> None:
        for each in service.notices:
            self.world.announce(service.arn, each.kind, each.detail, now)
        service.notices.clear()
        for task in service.tasks:
            self._told(task, now)

    def _told(self, task: Task, now: float) -> None:
        if task.told != (task.status, task.desired):
            task.told = (task.status, task.desired)
            self.world.task_changed(task, now)

    def _lost(self, service: Service, task: Task, now: float) -> None:
        """A task has ended by itself: that is a failure unless it was healthy before."""
        service.steady = False
        deployment = service.numbered(task.deployment)
        service.lost += deployment is service.good
        if not task.failed:
            task.failed = True
            if task.stop_code == "TaskFailedToStart":
                launching.complain(service, now, task.reason)
            launching.fail(service, deployment, now)

    def _next(self, service: Service, now: float) -> float:
        times = [at for task in service.tasks for at in health.moments(task, self.targets)]
        times += [service.retry_at, *staged.moments(service), *alarms.moments(service, now)]
        times += requests.moments(service)
        return min((at for at in times if at > now), default=math.inf)


def _signature(service: Service) -> tuple[Any, ...]:
    """What a round of a step may have changed."""
    return (
        len(service.tasks),
        [(task.status, task.desired) for task in service.tasks],
        service.primary and (service.primary.number, service.primary.rollout),
        service.primary and (service.primary.progress.stage, service.primary.progress.step),
        service.steady,
        len(service.events) and service.events[0].id,
    )
