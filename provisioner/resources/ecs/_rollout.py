"""What is wanted of a service's deployment, beyond its task definition."""

from __future__ import annotations

from collections.abc import Iterable

from provisioner.engine.model import Change, Live, Properties
from provisioner.rollout.follow import Watched
from provisioner.rollout.state import Rollout

ROLLOUT = "rollout"
RESTART = "RESTARTED"
"""Wanted of `rollout`: the same version once more, by new tasks."""
TURNED_BACK = "TURNED_BACK"
"""Wanted of `rollout`: the newest deployment has been stopped, and the old version serves."""


def again(changes: Iterable[Change]) -> bool:
    """Whether the same version is to be deployed once more."""
    return any(c.field == ROLLOUT and (c.before == "FAILED" or c.after == RESTART) for c in changes)


def wanted(rollout: Rollout, want: Properties) -> bool:
    """Whether a deployment that is no success is what was asked for."""
    return want.get(ROLLOUT) == TURNED_BACK and rollout.status == "ROLLBACK_SUCCESSFUL"


def watched(live: Live, want: Properties) -> Watched:
    """The deployment in the answer of the call that started it, or that was seen last."""
    return Watched(
        live.properties["cluster"],
        live.properties["serviceName"],
        live.outputs["Deployment"],
        want["taskDefinition"],
        live.outputs["DeploymentCreated"],
    )
