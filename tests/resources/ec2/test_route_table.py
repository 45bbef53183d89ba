from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent
from tests.resources.ec2.conftest import Place

OUT = "0.0.0.0/0"


@pytest.fixture
def table(place: Place) -> Resource:
    properties = {
        "VpcId": place.vpc,
        "Routes": {OUT: place.gateway},
        "SubnetIds": [place.subnets[0]],
    }
    return Resource("ec2.route_table", "public", properties, {"team": "oak"})


def test_it_is_made_with_its_route_and_its_subnet(
    bench: Bench, table: Resource, place: Place
) -> None:
    tags = [{"ResourceType": "route-table", "Tag": bench.tags(table)}]
    first, *rest = bench.apply(table)
    check_sent([first], sent("CreateRouteTable", VpcId=place.vpc, TagSpecification=tags))
    assert first.arguments["ClientToken"]
    number = bench.find(table).id
    check_sent(
        rest,
        only("CreateRoute", RouteTableId=number, DestinationCidrBlock=OUT, GatewayId=place.gateway),
        only("AssociateRouteTable", RouteTableId=number, SubnetId=place.subnets[0]),
    )


def test_a_route_is_led_elsewhere_in_one_call(bench: Bench, table: Resource, place: Place) -> None:
    bench.apply(table)
    nat = place.nat()
    operations = [c.operation for c in bench.apply(changed(table, {"Routes": {OUT: nat}}))]
    assert operations == ["CreateRoute", "ReplaceRoute"]  # the first one is refused: it exists
    assert bench.find(table).properties["Routes"] == {OUT: nat}


def test_a_route_that_must_not_be_is_deleted(bench: Bench, table: Resource) -> None:
    bench.apply(table)
    bench.check(
        changed(table, {"Routes": {OUT: None}}),
        writes=[sent("DeleteRoute", DestinationCidrBlock=OUT)],
    )


def test_subnets_come_and_go(bench: Bench, table: Resource, place: Place) -> None:
    bench.apply(table)
    bench.check(
        changed(table, {"SubnetIds": [place.subnets[1]]}),
        writes=[
            sent("AssociateRouteTable", SubnetId=place.subnets[1]),
            sent("DisassociateRouteTable"),
        ],
    )


def test_a_subnet_of_another_table_is_moved(bench: Bench, table: Resource, place: Place) -> None:
    place.ec2.associate_route_table(RouteTableId=place.table(), SubnetId=place.subnets[0])
    operations = [call.operation for call in bench.apply(table)]
    assert operations == ["CreateRouteTable", "CreateRoute", "ReplaceRouteTableAssociation"]


def unrouted(ec2: Any, live: Live) -> None:
    ec2.delete_route(RouteTableId=live.id, DestinationCidrBlock=OUT)


def test_drift_is_shown_and_repaired(bench: Bench, table: Resource, place: Place) -> None:
    bench.check_drift(
        table,
        unrouted,
        shown={f"Routes.{OUT}": (None, place.gateway)},
        writes=[sent("CreateRoute")],
    )


def test_routes_of_others_are_left_alone(bench: Bench, table: Resource, place: Place) -> None:
    bench.apply(table)
    place.ec2.create_route(
        RouteTableId=bench.find(table).id,
        DestinationCidrBlock="192.0.2.0/24",
        GatewayId=place.gateway,
    )
    place.ec2.create_vpc_endpoint(
        VpcId=place.vpc,
        ServiceName="com.amazonaws.ap-southeast-1.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[bench.find(table).id],
    )
    bench.check_settled(table)


def test_deleting_it_twice_is_fine(bench: Bench, table: Resource) -> None:
    bench.apply(table)
    bench.delete_twice(table)


def test_another_tag_is_set_without_the_rest(bench: Bench, table: Resource) -> None:
    bench.check_retag(table, sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))
