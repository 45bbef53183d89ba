"""What of a wanted thing is compared with the live one, and what somebody else decides.

The number of tasks belongs to the autoscaler once there is one: the plan keeps it and says so.
Where only a part of a property is somebody else's, the kind knows which (`Kind.concede`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provisioner.engine.kind import Kind
from provisioner.engine.model import Live, Properties, Resource
from provisioner.engine.step import Kept


def yielded(kind: Kind, resource: Resource, want: Properties, live: Live) -> Properties:
    """The wanted properties, with those parts that others decide as they are live."""
    given = {
        name: kind.concede(name, want[name], live.properties[name])
        for name, keeper in resource.kept.items()
        if keeper.shared and name in want and live.properties.get(name)
    }
    return {**want, **given} if given else want


def compared(kind: Kind, resource: Resource, want: Properties, live: Live) -> Properties:
    """The wanted properties without those that only creation or somebody else decides."""
    return {
        name: value
        for name, value in yielded(kind, resource, want, live).items()
        if name not in resource.initial and not _is_kept(resource, name, live)
    }


def kept(kind: Kind, resource: Resource, want: Properties, live: Live) -> Iterator[Kept]:
    """The live values that stay as they are, in the order of the names."""
    ours = yielded(kind, resource, want, live)
    for name, keeper in sorted((n, k) for n, k in resource.kept.items() if k.by):
        value = live.properties.get(name)
        if keeper.shared:
            if ours.get(name) != want.get(name):
                yield Kept(resource.address, name, kind.told(name, value), keeper.by)
        elif _is_kept(resource, name, live) and (
            not keeper.among or value != resource.properties.get(name)
        ):
            yield Kept(resource.address, name, value, keeper.by)


def carried_over(resource: Resource, live: Live) -> Resource:
    """The resource that replaces a live one, with the values that somebody else had given it."""
    whole = {
        name: live.properties.get(name)
        for name, keeper in resource.kept.items()
        if not keeper.shared and _is_kept(resource, name, live)
    }
    values = {name: value for name, value in whole.items() if value is not None}
    return replace(resource, properties={**resource.properties, **values}) if values else resource


def _is_kept(resource: Resource, name: str, live: Live) -> bool:
    keeper = resource.kept.get(name)
    if keeper is None or keeper.shared:
        return False
    return not keeper.among or live.properties.get(name) in keeper.among
