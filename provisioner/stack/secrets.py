"""Secrets that containers are given."""

from __future__ import annotations

from provisioner.spec.service import Service


def values(service: Service) -> list[str]:
    """What the spec says of each."""
    return list(service.secrets.values())
