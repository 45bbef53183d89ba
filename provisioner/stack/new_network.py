"""A network of the stack's own: VPC, subnets in several zones, the ways out, endpoints.

Every private subnet has a route table of its own, so that one NAT gateway or several is a matter
of routes alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from provisioner.engine.model import Ref, Resource
from provisioner.spec.new_network import NEEDED, NewNetwork
from provisioner.spec.reach import GATEWAYS, needs
from provisioner.stack.context import SUBNET, VPC, Context, address, ref
from provisioner.stack.network import ENDPOINTS
from provisioner.stack.references import GROUP

INTERNET_GATEWAY = "ec2.internet_gateway"
ELASTIC_IP = "ec2.elastic_ip"
NAT_GATEWAY = "ec2.nat_gateway"
ROUTE_TABLE = "ec2.route_table"
ENDPOINT = "ec2.vpc_endpoint"
RULE = "ec2.security_group_rule"
MAIN = "main"
EVERYWHERE = "0.0.0.0/0"
PARTS_BITS = 4
FIRST_PRIVATE = 8
"""Of the sixteen parts of the block, the first eight are for public subnets."""


def build(context: Context) -> Iterator[Resource]:
    """Everything that the spec does not look up."""
    create = context.spec.network.create
    if create is None:
        return
    yield _vpc(context, create)
    gateway = {"VpcId": context.vpc}
    yield _named(context, INTERNET_GATEWAY, MAIN, "igw", gateway)
    yield from _subnets(context, create)
    yield from _nat(context, create)
    yield from _routes(context, create)
    yield from _endpoints(context, create)


def ways_out(context: Context, *, public: bool) -> tuple[str, ...]:
    """Addresses of what must be there before a task in these subnets can start."""
    create = context.spec.network.create
    if create is None:
        return ()
    if public:
        return (address(ROUTE_TABLE, "public"),)
    tables = [address(ROUTE_TABLE, f"private-{zone}") for zone in _zones(create)]
    return (*tables, *(address(ENDPOINT, name) for name in endpoints(context, create)))


def endpoints(context: Context, create: NewNetwork) -> list[str]:
    """AWS services with an endpoint, `needed` spelled out."""
    found = set(create.endpoints) - {NEEDED}
    if NEEDED in create.endpoints:
        found |= {need for _, workload in context.workloads() for need in needs(workload)}
    return sorted(found)


def _zones(create: NewNetwork) -> range:
    return range(1, create.zone_count + 1)


def _named(
    context: Context,
    kind: str,
    name: str,
    what: str,
    properties: dict[str, Any],
    after: tuple[str, ...] = (),
) -> Resource:
    """What has no name in AWS has a tag that consoles show as one."""
    resource = context.resource(kind, name, properties, after=after)
    return replace(resource, tags={"Name": context.names.of(what), **resource.tags})


def _vpc(context: Context, create: NewNetwork) -> Resource:
    """Private names of endpoints need both of the DNS settings."""
    properties = {
        "CidrBlock": create.cidr,
        "EnableDnsSupport": True,
        "EnableDnsHostnames": True,
        "DefaultGroupRules": [],
    }
    return _named(context, VPC, MAIN, "vpc", properties)


def _subnets(context: Context, create: NewNetwork) -> Iterator[Resource]:
    parts = list(IPv4Network(create.cidr).subnets(prefixlen_diff=PARTS_BITS))
    public = create.public_cidrs or [str(part) for part in parts]
    private = create.private_cidrs or [str(part) for part in parts[FIRST_PRIVATE:]]
    for tier, blocks in (("public", public), ("private", private)):
        for zone, block in zip(_zones(create), blocks, strict=False):
            properties = {
                "VpcId": context.vpc,
                "CidrBlock": block,
                "AvailabilityZone": context.network.ref(f"Zone{zone}"),
                "MapPublicIpOnLaunch": False,
            }
            made = _named(context, SUBNET, f"{tier}-{zone}", f"{tier}-{zone}", properties)
            yield replace(made, tags={"Tier": tier, **made.tags})  # other stacks look for it


def _nat(context: Context, create: NewNetwork) -> Iterator[Resource]:
    for zone in _nat_zones(create):
        yield _named(context, ELASTIC_IP, f"nat-{zone}", f"nat-{zone}", {"Domain": "vpc"})
        properties = {
            "SubnetId": ref(SUBNET, f"public-{zone}", "Id"),
            "AllocationId": ref(ELASTIC_IP, f"nat-{zone}", "Id"),
            "ConnectivityType": "public",
        }
        attached = (address(INTERNET_GATEWAY, MAIN),)
        yield _named(context, NAT_GATEWAY, f"zone-{zone}", f"nat-{zone}", properties, attached)


def _nat_zones(create: NewNetwork) -> range:
    return {"none": range(0), "single": range(1, 2), "per_zone": _zones(create)}[create.nat]


def _routes(context: Context, create: NewNetwork) -> Iterator[Resource]:
    public = [ref(SUBNET, f"public-{zone}", "Id") for zone in _zones(create)]
    gateway = ref(INTERNET_GATEWAY, MAIN, "Id")
    yield _table(context, "public", gateway, public)
    for zone in _zones(create):
        own = zone if zone in _nat_zones(create) else 1
        nat = ref(NAT_GATEWAY, f"zone-{own}", "Id") if create.nat != "none" else None
        yield _table(context, f"private-{zone}", nat, [ref(SUBNET, f"private-{zone}", "Id")])


def _table(context: Context, name: str, out: Ref | None, subnets: list[Ref]) -> Resource:
    properties = {"VpcId": context.vpc, "Routes": {EVERYWHERE: out}, "SubnetIds": subnets}
    return _named(context, ROUTE_TABLE, name, name, properties)


def _endpoints(context: Context, create: NewNetwork) -> Iterator[Resource]:
    for name in endpoints(context, create):
        properties = {
            "VpcId": context.vpc,
            "ServiceName": service_name(context.names.region, name),
            **(_gateway(create) if name in GATEWAYS else _interface(create)),
        }
        doors = () if name in GATEWAYS else (address(RULE, f"{ENDPOINTS}-from-vpc"),)
        yield _named(context, ENDPOINT, name, f"{name}-endpoint", properties, doors)


def _gateway(create: NewNetwork) -> dict[str, Any]:
    tables = ["public", *(f"private-{zone}" for zone in _zones(create))]
    return {
        "VpcEndpointType": "Gateway",
        "PrivateDnsEnabled": None,
        "SubnetIds": [],
        "SecurityGroupIds": [],
        "RouteTableIds": [ref(ROUTE_TABLE, table, "Id") for table in tables],
    }


def _interface(create: NewNetwork) -> dict[str, Any]:
    return {
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
        "SubnetIds": [ref(SUBNET, f"private-{zone}", "Id") for zone in _zones(create)],
        "SecurityGroupIds": [ref(GROUP, ENDPOINTS, "Id")],
        "RouteTableIds": [],
    }


def service_name(region: str, service: str) -> str:
    """`com.amazonaws.eu-west-1.ecr.api`; China has a prefix for all but its gateways."""
    china = region.startswith("cn-") and service not in GATEWAYS
    return f"{'cn.' if china else ''}com.amazonaws.{region}.{service}"
