"""Wanted and live to ordered steps. Pure: same input, same plan, same bytes.

A change that AWS cannot make in place is two steps, a create and a delete, never a third action.
With `create-first` the new thing gets a name of its own (the old name and a hash of what cannot
change), and the old one goes only after everything that uses its kind has moved over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from provisioner.engine import order
from provisioner.engine.bridge import bridges
from provisioner.engine.diff import differences
from provisioner.engine.kind import Effect, Kind, Scope
from provisioner.engine.model import Change, Live, Outputs, Resource, refs, resolve
from provisioner.engine.names import variant
from provisioner.engine.observe import Observed
from provisioner.engine.owner import ADDRESS, STACK, stamp
from provisioner.errors import NotOwned, PlanError

Action = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Step:
    """Create, update or delete one thing. `needs` are keys of steps that must be done before.

    A `bridge` is an update to what holds while the things it points at are being replaced.
    """

    action: Action
    address: str
    kind: str
    reason: str
    effect: Effect
    resource: Resource | None = None
    live: Live | None = None
    changes: tuple[Change, ...] = ()
    forces: frozenset[str] = frozenset()
    replaces: bool = False
    force: bool = False
    bridge: bool = False
    needs: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What tells steps apart: an address may have a bridge, and several old objects."""
        if self.action == "delete" and self.live:
            return f"{self.action} {self.address} {self.live.id}"
        return f"{self.action} {self.address}" + (" bridge" if self.bridge else "")


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order that can be carried out, and what stays as it is."""

    stack: str
    steps: tuple[Step, ...]
    unchanged: tuple[str, ...]
    outputs: Outputs = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.steps


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What becomes of one wanted resource: at most one step, and live things it supersedes."""

    step: Step | None
    keeps: Live | None
    superseded: tuple[Live, ...]


def make_plan(
    wanted: Sequence[Resource],
    observed: Observed,
    *,
    kinds: Mapping[str, Kind],
    scope: Scope,
    replaceable: Collection[str] = (),
) -> Plan:
    """What to do so that AWS has what is wanted, and nothing else of the stack's.

    `replaceable` are addresses whose `delete-first` replacement was asked for by name.
    Raises NotOwned, Cycle, PlanError.
    """
    known: dict[str, Any] = dict(observed.lookups)
    by_kind = _group(observed.lives)
    _refuse_foreign(wanted, by_kind, known, kinds, scope)
    verdicts: dict[str, _Verdict] = {}
    problems: list[str] = []
    for resource in order.by_reference(wanted):
        kind = kinds[resource.kind]
        _check_uses(resource, kind, kinds)
        judge = _Judge(kind, scope, known, allowed=resource.address in replaceable)
        try:
            verdict = judge.verdict(resource, by_kind.get(resource.kind, ()))
        except PlanError as error:
            problems.append(str(error))
            continue
        verdicts[resource.address] = verdict
        if verdict.keeps is not None:
            known[resource.address] = verdict.keeps.outputs
    if problems:
        raise PlanError("\n".join(problems))
    steps = [verdict.step for verdict in verdicts.values() if verdict.step]
    steps.extend(bridges(steps, wanted, kinds, known))
    steps.extend(_deletes(observed.lives, verdicts, kinds, scope, teardown=not wanted))
    ordered = order.arrange(steps, wanted, kinds)
    busy = {step.address for step in steps if step.action != "delete"}
    unchanged = tuple(sorted(a for a, v in verdicts.items() if v.keeps and a not in busy))
    return Plan(scope.stack, ordered, unchanged, known)


def _group(lives: Iterable[Live]) -> dict[str, list[Live]]:
    groups: dict[str, list[Live]] = {}
    for live in lives:
        groups.setdefault(live.kind, []).append(live)
    return groups


def _check_uses(resource: Resource, kind: Kind, kinds: Mapping[str, Kind]) -> None:
    addresses = {ref.address for ref in refs(resource.properties)} | set(resource.after)
    strangers = {address.split("/")[0] for address in addresses} & kinds.keys() - kind.uses
    if strangers:
        raise PlanError(
            f"{resource.address} refers to {', '.join(sorted(strangers))}, "
            f"which {kind.name} does not list in `uses`"
        )


def _refuse_foreign(
    wanted: Iterable[Resource],
    by_kind: Mapping[str, Sequence[Live]],
    known: Outputs,
    kinds: Mapping[str, Kind],
    scope: Scope,
) -> None:
    taken = [
        line
        for resource in wanted
        for line in _clashes(resource, kinds[resource.kind], by_kind, known, scope)
    ]
    if taken:
        raise NotOwned(
            "these names are taken by things that do not belong to the stack:\n  "
            + "\n  ".join(taken)
            + "\nrename or remove them, or write another name into the spec"
        )


