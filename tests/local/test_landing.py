from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from provisioner.local import cloud as lifecycle
from provisioner.local.cloud import Cloud
from provisioner.local.control import ask
from provisioner.local.landing import VPCS
from provisioner.local.state import SETTINGS, read, write

from .conftest import Connect, connect


def tag(thing: dict[str, Any], key: str) -> str:
    return next((each["Value"] for each in thing.get("Tags", []) if each["Key"] == key), "")


def landed(ec2: Any) -> list[str]:
    vpcs = ec2.describe_vpcs()["Vpcs"]
    return sorted(tag(vpc, "Name") for vpc in vpcs if not vpc["IsDefault"])


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-2"])
def test_every_region_has_the_networks(client: Connect, region: str) -> None:
    ec2 = client("ec2", region)
    assert landed(ec2) == sorted(VPCS)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [VPCS[0]]}])["Vpcs"][0]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
    zones = {(tag(each, "Tier"), each["AvailabilityZone"]) for each in subnets["Subnets"]}
    expected = {(tier, f"{region}{zone}") for tier in ("public", "private") for zone in "ab"}
    assert zones == expected
    names = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute="enableDnsHostnames")
    assert names["EnableDnsHostnames"]["Value"]


@pytest.mark.parametrize(("tier", "way"), [("public", "GatewayId"), ("private", "NatGatewayId")])
def test_subnets_have_a_way_out(client: Connect, tier: str, way: str) -> None:
    ec2 = client("ec2")
    chosen = [{"Name": "tag:Name", "Values": [f"{VPCS[0]}-{tier}"]}]
    (table,) = ec2.describe_route_tables(Filters=chosen)["RouteTables"]
    (out,) = (each for each in table["Routes"] if each["DestinationCidrBlock"] == "0.0.0.0/0")
    assert out[way]
    assert len(table["Associations"]) == 2


def test_the_default_vpc_has_a_way_out(client: Connect) -> None:
    ec2 = client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    (table,) = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    (out,) = (each for each in table["Routes"] if each["DestinationCidrBlock"] == "0.0.0.0/0")
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    (gateway,) = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    assert out["GatewayId"] == gateway["InternetGatewayId"]
    assert table["Associations"][0]["Main"]


def test_blocks_do_not_overlap(client: Connect) -> None:
    vpcs = client("ec2").describe_vpcs()["Vpcs"]
    assert len({vpc["CidrBlock"] for vpc in vpcs}) == len(vpcs)


def test_requests_at_the_same_time_make_it_once(client: Connect) -> None:
    ec2 = client("ec2", "ca-central-1")
    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda _: landed(ec2), range(16)))
    assert seen == [sorted(VPCS)] * 16


def test_making_it_is_not_a_call(cloud: Cloud, client: Connect) -> None:
    client("ec2", "eu-north-1").describe_vpcs()
    called = [(each["service"], each["operation"]) for each in ask(cloud.endpoint, "calls")]
    assert called == [("ec2", "DescribeVpcs")]


def test_a_reset_leaves_nothing_but_the_landing_zone(cloud: Cloud, client: Connect) -> None:
    ec2, logs = client("ec2"), client("logs")
    ec2.create_vpc(CidrBlock="10.99.0.0/16")
    logs.create_log_group(logGroupName="/some")
    assert lifecycle.reset(cloud.directory)
    assert landed(ec2) == sorted(VPCS)
    assert logs.describe_log_groups()["logGroups"] == []


def test_networks_come_back_as_they_were_whatever_became_of_them(
    cloud: Cloud, client: Connect
) -> None:
    ec2 = client("ec2", "eu-west-3")
    before = ec2.describe_subnets()["Subnets"]
    for subnet in before:
        if tag(subnet, "Tier") == "private":
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    lifecycle.reset(cloud.directory)
    assert ec2.describe_subnets()["Subnets"] == before


def test_further_networks_are_added_and_remembered(directory: Path) -> None:
    directory.mkdir()
    write(directory / SETTINGS, {"vpcs": ["of-the-last-time"]})
    running = lifecycle.start(directory, vpcs=["first"])
    ec2 = connect(running.endpoint, "ec2")
    assert landed(ec2) == sorted([*VPCS, "of-the-last-time", "first"])
    lifecycle.start(directory, vpcs=["first", "second"])
    assert landed(ec2) == sorted([*VPCS, "of-the-last-time", "first", "second"])
    assert read(directory / SETTINGS)["vpcs"] == ["of-the-last-time", "first", "second"]
