from __future__ import annotations

from typing import Any, cast

import pytest

from provisioner.engine.aws import Aws
from provisioner.engine.model import Live, Resource
from provisioner.errors import NotYet, PlanError, StepFailed
from provisioner.resources import KINDS
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, sent
from tests.resources.ec2.conftest import Place

NAT = KINDS["ec2.nat_gateway"]
LIVE = Live("ec2.nat_gateway", "nat-1", {}, {}, {"Id": "nat-1"})


@pytest.fixture
def nat(place: Place) -> Resource:
    properties = {
        "SubnetId": place.subnets[0],
        "AllocationId": place.address(),
        "ConnectivityType": "public",
    }
    return Resource("ec2.nat_gateway", "zone-1", properties, {"team": "oak"})


def test_it_is_made_with_its_tags_and_a_token(bench: Bench, nat: Resource) -> None:
    tags = [{"ResourceType": "natgateway", "Tag": bench.tags(nat)}]
    (call,) = bench.apply(nat)
    check_sent([call], sent("CreateNatGateway", **nat.properties, TagSpecification=tags))
    assert len(call.arguments["ClientToken"]) > 30


def test_another_address_needs_a_word(bench: Bench, nat: Resource, place: Place) -> None:
    bench.apply(nat)
    other = changed(nat, {"AllocationId": place.address()})
    with pytest.raises(PlanError, match=r"allow it with --replace ec2\.nat_gateway/zone-1"):
        bench.plan(other)
    operations = [c.operation for c in bench.apply(other, replaceable=[nat.address])]
    assert operations == ["DeleteNatGateway", "CreateNatGateway"]


def test_what_is_left_of_a_deleted_one_does_not_count(bench: Bench, nat: Resource) -> None:
    bench.apply(nat)
    bench.client("ec2").delete_nat_gateway(NatGatewayId=bench.find(nat).id)
    bench.check(nat, writes=[sent("CreateNatGateway")])


def test_one_of_others_is_left_alone(bench: Bench, nat: Resource, place: Place) -> None:
    theirs = place.nat()
    bench.apply(nat)
    bench.apply()
    (found,) = place.ec2.describe_nat_gateways(NatGatewayIds=[theirs])["NatGateways"]
    assert found["State"] == "available"


def test_deleting_it_twice_is_fine(bench: Bench, nat: Resource) -> None:
    bench.apply(nat)
    bench.delete_twice(nat)


def test_another_tag_is_set_without_the_rest(bench: Bench, nat: Resource) -> None:
    bench.check_retag(nat, sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))


class Answering:
    """A way to an EC2 that says this of the gateway."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = list(items)

    def client(self, _: str) -> Any:
        return self

    def can_paginate(self, _: str) -> bool:
        return True

    def pages(self, *_: str, **__: Any) -> list[dict[str, Any]]:
        return self.items


@pytest.mark.parametrize(
    ("items", "pending", "lingering"),
    [
        ([{"State": "pending"}], "pending", "pending"),
        ([{"State": "available"}], "", "available"),
        ([{"State": "deleting"}], "deleting", "deleting"),
        ([], "not visible yet", ""),
    ],
)
def test_it_is_waited_for(items: list[dict[str, Any]], pending: str, lingering: str) -> None:
    aws = cast("Aws", Answering(*items))
    assert NAT.pending(aws, LIVE, {}) == pending
    assert NAT.lingering(aws, LIVE) == lingering


def test_one_that_failed_is_said_with_its_reason() -> None:
    aws = cast("Aws", Answering({"State": "failed", "FailureMessage": "no free addresses"}))
    with pytest.raises(StepFailed, match="nat-1 failed: no free addresses"):
        NAT.pending(aws, LIVE, {})
    assert NAT.lingering(aws, LIVE) == ""


def test_an_address_that_is_still_in_use_is_waited_for() -> None:
    """A gateway that is made with it would fail, minutes later."""

    class Ec2(Answering):
        def describe_addresses(self, **_: Any) -> dict[str, Any]:
            return {"Addresses": self.items}

    used = {"AllocationId": "eipalloc-1", "AssociationId": "a", "NetworkInterfaceId": "eni-1"}
    want = {"SubnetId": "subnet-1", "AllocationId": "eipalloc-1", "ConnectivityType": "public"}
    with pytest.raises(NotYet, match="eipalloc-1 is still associated with eni-1"):
        NAT.create(cast("Aws", Ec2(used)), want, {})
