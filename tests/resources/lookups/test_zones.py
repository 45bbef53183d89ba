"""The zones of a new network, and that they stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from provisioner.errors import LookupFailed
from provisioner.resources.lookups.zones import zones
from tests.cloud.landing import tagged
from tests.cloud.world import World

A, B, C = "ap-southeast-1a", "ap-southeast-1b", "ap-southeast-1c"


def ask(world: World, count: int, *names: str, stack: str = "shop") -> Mapping[str, Any]:
    return zones(world.aws.snapshot(), {"stack": stack, "count": count, "names": list(names)})


def test_a_new_network_gets_the_first_ones(shared: World) -> None:
    assert ask(shared, 2) == {"Zone1": A, "Zone2": B}


def test_names_are_taken_as_they_are(shared: World) -> None:
    assert ask(shared, 2, C, A) == {"Zone1": C, "Zone2": A}


def test_a_network_keeps_its_zones_and_takes_free_ones(shared: World) -> None:
    ec2 = shared.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for index, (name, zone) in enumerate({"public-1": C, "private-2": A}.items()):
        tags = {"provisioner:stack": "kept", "provisioner:address": f"ec2.subnet/{name}"}
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.0.{index}.0/24",
            AvailabilityZone=zone,
            TagSpecifications=tagged("subnet", **tags),
        )
    assert ask(shared, 2, stack="kept") == {"Zone1": C, "Zone2": A}
    assert ask(shared, 3, stack="kept") == {"Zone1": C, "Zone2": A, "Zone3": B}


def test_more_zones_than_there_are_and_unknown_ones_are_said(shared: World) -> None:
    with pytest.raises(LookupFailed, match=r"zones: 6 are wanted, ap-southeast-1 has 3: .*1a, "):
        ask(shared, 6)
    with pytest.raises(LookupFailed, match=r"zone_names: x-1z not in ap-southeast-1, which has "):
        ask(shared, 2, A, "x-1z")
