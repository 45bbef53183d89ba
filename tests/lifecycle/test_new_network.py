"""A stack with a network of its own: made, kept, changed and gone again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cloud.inventory import everything
from tests.cloud.sent import check_order
from tests.cloud.world import World, changes

SPEC = """
stack: shop
region: ap-southeast-1
network: {create: {nat: per_zone, endpoints: true}}
load_balancer: {listeners: {http: {port: 80}}}
services:
  app: {image: {repository: shop, tag: '1'}, port: 80, routes: [{default: true}]}
"""
LEAN = ("network.create.nat=single", "network.create.endpoints=[s3]")


@pytest.fixture
def world(world: World, tmp_path: Path) -> World:
    path = tmp_path / "shop.yaml"
    path.write_text(SPEC)
    return World(world.server, world.tap, world.directory, spec=path, environment=None)


def test_it_comes_settles_and_goes(world: World) -> None:
    before = list(everything(world.client))
    applied = world.apply()
    check_order(applied.writes, "CreateVpc", "CreateSubnet", "CreateNatGateway", "CreateService")
    check_order(applied.writes, "AttachInternetGateway", "CreateNatGateway")
    public = [  # a way out of the private subnets is for tasks, which come later
        one for one in applied.writes
        if one.operation != "CreateRoute" or "GatewayId" in one.arguments
    ]  # fmt: skip
    check_order(public, "CreateRoute", "CreateLoadBalancer")
    assert world.owned().keys() == world.addresses()
    world.check_settled()
    writes = world.teardown().writes
    check_order(writes, "DeleteService", "DeleteNatGateway", "ReleaseAddress")
    check_order(writes, "DeleteLoadBalancer", "DetachInternetGateway", "DeleteVpc")
    check_order(writes, "DeleteVpcEndpoints", "DeleteSecurityGroup", "DeleteVpc")
    check_order(writes, "DeleteRouteTable", "DeleteSubnet", "DeleteVpc")
    assert list(everything(world.client)) == before


def test_what_runs_before_a_deployment_finds_the_way_out(world: World) -> None:
    hooked = world.spec.read_text().rstrip().removesuffix("}") + ", hooks: {pre_deploy: migrate}}"
    world.spec.write_text(f"{hooked}\ntasks: {{migrate: {{image: 'nginx:exit-0-after-2s'}}}}\n")
    writes = world.apply(*LEAN).writes
    routes = [
        one for one in writes if one.operation != "CreateRoute" or "NatGatewayId" in one.arguments
    ]
    check_order(
        routes, "CreateNatGateway", "CreateRoute", "CreateVpcEndpoint", "RunTask", "CreateService"
    )
    world.check_settled(*LEAN)
    world.teardown()


def test_one_gateway_less_moves_a_route_before_it_goes(world: World) -> None:
    world.apply()
    found = world.plan(*LEAN)
    assert set(changes(found)) == {
        "update ec2.route_table/private-2",
        "delete ec2.nat_gateway/zone-2",
        "delete ec2.elastic_ip/nat-2",
        "delete ec2.vpc_endpoint/ecr.api",
        "delete ec2.vpc_endpoint/ecr.dkr",
        "delete ec2.vpc_endpoint/logs",
        "delete ec2.security_group/vpc_endpoints",
        "delete ec2.security_group_rule/vpc_endpoints-from-vpc",
    }
    check_order(world.apply(*LEAN).writes, "ReplaceRoute", "DeleteNatGateway", "ReleaseAddress")
    world.check_settled(*LEAN)


def test_a_zone_more_leaves_the_others_where_they_are(world: World) -> None:
    world.apply(*LEAN)
    before = world.owned()
    more = (*LEAN, "network.create.zones=3")
    world.apply(*more)
    after = world.owned()
    assert after.keys() - before.keys() == {
        "ec2.subnet/public-3", "ec2.subnet/private-3", "ec2.route_table/private-3",
    }  # fmt: skip
    network = [address for address in before if address.startswith("ec2.")]
    assert [after[a].id for a in network] == [before[a].id for a in network]
    world.check_settled(*more)


def test_what_somebody_breaks_is_repaired(world: World) -> None:
    world.apply(*LEAN)
    ec2, table = world.client("ec2"), world.one("ec2.route_table/private-1").id
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    assert changes(world.plan(*LEAN)) == ["update ec2.route_table/private-1"]
    assert world.apply(*LEAN).operations == ["CreateRoute"]
    world.check_settled(*LEAN)


def test_tasks_with_public_addresses_need_neither(world: World) -> None:
    settings = (
        "network.create.nat=none",
        "network.create.endpoints=false",
        "services.app.assign_public_ip=true",
    )
    world.apply(*settings)
    owned = world.owned()
    public = {owned[f"ec2.subnet/public-{zone}"].id for zone in (1, 2)}
    arn = owned["ecs.service/app"].id
    (service,) = world.client("ecs").describe_services(
        cluster=owned["ecs.cluster/main"].id, services=[arn]
    )["services"]
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert (set(network["subnets"]), network["assignPublicIp"]) == (public, "ENABLED")
    world.check_settled(*settings)
