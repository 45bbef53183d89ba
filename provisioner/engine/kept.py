"""What of a wanted thing is compared with the live one, and what somebody else decides.

The number of tasks belongs to the autoscaler once there is one: the plan keeps it and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provisioner.engine.model import Live, Properties, Resource
from provisioner.engine.step import Kept


def compared(resource: Resource, want: Properties, live: Live) -> Properties:
    """The wanted properties without those that only creation or somebody else decides."""
    return {
        name: value
        for name, value in want.items()
        if name not in resource.initial and not _is_kept(resource, name, live)
    }


def kept(resource: Resource, live: Live) -> Iterator[Kept]:
    """The live values that stay as they are, in the order of the names."""
    for name, keeper in sorted(resource.kept.items()):
        value = live.properties.get(name)
        if _is_kept(resource, name, live) and (
            not keeper.among or value != resource.properties.get(name)
        ):
            yield Kept(resource.address, name, value, keeper.by)


def carried_over(resource: Resource, live: Live) -> Resource:
    """The resource that replaces a live one, with the values that somebody else had given it."""
    values = {one.path: one.value for one in kept(resource, live) if one.value is not None}
    return replace(resource, properties={**resource.properties, **values}) if values else resource


def _is_kept(resource: Resource, name: str, live: Live) -> bool:
    keeper = resource.kept.get(name)
    if keeper is None:
        return False
    return not keeper.among or live.properties.get(name) in keeper.among
