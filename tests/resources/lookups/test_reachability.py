"""What a plan says about networks in which tasks cannot start."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from provisioner.engine.observe import WARNINGS
from provisioner.errors import PlanError
from provisioner.local.control import ask
from provisioner.resources.lookups.reachability import reachability
from tests.cloud.world import World

_blocks = count(60)
ALL = ("ecr.api", "ecr.dkr", "logs", "s3")
OUT = "0.0.0.0/0"


class Network:
    """A VPC with one subnet whose table of its own leads nowhere yet."""

    def __init__(self, world: World) -> None:
        self.world, self.ec2 = world, world.client("ec2")
        self.block = f"10.{next(_blocks)}.0.0/16"
        self.vpc: str = self.ec2.create_vpc(CidrBlock=self.block)["Vpc"]["VpcId"]
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        made = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=self.block.replace("/16", "/24"))
        self.subnet: str = made["Subnet"]["SubnetId"]
        self.table: str = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)

    def route(self, **target: str) -> None:
        self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock=OUT, **target)

    def gateway(self) -> str:
        made: str = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(VpcId=self.vpc, InternetGatewayId=made)
        return made

    def endpoint(self, name: str, source: str = "", *, private: bool = True) -> str:
        group = self.ec2.create_security_group(
            GroupName=f"{name}-{next(_blocks)}", Description="d", VpcId=self.vpc
        )["GroupId"]
        self.ec2.authorize_security_group_ingress(
            GroupId=group, CidrIp=source or self.block, IpProtocol="tcp", FromPort=443, ToPort=443
        )
        made: str = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.ap-southeast-1.{name}",
            VpcEndpointType="Interface",
            SubnetIds=[self.subnet],
            SecurityGroupIds=[group],
            PrivateDnsEnabled=private,
        )["VpcEndpoint"]["VpcEndpointId"]
        return made

    def wait(self) -> None:
        """Until endpoints are there."""
        ask(self.world.server.endpoint, "clock/advance", {"seconds": 300})

    def s3(self, *tables: str) -> str:
        made: str = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName="com.amazonaws.ap-southeast-1.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=list(tables),
        )["VpcEndpoint"]["VpcEndpointId"]
        return made

    def ask(self, *needs: str, tier: str = "private", refuse: bool = False) -> list[str]:
        subnets = {"ids": [self.subnet], "tags": {}}
        network: Mapping[str, Any] = {
            "vpc": {"id": self.vpc, "tags": {}},
            "private": None,
            "public": None,
            tier: subnets,
        }
        query = {"network": network, "needs": {tier: list(needs or ALL)}, "refuse": refuse}
        found: list[str] = reachability(self.world.aws.snapshot(), query)[WARNINGS]
        return found


@pytest.fixture
def net(shared: World) -> Network:
    return Network(shared)


def test_a_subnet_without_a_route_is_named_with_its_table_and_what_is_missing(net: Network) -> None:
    (words,) = net.ask()
    assert words.startswith(
        f"network: tasks in {net.subnet} (route table {net.table}: no default route) have no way"
        " out, and cannot reach: ecr.api (no endpoint); ecr.dkr (no endpoint); logs (no endpoint);"
        " s3 (no endpoint). "
    )


def test_a_nat_gateway_is_a_way_out_and_costs_one_call(net: Network) -> None:
    net.gateway()
    address = net.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = net.ec2.create_nat_gateway(SubnetId=net.subnet, AllocationId=address)["NatGateway"]
    net.route(NatGatewayId=nat["NatGatewayId"])
    with net.world.tap.recording() as recording:
        assert net.ask(*ALL, "internet") == []
    assert [call.operation for call in recording.calls] == [
        "DescribeVpcs", "DescribeSubnets", "DescribeRouteTables",
    ]  # fmt: skip


def test_an_internet_gateway_serves_public_addresses_alone(net: Network) -> None:
    gateway = net.gateway()
    net.route(GatewayId=gateway)
    assert net.ask(tier="public") == []
    (words,) = net.ask()
    assert f"{net.table}: the default route leads to {gateway}) have no way out" in words


def test_the_main_table_counts_for_a_subnet_without_its_own(net: Network) -> None:
    (association,) = net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"][0][
        "Associations"
    ]
    net.ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    filters = [
        {"Name": "vpc-id", "Values": [net.vpc]},
        {"Name": "association.main", "Values": ["true"]},
    ]
    (main,) = net.ec2.describe_route_tables(Filters=filters)["RouteTables"]
    (words,) = net.ask()
    assert f"(route table {main['RouteTableId']}: no default route)" in words


def test_endpoints_stand_in_for_a_way_out_but_not_to_the_internet(net: Network) -> None:
    for name in ("ecr.api", "ecr.dkr", "logs"):
        net.endpoint(name)
    net.s3(net.table)
    net.wait()
    assert net.ask() == []
    (words,) = net.ask(*ALL, "internet")
    assert "cannot reach: the internet, where an image comes from. " in words


def test_an_endpoint_that_does_not_serve_says_why(net: Network) -> None:
    unnamed = net.endpoint("logs", private=False)
    shut = net.endpoint("ecr.api", source="192.0.2.0/24")
    aside = net.s3()
    net.wait()
    (words,) = net.ask("ecr.api", "logs", "s3")
    assert (
        f"ecr.api ({shut} does not let in {net.block.replace('/16', '/24')} on port 443)" in words
    )
    assert f"logs ({unnamed} has private DNS names switched off)" in words
    assert f"s3 ({aside} has no route in that table)" in words


def test_an_endpoint_that_is_not_there_yet_says_so(net: Network) -> None:
    server = net.world.server.endpoint
    ask(server, "settings", {"manual": True})
    try:
        made = net.endpoint("logs")
        (words,) = net.ask("logs")
    finally:
        ask(server, "settings", {"manual": False})
    assert f"cannot reach: logs ({made} is pending). " in words


def test_it_can_be_a_reason_not_to_plan(net: Network) -> None:
    with pytest.raises(PlanError, match=r"cannot reach: logs \(no endpoint\)"):
        net.ask("logs", refuse=True)
