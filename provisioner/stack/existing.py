"""Things that are there already, referred to instead of made: found while planning."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.engine.model import Lookup, Ref
from provisioner.spec.image import Image
from provisioner.spec.parts import images
from provisioner.spec.service import Service
from provisioner.stack.context import Context


def lookups(context: Context) -> Iterator[Lookup]:
    """One question for each thing, however many services share it."""
    if cluster := context.spec.cluster.existing:
        yield Lookup("cluster", {"name": cluster})
    found: dict[str, Lookup] = {}
    for _, workload in context.workloads():
        repositories = [image.repository for _, image in images(workload) if image.existing]
        wanted = [_lookup("repository", name) for name in repositories if name]
        if workload.logs.existing and workload.logs.name:
            wanted.append(_lookup("log_group", workload.logs.name))
        roles = [workload.execution_role.existing, workload.task_role.existing]
        if isinstance(workload, Service):
            roles += [one.role for one in workload.deployment.hooks]
            roles.append(workload.deployment.infrastructure_role)
            roles.append(workload.connect.tls.role if workload.connect.tls else None)
        wanted += [_lookup("role", name) for name in roles if name and not _is_arn(name)]
        found |= {one.address: one for one in wanted}
    yield from found.values()


def hosts(context: Context) -> dict[str, frozenset[str]]:
    """Where parts of the stack are found, that are not the stack's."""
    cluster = context.spec.cluster.existing
    return {"ecs.cluster": frozenset({cluster})} if cluster else {}


def repository(image: Image) -> Ref | None:
    """The URI of an existing repository."""
    return _lookup("repository", str(image.repository)).ref("Uri") if image.existing else None


def role(name: str | None) -> Ref | str | None:
    """The ARN of an existing role."""
    return name if name is None or _is_arn(name) else _lookup("role", name).ref("Arn")


def _lookup(kind: str, name: str) -> Lookup:
    return Lookup(kind, {"name": name}, name)


def _is_arn(name: str) -> bool:
    return name.startswith("arn:")
