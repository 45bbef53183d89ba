"""Wanted and live to ordered steps. Pure: same input, same plan, same bytes.

A change that AWS cannot make in place is two steps, a create and a delete, never a third action.
With `create-first` the new thing gets a name of its own (the old name and a hash of what cannot
change), and the old one goes only after everything that uses its kind has moved over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from provisioner.engine import order
from provisioner.engine.bridge import bridges
from provisioner.engine.judge import Judge, Verdict
from provisioner.engine.kept import kept
from provisioner.engine.kind import Effect, Kind, Scope
from provisioner.engine.model import Live, Outputs, Resource, refs, resolve
from provisioner.engine.observe import Observed
from provisioner.engine.owner import ADDRESS, STACK, is_retained
from provisioner.engine.step import GONE, Kept, Plan, Step
from provisioner.errors import NotOwned, PlanError


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
    verdicts: dict[str, Verdict] = {}
    problems: list[str] = []
    for resource in order.by_reference(wanted):
        kind = kinds[resource.kind]
        _check_uses(resource, kind, kinds)
        allowed, falls = resource.address in replaceable, _falls(resource, kind, verdicts)
        judge = Judge(kind, scope, known, allowed=allowed, falls=falls)
        try:
            verdict = judge.verdict(resource, by_kind.get(resource.kind, ()))
        except PlanError as error:
            problems.append(str(error))
            continue
        verdicts[resource.address] = verdict
        if verdict.keeps is not None:
            known[resource.address] = verdict.keeps.outputs
    _refuse_foreign(wanted, by_kind, known, kinds, scope)
    if problems:
        raise PlanError("\n".join(problems))
    steps = [verdict.step for verdict in verdicts.values() if verdict.step]
    steps = [*steps, *bridges(steps, wanted, kinds, known)]
    deletes = list(_deletes(observed.lives, verdicts, kinds, scope, teardown=not wanted))
    steps.extend(step for step in deletes if not _stays(step))
    retained = tuple(step.live for step in deletes if step.live and _stays(step))
    _refuse_needed(steps, wanted, observed.lookups)
    ordered = order.arrange(steps, wanted, kinds)
    busy = {step.address for step in steps if step.action != "delete"}
    unchanged = tuple(sorted(a for a, v in verdicts.items() if v.keeps and a not in busy))
    found = tuple(_kept(wanted, verdicts, kinds, known))
    return Plan(scope.stack, ordered, unchanged, known, found, observed.warnings, retained)


def _kept(
    wanted: Sequence[Resource],
    verdicts: Mapping[str, Verdict],
    kinds: Mapping[str, Kind],
    known: Outputs,
) -> Iterator[Kept]:
    for resource in wanted:
        live = verdicts[resource.address].keeps
        if live is not None:
            want = resolve(resource.properties, known)
            yield from kept(kinds[resource.kind], resource, want, live)


def _falls(resource: Resource, kind: Kind, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether what the resource comes and goes with is replaced."""
    hosts = [a for a in order.needs_of(resource) if a.split("/")[0] == kind.goes_with]
    steps = [verdicts[address].step for address in hosts if address in verdicts]
    return any(step is not None and step.replaces for step in steps)


def _group(lives: Iterable[Live]) -> dict[str, list[Live]]:
    groups: dict[str, list[Live]] = {}
    for live in lives:
        groups.setdefault(live.kind, []).append(live)
    return groups


def _check_uses(resource: Resource, kind: Kind, kinds: Mapping[str, Kind]) -> None:
    """Deletes go by kind, so they know no order within one: a thing may follow another, not use it.

    A listener that redirects follows the one it redirects to.
    """
    used = {ref.address.split("/")[0] for ref in refs(resource.properties)}
    followed = {address.split("/")[0] for address in resource.after} - {kind.name}
    strangers = (used | followed) & kinds.keys() - kind.uses
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


def _refuse_needed(steps: Iterable[Step], wanted: Sequence[Resource], found: Outputs) -> None:
    """What was the stack's own, and is now named as somebody else's, would go from under it."""
    written = _words([one.properties for one in wanted])
    named = {*_words(list(found.values())), *(word for word in written if word.startswith("arn:"))}
    torn = [
        f"{step.address}: {step.live.id}"
        for step in steps
        if step.action == "delete" and step.live and step.live.id in named
    ]
    if torn:
        raise PlanError(
            "the spec uses what the stack has made itself and would delete now, because the spec "
            "no longer makes it:\n  "
            + "\n  ".join(torn)
            + "\nwrite it into the spec as before, or name another one; to hand it over to "
            f"somebody else, take its tag {STACK} away"
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


def _deletes(
    lives: Iterable[Live],
    verdicts: Mapping[str, Verdict],
    kinds: Mapping[str, Kind],
    scope: Scope,
    *,
    teardown: bool,
) -> Iterator[Step]:
    staying = {verdict.keeps.id for verdict in verdicts.values() if verdict.keeps}
    used = set(_words([live.properties for live in lives if scope.ours(live.tags)]))
    superseded = {
        old.id: address
        for address, verdict in verdicts.items()
        for old in _surplus(verdict, kinds, used)
    }
    old = {live.id for verdict in verdicts.values() for live in verdict.superseded}
    spared = old - superseded.keys()
    for live in lives:
        if not scope.ours(live.tags) or live.id in staying or live.id in spared:
            continue
        if kinds[live.kind].part_of:
            continue
        kind, address = kinds[live.kind], live.tags.get(ADDRESS, f"{live.kind}/{live.id}")
        effect = Effect.DESTROYS_DATA if kind.holds_data else Effect.DESTROYS
        if live.id in superseded:
            address = superseded[live.id]  # its tag may say an earlier one
            step = verdicts[address].step
            new = step is not None and step.replaces
            yield Step(
                "delete", address, kind.name, "superseded", Effect.NONE, live=live, replaces=new
            )
        else:
            words = ("teardown" if teardown else GONE, kind.parting(live))
            reason = "; ".join(filter(None, words))
            yield Step("delete", address, kind.name, reason, effect, live=live)


def _stays(step: Step) -> bool:
    return step.live is not None and is_retained(step.live.tags)


def _surplus(
    verdict: Verdict, kinds: Mapping[str, Kind], used: Collection[str]
) -> tuple[Live, ...]:
    """Superseded things that go: all of them, or the revisions beyond those kept.

    Never the one that is in use: where newer ones have failed, it is the one that serves, and the
    one to go back to from the next. So that it is still there after the next has come, and the
    plan then is empty, twice as many may stay while no newer one comes.
    """
    if not verdict.superseded:
        return ()
    newest_first = sorted(verdict.superseded, key=lambda live: -live.version)
    retain = kinds[newest_first[0].kind].retain
    if not retain:
        return tuple(newest_first)
    most = 2 * retain if verdict.keeps else retain
    return tuple(live for live in newest_first[most:] if live.id not in used)


def _words(value: Any) -> Iterator[str]:
    """Every text in properties."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _words(list(value.values()))
    elif isinstance(value, Sequence):
        for item in value:
            yield from _words(item)
