"""A network as the embedded cloud has it, made on a server that has none."""

from __future__ import annotations

from typing import Any

ZONES = "ab"
TIERS = ("public", "private")


def land(ec2: Any, name: str, *, block: int = 77, way_out: bool = False) -> str:
    """A VPC of that name with two public and two private subnets. Returns its id.

    Tasks start in it only with a `way_out`: a NAT gateway for all of its subnets.
    """
    region = ec2.meta.region_name
    vpc: str = ec2.create_vpc(
        CidrBlock=f"10.{block}.0.0/16", TagSpecifications=tagged("vpc", Name=name)
    )["Vpc"]["VpcId"]
    for index, (tier, zone) in enumerate((tier, zone) for tier in TIERS for zone in ZONES):
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.{block}.{index}.0/24",
            AvailabilityZone=f"{region}{zone}",
            TagSpecifications=tagged("subnet", Name=f"{name}-{tier}-{zone}", Tier=tier),
        )
    if way_out:
        _open(ec2, vpc)
    return vpc


def _open(ec2: Any, vpc: str) -> None:
    where = [{"Name": "vpc-id", "Values": [vpc]}]
    subnet = ec2.describe_subnets(Filters=where)["Subnets"][0]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    table = ec2.describe_route_tables(Filters=where)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(
        RouteTableId=table,
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=made["NatGatewayId"],
    )


def tagged(kind: str, **tags: str) -> list[dict[str, Any]]:
    """`TagSpecifications` of an EC2 create call."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": pairs}]
