from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent
from tests.resources.ec2.conftest import Place


@pytest.fixture
def gateway(bench: Bench) -> Resource:
    vpc = bench.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return Resource("ec2.internet_gateway", "main", {"VpcId": vpc}, {"team": "oak"})


def test_it_is_made_and_attached(bench: Bench, gateway: Resource) -> None:
    tags = [{"ResourceType": "internet-gateway", "Tag": bench.tags(gateway)}]
    check_sent(
        bench.apply(gateway),
        only("CreateInternetGateway", TagSpecification=tags),
        sent("AttachInternetGateway", VpcId=gateway.properties["VpcId"]),
    )


def test_it_is_moved(bench: Bench, gateway: Resource) -> None:
    bench.apply(gateway)
    other = bench.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    bench.check(
        changed(gateway, {"VpcId": other}),
        writes=[
            sent("DetachInternetGateway", VpcId=gateway.properties["VpcId"]),
            sent("AttachInternetGateway", VpcId=other),
        ],
    )


def test_a_detached_one_is_attached_again(bench: Bench, gateway: Resource) -> None:
    vpc = gateway.properties["VpcId"]

    def detach(ec2: Any, live: Live) -> None:
        ec2.detach_internet_gateway(InternetGatewayId=live.id, VpcId=vpc)

    bench.check_drift(
        gateway, detach, shown={"VpcId": (None, vpc)}, writes=[sent("AttachInternetGateway")]
    )


def test_one_of_others_is_left_alone(bench: Bench, gateway: Resource, place: Place) -> None:
    bench.apply(gateway)
    bench.apply()
    place.ec2.describe_internet_gateways(InternetGatewayIds=[place.gateway])


def test_deleting_it_twice_is_fine(bench: Bench, gateway: Resource) -> None:
    bench.apply(gateway)
    bench.delete_twice(gateway)


def test_another_tag_is_set_without_the_rest(bench: Bench, gateway: Resource) -> None:
    bench.check_retag(gateway, sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))
