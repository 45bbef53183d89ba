"""A few resources on a server, without a spec: what a kind does, call by call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.check import check
from provisioner.engine.execute import execute
from provisioner.engine.guard import guard
from provisioner.engine.kind import Kind, Scope, names_of
from provisioner.engine.model import Live, Resource
from provisioner.engine.observe import observe
from provisioner.engine.owner import ADDRESS, STACK, stamp
from provisioner.engine.plan import make_plan
from provisioner.engine.step import Plan
from provisioner.resources import KINDS
from tests.cloud.clock import HurriedClock
from tests.cloud.sent import Sent, check_sent
from tests.cloud.tap import Call, Tap
from tests.cloud.world import World


@dataclass(frozen=True, slots=True)
class Bench:
    """A stack of its own, `name`, whose resources are written down by the test.

    Of the kinds only `kind` and those of the wanted resources are looked at.
    """

    name: str
    world: World
    kind: str

    @property
    def aws(self) -> Aws:
        """The product's way to the server."""
        return self.world.aws

    @property
    def tap(self) -> Tap:
        """What sees its calls."""
        return self.world.tap

    def client(self, service: str) -> Any:
        """A client of the test's own, whose calls are not counted."""
        return self.world.client(service)

    def tags(self, resource: Resource, key: str = "Key", value: str = "Value") -> list[Any]:
        """All tags that the resource must have, as AWS takes them."""
        wanted = stamp(resource, self.name)
        return [{key: name, value: wanted[name]} for name in sorted(wanted)]

    def kinds(self, *wanted: Resource) -> Mapping[str, Kind]:
        """The kinds that matter, in their usual order."""
        needed = {self.kind, *(one.kind for one in wanted)}
        return {name: kind for name, kind in KINDS.items() if name in needed}

    def scope(self, *wanted: Resource) -> Scope:
        """Where the stack's things are looked for."""
        stamps = {one.address: stamp(one, self.name) for one in wanted}
        return Scope(self.name, f"{self.name}-", names_of(wanted, KINDS), stamps)

    def observe(self, *wanted: Resource) -> tuple[Live, ...]:
        """What there is of the stack."""
        kinds = self.kinds(*wanted)
        return observe(self.aws, self.scope(*wanted), kinds=kinds, finders={}).lives

    def plan(self, *wanted: Resource, replaceable: Sequence[str] = ()) -> Plan:
        """What would be done; that writes nothing."""
        with self.tap.recording() as recording:
            scope, kinds = self.scope(*wanted), self.kinds(*wanted)
            seen = observe(self.aws, scope, kinds=kinds, finders={})
            check(wanted, kinds=kinds, aws=self.aws, known={})
            plan = make_plan(wanted, seen, kinds=kinds, scope=scope, replaceable=replaceable)
        assert recording.operations == []
        return plan

    def apply(
        self, *wanted: Resource, force: bool = False, replaceable: Sequence[str] = ()
    ) -> list[Call]:
        """Do it. Returns the writes; the same plan is empty afterwards."""
        plan = self.plan(*wanted, replaceable=replaceable)
        scope, kinds = self.scope(*wanted), KINDS
        plan = guard(plan, aws=self.aws, kinds=kinds, scope=scope, force=force)
        with self.tap.recording() as recording:
            report = execute(
                plan, kinds=kinds, aws=self.aws.writable(), scope=scope, clock=HurriedClock()
            )
        errors = [(one.step.key, one.error) for one in report.outcomes if one.state != "done"]
        assert errors == [], errors
        self.check_settled(*wanted)
        return recording.writes

    def check_settled(self, *wanted: Resource) -> None:
        """A plan finds nothing."""
        found = self.plan(*wanted)
        assert [(step.key, step.changes) for step in found.steps] == []

    def check(self, *wanted: Resource, writes: Sequence[Sent]) -> None:
        """Applying sends exactly these writes."""
        check_sent(self.apply(*wanted), *writes)

    def check_drift(
        self,
        resource: Resource,
        spoil: Callable[[Any, Live], object],
        *,
        shown: Mapping[str, tuple[Any, Any]],
        writes: Sequence[Sent],
    ) -> None:
        """What somebody spoils by hand is shown with before and after, and put back.

        `spoil` is given a client of the kind's service and the live thing.
        """
        self.apply(resource)
        spoil(self.client(KINDS[resource.kind].api.service), self.find(resource))
        (step,) = self.plan(resource).steps
        seen = {".".join(change.path): (change.before, change.after) for change in step.changes}
        assert seen == shown
        self.check(resource, writes=writes)

    def check_retag(self, resource: Resource, *writes: Sent) -> None:
        """Another tag's value is set by these writes; tags of others stay."""
        self.apply(replace(resource, tags={"team": "oak", "kept": "yes"}))
        self.check(replace(resource, tags={"team": "tree"}), writes=writes)
        assert self.find(resource).tags.items() >= {("team", "tree"), ("kept", "yes")}

    def find(self, resource: Resource) -> Live:
        """The one live thing at the resource's address."""
        mine = {STACK: self.name, ADDRESS: resource.address}
        (live,) = [one for one in self.observe(resource) if mine.items() <= one.tags.items()]
        return live

    def delete_twice(self, resource: Resource) -> None:
        """The kind itself is asked twice; the second time it is gone, and that is fine."""
        kind, live, aws = KINDS[resource.kind], self.find(resource), self.aws.writable()
        scope = self.scope()
        plan = self.plan()
        for _ in range(2):
            report = execute(plan, kinds=KINDS, aws=aws, scope=scope, clock=HurriedClock())
            assert [(one.state, one.error) for one in report.outcomes] == [("done", "")]
        assert kind.lingering(aws, live) == ""
        assert [one for one in self.observe(resource) if scope.ours(one.tags)] == []


def changed(resource: Resource, changes: Mapping[str, Any]) -> Resource:
    """The resource with other properties; mappings merge, `...` takes one away."""
    return replace(resource, properties=_merged(resource.properties, changes))


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        if value is ...:
            merged.pop(key)
        elif isinstance(value, Mapping) and isinstance(old.get(key), Mapping):
            merged[key] = _merged(old[key], value)
        else:
            merged[key] = value
    return merged
