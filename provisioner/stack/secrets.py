"""Secrets that containers are given: which ARN is which kind of thing."""

from __future__ import annotations

from provisioner.spec.service import Service

SECRET_PARTS = 7
"""`arn:aws:secretsmanager:region:account:secret:name-suffix`; a JSON key may follow."""


def secrets(service: Service) -> list[str]:
    """ARNs of the Secrets Manager secrets, without JSON keys and versions."""
    return sorted({
        ":".join(value.split(":")[:SECRET_PARTS])
        for value in service.secrets.values()
        if ":secretsmanager:" in value
    })  # fmt: skip


def parameters(service: Service) -> list[str]:
    """ARNs of the SSM parameters."""
    return sorted({v for v in service.secrets.values() if ":secretsmanager:" not in v})
