"""A stack comes and goes where AWS is late with what is new and with what is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from provisioner.local.control import ask
from tests.cloud.clock import FASTER
from tests.cloud.world import World, changes


@pytest.fixture
def late(world: World) -> Iterator[World]:
    """The cloud's clock goes like the product's."""
    world.client("ec2").describe_vpcs()  # the landing zone is older
    before = ask(world.server.endpoint, "settings")
    ask(world.server.endpoint, "settings", {"consistency": True, "speed": FASTER})
    yield world
    ask(
        world.server.endpoint,
        "settings",
        {name: before[name] for name in ("consistency", "speed")},
    )


def forward(world: World, seconds: float) -> None:
    ask(world.server.endpoint, "clock/advance", {"seconds": seconds})


CHANGE = ("services.app.cpu=512", "services.app.memory_mib=1024")


@pytest.mark.parametrize("operation", ["CreateRole", "CreateSecurityGroup", "CreateCluster"])
def test_a_lost_answer_makes_no_twin(late: World, operation: str) -> None:
    fault = {"kind": "cut-after", "at": 1, "operations": f"*.{operation}"}
    ask(late.server.endpoint, "faults", {"faults": [fault]})
    late.apply()
    ask(late.server.endpoint, "faults", {})
    forward(late, 30)
    assert late.owned().keys() == late.addresses()
    late.check_settled()


def test_a_stack_comes_changes_and_goes(late: World) -> None:
    late.apply()
    again = late.apply()
    assert again.operations == []
    assert late.owned().keys() == late.addresses()
    late.apply(*CHANGE)
    forward(late, 30)
    late.check_settled(*CHANGE)
    late.teardown()
    forward(late, 30)
    assert late.owned() == {}
    assert changes(late.plan())
