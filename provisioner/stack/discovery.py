"""Service discovery: a namespace, a name per service in it, and who may call whom."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.engine.model import Resource
from provisioner.stack import connect, network
from provisioner.stack.context import Context, address
from provisioner.stack.references import MAIN, NAMESPACE, namespace

SERVICE = "servicediscovery.service"


def build(context: Context) -> Iterator[Resource]:
    """Nothing where no service is to be found."""
    found = discovered(context)
    ours = context.spec.discovery.existing is None
    if ours and (found or connect.in_our_namespace(context)):
        properties = {
            "Name": namespace_name(context),
            "Vpc": context.vpc,
            "Description": f"Services of {context.names.owner}",
        }
        yield context.resource(NAMESPACE, MAIN, properties, initial=frozenset({"Vpc"}))
    for name in found:
        yield _service(context, name)
    for name, service in context.services():
        for other in service.connects_to:
            yield network.between(context, name, other, context.spec.services[other])


def discovered(context: Context) -> list[str]:
    """Services that have a name in the namespace, in the order of the file."""
    services = dict(context.services())
    called = {
        other
        for service in services.values()
        for other in service.connects_to
        if not connect.offers(services[other])
    }
    return [name for name, service in services.items() if service.discovery or name in called]


def namespace_name(context: Context) -> str:
    """What the names of services end with."""
    given = context.spec.discovery.namespace
    return given or f"{context.names.owner.replace('/', '-')}.internal"


def doors(context: Context, name: str) -> tuple[str, ...]:
    """Addresses of the rules that let a service call others."""
    called = context.spec.services[name].connects_to
    return tuple(address(network.RULE, f"{other}-from-{name}") for other in called)


def _service(context: Context, name: str) -> Resource:
    """A records, for every task has an address of its own; ECS says which of them are healthy.

    AWS takes no other failure threshold than 1.
    """
    properties = {
        "Name": name,
        "NamespaceId": namespace(context),
        "Description": f"Tasks of the service {name}",
        "DnsConfig": {
            "RoutingPolicy": "MULTIVALUE",
            "DnsRecords": [{"Type": "A", "TTL": context.spec.discovery.ttl_seconds}],
        },
        "HealthCheckCustomConfig": {"FailureThreshold": 1},
    }
    return context.resource(SERVICE, name, properties)
