from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import Guarded, PlanError
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import check_sent, sent


@pytest.fixture
def group(bench: Bench) -> Resource:
    properties = {"Name": f"{bench.name}-schedules"}
    return Resource("scheduler.schedule_group", "main", properties, {"team": "oak"})


def test_it_is_made_with_its_tags_in_one_call(bench: Bench, group: Resource) -> None:
    check_sent(bench.apply(group), sent("CreateScheduleGroup", Tags=bench.tags(group)))


def test_an_edited_tag_is_shown_and_put_back(bench: Bench, group: Resource) -> None:
    def spoil(scheduler: Any, live: Live) -> None:
        scheduler.tag_resource(ResourceArn=live.id, Tags=[{"Key": "team", "Value": "birch"}])

    bench.check_drift(
        group,
        spoil,
        shown={"tags.team": ("birch", "oak")},
        writes=[sent("TagResource", Tags=[{"Key": "team", "Value": "oak"}])],
    )


def test_another_tag_is_set_without_the_rest(bench: Bench, group: Resource) -> None:
    bench.check_retag(group, sent("TagResource", Tags=[{"Key": "team", "Value": "tree"}]))


def test_another_name_is_refused(bench: Bench, group: Resource) -> None:
    bench.apply(group)
    with pytest.raises(PlanError, match="Name"):
        bench.plan(changed(group, {"Name": f"{bench.name}-others"}))


def test_deleting_it_twice_is_fine(bench: Bench, group: Resource) -> None:
    bench.apply(group)
    bench.delete_twice(group)


def test_one_of_somebody_elses_is_left_alone(bench: Bench, group: Resource) -> None:
    theirs = f"{bench.name}-theirs"
    bench.client("scheduler").create_schedule_group(Name=theirs)
    bench.apply(group)
    bench.apply()
    assert bench.client("scheduler").get_schedule_group(Name=theirs)["State"] == "ACTIVE"


def test_somebody_elses_schedule_in_it_keeps_it(
    bench: Bench, group: Resource, ground: Ground
) -> None:
    bench.apply(group)
    bench.client("scheduler").create_schedule(
        Name="theirs",
        GroupName=group.properties["Name"],
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": ground.cluster(), "RoleArn": ground.role("scheduler")},
    )
    bench.check_settled(group)
    with pytest.raises(Guarded, match="theirs"):
        bench.apply()
