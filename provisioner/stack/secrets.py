"""Secrets that containers are given."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.parts import containers
from provisioner.spec.service import Workload


def values(workload: Workload) -> Iterator[str]:
    """What the spec says of each."""
    for _, _, container in containers(workload):
        yield from container.secrets.values()
    if workload.log_router:
        yield from workload.log_router.secret_options.values()
