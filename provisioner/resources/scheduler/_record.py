"""Schedules have no tags: their description says which address of the stack they are."""

from __future__ import annotations

from provisioner.engine.owner import ADDRESS

_MARK = f"{ADDRESS}="


def record(address: str) -> str:
    """The description of the schedule at an address."""
    return f"{_MARK}{address}"


def address_in(description: str | None) -> str:
    """The address that a description says; "" where it is somebody else's."""
    text = description or ""
    return text.removeprefix(_MARK) if text.startswith(_MARK) else ""
