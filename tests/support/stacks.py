"""A small stack with one kind of each sort, and what is there after it was applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provisioner.engine.model import Live, Ref, Resource
from tests.support.world import exists, kind, registry, thing

STORE, GROUP, LISTENER, RULES = "net.store", "net.group", "net.listener", "net.rules"
REVISION, SERVICE = "run.revision", "run.service"
FIXED = frozenset({"Name", "Zone"})
KINDS = registry(
    kind(STORE, immutable=FIXED, holds_data=True),
    kind(GROUP, immutable=FIXED, replacement="create-first"),
    kind(LISTENER, identity=("Port", "Parent"), uses=frozenset({GROUP, STORE})),
    kind(RULES, identity=(), part_of=LISTENER, uses=frozenset({LISTENER})),
    kind(REVISION, immutable=frozenset({"Name", "Size"}), replacement="create-first", retain=2),
    kind(
        SERVICE,
        identity=("Name", "Parent"),
        immutable=FIXED,
        replacement="delete-first",
        uses=frozenset({STORE, GROUP, LISTENER, REVISION}),
    ),
)
S = thing("s", STORE)
G = thing("g", GROUP, Zone="z1")
L = thing("l", LISTENER, Name=..., Port=80, Parent=S.ref(), Target=G.ref())
R = thing("l", RULES, Name=..., after=[L.address], Rules=["1"])
REV = thing("rev", REVISION, Size=1)
APP = thing("app", SERVICE, Parent=S.ref(), Revision=REV.ref(), Zone="z1", after=[L.address])
STACK = (S, G, L, R, REV, APP)


def applied(*resources: Resource) -> list[Live]:
    """The stack as it is after an apply: references are outputs, ids are addresses."""
    known: dict[str, Any] = {}
    lives = []
    for resource in resources:
        values = {
            name: known.get(value.address) if isinstance(value, Ref) else value
            for name, value in resource.properties.items()
        }
        one = exists(replace(resource, properties=values), resource.address)
        known[resource.address] = one.outputs["Arn"]
        lives.append(one)
    return lives


def swap(resource: Resource, **changes: Any) -> tuple[Resource, ...]:
    """The stack with one resource changed."""
    other = replace(resource, properties={**resource.properties, **changes})
    return tuple(other if one is resource else one for one in STACK)


LIVES = applied(*STACK)
EMPTY: tuple[Resource, ...] = ()
