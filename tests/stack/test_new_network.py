"""A network of the stack's own: which part leads where."""

from __future__ import annotations

import pytest

from provisioner.engine.order import needs_of
from provisioner.spec.load import load_text
from provisioner.stack import Blueprint
from tests.support.blueprints import NEW_NETWORK, addresses, at, made, new_network, wanted


def ways(blueprint: Blueprint) -> dict[str, str | None]:
    """Table to what it leads everything to."""
    return {
        address.split("/")[1]: wanted(blueprint, address)["Routes"]["0.0.0.0/0"]
        for address in addresses(blueprint, "ec2.route_table")
    }


NAT = "${ec2.nat_gateway/zone-%s.Id}"


@pytest.mark.parametrize(
    ("nat", "private", "gateways"),
    [
        ("none", (None, None), []),
        ("single", (NAT % 1, NAT % 1), ["ec2.nat_gateway/zone-1"]),
        ("per_zone", (NAT % 1, NAT % 2), ["ec2.nat_gateway/zone-1", "ec2.nat_gateway/zone-2"]),
    ],
)
def test_nat_is_a_matter_of_routes(
    nat: str, private: tuple[str | None, str | None], gateways: list[str]
) -> None:
    made = new_network(nat)
    assert ways(made) == {
        "public": "${ec2.internet_gateway/main.Id}",
        "private-1": private[0],
        "private-2": private[1],
    }
    assert addresses(made, "ec2.nat_gateway") == gateways


def blocks(blueprint: Blueprint) -> dict[str, str]:
    return {
        address.split("/")[1]: wanted(blueprint, address)["CidrBlock"]
        for address in addresses(blueprint, "ec2.subnet")
    }


def test_blocks_stay_when_zones_are_added() -> None:
    two, three = blocks(new_network()), blocks(new_network(more=", zones: 3"))
    assert two == {
        "public-1": "10.0.0.0/20",
        "public-2": "10.0.16.0/20",
        "private-1": "10.0.128.0/20",
        "private-2": "10.0.144.0/20",
    }
    assert two.items() <= three.items()


def test_blocks_can_be_written_out() -> None:
    own = ", public_cidrs: [10.0.0.0/24, 10.0.1.0/24], private_cidrs: [10.0.8.0/21, 10.0.16.0/21]"
    assert list(blocks(new_network(more=own)).values()) == [
        "10.0.0.0/24", "10.0.1.0/24", "10.0.8.0/21", "10.0.16.0/21",
    ]  # fmt: skip


def test_the_needed_endpoints_are_those_of_the_tasks() -> None:
    made = new_network("none")
    names = [address.split("/")[1] for address in addresses(made, "ec2.vpc_endpoint")]
    assert names == ["ecr.api", "ecr.dkr", "logs", "s3"]
    logs = wanted(made, "ec2.vpc_endpoint/logs")
    assert (logs["ServiceName"], logs["VpcEndpointType"], logs["PrivateDnsEnabled"]) == (
        "com.amazonaws.eu-west-1.logs",
        "Interface",
        True,
    )
    assert wanted(made, "ec2.vpc_endpoint/s3")["VpcEndpointType"] == "Gateway"
    door = wanted(made, "ec2.security_group_rule/vpc_endpoints-from-vpc")
    assert (door["CidrIpv4"], door["FromPort"]) == ("10.0.0.0/16", 443)


def test_tasks_start_when_the_ways_out_are_there() -> None:
    made = new_network()
    follows = needs_of(at(made, "ecs.service/app"))
    assert {"ec2.route_table/private-1", "ec2.route_table/private-2"} < follows
    assert {"ec2.vpc_endpoint/ecr.api", "ec2.vpc_endpoint/s3"} < follows
    assert "ec2.route_table/public" in needs_of(at(made, "elbv2.load_balancer/main"))


def test_a_pre_deploy_task_runs_when_the_ways_out_are_there() -> None:
    tasks = "}\ntasks: {migrate: {image: nginx}, nightly: {image: nginx}}\n"
    spec = NEW_NETWORK % ("single", "")
    spec = spec.rstrip().removesuffix("}") + ", hooks: {pre_deploy: migrate}" + tasks
    blueprint = made(load_text(spec, "shop.yaml", environ={}))
    ways = {f"ec2.route_table/private-{zone}" for zone in (1, 2)} | {"ec2.vpc_endpoint/s3"}
    assert ways <= needs_of(at(blueprint, "ecs.task_definition/migrate"))
    assert not ways & needs_of(at(blueprint, "ecs.task_definition/nightly"))


def test_everything_without_a_name_has_one_for_consoles() -> None:
    made = new_network()
    assert at(made, "ec2.vpc/main").tags["Name"] == "shop-vpc"
    assert at(made, "ec2.subnet/private-2").tags["Name"] == "shop-private-2"
    assert at(made, "ec2.subnet/private-2").tags["Tier"] == "private"
