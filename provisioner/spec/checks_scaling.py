"""Rules about autoscaling; application-autoscaling's RegisterScalableTarget, PutScalingPolicy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from provisioner.spec.checks_tasks import known_time_zones
from provisioner.spec.document import Path
from provisioner.spec.finding import Finding, balanced, services
from provisioner.spec.models import Spec
from provisioner.spec.scaling import Autoscaling, Custom, Steps
from provisioner.spec.service import Service
from provisioner.spec.spelling import hint

OWN_NAMES = {"cpu", "memory", "requests"}
"""Policies that have a key of their own."""
SHORT_PERIODS = (10, 20, 30)
"""Seconds; CloudWatch takes these and multiples of 60."""
MINUTE = 60
DAYS = (2, 4)
"""The places of the days of the month and of the week in a cron expression."""


def _scaled(spec: Spec) -> Iterator[tuple[Path, Service, Autoscaling]]:
    for path, service in services(spec):
        if service.autoscaling:
            yield (*path, "autoscaling"), service, service.autoscaling


def scaling_range(spec: Spec) -> Iterator[Finding]:
    """AWS moves a count that is out of range into it, so such a count says something untrue."""
    for path, service, scaling in _scaled(spec):
        low, high, count = scaling.min, scaling.max, service.desired_count
        if low > high:
            yield Finding((*path, "max"), f"expected at least min ({low}), found {high}")
        elif "desired_count" in service.model_fields_set and not low <= count <= high:
            yield Finding(
                (*path[:-1], "desired_count"),
                f"expected {low} to {high}, as autoscaling says, found {count}; it is the number of"
                f" tasks at creation, autoscaling changes it afterwards",
            )


def scaling_reason(spec: Spec) -> Iterator[Finding]:
    """Limits alone scale nothing, and no task has no CPU use."""
    for path, _, scaling in _scaled(spec):
        tracked = scaling.cpu_percent or scaling.memory_percent
        other = scaling.requests_per_target or scaling.custom or scaling.steps
        if not (tracked or other or scaling.schedule):
            yield Finding(
                path,
                "nothing here says when to scale; add cpu_percent, memory_percent,"
                " requests_per_target, custom, steps or schedule",
            )
        elif scaling.min == 0 and not other and not scaling.schedule:
            message = "without a task there is no CPU or memory use that could start the first one"
            yield Finding((*path, "min"), message, "warning")


def scaling_requests(spec: Spec) -> Iterator[Finding]:
    """Requests are counted by the load balancer."""
    served = balanced(spec) if spec.load_balancer else set()
    for path, _, scaling in _scaled(spec):
        if scaling.requests_per_target and str(path[1]) not in served:
            message = "the load balancer sends no requests to this service; give it `routes`"
            yield Finding((*path, "requests_per_target"), message)


def scaling_names(spec: Spec) -> Iterator[Finding]:
    """Policies, and scheduled actions, are told apart by their names."""
    for path, _, scaling in _scaled(spec):
        for field in ("custom", "steps", "schedule"):
            names = [item.name for item in getattr(scaling, field)]
            yield from _twice((*path, field), names, OWN_NAMES if field == "custom" else set())


def _twice(path: Path, names: Iterable[str], taken: set[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in taken:
            yield Finding((*path, index, "name"), f"`{name}` is the name of a key of its own")
        elif name in seen:
            yield Finding((*path, index, "name"), f"`{name}` stands here twice")
        seen.add(name)


def scaling_metrics(spec: Spec) -> Iterator[Finding]:
    """One metric, or an expression over several."""
    for path, _, scaling in _scaled(spec):
        for index, custom in enumerate(scaling.custom):
            if message := _custom_fault(custom):
                yield Finding((*path, "custom", index), message)


def _custom_fault(custom: Custom) -> str:
    if (custom.metric is None) == (custom.expression is None):
        found = "both" if custom.metric else "neither"
        return f"expected either `metric` or `expression` with `metrics`, found {found}"
    if custom.expression is not None and not custom.metrics:
        return "an expression needs `metrics`: its names, and what each stands for"
    if custom.metric and custom.metrics:
        return "`metrics` belong to an `expression`"
    return ""


def scaling_steps(spec: Spec) -> Iterator[Finding]:
    """Steps of one policy go one way, each further than the one before."""
    for path, _, scaling in _scaled(spec):
        for index, policy in enumerate(scaling.steps):
            where: Path = (*path, "steps", index)
            if message := _steps_fault(policy):
                yield Finding((*where, "steps"), message)
            seconds = policy.period_seconds
            if seconds not in SHORT_PERIODS and seconds % MINUTE:
                message = f"expected 10, 20, 30 or a multiple of 60, found {seconds}"
                yield Finding((*where, "period_seconds"), message)


def _steps_fault(policy: Steps) -> str:
    above = [step.above for step in policy.steps if step.above is not None]
    below = [step.below for step in policy.steps if step.below is not None]
    total = len(policy.steps)
    if sorted((len(above), len(below))) != [0, total]:
        return "expected `above` in every step, or `below` in every step"
    if above != sorted(set(above)) or below != sorted(set(below), reverse=True):
        return "expected every step further from the first one than the step before it"
    return ""


def scaling_schedule(spec: Spec) -> Iterator[Finding]:
    """An action sets a limit, and limits have an order."""
    for path, _, scaling in _scaled(spec):
        for index, action in enumerate(scaling.schedule):
            where: Path = (*path, "schedule", index)
            low, high = action.min, action.max
            if low is None and high is None:
                yield Finding(where, "expected `min`, `max` or both")
            elif low is not None and high is not None and low > high:
                yield Finding((*where, "max"), f"expected at least min ({low}), found {high}")


def scaling_moments(spec: Spec) -> Iterator[Finding]:
    """An action has a time that there is; application-autoscaling's PutScheduledAction."""
    for path, _, scaling in _scaled(spec):
        for index, action in enumerate(scaling.schedule):
            where: Path = (*path, "schedule", index)
            if message := _when_fault(action.when):
                yield Finding((*where, "when"), message)
            if action.start and action.end and action.end <= action.start:
                message = f"expected a time after start ({action.start}), found {action.end}"
                yield Finding((*where, "end"), message)
            zone = action.timezone
            if zone != "UTC" and (known := known_time_zones()) and zone not in known:
                message = f"there is no time zone {zone!r}{hint(zone, known)}"
                yield Finding((*where, "timezone"), message)


def _when_fault(when: str) -> str:
    kind, _, body = when.removesuffix(")").partition("(")
    if kind == "at":
        try:
            datetime.fromisoformat(body)
        except ValueError:
            return f"there is no such time: {body}"
    if kind == "cron":
        days = [body.split()[place] for place in DAYS]
        if days.count("?") != 1:
            return (
                "expected `?` for the day of the month or for the day of the week, and a value or"
                f" `*` for the other, found {' and '.join(days)}"
            )
    return ""
