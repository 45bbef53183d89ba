"""What must come before what.

Creates and updates follow references. Deletes follow `Kind.uses` the other way round: every user
of a kind lets go, or moves over, before a thing of that kind goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from provisioner.engine.kind import Kind
from provisioner.engine.model import Resource, refs
from provisioner.engine.step import GONE, Step
from provisioner.errors import Cycle


def needs_of(resource: Resource) -> set[str]:
    """Addresses that a resource refers to or follows."""
    return {ref.address for ref in refs(resource.properties)} | set(resource.after)


def by_reference(resources: Sequence[Resource]) -> list[Resource]:
    """Resources with everything they refer to before them. Raises Cycle."""
    known = {resource.address: resource for resource in resources}
    graph = {address: sorted(needs_of(known[address]) & known.keys()) for address in sorted(known)}
    return [known[address] for address in _sorted(graph)]


def arrange(
    steps: Sequence[Step], wanted: Sequence[Resource], kinds: Mapping[str, Kind]
) -> tuple[Step, ...]:
    """The steps in order, each with what it needs. Raises Cycle."""
    made = [step for step in steps if step.action != "delete"]
    makes = {step.address: step for step in sorted(made, key=lambda step: step.bridge)}
    deletes = [step for step in steps if step.action == "delete"]
    reach = _reachable(wanted, makes)
    needs: dict[str, set[str]] = {}
    for step in made:
        needs[step.key] = {makes[address].key for address in reach.get(step.address, ())}
    for step in made:
        first = makes[step.address]
        if first.bridge and not step.bridge:
            users = dependents(step.address, wanted) & makes.keys()
            needs[step.key] |= {first.key, *(makes[address].key for address in users)}
    for step in deletes:
        needs[step.key] = _before_delete(step, made, deletes, kinds)
    for step in deletes:
        new = makes.get(step.address)
        if step.reason != "superseded" or new is None or new.action != "create":
            continue
        if kinds[step.kind].replacement == "delete-first":
            needs[new.key].add(step.key)
            after = {step.address, *dependents(step.address, wanted)}  # the new one, not the old
            if kinds[step.kind].goes_with:  # it would be gone anyway, whatever refers to it
                after = set(makes)
            needs[step.key] -= {makes[address].key for address in after & makes.keys()}
        else:
            needs[step.key].add(new.key)
    by_key = {step.key: step for step in steps}
    ordered = _sorted({key: sorted(needs[key]) for key in sorted(needs)})
    return tuple(replace(by_key[key], needs=frozenset(needs[key])) for key in ordered)


def dependents(address: str, wanted: Sequence[Resource]) -> set[str]:
    """Addresses that refer to one, or follow it, directly or through others."""
    found: set[str] = set()
    for resource in by_reference(wanted):
        if needs_of(resource) & {address, *found}:
            found.add(resource.address)
    return found


def _reachable(wanted: Sequence[Resource], makes: Mapping[str, Step]) -> dict[str, set[str]]:
    """Per address the addresses with a step that it depends on, through those without one."""
    reach: dict[str, set[str]] = {}
    for resource in by_reference(wanted):
        near = needs_of(resource)
        reach[resource.address] = (near & makes.keys()).union(
            *(reach.get(address, ()) for address in near - makes.keys())
        )
    return reach


def _before_delete(
    step: Step, makes: Iterable[Step], deletes: Iterable[Step], kinds: Mapping[str, Kind]
) -> set[str]:
    """Users of the kind let go or move over first.

    What leaves the spec may have a successor under another address: that is made, and what leads
    to it changed, before the old one goes.
    """
    users = {kind.name for kind in kinds.values() if step.kind in kind.uses}
    before = users
    if step.reason.startswith(GONE):
        before = {step.kind, *kinds[step.kind].uses, *users}
    moved = {other.key for other in makes if other.kind in before}
    return moved | {other.key for other in deletes if other.kind in users}


def _sorted(graph: Mapping[str, Sequence[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        ring = " -> ".join(reversed(error.args[1]))
        raise Cycle(f"these depend on each other in a ring: {ring}") from error
