"""The user's words to resources: pure functions of the spec. No boto3, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.engine.model import Lookup, Resource, text
from provisioner.spec.models import Spec
from provisioner.stack import (
    alarms,
    compute,
    dashboard,
    identity,
    ingress,
    network,
    notifications,
    vault,
)
from provisioner.stack.context import Context, ref
from provisioner.stack.names import Names

BUILDERS: tuple[Callable[[Context], Iterator[Resource]], ...] = (
    vault.build,
    network.build,
    ingress.build,
    identity.build,
    compute.build,
    notifications.build,
    alarms.build,
    dashboard.build,
)
LOOKUPS: tuple[Callable[[Context], Iterator[Lookup]], ...] = (vault.lookups,)
"""What builders look up beside the account and the network."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a spec asks for: resources, what must be looked up, and what to tell the user after."""

    owner: str
    prefix: str
    resources: tuple[Resource, ...]
    lookups: tuple[Lookup, ...]
    outputs: Mapping[str, Any]


def build(spec: Spec, *, environment: str | None, region: str) -> Blueprint:
    """Every resource of the stack."""
    names = Names(spec.stack, environment, region)
    account = Lookup("account", {"expected": spec.account})
    context = Context(spec, names, account, network.lookup(spec))
    return Blueprint(
        names.owner,
        f"{spec.stack}-",
        tuple(resource for build in BUILDERS for resource in build(context)),
        (context.account, context.network, *(found for look in LOOKUPS for found in look(context))),
        _outputs(context),
    )


def _outputs(context: Context) -> dict[str, Any]:
    outputs: dict[str, Any] = {}
    balancer = context.spec.load_balancer
    if balancer:
        dns = ref(ingress.LOAD_BALANCER, ingress.NAME, "DNSName")
        port = min(listener.port for listener in balancer.listeners.values())
        suffix = "" if port == 80 else f":{port}"  # noqa: PLR2004  # HTTP's own port is not written
        outputs["url"] = text("http://", dns, suffix)
        outputs["load_balancer_dns_name"] = dns
    outputs["cluster_arn"] = ref(compute.CLUSTER, compute.MAIN)
    outputs["services"] = {
        name: {
            "service_arn": ref(compute.SERVICE, name),
            "task_definition_arn": ref(compute.TASK_DEFINITION, name),
        }
        for name, _ in context.services()
    }
    outputs |= notifications.outputs(context)
    return outputs
