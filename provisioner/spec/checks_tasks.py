"""Rules about what is run by hand or by the clock, and about keys that are old."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from provisioner.spec.finding import Finding
from provisioner.spec.models import Spec
from provisioner.spec.parts import workloads
from provisioner.spec.spelling import hint


def something_runs(spec: Spec) -> Iterator[Finding]:
    """A stack is there to run something."""
    if not spec.services and not spec.tasks:
        yield Finding(("services",), "expected at least one service or task, found none")


def one_name_one_thing(spec: Spec) -> Iterator[Finding]:
    """Addresses and names are made of the keys of services and tasks alike."""
    for name in spec.tasks:
        if name in spec.services:
            yield Finding(("tasks", name), f"`{name}` is already a service; choose another key")


def tasks_before(spec: Spec) -> Iterator[Finding]:
    """What runs before a deployment is one of the tasks."""
    for name, service in spec.services.items():
        task = service.hooks.pre_deploy
        if task and task not in spec.tasks:
            where = ("services", name, "hooks", "pre_deploy")
            yield Finding(
                where, f"there is no task {task!r} under `tasks:`{hint(task, spec.tasks)}"
            )


# Every file of the database is opened for it.
known_time_zones = cache(available_timezones)


def time_zones(spec: Spec) -> Iterator[Finding]:
    """EventBridge Scheduler knows the zones of the IANA database."""
    for name, task in spec.tasks.items():
        zone = task.schedule.time_zone if task.schedule else "UTC"
        if zone != "UTC" and (known := known_time_zones()) and zone not in known:
            where = ("tasks", name, "schedule", "time_zone")
            yield Finding(where, f"there is no time zone {zone!r}{hint(zone, known)}")


def old_tracing(spec: Spec) -> Iterator[Finding]:
    """X-Ray's daemon and SDKs are in maintenance; X-Ray developer guide, support timeline."""
    for path, workload in workloads(spec):
        if workload.tracing.enabled and workload.tracing.mode == "legacy":
            message = "the X-Ray daemon is in maintenance since February 2026; prefer otel"
            yield Finding((*path, "tracing", "mode"), message, "warning")
