"""Deployments that wait for somebody's answer at a PAUSE hook.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContinueServiceDeployment.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.deploy.places import Place
from provisioner.engine.aws import Aws, explain
from provisioner.errors import PlanError
from provisioner.rollout.follow import look, proceed
from provisioner.rollout.state import Hook, Rollout


@dataclass(frozen=True, slots=True)
class Paused:
    """A deployment that waits, and what it waits at."""

    place: Place
    rollout: Rollout
    hooks: tuple[Hook, ...]

    @property
    def words(self) -> str:
        """Which version waits where."""
        ids = ", ".join(hook.id for hook in self.hooks)
        stage = self.rollout.stage.replace("_", " ").lower()
        return f"{self.rollout.new} waits at {stage or 'its hook'} ({ids})"


def find(aws: Aws, places: Iterable[Place]) -> list[Paused]:
    """Those of the services that wait. Raises PlanError when none does, NoAccess."""
    found = []
    said = []
    try:
        for place in places:
            rollout = look(aws, place.watched)
            if rollout.paused:
                found.append(Paused(place, rollout, rollout.paused))
            state = rollout.words() or f"{rollout.new} serves"
            said.append(f"{place.wanted.address}: {state}")
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    if not found:
        raise PlanError("no deployment waits for an answer:\n  " + "\n  ".join(said))
    return found


def answer(aws: Aws, one: Paused, action: Literal["CONTINUE", "ROLLBACK"]) -> None:
    """Answer every hook it waits at. Raises StepFailed."""
    for hook in one.hooks:
        proceed(aws, one.rollout.deployment, hook.id, action)
