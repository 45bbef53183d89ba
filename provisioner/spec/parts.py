"""A workload taken apart: its containers and images, each with its place in the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provisioner.spec.document import Path
from provisioner.spec.image import Image
from provisioner.spec.models import Spec
from provisioner.spec.service import Container, InitContainer, Service, Sidecar, Workload
from provisioner.spec.task import Task

MAIN = "main"
"""What `depends_on` calls the container that the service itself describes."""
ROUTER = "log-router"
TRACING = "tracing"
RESERVED = (MAIN, ROUTER, TRACING)
"""Names that are taken, in every task."""


def workloads(spec: Spec) -> Iterator[tuple[Path, Service | Task]]:
    """Every service and every task, with its path."""
    for name, service in spec.services.items():
        yield ("services", name), service
    for name, task in spec.tasks.items():
        yield ("tasks", name), task


def containers(workload: Workload) -> Iterator[tuple[Path, str, Container]]:
    """Every container that the spec describes: path inside the workload, name, container."""
    yield (), MAIN, workload
    named: Mapping[str, Mapping[str, Container]] = {
        "sidecars": workload.sidecars,
        "init_containers": workload.init_containers,
    }
    for section, some in named.items():
        for name, container in some.items():
            yield (section, name), name, container


def every_container(spec: Spec) -> Iterator[tuple[Path, Container]]:
    """Every container of every workload, with its path."""
    for path, workload in workloads(spec):
        for inner, _, container in containers(workload):
            yield (*path, *inner), container


def images(workload: Workload) -> Iterator[tuple[Path, Image]]:
    """Every image that the spec names, with its path inside the workload."""
    yield ("image",), workload.image
    for path, _, container in containers(workload):
        image = container.image if isinstance(container, Sidecar | InitContainer) else None
        if image is not None:
            yield (*path, "image"), image


def every_image(spec: Spec) -> Iterator[tuple[Path, Image]]:
    """Every image of every workload, with its path."""
    for path, workload in workloads(spec):
        for inner, image in images(workload):
            yield (*path, *inner), image


def in_front(workload: Service) -> str:
    """The container that requests go to: the sidecar that has the service's port, or main."""
    found = (name for name, one in workload.sidecars.items() if workload.port in one.ports)
    return next(found, MAIN)


def ports(name: str, workload: Workload) -> list[int]:
    """The ports that a container of a workload listens on."""
    if name != MAIN:
        sidecar = workload.sidecars.get(name)
        return list(sidecar.ports) if sidecar else []
    if isinstance(workload, Service) and workload.port and in_front(workload) == MAIN:
        return [workload.port]
    return []
