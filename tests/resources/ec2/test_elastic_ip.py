from __future__ import annotations

from provisioner.engine.model import Resource
from tests.cloud.bench import Bench
from tests.cloud.sent import check_sent, only, sent
from tests.resources.ec2.conftest import Place

WANTED = Resource("ec2.elastic_ip", "nat-1", {"Domain": "vpc"}, {"team": "oak"})


def test_it_is_made_with_its_tags(bench: Bench) -> None:
    tags = [{"ResourceType": "elastic-ip", "Tag": bench.tags(WANTED)}]
    check_sent(bench.apply(WANTED), only("AllocateAddress", Domain="vpc", TagSpecification=tags))


def test_it_is_released_when_its_gateway_is_gone(bench: Bench, place: Place) -> None:
    bench.apply(WANTED)
    nat = place.nat(bench.find(WANTED).id)
    place.ec2.delete_nat_gateway(NatGatewayId=nat)
    assert {call.operation for call in bench.apply()} == {"ReleaseAddress"}


def test_one_of_others_is_left_alone(bench: Bench, place: Place) -> None:
    theirs = place.address()
    bench.apply(WANTED)
    bench.apply()
    place.ec2.describe_addresses(AllocationIds=[theirs])


def test_deleting_it_twice_is_fine(bench: Bench) -> None:
    bench.apply(WANTED)
    bench.delete_twice(WANTED)


def test_another_tag_is_set_without_the_rest(bench: Bench) -> None:
    bench.check_retag(WANTED, sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))
