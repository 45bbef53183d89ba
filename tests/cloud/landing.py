"""A network as the embedded cloud has it, made on a server that has none."""

from __future__ import annotations

from typing import Any

ZONES = "ab"
TIERS = ("public", "private")


def land(ec2: Any, name: str, *, block: int = 77) -> str:
    """A VPC of that name with two public and two private subnets. Returns its id."""
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
    return vpc


def tagged(kind: str, **tags: str) -> list[dict[str, Any]]:
    """`TagSpecifications` of an EC2 create call."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": pairs}]
