"""A small cloud in memory, and kinds of things that live there.

A `World` remembers what it was asked to do and reacts as told: with an error, with words, or by
calling something. `kind` makes resource types over it, each with the facts a test is about.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar, cast

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Api, Kind, Scope, names_of
from provisioner.engine.model import Change, Live, Properties, Resource, Tags
from provisioner.engine.observe import Observed
from provisioner.engine.owner import ADDRESS, stamp
from provisioner.engine.plan import make_plan
from provisioner.engine.step import Plan, Step
from provisioner.engine.waiting import Waiting

STACK = "shop/dev"
THING = "net.thing"
Reaction = Exception | str | Callable[[], object]


class World:
    """Everything there is, the calls that were made, and how the next ones end."""

    def __init__(self, lives: Iterable[Live] = ()) -> None:
        self.things: dict[str, Live] = {live.id: live for live in lives}
        self.calls: list[str] = []
        self._reactions: defaultdict[str, deque[Reaction]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._numbers = count(1)

    def react(self, call: str, *reactions: Reaction) -> None:
        """How the next calls of this name end, one after the other; later ones just succeed."""
        self._reactions[call].extend(reactions)

    def call(self, name: str, detail: str = "") -> str:
        """Note a call and carry out its reaction; words are returned."""
        with self._lock:
            self.calls.append(f"{name} {detail}".rstrip())
            reactions = self._reactions[name]
            reaction = reactions.popleft() if reactions else ""
        if isinstance(reaction, Exception):
            raise reaction
        words = reaction() if callable(reaction) else reaction
        return words if isinstance(words, str) else ""

    @property
    def writes(self) -> list[str]:
        """The calls that were not questions."""
        return [call for call in self.calls if not call.startswith(("pending", "lingering"))]

    def fresh_id(self, kind: str, name: str | None) -> str:
        """An id that nothing has yet."""
        with self._lock:
            stem = f"{kind}:{name}" if name else f"{kind}:{next(self._numbers)}"
            return stem if stem not in self.things else f"{stem}:{next(self._numbers)}"


class Thing(Kind):
    """A kind with a name, a size and a zone. `Colour` is not part of the create call."""

    name = THING
    api = Api("elbv2", "CreateTargetGroup", "ModifyTargetGroup")
    fields: ClassVar[tuple[str, ...]] = ("Name", "Size", "Zone", "Parent")
    identity: ClassVar[tuple[str, ...]] = ("Name",)

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        yield from (live for live in self.world.things.values() if live.kind == self.name)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        self.world.call(f"create {tags[ADDRESS]}", str(want.get("Name") or ""))
        identifier = self.world.fresh_id(self.name, want.get("Name"))
        made = live(self.name, identifier, tags, self.request(want))
        self.world.things[made.id] = made
        return made

    def update(
        self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]
    ) -> Live | None:
        fields = dict.fromkeys(change.field for change in changes)
        self.world.call(f"update {live.tags[ADDRESS]}", " ".join(fields))
        return None

    def delete(self, aws: Aws, live: Live) -> None:
        self.world.call(f"delete {live.id}")
        self.world.things.pop(live.id, None)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        self.world.call(f"retag {live.id}", " ".join(sorted(tags)))

    def pending(self, aws: Aws, live: Live, want: Properties) -> str | Waiting:
        return self.world.call(f"pending {live.tags[ADDRESS]}")

    def lingering(self, aws: Aws, live: Live) -> str:
        return self.world.call(f"lingering {live.id}")

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        words = self.world.call(f"obstacles {live.id}")
        return [words] if words else []

    def refusals(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        words = self.world.call(f"refusals {live.id}")
        return [words] if words else []

    def clear(self, aws: Aws, live: Live) -> None:
        self.world.call(f"clear {live.id}")


def kind(name: str = THING, world: World | None = None, **facts: Any) -> Thing:
    """A resource type with these facts; what is not said is as in `Thing`."""
    made = type(name.title().replace(".", ""), (Thing,), {"name": name, **facts})
    return cast("Thing", made(world))


def registry(*kinds: Kind) -> dict[str, Kind]:
    """Kinds by name, as the engine is given them."""
    return {one.name: one for one in kinds}


def thing(
    name: str = "a", kind: str = THING, after: Sequence[str] = (), **properties: Any
) -> Resource:
    """Something that is wanted, called after its address where nothing else is said."""
    named = {"Name": name, **properties}
    return Resource(kind, name, {k: v for k, v in named.items() if v != ...}, after=tuple(after))


def live(kind: str, identifier: str, tags: Tags, properties: Properties, version: int = 0) -> Live:
    """Something that is there; its outputs are its Arn and Id."""
    outputs = {"Arn": f"arn:{identifier}", "Id": identifier}
    return Live(kind, identifier, dict(tags), dict(properties), outputs, version)


def exists(resource: Resource, identifier: str = "", *, version: int = 0, **changes: Any) -> Live:
    """The resource as it is after an apply, but for these changes."""
    properties = {**resource.properties, **changes}
    named = identifier or f"{resource.kind}:{properties.get('Name', resource.name)}"
    return live(resource.kind, named, stamp(resource, STACK), properties, version)


def foreign(resource: Resource, identifier: str = "", owner: str = "", **changes: Any) -> Live:
    """The same thing, but nobody's, or another stack's."""
    one = exists(resource, identifier, **changes)
    tags = stamp(resource, owner) if owner else {}
    return live(one.kind, one.id, tags, one.properties)


def scope_of(resources: Sequence[Resource] = (), kinds: Mapping[str, Kind] | None = None) -> Scope:
    """Where the stack's things are looked for."""
    names = names_of(resources, kinds) if kinds else {}
    return Scope(STACK, "shop-", names, {one.address: stamp(one, STACK) for one in resources})


def seen(*lives: Live, **lookups: Mapping[str, Any]) -> Observed:
    """One look at AWS: what is there, and the answers to lookups by kind."""
    return Observed(lives, {f"lookup.{name}": answer for name, answer in lookups.items()})


def plan(
    wanted: Sequence[Resource],
    observed: Observed,
    kinds: Mapping[str, Kind],
    replaceable: Sequence[str] = (),
) -> Plan:
    """What the engine would do."""
    scope = scope_of(wanted, kinds)
    return make_plan(wanted, observed, kinds=kinds, scope=scope, replaceable=replaceable)


def keys(found: Plan) -> list[str]:
    """The steps of a plan, in words."""
    return [step.key for step in found.steps]


def step_of(found: Plan, key: str) -> Step:
    """One step of a plan."""
    return next(step for step in found.steps if step.key == key)


def paths(step: Step) -> list[str]:
    """The dotted paths of a step's changes."""
    return [".".join(change.path) for change in step.changes]
