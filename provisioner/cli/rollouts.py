"""What is told, and asked, when a run has ended while deployments go on at AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provisioner.api import Stack
from provisioner.errors import StepFailed
from provisioner.render import rollout


def left_behind(stack: Stack, document: Mapping[str, Any], *, resume: str, may_ask: bool) -> None:
    """Say which rollouts go on without us; on a terminal, offer to roll each of them back.

    `resume` is the command that follows them again. Somebody who just wants to leave presses
    Enter, or Ctrl-C once more.
    """
    going = [one for one in document["rollouts"] if one["verdict"] == "waiting"]
    if not going:
        return
    for one in going:
        click.echo(f"Still going on at AWS: {one['address']}  {rollout.line(one)}", err=True)
        if may_ask and _revocable(one):
            _offer(stack, one)
    click.echo(f"ECS needs nobody for that. To follow it to its end: {resume}", err=True)


def _revocable(one: Mapping[str, Any]) -> bool:
    """Whether ECS has a service deployment that can be stopped, and a version to go back to."""
    forward = one["status"] in ("PENDING", "IN_PROGRESS")
    return forward and bool(one["old"]) and ":service-deployment/" in (one["deployment"] or "")


def _offer(stack: Stack, one: Mapping[str, Any]) -> None:
    if not click.confirm(f"Roll it back to {one['old']}? No leaves it going on", err=True):
        return
    try:
        stack.roll_back(one["deployment"])
    except StepFailed as failure:
        click.echo(f"ECS does not roll it back: {failure}", err=True)
    else:
        click.echo(f"{one['address']} goes back to {one['old']}.", err=True)
