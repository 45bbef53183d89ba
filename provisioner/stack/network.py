"""Security groups: the world reaches the load balancer, the load balancer reaches the tasks.

Nothing else reaches the tasks. The load balancer can open connections to the tasks alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Lookup, Ref, Resource
from provisioner.spec.models import Spec
from provisioner.spec.network import SubnetLookup, VpcLookup
from provisioner.spec.reach import GATEWAYS
from provisioner.spec.service import Service
from provisioner.stack.context import Context, address, ref
from provisioner.stack.references import BALANCER, GROUP, balancer_group, workload_group

RULE = "ec2.security_group_rule"
ENDPOINTS = "vpc_endpoints"
"""The group of endpoints, where the stack makes its own network."""
HTTPS = 443


def lookup(spec: Spec, owner: str) -> Lookup:
    """The VPC and subnets that the spec points at, or the zones for new ones."""
    network, balancer = spec.network, spec.load_balancer
    if create := network.create:
        zones = {"stack": owner, "count": create.zone_count, "names": create.zone_names}
        return Lookup("zones", zones)
    query: dict[str, Any] = {
        "vpc": _dumped(network.vpc),
        "private": _dumped(network.private_subnets),
        "public": _dumped(network.public_subnets),
    }
    if balancer and balancer.found() is None:
        query["balancer"] = "public" if balancer.scheme == "internet-facing" else "private"
    return Lookup("network", query)


def _dumped(part: VpcLookup | SubnetLookup | None) -> dict[str, Any] | None:
    return part.model_dump() if part else None


def build(context: Context) -> Iterator[Resource]:
    """All groups and rules."""
    for name, workload in context.workloads():
        if workload.security_group:
            continue
        what = "service" if isinstance(workload, Service) else "task"
        written = workload.names.security_group
        physical = written or context.names.of(f"{what}-sg", service=name)
        yield _group(context, name, physical, f"Tasks of the {what} {name}", open_egress=True)
    yield from _endpoints(context)
    balancer = context.spec.load_balancer
    if balancer is None:
        return
    if balancer.found() is None and balancer.security_group is None:
        physical = balancer.security_group_name or context.names.of("alb-sg")
        yield _group(context, BALANCER, physical, "The load balancer", open_egress=False)
    own = balancer_group(balancer)
    for name, listener in balancer.own().items():
        for cidr in balancer.ingress_cidrs:
            yield _rule(context, f"{name}-from-{slug(cidr)}", own, listener.port, cidr=cidr)
    for name in sorted(context.targeted()):
        yield from _doors(context, name, context.spec.services[name], own)


def _endpoints(context: Context) -> Iterator[Resource]:
    """Everything in the network reaches the endpoints, whichever task it is."""
    create = context.spec.network.create
    if create is None or not set(create.endpoints) - {*GATEWAYS}:
        return
    physical = context.names.of("endpoints-sg")
    yield _group(context, ENDPOINTS, physical, "VPC endpoints", open_egress=False)
    own = ref(GROUP, ENDPOINTS, "Id")
    yield _rule(context, f"{ENDPOINTS}-from-vpc", own, HTTPS, cidr=create.cidr)


def _doors(context: Context, name: str, service: Service, own: Ref) -> Iterator[Resource]:
    """A pair of rules per port: requests, and health checks where they have a port of their own."""
    peer = workload_group(name, service)
    for suffix, port in _ports(service):
        yield _rule(context, f"{name}-from-load-balancer{suffix}", peer, port, peer=own)
        to = f"load-balancer-to-{name}{suffix}"
        yield _rule(context, to, own, port, peer=peer, egress=True)


def open_doors(name: str, service: Service) -> tuple[str, ...]:
    """Addresses of the rules that let requests and health checks through to a service."""
    return tuple(
        address(RULE, door)
        for suffix, _ in _ports(service)
        for door in (f"{name}-from-load-balancer{suffix}", f"load-balancer-to-{name}{suffix}")
    )


def between(context: Context, caller: str, name: str, service: Service) -> Resource:
    """The tasks of one service may reach another's port; nobody else's do by that."""
    peer, own = workload_group(caller, context.spec.services[caller]), workload_group(name, service)
    port = service.connect.ingress_port or service.port
    return _rule(context, f"{name}-from-{caller}", own, port, peer=peer)


def _ports(service: Service) -> list[tuple[str, int | None]]:
    check = service.health_check.port
    extra = [("-health", check)] if check and check != service.port else []
    return [("", service.port), *extra]


def slug(words: str) -> str:
    """Text as part of an address: `/api/*` is `api-any`."""
    spelled = words.replace("*", "-any-").replace("::", "-v6-")
    return re.sub(r"[^a-z0-9.]+", "-", spelled.lower()).strip("-") or "root"


def _group(
    context: Context, name: str, physical: str, description: str, *, open_egress: bool
) -> Resource:
    """The description can never change, so it says nothing that could."""
    properties = {
        "GroupName": physical,
        "Description": description,
        "VpcId": context.vpc,
        "OpenEgress": open_egress,
    }
    return context.resource(GROUP, name, properties)


def _rule(
    context: Context,
    name: str,
    group: Ref,
    port: int | None,
    *,
    cidr: str | None = None,
    peer: Ref | None = None,
    egress: bool = False,
) -> Resource:
    properties = {
        "GroupId": group,
        "IsEgress": egress,
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "CidrIpv4": cidr if cidr and ":" not in cidr else None,
        "CidrIpv6": cidr if cidr and ":" in cidr else None,
        "ReferencedGroupId": peer,
    }
    return context.resource(RULE, name, properties)
