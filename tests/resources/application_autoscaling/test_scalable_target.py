from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.model import Keeper, Live, Resource
from provisioner.errors import NotOwned
from tests.cloud.bench import Bench
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]
Place = dict[str, str]


def count(bench: Bench, place: Place) -> int:
    _, cluster, name = place["ResourceId"].split("/")
    answer = bench.client("ecs").describe_services(cluster=cluster, services=[name])
    found: int = answer["services"][0]["desiredCount"]
    return found


def test_it_is_registered_with_its_tags(bench: Bench, target: Make) -> None:
    wanted = target()
    tags = {item["Key"]: item["Value"] for item in bench.tags(wanted)}
    check_sent(bench.apply(wanted), only("RegisterScalableTarget", **wanted.properties, Tags=tags))


@pytest.mark.parametrize(
    "changes",
    [{"MinCapacity": 0}, {"MaxCapacity": 9}, {"MinCapacity": 2, "MaxCapacity": 3}],
    ids=str,
)
def test_a_change_sends_that_alone(
    bench: Bench, target: Make, place: Place, changes: dict[str, int]
) -> None:
    bench.apply(target())
    bench.check(target(**changes), writes=[only("RegisterScalableTarget", **place, **changes)])


def test_scaling_is_suspended_in_place(bench: Bench, target: Make, place: Place) -> None:
    bench.apply(target())
    wanted = target(SuspendedState={"DynamicScalingInSuspended": True})
    state = wanted.properties["SuspendedState"]
    bench.check(wanted, writes=[only("RegisterScalableTarget", **place, SuspendedState=state)])


def test_the_service_is_moved_into_the_range(bench: Bench, target: Make, place: Place) -> None:
    bench.apply(target(MinCapacity=3))
    assert count(bench, place) == 3


def widened(client: Any, live: Live) -> None:
    names = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    client.register_scalable_target(
        **{name: live.properties[name] for name in names}, MaxCapacity=100
    )


def retagged(client: Any, live: Live) -> None:
    client.tag_resource(ResourceARN=live.id, Tags={"team": "birch"})


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (widened, {"MaxCapacity": (100, 4)}, sent("RegisterScalableTarget", MaxCapacity=4)),
        (retagged, {"tags.team": ("birch", "oak")}, sent("TagResource")),
    ],
    ids=["range", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench, target: Make, spoil: Any, shown: dict[str, Any], write: Any
) -> None:
    bench.check_drift(target(), spoil, shown=shown, writes=[write])


def test_a_limit_that_the_schedule_set_stays(bench: Bench, target: Make) -> None:
    wanted = replace(target(), kept={"MaxCapacity": Keeper("the schedule", (4, 100))})
    bench.apply(wanted)
    widened(bench.client("application-autoscaling"), bench.find(wanted))
    bench.check_settled(wanted)


def test_deleting_it_twice_is_fine(bench: Bench, target: Make) -> None:
    bench.apply(target())
    bench.delete_twice(target())


def test_another_tag_is_set_without_the_rest(bench: Bench, target: Make) -> None:
    bench.check_retag(target(), sent("TagResource", Tags={"team": "tree"}))


def test_one_that_somebody_else_registered_is_not_taken_over(
    bench: Bench, target: Make, place: Place
) -> None:
    client = bench.client("application-autoscaling")
    client.register_scalable_target(**place, MinCapacity=1, MaxCapacity=2)
    assert bench.plan().empty
    with pytest.raises(NotOwned, match="nobody's"):
        bench.plan(target())


def test_it_is_found_without_being_wanted_and_without_the_index(bench: Bench, target: Make) -> None:
    bench.apply(target())
    check_sent(bench.apply(), sent("DeregisterScalableTarget"))
