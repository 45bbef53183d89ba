"""`overrides:` and `resources:` — AWS's own words, put over and beside what the spec asks for.

Mappings merge; of lists whose items have names those of one name merge, all other lists are
replaced. `${kind/name.Output}` is a reference to another resource, `${lookup.network.VpcId}` to
something that was looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Ref, Resource, Text, refs, text
from provisioner.engine.owner import REGION
from provisioner.spec.document import Path
from provisioner.spec.finding import Finding
from provisioner.spec.models import Spec
from provisioner.spec.spelling import hint
from provisioner.stack.context import Context
from provisioner.stack.identity import ROLE

_REFERENCE = re.compile(r"\$\{([^}]+)\.([A-Za-z]+)\}")


def put(context: Context, resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The resources with the spec's overrides, and its raw ones after them."""
    overrides = context.spec.overrides
    changed = [
        replace(one, properties=merged(one.properties, parsed(overrides[one.address])))
        if one.address in overrides
        else one
        for one in resources
    ]
    return (*changed, *_raw(context))


def _raw(context: Context) -> Iterator[Resource]:
    for address, properties in context.spec.resources.items():
        kind, _, name = address.partition("/")
        made = context.resource(kind, name, parsed(properties))
        if kind == ROLE:  # global: its tags say which region's stack it belongs to
            made = replace(made, tags={**made.tags, REGION: context.names.region})
        yield made


def merged(under: Any, over: Any) -> Any:
    """What `over` makes of `under`."""
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        return {**under, **{key: merged(under.get(key), value) for key, value in over.items()}}
    if _named(under) and _named(over) and over:
        wanted = {item["name"]: item for item in over}
        known = [item["name"] for item in under]
        kept = [merged(item, wanted.get(item["name"], {})) for item in under]
        return [*kept, *(item for item in over if item["name"] not in known)]
    return over


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(i, Mapping) and "name" in i for i in value)


def parsed(value: Any) -> Any:
    """The value with references in the place of `${address.Output}`."""
    if isinstance(value, Mapping):
        return {key: parsed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [parsed(item) for item in value]
    return _parsed_text(value) if isinstance(value, str) else value


def _parsed_text(value: str) -> str | Ref | Text:
    if whole := _REFERENCE.fullmatch(value):
        return Ref(*whole.groups())
    pieces = _REFERENCE.split(value)
    if len(pieces) == 1:
        return value
    parts: list[str | Ref] = [pieces[0]]
    for address, output, tail in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        parts += [Ref(address, output), tail]
    return text(*(part for part in parts if part))


def check(spec: Spec, resources: Iterable[Resource], lookups: Iterable[str]) -> Iterator[Finding]:
    """Addresses that nothing has, in keys and in references."""
    known = [one.address for one in resources]
    for address in spec.overrides:
        if address not in known:
            yield Finding(("overrides", address), f"nothing has this address{hint(address, known)}")
    for address in spec.resources:
        if known.count(address) > 1:
            message = "the spec makes this already; change it under `overrides:`"
            yield Finding(("resources", address), message)
        elif not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+/[a-z0-9][a-z0-9._/-]{0,62}", address):
            message = "expected an address such as logs.log_group/extra"
            yield Finding(("resources", address), message)
    there = {*known, *lookups}
    for section, raw in (("overrides", spec.overrides), ("resources", spec.resources)):
        for path, value in _walk(raw, (section,)):
            for ref in refs(parsed(value)):
                if ref.address not in there:
                    message = f"nothing has the address {ref.address}{hint(ref.address, there)}"
                    yield Finding(path, message)


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))
    elif isinstance(value, str):
        yield path, value
