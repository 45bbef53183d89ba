from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import PlanError
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent
from tests.resources.ec2.conftest import Place


@pytest.fixture
def subnet(place: Place) -> Resource:
    block = place.ec2.describe_vpcs(VpcIds=[place.vpc])["Vpcs"][0]["CidrBlock"]
    properties = {
        "VpcId": place.vpc,
        "CidrBlock": block.replace(".0.0/16", ".128.0/20"),
        "AvailabilityZone": "ap-southeast-1b",
        "MapPublicIpOnLaunch": False,
    }
    return Resource("ec2.subnet", "private-1", properties, {"team": "oak"})


def test_it_is_made_with_its_tags(bench: Bench, subnet: Resource) -> None:
    given = {k: v for k, v in subnet.properties.items() if k != "MapPublicIpOnLaunch"}
    tags = [{"ResourceType": "subnet", "Tag": bench.tags(subnet)}]
    check_sent(bench.apply(subnet), only("CreateSubnet", **given, TagSpecification=tags))


def published(ec2: Any, live: Live) -> None:
    ec2.modify_subnet_attribute(SubnetId=live.id, MapPublicIpOnLaunch={"Value": True})


def test_public_addresses_for_everybody_are_taken_back(bench: Bench, subnet: Resource) -> None:
    bench.check_drift(
        subnet,
        published,
        shown={"MapPublicIpOnLaunch": (True, False)},
        writes=[sent("ModifySubnetAttribute", MapPublicIpOnLaunch={"Value": False})],
    )


@pytest.mark.parametrize(
    ("field", "value"), [("CidrBlock", "10.9.0.0/20"), ("AvailabilityZone", "ap-southeast-1c")]
)
def test_what_cannot_change_is_refused(
    bench: Bench, subnet: Resource, field: str, value: str
) -> None:
    bench.apply(subnet)
    with pytest.raises(PlanError, match=f"{field}: .* -> {value}"):
        bench.plan(changed(subnet, {field: value}))


def test_deleting_it_twice_is_fine(bench: Bench, subnet: Resource) -> None:
    bench.apply(subnet)
    bench.delete_twice(subnet)


def test_another_tag_is_set_without_the_rest(bench: Bench, subnet: Resource) -> None:
    bench.check_retag(subnet, sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))
