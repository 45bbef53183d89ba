"""The nouns of the engine: what should exist, what exists, and how values refer to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Properties = Mapping[str, Any]
"""Arguments of an AWS create call, under AWS's own names."""
Tags = Mapping[str, str]
Outputs = Mapping[str, Mapping[str, Any]]
"""Address to what is known of the thing there: `{"elbv2.target_group/app": {"Arn": …}}`."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An output of something else, inside properties. Left after `resolve`: known after apply."""

    address: str
    output: str

    def __str__(self) -> str:
        return f"${{{self.address}.{self.output}}}"


@dataclass(frozen=True, slots=True)
class Text:
    """A string some of whose parts are references."""

    parts: tuple[str | Ref, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


def text(*parts: str | Ref | Text) -> Text:
    """Join strings and references into one string that is known once they are."""
    flat: list[str | Ref] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Text) else (part,))
    return Text(tuple(flat))


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who changes a property while the stack lives: `by`, in words; "" is nobody to speak of.

    `among` are the values that it gives; any value is its own where that is empty.
    `shared`: only a part of the value is its own, and the kind knows which (`Kind.concede`).
    """

    by: str
    among: tuple[Any, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that should exist.

    `after` are addresses it must follow although no value of theirs is used.
    `initial` are properties sent at creation and never compared afterwards.
    `kept` are properties whose live value stays, for somebody else owns it after creation.
    `born` are tags given at creation and never compared: they tell its history.
    """

    kind: str
    name: str
    properties: Properties
    tags: Tags = field(default_factory=dict)
    after: tuple[str, ...] = ()
    initial: frozenset[str] = frozenset()
    kept: Mapping[str, Keeper] = field(default_factory=dict)
    born: Tags = field(default_factory=dict)

    @property
    def address(self) -> str:
        """`elbv2.target_group/app`."""
        return f"{self.kind}/{self.name}"

    def ref(self, output: str = "Arn") -> Ref:
        """A reference to one of this resource's outputs."""
        return Ref(self.address, output)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One thing outside the stack that must be found before planning."""

    kind: str
    query: Properties = field(default_factory=dict)
    name: str = ""
    """Tells several of a kind apart."""

    @property
    def address(self) -> str:
        """`lookup.network`, `lookup.certificate/https`."""
        return f"lookup.{self.kind}/{self.name}" if self.name else f"lookup.{self.kind}"

    def ref(self, output: str) -> Ref:
        """A reference to something that was found."""
        return Ref(self.address, output)


@dataclass(frozen=True, slots=True)
class Live:
    """One thing that AWS says exists, in the vocabulary of its kind's properties.

    `version` orders several objects of one address, newest highest (task definition revisions).
    Of those, the one that is `in_use` is compared first.
    """

    kind: str
    id: str
    tags: Tags
    properties: Properties
    outputs: Mapping[str, Any]
    version: int = 0
    in_use: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `after` may be a Ref or Text: known after apply."""

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def field(self) -> str:
        """The top-level property that the difference lies in."""
        return self.path[0]

    @property
    def known(self) -> bool:
        """Whether the new value is known before applying."""
        return not any(refs(self.after))


def refs(value: Any) -> Iterator[Ref]:
    """Every reference inside a value."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Text):
        yield from (part for part in value.parts if isinstance(part, Ref))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from refs(item)


def resolve(value: Any, outputs: Outputs) -> Any:
    """Put known outputs in the place of references; the unknown ones stay."""
    if isinstance(value, Ref):
        known = outputs.get(value.address, {})
        return known.get(value.output, value)
    if isinstance(value, Text):
        parts = [resolve(part, outputs) for part in value.parts]
        return Text(tuple(parts)) if any(refs(parts)) else "".join(map(str, parts))
    if isinstance(value, Mapping):
        return {key: resolve(item, outputs) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, outputs) for item in value]
    return value


def given(value: Any) -> Any:
    """What can be sent in a create call: without the parts declared to be absent."""
    if isinstance(value, Mapping):
        return {
            key: given(item)
            for key, item in value.items()
            if not (item is None or item in ([], {}))
        }
    if isinstance(value, list | tuple):
        return [given(item) for item in value]
    return value


def is_empty(value: Any) -> bool:
    """Whether a declared value means "must be absent"."""
    return value is None or (isinstance(value, Mapping | list | tuple | str) and len(value) == 0)