def _clashes(
    resource: Resource,
    kind: Kind,
    by_kind: Mapping[str, Sequence[Live]],
    known: Outputs,
    scope: Scope,
) -> Iterator[str]:
    if not kind.identity:
        return
    want = resolve({name: resource.properties.get(name) for name in kind.identity}, known)
    lives = by_kind.get(resource.kind, ())
    same = [live for live in lives if all(live.properties.get(k) == v for k, v in want.items())]
    if same and not any(scope.ours(live.tags) for live in same):
        owner = same[0].tags.get(STACK)
        whose = f"the stack {owner}" if owner else "nobody's: it has no ownership tags"
        yield f"{resource.address}: {want[kind.identity[0]]} exists ({same[0].id}) and is {whose}"


@dataclass(frozen=True, slots=True)
class _Judge:
    kind: Kind
    scope: Scope
    known: Outputs
    allowed: bool

    def verdict(self, resource: Resource, lives: Iterable[Live]) -> _Verdict:
        mine = self._candidates(resource, lives)
        if not mine:
            return _Verdict(None if self.kind.part_of else self._create(resource), None, ())
        for live in mine:
            wanted = self._named_like(resource, live)
            changes = self._changes(wanted, live)
            forces = frozenset(c.field for c in changes if c.field in self.kind.immutable)
            if not forces:
                others = tuple(other for other in mine if other is not live)
                return _Verdict(self._update(wanted, live, changes), live, others)
        return self._replace(resource, mine)

    def _candidates(self, resource: Resource, lives: Iterable[Live]) -> list[Live]:
        ours = [live for live in lives if self.scope.ours(live.tags)]
        mine = [live for live in ours if live.tags.get(ADDRESS) == resource.address]
        if mine or not self.kind.identity:
            return mine
        want = resolve({n: resource.properties.get(n) for n in self.kind.identity}, self.known)
        return [live for live in ours if all(live.properties.get(n) == v for n, v in want.items())]

    def _named_like(self, resource: Resource, live: Live) -> Resource:
        """The resource under the name that an earlier replacement gave it, if that fits."""
        if self.kind.replacement != "create-first" or not self.kind.identity or self.kind.retain:
            return resource
        named = variant(resource, self.kind, self.known)
        name = self.kind.identity[0]
        return named if live.properties.get(name) == named.properties[name] else resource

    def _changes(self, resource: Resource, live: Live) -> tuple[Change, ...]:
        compared = {k: v for k, v in resource.properties.items() if k not in resource.initial}
        want = self.kind.canonical(resolve(compared, self.known))
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

    def _replace(self, resource: Resource, mine: Sequence[Live]) -> _Verdict:
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
        elif self.kind.replacement == "delete-first":
            effect = Effect.INTERRUPTING
        elif self.kind.identity and not any(c.field == self.kind.identity[0] for c in changes):
            fresh = variant(resource, self.kind, self.known)
            changes = self._changes(fresh, live)
        step = Step(
            "create", resource.address, self.kind.name, reason, effect, fresh, live, changes,
            forces, replaces=not self.kind.retain,
        )  # fmt: skip
        return _Verdict(step, None, tuple(mine))


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


def _deletes(
    lives: Iterable[Live],
    verdicts: Mapping[str, _Verdict],
    kinds: Mapping[str, Kind],
    scope: Scope,
    *,
    teardown: bool,
) -> Iterator[Step]:
    kept = {verdict.keeps.id for verdict in verdicts.values() if verdict.keeps}
    superseded = {old.id for verdict in verdicts.values() for old in _surplus(verdict, kinds)}
    spared = {old.id for verdict in verdicts.values() for old in verdict.superseded} - superseded
    for live in lives:
        if not scope.ours(live.tags) or live.id in kept or live.id in spared:
            continue
        if kinds[live.kind].part_of:
            continue
        kind, address = kinds[live.kind], live.tags.get(ADDRESS, f"{live.kind}/{live.id}")
        effect = Effect.DESTROYS_DATA if kind.holds_data else Effect.DESTROYS
        if live.id in superseded:
            verdict = verdicts[address]
            new = verdict.step is not None and verdict.step.replaces
            yield Step(
                "delete", address, kind.name, "superseded", Effect.NONE, live=live, replaces=new
            )
        else:
            reason = "teardown" if teardown else "no longer in the spec"
            yield Step("delete", address, kind.name, reason, effect, live=live)


def _surplus(verdict: _Verdict, kinds: Mapping[str, Kind]) -> tuple[Live, ...]:
    """Superseded things that go: all of them, or the revisions beyond those kept."""
    if not verdict.superseded:
        return ()
    newest_first = sorted(verdict.superseded, key=lambda live: -live.version)
    return tuple(newest_first[kinds[newest_first[0].kind].retain :])
