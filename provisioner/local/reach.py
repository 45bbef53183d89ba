"""What a task cannot reach from its subnet, and how it fails for that.

A task gets out by a default route to anything but an internet gateway (a NAT gateway must be
available), or to that with a public address; else interface endpoints of its VPC, and S3's gateway
endpoint in its route table, stand in for the way out. Security groups are not looked at.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/verify-connectivity.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.ec2.models import EC2Backend

from .simulation.reasons import (
    NO_ADDRESS,
    NO_CLOUDWATCH,
    NO_ECR,
    NO_LAYERS,
    NO_REGISTRY,
    NO_SECRETS_MANAGER,
    NO_SSM,
)
from .simulation.script import from_ecr

Shape = Mapping[str, Any]
EVERYWHERE = "0.0.0.0/0"


def unreachable(ec2: EC2Backend, definition: Shape, network: Shape, subnet: str) -> str:
    """Return the reason with which a task of this definition fails there, nothing if it gets out.

    The reason is one of `reasons`, its placeholders not yet filled in.
    """
    table = _followed(ec2, subnet)
    vpc = network.get("awsvpcConfiguration") or {}
    if table is None or _way_out(table, public=vpc.get("assignPublicIp") == "ENABLED"):
        return ""
    there = set(_endpoints(ec2, table))
    return next((reason for need, reason in _needs(definition) if need not in there), "")


def places(ec2: EC2Backend, network: Shape) -> list[str]:
    """Return the subnets of a network that there are."""
    vpc = network.get("awsvpcConfiguration") or {}
    return [each for each in vpc.get("subnets", ()) if any(each in z for z in ec2.subnets.values())]


def full(ec2: EC2Backend, network: Shape) -> str:
    """Return the reason with which a task fails that has got no address."""
    vpc = network.get("awsvpcConfiguration") or {}
    public = str(vpc.get("assignPublicIp", "DISABLED")).lower()
    found = places(ec2, network)
    return NO_ADDRESS.format(subnet=found[0], public=public) if found else ""


def _needs(definition: Shape) -> Iterator[tuple[str, str]]:
    """Yield the endpoints that a task needs, in the order of its start, with what it fails for."""
    containers = definition["containerDefinitions"]
    sources = [each["valueFrom"] for one in containers for each in one.get("secrets") or ()]
    if any(from_ecr(each["image"]) for each in containers):
        yield "ecr.api", NO_ECR
    for source in sources:
        asm = ":secretsmanager:" in source
        yield ("secretsmanager", NO_SECRETS_MANAGER) if asm else ("ssm", NO_SSM)
    if any(
        (each.get("logConfiguration") or {}).get("logDriver") == "awslogs" for each in containers
    ):
        yield "logs", NO_CLOUDWATCH
    for each in containers:
        if from_ecr(each["image"]):
            yield "ecr.dkr", NO_LAYERS
            yield "s3", NO_LAYERS
        else:
            yield "the internet", NO_REGISTRY


def _followed(ec2: EC2Backend, subnet: str) -> Any:
    """Return the subnet's own route table, or its VPC's main one; None where there is none."""
    own = ec2.describe_route_tables(filters={"association.subnet-id": [subnet]})
    if own:
        return own[0]
    vpc = ec2.get_subnet(subnet).vpc_id
    main = ec2.describe_route_tables(filters={"vpc-id": [vpc], "association.main": ["true"]})
    return main[0] if main else None


def _way_out(table: Any, *, public: bool) -> bool:
    default = [each for each in table.routes if each.destination_cidr_block == EVERYWHERE]
    if not default:
        return False
    nat = default[0].nat_gateway
    if nat is not None and nat.state != "available":
        return False
    gateway = str(default[0].gateway_id or "")
    return public or not gateway.startswith("igw-")


def _endpoints(ec2: EC2Backend, table: Any) -> Iterator[str]:
    """Yield what there are endpoints for: the end of the service's name, such as `ecr.api`."""
    for each in ec2.vpc_end_points.values():
        name = each.service_name.split(".", 3)[-1]
        gateway = each.vpc_endpoint_type == "Gateway"
        here = each.vpc_id == table.vpc_id and each.state == "available"
        if here and (not gateway or table.id in (each.route_table_ids or ())):
            yield name
