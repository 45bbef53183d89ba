"""The user's words to resources: pure functions of the spec. No boto3, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioner.engine.model import Lookup, Properties, Resource
from provisioner.spec.models import Spec
from provisioner.stack import (
    access_logs,
    alarms,
    compute,
    connect,
    dashboard,
    deployment,
    discovery,
    dns,
    doors,
    existing,
    identity,
    images,
    ingress,
    network,
    new_network,
    notifications,
    raw,
    reachability,
    references,
    scaling,
    tasks,
    tls,
    vault,
    waf,
)
from provisioner.stack.context import Context, ref
from provisioner.stack.names import Names

BUILDERS: tuple[Callable[[Context], Iterator[Resource]], ...] = (
    vault.build,
    network.build,
    new_network.build,
    access_logs.build,
    tls.build,
    ingress.build,
    waf.build,
    identity.build,
    deployment.build,
    connect.build,
    compute.build,
    discovery.build,
    dns.build,
    scaling.build,
    tasks.build,
    notifications.build,
    alarms.build,
    dashboard.build,
)
LOOKUPS: tuple[Callable[[Context], Iterator[Lookup]], ...] = (
    reachability.lookups,
    existing.lookups,
    images.lookups,
    tls.lookups,
    dns.lookups,
    vault.lookups,
    waf.lookups,
)
"""What builders look up beside the account and the network."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a spec asks for: resources, what must be looked up, and what to tell the user after."""

    owner: str
    prefix: str
    resources: tuple[Resource, ...]
    lookups: tuple[Lookup, ...]
    outputs: Mapping[str, Any]
    shared: Mapping[str, tuple[Properties, ...]] = field(default_factory=dict)
    """Kind to things of others that parts of the stack live in, as they are looked up."""


def build(spec: Spec, *, environment: str | None, region: str) -> Blueprint:
    """Every resource of the stack."""
    names = Names(spec.stack, environment, region)
    account = Lookup("account", {"expected": spec.account})
    context = Context(spec, names, account, network.lookup(spec, names.owner))
    return Blueprint(
        names.owner,
        f"{spec.stack}-",
        raw.put(context, doors.once(resource for build in BUILDERS for resource in build(context))),
        (context.account, context.network, *(found for look in LOOKUPS for found in look(context))),
        _outputs(context),
        existing.shared(context),
    )


def _outputs(context: Context) -> dict[str, Any]:
    outputs: dict[str, Any] = {}
    balancer = context.spec.load_balancer
    if balancer:
        outputs["url"] = references.url(context, balancer)
        outputs["load_balancer_dns_name"] = references.balancer(context, "DNSName")
    outputs["cluster_arn"] = context.cluster
    outputs["services"] = {
        name: {
            "service_arn": ref(compute.SERVICE, name),
            # What it was told to run: a revision may be registered, and never deployed.
            "task_definition_arn": ref(compute.SERVICE, name, "TaskDefinition"),
        }
        for name, _ in context.services()
    }
    if context.spec.tasks:
        outputs["tasks"] = {name: _to_run(context, name) for name in context.spec.tasks}
    outputs |= notifications.outputs(context)
    return outputs


def _to_run(context: Context, name: str) -> dict[str, Any]:
    """What `aws ecs run-task` needs to know of a task."""
    return {
        "task_definition_arn": ref(compute.TASK_DEFINITION, name),
        "security_group_id": references.workload_group(name, context.spec.tasks[name]),
        "subnet_ids": context.private_subnets,
    }
