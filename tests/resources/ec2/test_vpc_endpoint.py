from __future__ import annotations

from typing import Any, cast

import pytest

from provisioner.engine.aws import Aws
from provisioner.engine.model import Live, Resource
from provisioner.errors import StepFailed
from provisioner.resources import KINDS
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, sent
from tests.resources.ec2.conftest import Place
from tests.resources.ec2.test_nat_gateway import Answering

ENDPOINT = KINDS["ec2.vpc_endpoint"]


@pytest.fixture
def interface(bench: Bench, place: Place) -> Resource:
    properties = {
        "VpcId": place.vpc,
        "ServiceName": "com.amazonaws.ap-southeast-1.logs",
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
        "SubnetIds": [place.subnets[0]],
        "SecurityGroupIds": [place.group(f"{bench.name}-a")],
        "RouteTableIds": [],
    }
    return Resource("ec2.vpc_endpoint", "logs", properties, {"team": "oak"})


@pytest.fixture
def gateway(place: Place) -> Resource:
    properties = {
        "VpcId": place.vpc,
        "ServiceName": "com.amazonaws.ap-southeast-1.s3",
        "VpcEndpointType": "Gateway",
        "PrivateDnsEnabled": None,
        "SubnetIds": [],
        "SecurityGroupIds": [],
        "RouteTableIds": [place.table()],
    }
    return Resource("ec2.vpc_endpoint", "s3", properties, {"team": "oak"})


@pytest.mark.parametrize("kind", ["interface", "gateway"])
def test_it_is_made_with_its_tags_and_a_token(
    bench: Bench, kind: str, request: pytest.FixtureRequest
) -> None:
    wanted = request.getfixturevalue(kind)
    (call,) = bench.apply(wanted)
    check_sent(
        [call],
        sent(
            "CreateVpcEndpoint",
            VpcId=wanted.properties["VpcId"],
            ServiceName=wanted.properties["ServiceName"],
            VpcEndpointType=kind.title(),
            TagSpecification=[{"ResourceType": "vpc-endpoint", "Tag": bench.tags(wanted)}],
        ),
    )
    assert len(call.arguments["ClientToken"]) == 32


def test_lists_change_by_what_comes_and_what_goes(
    bench: Bench, interface: Resource, place: Place
) -> None:
    bench.apply(interface)
    group = place.group(f"{bench.name}-b")
    bench.check(
        changed(interface, {"SubnetIds": place.subnets, "SecurityGroupIds": [group]}),
        writes=[
            sent(
                "ModifyVpcEndpoint",
                AddSubnetId=[place.subnets[1]],
                AddSecurityGroupId=[group],
                RemoveSecurityGroupId=interface.properties["SecurityGroupIds"],
            )
        ],
    )


def test_drift_of_a_gateway_is_repaired(bench: Bench, gateway: Resource, place: Place) -> None:
    (table,) = gateway.properties["RouteTableIds"]

    def forget(ec2: Any, live: Live) -> None:
        ec2.modify_vpc_endpoint(VpcEndpointId=live.id, RemoveRouteTableIds=[table])

    bench.check_drift(
        gateway,
        forget,
        shown={"RouteTableIds": ([], [table])},
        writes=[sent("ModifyVpcEndpoint", AddRouteTableId=[table])],
    )


def test_private_names_are_switched_on_again(bench: Bench, interface: Resource) -> None:
    def switch_off(ec2: Any, live: Live) -> None:
        ec2.modify_vpc_endpoint(VpcEndpointId=live.id, PrivateDnsEnabled=False)

    bench.check_drift(
        interface,
        switch_off,
        shown={"PrivateDnsEnabled": (False, True)},
        writes=[sent("ModifyVpcEndpoint", PrivateDnsEnabled=True)],
    )


LIVE = Live(ENDPOINT.name, "vpce-1", {}, {}, {"Id": "vpce-1"})


@pytest.mark.parametrize(
    ("items", "pending", "lingering"),
    [
        ([{"State": "Pending"}], "pending", "not gone yet"),
        ([{"State": "available"}], "", "not gone yet"),
        ([], "not visible yet", ""),
    ],
)
def test_it_is_waited_for(items: list[dict[str, Any]], pending: str, lingering: str) -> None:
    aws = cast("Aws", Answering(*items))
    assert ENDPOINT.pending(aws, LIVE, {}) == pending
    assert ENDPOINT.lingering(aws, LIVE) == lingering


def test_one_that_failed_is_said_with_its_reason() -> None:
    aws = cast("Aws", Answering({"State": "failed", "LastError": {"Message": "no capacity"}}))
    with pytest.raises(StepFailed, match="vpce-1 is failed: no capacity"):
        ENDPOINT.pending(aws, LIVE, {})


def test_one_of_others_is_left_alone(bench: Bench, gateway: Resource, place: Place) -> None:
    theirs = place.ec2.create_vpc_endpoint(
        VpcId=place.vpc,
        ServiceName="com.amazonaws.ap-southeast-1.dynamodb",
        VpcEndpointType="Gateway",
    )["VpcEndpoint"]["VpcEndpointId"]
    bench.apply(gateway)
    bench.apply()
    (found,) = place.ec2.describe_vpc_endpoints(VpcEndpointIds=[theirs])["VpcEndpoints"]
    assert found["State"] == "available"


def test_deleting_it_twice_is_fine(bench: Bench, interface: Resource) -> None:
    bench.apply(interface)
    bench.delete_twice(interface)


def test_another_tag_is_set_without_the_rest(bench: Bench, gateway: Resource) -> None:
    bench.check_retag(gateway, sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))


@pytest.mark.parametrize(
    "message",
    [
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes"
        " set to true for vpc-1",
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for"
        " logs.ap-southeast-1.amazonaws.com in the VPC vpc-1",
    ],
)
def test_private_names_that_cannot_be_had_yet_are_waited_for(message: str) -> None:
    """In AWS's words: hostnames switched on a moment ago, and an endpoint on its way out."""
    rules = [rule for rule in ENDPOINT.retries if rule.code == "InvalidParameter"]
    assert [rule.verb for rule in rules if rule.containing in message] == ["create"]


def test_one_is_made_while_the_last_goes(bench: Bench, interface: Resource) -> None:
    bench.apply(interface)
    bench.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[bench.find(interface).id])
    *early, last = bench.apply(interface)
    assert (last.operation, last.error) == ("CreateVpcEndpoint", "")
    assert {one.error for one in early} <= {"InvalidParameter"}
