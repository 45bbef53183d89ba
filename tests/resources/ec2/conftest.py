"""Networks made by hand, for parts of networks to stand in."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.cloud.world import World

_blocks = count(100)


class Place:
    """A VPC of nobody's, with two subnets, a gateway, a table and a group."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        block = next(_blocks)
        self.vpc: str = ec2.create_vpc(CidrBlock=f"10.{block}.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnets = [
            self.subnet(f"10.{block}.{third}.0/24", zone) for third, zone in enumerate("ab")
        ]
        self.gateway = self.internet_gateway()

    def subnet(self, block: str, zone: str = "a") -> str:
        made: str = self.ec2.create_subnet(
            VpcId=self.vpc, CidrBlock=block, AvailabilityZone=f"ap-southeast-1{zone}"
        )["Subnet"]["SubnetId"]
        return made

    def internet_gateway(self) -> str:
        made: str = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=self.vpc)
        return made

    def table(self) -> str:
        made: str = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        return made

    def group(self, name: str) -> str:
        made: str = self.ec2.create_security_group(
            GroupName=name, Description="place", VpcId=self.vpc
        )["GroupId"]
        return made

    def address(self) -> str:
        made: str = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        return made

    def nat(self, address: str | None = None) -> str:
        made: str = self.ec2.create_nat_gateway(
            SubnetId=self.subnets[0], AllocationId=address or self.address()
        )["NatGateway"]["NatGatewayId"]
        return made


@pytest.fixture
def place(shared: World) -> Place:
    return Place(shared.client("ec2"))
