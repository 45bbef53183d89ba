"""Rules about the containers of one task: how they wait for each other, share, and fit.

Sources: ECS RegisterTaskDefinition, ContainerDependency, EFSVolumeConfiguration; the developer
guide's task definition parameters for Fargate; the guide's considerations for ECS Exec.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from provisioner.spec.containers import BIND
from provisioner.spec.document import Path
from provisioner.spec.finding import Finding
from provisioner.spec.models import Spec
from provisioner.spec.parts import (
    MAIN,
    RESERVED,
    ROUTER,
    TRACING,
    containers,
    every_container,
    ports,
    workloads,
)
from provisioner.spec.service import Beside, Container, InitContainer, Sidecar, Workload
from provisioner.spec.spelling import enumerated, instead

MOST_CONTAINERS = 10
"""Containers in one task definition; Amazon ECS service quotas."""
MOST_FILES = 1_048_576
"""The highest `nofile` on Fargate."""


def container_names(spec: Spec) -> Iterator[Finding]:
    """Names are taken once per task; ecs.RegisterTaskDefinition refuses the second."""
    for path, workload in workloads(spec):
        named = [(where, name) for where, name, _ in containers(workload) if where]
        for where, name in named:
            if name in RESERVED or name == workload.names.container:
                yield Finding((*path, *where), f"`{name}` is already the name of a container")
        for name in workload.sidecars.keys() & workload.init_containers.keys():
            where = (*path, "init_containers", name)
            yield Finding(where, f"`{name}` is already the name of a sidecar")
        extra = bool(workload.log_router) + workload.tracing.enabled
        if (count := len(named) + 1 + extra) > MOST_CONTAINERS:
            message = f"expected at most {MOST_CONTAINERS} containers in a task, found {count}"
            yield Finding((*path, "sidecars"), message)


def dependencies(spec: Spec) -> Iterator[Finding]:
    """What a container waits for must be there, able to get there, and not wait in turn."""
    for path, workload in workloads(spec):
        known: dict[str, Container | None] = {n: one for _, n, one in containers(workload)}
        known |= {ROUTER: None} if workload.log_router else {}
        known |= {TRACING: None} if workload.tracing.enabled else {}
        for where, name, container in containers(workload):
            for other, condition in container.depends_on.items():
                at = (*path, *where, "depends_on", other)
                if other not in known:
                    choices = [one for one in known if one != name]
                    yield Finding(at, f"there is no container `{other}`{instead(other, choices)}")
                elif fault := _unreachable(other, known[other], condition):
                    yield Finding(at, fault)
        yield from _rings(path, workload)


def _unreachable(name: str, container: Container | None, condition: str) -> str:
    """Why a container never reaches a condition; "" where it can."""
    essential = not isinstance(container, InitContainer)
    if isinstance(container, Sidecar):
        essential = container.essential
    checked = container is not None and container.container_health_check
    if condition == "HEALTHY" and not checked:
        return f"`{name}` has no `container_health_check` that could find it healthy"
    if condition in ("COMPLETE", "SUCCESS") and essential:
        return (
            f"{condition} waits for the end of `{name}`, and with that the task ends;"
            f" make it an init container, or `essential: false`"
        )
    return ""


def _rings(path: Path, workload: Workload) -> Iterator[Finding]:
    if workload.sidecars.keys() & workload.init_containers.keys():
        return
    graph: dict[str, list[str]] = {}
    before: list[str] = []
    for _, name, container in containers(workload):
        graph[name] = list(container.depends_on)
    for name in workload.init_containers:
        graph[name] += before[-1:]
        before.append(name)
    for name in (MAIN, *workload.sidecars):
        graph[name] += before
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        ring = " → ".join(reversed(error.args[1]))
        yield Finding((*path, "depends_on"), f"containers wait for each other in a ring: {ring}")


def mounts(spec: Spec) -> Iterator[Finding]:
    """A path of a container is one thing, and a volume is declared."""
    for path, workload in workloads(spec):
        for name in workload.volumes:
            if name.startswith(BIND):
                message = f"names beginning with {BIND} belong to `writable`"
                yield Finding((*path, "volumes", name), message)
        for where, _, container in containers(workload):
            for place, mount in container.mounts.items():
                if mount.volume not in workload.volumes:
                    there = instead(mount.volume, workload.volumes)
                    at = (*path, *where, "mounts", place)
                    yield Finding(at, f"there is no volume `{mount.volume}`{there}")
            given = [*container.mounts, *container.writable, *container.tmpfs]
            for place, count in Counter(given).items():
                if count > 1:
                    yield Finding((*path, *where), f"{place} is mounted more than once")


def file_systems(spec: Spec) -> Iterator[Finding]:
    """EFS: what access points and IAM demand; ecs.EFSVolumeConfiguration."""
    for path, workload in workloads(spec):
        for name, volume in workload.volumes.items():
            efs, where = volume.efs, (*path, "volumes", name, "efs")
            if efs is None:
                continue
            if efs.access_point and efs.root_directory != "/":
                message = "an access point brings its own directory; leave this out"
                yield Finding((*where, "root_directory"), message)
            if not efs.transit_encryption and (efs.iam or efs.access_point):
                what = "an access point" if efs.access_point else "`iam`"
                message = f"{what} needs encryption in transit"
                yield Finding((*where, "transit_encryption"), message)
        version = workload.platform_version
        mounted = any(volume.efs for volume in workload.volumes.values())
        if mounted and version != "LATEST" and tuple(map(int, version.split("."))) < (1, 4, 0):
            message = f"EFS needs 1.4.0 or LATEST, found {version}"
            yield Finding((*path, "platform_version"), message)


def room(spec: Spec) -> Iterator[Finding]:
    """The containers that run beside the main one fit into the task, and leave it something."""
    for path, workload in workloads(spec):
        shares = dict(_shares(workload))
        for index, (field, unit) in enumerate((("cpu", "CPU units"), ("memory_mib", "MiB"))):
            taken = {name: share[index] for name, share in shares.items() if share[index]}
            total, there = sum(taken.values()), getattr(workload, field)
            if total >= there:
                message = (
                    f"{enumerated(taken)} take {total} of {there} {unit};"
                    f" nothing is left for the main container"
                )
                yield Finding((*path, field), message)
        for where, _, container in containers(workload):
            if isinstance(container, Beside):
                yield from _own_memory((*path, *where), container, workload.memory_mib)


def _own_memory(path: Path, container: Beside, most: int) -> Iterator[Finding]:
    memory, reserved = container.memory_mib, container.memory_reservation_mib
    if memory is not None and memory > most:
        yield Finding((*path, "memory_mib"), f"expected at most the task's {most}, found {memory}")
    if memory is not None and reserved is not None and reserved >= memory:
        message = f"expected less than memory_mib ({memory}), found {reserved}"
        yield Finding((*path, "memory_reservation_mib"), message)


def _shares(workload: Workload) -> Iterator[tuple[str, tuple[int, int]]]:
    """CPU units and MiB of what runs as long as the main container; init containers have gone."""
    for name, sidecar in workload.sidecars.items():
        yield name, (sidecar.cpu, sidecar.memory_mib or sidecar.memory_reservation_mib or 0)
    if workload.log_router:
        yield ROUTER, (0, workload.log_router.memory_mib)
    if workload.tracing.enabled:
        yield TRACING, (workload.tracing.cpu, workload.tracing.memory_mib)


def one_listener_per_port(spec: Spec) -> Iterator[Finding]:
    """The containers of a task share one network interface."""
    for path, workload in workloads(spec):
        first: dict[int, str] = {}
        for where, name, _ in containers(workload):
            for port in ports(name, workload):
                other = first.setdefault(port, name)
                if other != name:
                    message = f"port {port} is already that of the container `{other}`"
                    yield Finding((*path, *where, "ports"), message)


def limits(spec: Spec) -> Iterator[Finding]:
    """Resource limits that Fargate takes."""
    for path, container in every_container(spec):
        for name, limit in container.ulimits.items():
            where = (*path, "ulimits", name)
            if limit.soft > limit.hard >= 0:
                message = f"expected a soft limit of at most {limit.hard}, found {limit.soft}"
                yield Finding(where, message)
            if name == "nofile" and limit.hard > MOST_FILES:
                yield Finding(
                    where, f"expected at most {MOST_FILES} on Fargate, found {limit.hard}"
                )


def exec_needs(spec: Spec) -> Iterator[Finding]:
    """ECS Exec's agent writes into the container; AWS supports no read-only root with it."""
    for path, workload in workloads(spec):
        if not workload.enable_execute_command:
            continue
        if workload.read_only_root_filesystem:
            yield Finding(
                (*path, "enable_execute_command"),
                "ECS Exec writes into the container: it needs `read_only_root_filesystem: false`",
            )
        if not workload.init_process:
            message = "without `init_process` what an exec session leaves behind stays as a zombie"
            yield Finding((*path, "init_process"), message, "warning")


def exec_sessions(spec: Spec) -> Iterator[Finding]:
    """Where sessions are recorded; ecs.ExecuteCommandConfiguration."""
    sessions, path = spec.cluster.execute_command, ("cluster", "execute_command")
    if sessions is None:
        return
    places = bool(sessions.log_group or sessions.s3_bucket)
    if sessions.mode == "OVERRIDE" and not places:
        yield Finding((*path, "logging"), "OVERRIDE needs a `log_group` or an `s3_bucket`")
    elif sessions.mode != "OVERRIDE" and places:
        message = f"{sessions.mode} records nothing in `log_group` or `s3_bucket`; use OVERRIDE"
        yield Finding((*path, "logging"), message)
