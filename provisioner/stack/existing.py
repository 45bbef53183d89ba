"""Things that are there already, referred to instead of made: found while planning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Lookup, Properties, Ref, Resource
from provisioner.spec.existing import GroupLookup, Tagged
from provisioner.spec.image import Image
from provisioner.spec.ingress import Listener
from provisioner.spec.parts import images
from provisioner.spec.service import Service
from provisioner.stack import listener_rules, network
from provisioner.stack.context import Context
from provisioner.stack.references import called, group, host, priorities


def lookups(context: Context) -> Iterator[Lookup]:
    """One question for each thing, however many services share it."""
    if context.spec.cluster.existing:
        yield context.found_cluster
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
    yield from _groups(context)
    yield from _balancing(context)
    topic = context.spec.notifications.topic if context.spec.notifications else None
    if topic and not _is_arn(topic.name or ""):
        yield Lookup("topic", _query(topic, "notifications.topic"))
    if namespace := context.spec.discovery.existing:
        query = {**_query(namespace, "discovery.existing"), "network": context.network.query}
        yield Lookup("namespace", query)


def shared(context: Context) -> dict[str, tuple[Properties, ...]]:
    """Where parts of the stack are found, that are not the stack's."""
    spec = context.spec
    balancer = spec.load_balancer.found() if spec.load_balancer else None
    found: dict[str, tuple[Tagged | None, ...]] = {
        "ecs.cluster": (spec.cluster.existing,),
        "elbv2.load_balancer": (balancer,),
        "servicediscovery.namespace": (spec.discovery.existing,),
        "ec2.security_group": (*(one for _, one in _wanted_groups(context)), balancer),
    }
    return {
        kind: tuple(one.model_dump() for one in some if one)
        for kind, some in found.items()
        if any(some)
    }


def repository(image: Image) -> Ref | None:
    """The URI of an existing repository."""
    return _lookup("repository", str(image.repository)).ref("Uri") if image.existing else None


def role(name: str | None) -> Ref | str | None:
    """The ARN of an existing role."""
    return name if name is None or _is_arn(name) else _lookup("role", name).ref("Arn")


def _wanted_groups(context: Context) -> Iterator[tuple[str, GroupLookup]]:
    """Every existing group, each once, with the place in the spec where it is first named."""
    balancer = context.spec.load_balancer
    places = [("load_balancer.security_group", balancer and balancer.security_group)]
    for name, workload in context.workloads():
        section = "services" if name in context.spec.services else "tasks"
        places.append((f"{section}.{name}.security_group", workload.security_group))
    seen: set[str] = set()
    for field, one in places:
        if one and called(one) not in seen:
            seen.add(called(one))
            yield field, one


def _groups(context: Context) -> Iterator[Lookup]:
    for field, one in _wanted_groups(context):
        rules = _open_to(context, group(one))
        query = {**_group_query(context, one, field), "rules": rules, "stack": context.names.owner}
        yield Lookup("security_group", query, called(one))


def _group_query(context: Context, one: GroupLookup, field: str) -> dict[str, Any]:
    return {**_query(one, field), "network": context.network.query}


def _open_to(context: Context, own: Ref) -> list[dict[str, Any]]:
    """Rules for addresses that this group is to get: AWS takes each only once."""
    return [
        dict(one.properties, GroupId=None)
        for one in network.build(context)
        if one.kind == network.RULE and one.properties["GroupId"] == own and not _peer(one)
    ]


def _peer(rule: Resource) -> bool:
    return rule.properties["ReferencedGroupId"] is not None


def _balancing(context: Context) -> Iterator[Lookup]:
    spec = context.spec.load_balancer
    found = spec.found() if spec else None
    if spec is None or found is None:
        return
    where = {**_query(found, "load_balancer.existing"), "network": context.network.query}
    one = spec.security_group
    own = Lookup("load_balancer").ref("SecurityGroupId")
    more = {
        "group": _group_query(context, one, "load_balancer.security_group") if one else None,
        "rules": _open_to(context, own),
        "stack": context.names.owner,
    }
    yield Lookup("load_balancer", {**where, **more})
    for name, listener in spec.listeners.items():
        if listener.existing:
            yield _listener(context, name, listener, where)


def _listener(context: Context, name: str, spec: Listener, balancer: Properties) -> Lookup:
    numbers = [rule.priority for rule in listener_rules.place(context, name, spec)]
    query = {
        **(spec.existing.model_dump() if spec.existing else {}),
        "field": f"load_balancer.listeners.{name}",
        "balancer": balancer,
        "numbers": numbers,
        "size": len(priorities(context, name, spec)),
        "stack": context.names.owner,
        "host": host(context, name),
    }
    return Lookup("listener", query, name)


def _query(one: Tagged, field: str) -> dict[str, Any]:
    return {**one.model_dump(), "field": field}


def _lookup(kind: str, name: str) -> Lookup:
    return Lookup(kind, {"name": name}, name)


def _is_arn(name: str) -> bool:
    return name.startswith("arn:")
