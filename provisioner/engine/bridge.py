"""Changes in two halves: a thing that points at both the old and the new, until users moved over.

A listener that forwards to a target group which is replaced must know the new one before a
service can register there, and must keep the old one until the service's new tasks serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from provisioner.engine.diff import differences
from provisioner.engine.kept import yielded
from provisioner.engine.kind import Kind
from provisioner.engine.model import Outputs, Resource, resolve
from provisioner.engine.order import dependents
from provisioner.engine.step import Step


def bridges(
    steps: Sequence[Step], wanted: Sequence[Resource], kinds: Mapping[str, Kind], known: Outputs
) -> Iterator[Step]:
    """The first halves: for updates that others, which change as well, depend on."""
    changing = {step.address for step in steps}
    for step in steps:
        kind = kinds[step.kind]
        if step.action != "update" or step.resource is None or step.live is None:
            continue
        want = resolve(step.resource.properties, known)
        want = yielded(kind, step.resource, want, step.live)
        between = kind.bridge(step.live.properties, want)
        if between is None or not dependents(step.address, wanted) & changing:
            continue
        resource = replace(step.resource, properties=between)
        before = kind.canonical(step.live.properties)
        changes = differences(kind.canonical(between), before, kind.rules)
        yield replace(
            step,
            reason="until the new tasks serve",
            resource=resource,
            changes=changes,
            bridge=True,
        )
