"""Secrets that containers are given: which ARN is which kind of thing."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.parts import containers
from provisioner.spec.service import Workload

SECRET_PARTS = 7
"""`arn:aws:secretsmanager:region:account:secret:name-suffix`; a JSON key may follow."""


def secrets(workload: Workload) -> list[str]:
    """ARNs of the Secrets Manager secrets, without JSON keys and versions."""
    return sorted({
        ":".join(value.split(":")[:SECRET_PARTS])
        for value in _values(workload)
        if ":secretsmanager:" in value
    })  # fmt: skip


def parameters(workload: Workload) -> list[str]:
    """ARNs of the SSM parameters."""
    return sorted({v for v in _values(workload) if ":secretsmanager:" not in v})


def _values(workload: Workload) -> Iterator[str]:
    for _, _, container in containers(workload):
        yield from container.secrets.values()
    if workload.log_router:
        yield from workload.log_router.secret_options.values()
