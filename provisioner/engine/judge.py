"""What becomes of one wanted resource, given what is live: keep, change, replace, make, refuse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from provisioner.engine.diff import differences
from provisioner.engine.kept import carried_over, compared, yielded
from provisioner.engine.kind import Effect, Kind, Scope
from provisioner.engine.model import Change, Live, Outputs, Resource, resolve
from provisioner.engine.names import variant
from provisioner.engine.owner import ADDRESS, is_retained, stamp
from provisioner.engine.step import Step
from provisioner.errors import PlanError


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one wanted resource: at most one step, and live things it supersedes."""

    step: Step | None
    keeps: Live | None
    superseded: tuple[Live, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides about the resources of one kind."""

    kind: Kind
    scope: Scope
    known: Outputs
    allowed: bool
    falls: bool = False
    """Whether what it comes and goes with is replaced, so that AWS removes it."""

    def verdict(self, resource: Resource, lives: Iterable[Live]) -> Verdict:
        """Keep, change, replace or make it. Raises PlanError where that is not safe."""
        mine = self._candidates(resource, lives)
        if not mine:
            return Verdict(None if self.kind.part_of else self._create(resource), None, ())
        if self.falls:
            return self._fall(resource, mine)
        for live in mine:
            wanted = self._named_like(resource, live)
            changes = self._changes(wanted, live)
            forces = frozenset(c.field for c in changes if c.field in self.kind.immutable)
            if not forces:
                others = tuple(other for other in mine if other is not live)
                return Verdict(self._update(wanted, live, changes), live, others)
        return self._replace(resource, mine)

    def _candidates(self, resource: Resource, lives: Iterable[Live]) -> list[Live]:
        ours = [live for live in lives if self.scope.ours(live.tags)]
        mine = [live for live in ours if live.tags.get(ADDRESS) == resource.address]
        mine = [live for live in mine if not self._left_behind(resource, live)]
        if mine:
            return mine
        if not self.kind.identity:
            return [live for live in ours if self._same(resource, live)][:1]
        return [live for live in ours if self._named(resource, live)]

    def _named(self, resource: Resource, live: Live) -> bool:
        want = resolve({n: resource.properties.get(n) for n in self.kind.identity}, self.known)
        return all(live.properties.get(name) == value for name, value in want.items())

    def _left_behind(self, resource: Resource, live: Live) -> bool:
        """Whether it stays as it is, and what is wanted at its address is another."""
        if self.kind.replacement != "refuse" or not is_retained(live.tags):
            return False
        return not self._named(resource, live)

    def _same(self, resource: Resource, live: Live) -> bool:
        """Whether it is the very thing, under an address that nobody wants any more."""
        if live.tags.get(ADDRESS) in self.scope.tags:
            return False
        return all(change.field == "tags" for change in self._changes(resource, live))

    def _named_like(self, resource: Resource, live: Live) -> Resource:
        """The resource under the name that an earlier replacement gave it, if that fits."""
        if self.kind.replacement != "create-first" or not self.kind.identity or self.kind.retain:
            return resource
        named = variant(resource, self.kind, self.known)
        name = self.kind.identity[0]
        return named if live.properties.get(name) == named.properties[name] else resource

    def _changes(self, resource: Resource, live: Live) -> tuple[Change, ...]:
        want = compared(self.kind, resource, resolve(resource.properties, self.known), live)
        want = self.kind.canonical(want)
        changes = differences(want, self.kind.canonical(live.properties), self.kind.rules)
        return (*changes, *tag_changes(resource, live, self.scope.stack))

    def _create(self, resource: Resource) -> Step:
        return Step(
            "create", resource.address, self.kind.name, "does not exist yet", Effect.NONE, resource
        )

    def _update(self, resource: Resource, live: Live, changes: tuple[Change, ...]) -> Step | None:
        if not changes:
            return None
        fields = dict.fromkeys(change.field for change in changes)
        effect = max(effect_of(self.kind, name) for name in fields)
        reason = ", ".join(fields) + (" differs" if len(fields) == 1 else " differ")
        return Step(
            "update", resource.address, self.kind.name, reason, effect, resource, live, changes
        )

    def _fall(self, resource: Resource, mine: Sequence[Live]) -> Verdict:
        """Made anew with what it hangs on; that was allowed when the other's replacement was."""
        live = mine[0]
        reason = f"goes with {self.kind.goes_with}, which is replaced"
        step = Step(
            "create", resource.address, self.kind.name, reason, Effect.NONE,
            carried_over(resource, live), live, replaces=True,
        )  # fmt: skip
        return Verdict(step, None, tuple(mine))

    def _replace(self, resource: Resource, mine: Sequence[Live]) -> Verdict:
        live = mine[0]
        changes = self._changes(resource, live)
        forces = frozenset(c.field for c in changes if c.field in self.kind.immutable)
        fields = ", ".join(sorted(forces))
        if self.kind.replacement == "refuse":
            raise PlanError(_refusal(resource, changes, forces))
        if self.kind.replacement == "delete-first" and not self.allowed:
            raise PlanError(
                f"{resource.address}: {fields} cannot be changed in place, and replacing it "
                f"interrupts the service; allow it with --replace {resource.address}"
            )
        fresh, reason, effect = resource, f"{fields} cannot be changed in place", Effect.NONE
        if self.kind.retain:
            reason, forces = "new revision", frozenset()
            others = yielded(self.kind, resource, resource.properties, live)
            fresh = replace(resource, properties=others)
        elif self.kind.replacement == "delete-first":
            fresh, effect = carried_over(resource, live), Effect.INTERRUPTING
        elif self._taken(resource, mine):
            fresh = variant(resource, self.kind, self.known)
            changes = self._changes(fresh, live)
        step = Step(
            "create", resource.address, self.kind.name, reason, effect, fresh, live, changes,
            forces, replaces=not self.kind.retain,
        )  # fmt: skip
        return Verdict(step, None, tuple(mine))

    def _taken(self, resource: Resource, mine: Iterable[Live]) -> bool:
        """Whether one of those to be replaced has the name that the new thing would get."""
        return any(
            live.properties.get(name) == resource.properties.get(name)
            for name in self.kind.identity[:1]
            for live in mine
        )


def _refusal(resource: Resource, changes: Iterable[Change], forces: frozenset[str]) -> str:
    lines = [
        f"    {'.'.join(change.path)}: {change.before!r} -> {change.after!s}"
        for change in changes
        if change.field in forces
    ]
    return (
        f"{resource.address} would have to be deleted and made anew, which is refused:\n"
        + "\n".join(lines)
        + "\n    put the old value back, or tear the stack down first"
    )


def tag_changes(resource: Resource, live: Live, stack: str) -> tuple[Change, ...]:
    """Tags that are missing or wrong. Others' tags stay."""
    return tuple(
        Change(("tags", key), live.tags.get(key), value)
        for key, value in stamp(resource, stack).items()
        if live.tags.get(key) != value
    )


def effect_of(kind: Kind, name: str) -> Effect:
    """What changing one property of a kind means for the running application."""
    return Effect.NONE if name == "tags" else kind.effects.get(name, Effect.IN_PLACE)
