"""A network in which tasks cannot start is said before anything is made."""

from __future__ import annotations

from tests.cloud.ground import Ground
from tests.cloud.world import World

DEEP = "network.private_subnets=[%s]"


def cut_off(world: World) -> str:
    """The private subnets, whose routes are gone."""
    ec2, ground = world.client("ec2"), Ground(world.client)
    subnets = ground.subnets("private")
    filters = [{"Name": "association.subnet-id", "Values": subnets}]
    for table in ec2.describe_route_tables(Filters=filters)["RouteTables"]:
        ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    return subnets[0]


def test_oaktrees_own_network_is_fine_and_that_costs_one_call(world: World) -> None:
    world.apply()
    with world.tap.recording() as recording:
        stack = world.stack()
        plan = stack.plan()
    assert (plan.empty, plan.warnings) == (True, ())
    names = [call.operation for call in recording.calls]
    assert (names.count("DescribeRouteTables"), "DescribeVpcEndpoints" in names) == (1, False)
    assert len(names) <= 28


def test_a_plan_warns_and_can_refuse_or_be_silent(world: World) -> None:
    subnet = cut_off(world)
    first, second, _image = world.plan()["warnings"]
    assert f"tasks in {subnet} (route table " in first
    assert "cannot reach: ecr.api (no endpoint)" in second
    done = world.cli("plan")
    assert (done.code, done.out.count("warning: network: tasks in ")) == (0, 2)
    assert len(world.plan("network.reachability=ignore")["warnings"]) == 1
    refused = world.cli("plan", "--set", "network.reachability=refuse")
    assert (refused.code, refused.out) == (4, "")
    assert "cannot reach: " in refused.err
