"""One step, carried out over a small cloud on a fast clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.attempt import Attempt
from provisioner.engine.kind import Effect
from provisioner.engine.model import Live, Resource
from provisioner.engine.step import Action, Step
from provisioner.engine.waiting import Waiting
from tests.support.aws import nowhere
from tests.support.clock import FastClock
from tests.support.world import Thing, World, exists, kind, scope_of, thing

A = thing("a", Size=1)
LIVE = exists(A)
CREATE, UPDATE = "create net.thing/a", "update net.thing/a"
DELETE, CLEAR = "delete net.thing:a", "clear net.thing:a"
PENDING, LINGERING = "pending net.thing/a", "lingering net.thing:a"


class Bench:
    """A kind over a small cloud, a clock, and what was said while waiting."""

    def __init__(self, *lives: Live, **facts: Any) -> None:
        self.world = World(lives)
        self.kind: Thing = kind(world=self.world, **facts)
        self.clock = FastClock()
        self.said: list[str] = []

    def perform(self, step: Step, known: Mapping[str, Any] | None = None) -> Any:
        attempt = Attempt(self.kind, nowhere(), scope_of(), self.clock, known or {}, self._say)
        return attempt.perform(step)

    def _say(self, words: str | Waiting) -> None:
        self.said.append(str(words))

    def create(self, resource: Resource = A, known: Mapping[str, Any] | None = None) -> Any:
        return self.perform(step("create", resource), known)

    def update(self, resource: Resource, live: Live = LIVE) -> Any:
        return self.perform(step("update", resource, live))

    def delete(self, *, force: bool = False) -> Any:
        return self.perform(step("delete", None, LIVE, force=force))


def step(
    action: Action, resource: Resource | None, live: Live | None = None, *, force: bool = False
) -> Step:
    return Step(action, A.address, A.kind, "", Effect.NONE, resource, live, force=force)
