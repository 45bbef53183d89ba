"""A plan, carried out over a small cloud on a fast clock, and what was heard of it."""

from __future__ import annotations

from provisioner.engine.execute import Event, Report, execute
from provisioner.engine.kind import Kind
from provisioner.engine.model import Resource
from provisioner.engine.step import Plan
from tests.support.aws import nowhere
from tests.support.clock import FastClock
from tests.support.world import World, kind, plan, registry, scope_of, seen, thing

GROUP, SERVICE, EDGE = "net.group", "run.service", "net.edge"
G, H = thing("g", GROUP), thing("h", GROUP)
APP = thing("app", SERVICE, Group=G.ref())
TOP = thing("top", EDGE, Parent=APP.ref())
PATIENCE = 10


def kinds_over(world: World) -> dict[str, Kind]:
    return registry(
        kind(GROUP, world),
        kind(SERVICE, world, fields=("Name", "Group"), uses=frozenset({GROUP})),
        kind(EDGE, world, uses=frozenset({SERVICE})),
    )


class Run:
    """One execution over a small cloud, with what was heard of it."""

    def __init__(self, world: World, clock: FastClock | None = None) -> None:
        self.world, self.clock = world, clock or FastClock()
        self.kinds = kinds_over(world)
        self.events: list[Event] = []

    def go(self, found: Plan, parallelism: int = 10) -> Report:
        return execute(
            found,
            kinds=self.kinds,
            aws=nowhere(),
            scope=scope_of(),
            clock=self.clock,
            listen=self.events.append,
            parallelism=parallelism,
        )

    def make(self, *wanted: Resource, parallelism: int = 10) -> Report:
        return self.go(plan(wanted, seen(*self.world.things.values()), self.kinds), parallelism)


def states(report: Report) -> dict[str, str]:
    return {outcome.step.key: outcome.state for outcome in report.outcomes}


def errors(report: Report) -> dict[str, str]:
    return {one.step.key: one.error for one in report.outcomes if one.error}
