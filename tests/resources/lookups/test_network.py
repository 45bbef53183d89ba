"""What the spec points at, and the words when it is not there."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.aws import Aws
from provisioner.errors import LookupFailed
from provisioner.resources.lookups.network import network
from tests.cloud.landing import land
from tests.cloud.world import World

VPC = {"id": None, "tags": {"Name": "shop"}}


def subnets(**tags: str) -> dict[str, Any]:
    return {"ids": [], "tags": tags}


def by_id(*ids: str) -> dict[str, Any]:
    return {"ids": list(ids), "tags": {}}


QUERY = {
    "vpc": VPC,
    "private": subnets(Tier="private"),
    "public": subnets(Tier="public"),
    "balancer": "public",
}


@pytest.fixture(scope="module")
def world(shared: World) -> World:
    """An AWS that has a VPC called shop."""
    land(shared.client("ec2"), "shop")
    return shared


@pytest.fixture
def aws(world: World) -> Aws:
    return world.aws.snapshot()


def vpc_of(world: World, name: str) -> str:
    filters = [{"Name": "tag:Name", "Values": [name]}]
    found: str = world.client("ec2").describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"]
    return found


def in_vpc(world: World, name: str = "shop") -> dict[str, str]:
    """Name to id of the VPC's subnets."""
    filters = [{"Name": "vpc-id", "Values": [vpc_of(world, name)]}]
    found = world.client("ec2").describe_subnets(Filters=filters)["Subnets"]
    return {
        tag["Value"]: subnet["SubnetId"]
        for subnet in found
        for tag in subnet["Tags"]
        if tag["Key"] == "Name"
    }


def test_a_network_is_found_by_its_tags(world: World, aws: Aws) -> None:
    ids = in_vpc(world)
    assert network(aws, QUERY) == {
        "VpcId": vpc_of(world, "shop"),
        "PrivateSubnetIds": sorted([ids["shop-private-a"], ids["shop-private-b"]]),
        "PublicSubnetIds": sorted([ids["shop-public-a"], ids["shop-public-b"]]),
    }


def test_a_network_is_found_by_ids(world: World, aws: Aws) -> None:
    ids, vpc = in_vpc(world), vpc_of(world, "shop")
    one = by_id(ids["shop-private-a"])
    found = network(aws, {"vpc": {"id": vpc, "tags": {}}, "private": one, "public": None})
    assert found == {"VpcId": vpc, "PrivateSubnetIds": [ids["shop-private-a"]]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"vpc": {"id": None, "tags": {"Name": "nowhere"}}},
            r"network\.vpc: no VPC with Name=nowhere in ap-southeast-1; there are .*\(shop\)",
        ),
        (
            {"vpc": {"id": "vpc-0123456789abcdef0", "tags": {}}},
            r"network\.vpc: .*vpc-0123456789abcdef0",
        ),
        (
            {"private": subnets(Tier="data")},
            r"network\.private_subnets: no subnet of vpc-\w+ has Tier=data; it has subnet-\w+ "
            r"\(ap-southeast-1[ab], .*Tier=p",
        ),
        (
            {"private": by_id("subnet-0123")},
            r"network\.private_subnets: subnet-0123 not in vpc-\w+, which has subnet-",
        ),
    ],
    ids=["no such name", "no such id", "no such tag", "no such subnet"],
)
def test_what_is_not_there_is_said_with_what_is(
    aws: Aws, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(LookupFailed, match=words):
        network(aws, {**QUERY, **changes})


def test_several_networks_that_fit_are_named(world: World, aws: Aws) -> None:
    for block in (78, 79):
        land(world.client("ec2"), "twins", block=block)
    query = {**QUERY, "vpc": {"id": None, "tags": {"Name": "twins"}}}
    with pytest.raises(LookupFailed, match=r"Name=twins fits 2 VPCs: vpc-\w+, vpc-\w+; name one"):
        network(aws, query)


def test_a_subnet_of_another_network_is_named(world: World, aws: Aws) -> None:
    stranger = in_vpc(world, "oaktree-vpc-dev")["oaktree-vpc-dev-private-a"]
    with pytest.raises(LookupFailed, match=f"{stranger} not in {vpc_of(world, 'shop')}"):
        network(aws, {**QUERY, "private": by_id(stranger)})


def test_a_balancer_needs_two_zones(world: World, aws: Aws) -> None:
    one = by_id(in_vpc(world)["shop-public-a"])
    with pytest.raises(LookupFailed, match="two zones at least, these are all in ap-southeast-1a"):
        network(aws, {**QUERY, "public": one})


def test_an_internal_balancer_needs_them_in_the_private_subnets(world: World, aws: Aws) -> None:
    one = by_id(in_vpc(world)["shop-private-a"])
    query = {**QUERY, "private": one, "public": None, "balancer": "private"}
    with pytest.raises(LookupFailed, match=r"network\.private_subnets: .* two zones"):
        network(aws, query)


def test_a_stack_without_a_balancer_needs_one_subnet(world: World, aws: Aws) -> None:
    one = by_id(in_vpc(world)["shop-private-a"])
    query = {"vpc": VPC, "private": one, "public": None}
    assert network(aws, query)["PrivateSubnetIds"] == one["ids"]


def test_a_balancer_takes_one_subnet_per_zone(world: World, aws: Aws) -> None:
    ids = in_vpc(world)
    crowd = by_id(ids["shop-public-a"], ids["shop-private-a"], ids["shop-public-b"])
    with pytest.raises(LookupFailed, match=r"one subnet per zone, ap-southeast-1a has subnet-"):
        network(aws, {**QUERY, "public": crowd})
