"""How a task is: by its containers' own checks, and by those of its target groups."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from .checks import Probe, changes, state
from .targets import Target, Targets
from .task import Container, Task

# A task that nothing checks counts as healthy after so long (ECS Developer Guide).
UNCHECKED = 40.0

Verdict = Literal["pending", "healthy", "unhealthy"]


def health_of(container: Container, task: Task, now: float) -> str:
    """Return a container's healthStatus."""
    if task.started == math.inf or "healthCheck" not in container.definition:
        return "UNKNOWN"
    probe, up, down = _probe(container, task)
    return {"initial": "UNKNOWN"}.get(found := state(probe, now, up, down), found.upper())


def verdict(task: Task, now: float, targets: Targets) -> tuple[Verdict, str]:
    """Judge a task as the scheduler does; with it goes why, if it is unhealthy."""
    if task.status != "RUNNING" or not task.active:
        return "pending", ""
    sick = _complaint(task, now, targets)
    if sick and now >= task.started + task.grace:
        return "unhealthy", sick
    checked = [each for each in task.essential if "healthCheck" in each.definition]
    well = not sick and all(health_of(each, task, now) == "HEALTHY" for each in checked)
    well = well and all(
        targets.health(arn, target, now).state in {"healthy", "unused"}
        for arn, target in targets_of(task, targets)
    )
    if not checked and not task.balancers:
        well = now >= task.started + UNCHECKED
    return ("healthy", "") if well else ("pending", "")


def _complaint(task: Task, now: float, targets: Targets) -> str:
    if any(health_of(each, task, now) == "UNHEALTHY" for each in task.essential):
        return "Task failed container health checks"
    for arn, target in targets_of(task, targets):
        if targets.health(arn, target, now).state == "unhealthy":
            return f"Task failed ELB health checks in (target-group {arn})"
    return ""


def targets_of(task: Task, targets: Targets) -> Iterator[tuple[str, Target]]:
    """Yield a task's targets, each with its group's ARN."""
    for each in task.balancers:
        arn = each.get("targetGroupArn", "")
        found = targets.found(arn, task.address.ip, each["containerPort"]) if task.address else None
        if found:
            yield arn, found


def moments(task: Task, targets: Targets) -> Iterator[float]:
    """Yield when a verdict on it may change by itself, and when its status does."""
    yield task.due
    if task.status == "RUNNING" and task.active:
        yield task.started + task.grace
        yield task.started + UNCHECKED
        for container in task.essential:
            if "healthCheck" in container.definition:
                probe, up, down = _probe(container, task)
                yield from (at for at, _ in changes(probe, up, down))
        for arn, target in targets_of(task, targets):
            yield from targets.moments(arn, target)


def _probe(container: Container, task: Task) -> tuple[Probe, float, float]:
    check = {"interval": 30, "retries": 3, "startPeriod": 0, **container.definition["healthCheck"]}
    begun = task.started
    probe = Probe(
        begun + check["interval"],
        check["interval"],
        1,
        check["retries"],
        begun + (check["startPeriod"] or 0),
    )
    fate = container.fate
    up = begun + fate.answers_in if fate.container_ok else math.inf
    return probe, up, begun + fate.fails_in
