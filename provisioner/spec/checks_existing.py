"""Rules about things that are there already: nothing of theirs is set here."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.finding import Finding
from provisioner.spec.models import Spec
from provisioner.spec.parts import workloads

_OTHERS = "does not go with `existing`: it is a setting of somebody else's"


def settings_of_others(spec: Spec) -> Iterator[Finding]:
    """What somebody else made keeps its settings, so that two masters never undo each other."""
    if spec.cluster.existing:
        for name in sorted(spec.cluster.model_fields_set - {"existing"}):
            yield Finding(("cluster", name), _OTHERS)
    for path, service in workloads(spec):
        image, logs, role = service.image, service.logs, service.task_role
        if logs.existing and logs.name is None:
            yield Finding((*path, "logs", "existing"), "expected the `name` of the log group")
        parts = (
            ("image", image, image.existing, ("keep_images", "scan_on_push", "tag_mutability")),
            ("logs", logs, logs.existing, ("retention_days",)),
            ("task_role", role, bool(role.existing), ("allow", "managed_policies")),
        )
        for name, part, existing, fields in parts:
            for field in fields:
                if existing and field in part.model_fields_set:
                    yield Finding((*path, name, field), _OTHERS)
        for field in ("execution_role", "task_role"):
            if getattr(service, field).existing and getattr(service.names, field):
                yield Finding(
                    (*path, "names", field), f"`{field}` is one that exists: it has a name"
                )
