from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import NotOwned, PlanError
from provisioner.resources.scheduler.schedule import Schedule
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import check_sent, sent

Make = Callable[..., tuple[Resource, Resource]]
ADDRESS = "scheduler.schedule/nightly"
KIND = Schedule()


@pytest.fixture
def schedule(bench: Bench, ground: Ground) -> Make:
    cluster, role, definition = ground.cluster(), ground.role("scheduler"), ground.definition()
    subnets, security = ground.subnets("private"), ground.group()
    group = Resource(
        "scheduler.schedule_group", "main", {"Name": f"{bench.name}-schedules"}, {"team": "oak"}
    )

    def wanted(**changes: Any) -> tuple[Resource, Resource]:
        properties = {
            "Name": "nightly",
            "GroupName": f"{bench.name}-schedules",
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "State": "ENABLED",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": cluster,
                "RoleArn": role,
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3},
                "EcsParameters": {
                    "TaskDefinitionArn": definition,
                    "TaskCount": 1,
                    "LaunchType": "FARGATE",
                    "NetworkConfiguration": {
                        "awsvpcConfiguration": {
                            "Subnets": subnets,
                            "SecurityGroups": [security],
                            "AssignPublicIp": "DISABLED",
                        }
                    },
                },
            },
        }
        one = Resource(
            "scheduler.schedule", "nightly", properties, {"team": "oak"}, (group.address,)
        )
        return group, changed(one, changes)

    return wanted


def in_body(wanted: Resource) -> dict[str, Any]:
    """The name goes into the request's path."""
    return {name: value for name, value in wanted.properties.items() if name != "Name"}


def test_it_is_made_in_one_call_and_says_what_it_is(bench: Bench, schedule: Make) -> None:
    group, wanted = schedule()
    check_sent(
        bench.apply(group, wanted),
        sent("CreateScheduleGroup"),
        sent(
            "CreateSchedule",
            **in_body(wanted),
            Description=f"provisioner:address={ADDRESS}",
        ),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"ScheduleExpression": "rate(1 hour)"},
        {"ScheduleExpressionTimezone": "UTC"},
        {"State": "DISABLED"},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}},
        {"Target": {"EcsParameters": {"TaskCount": 3}}},
        {"Target": {"RetryPolicy": {"MaximumRetryAttempts": 0}}},
    ],
    ids="-".join,
)
def test_a_change_is_one_call_with_everything(
    bench: Bench, schedule: Make, changes: dict[str, Any]
) -> None:
    bench.apply(*schedule())
    group, wanted = schedule(**changes)
    check_sent(
        bench.apply(group, wanted),
        sent(
            "UpdateSchedule",
            **in_body(wanted),
            Description=f"provisioner:address={ADDRESS}",
        ),
    )


def test_the_order_of_subnets_means_nothing(bench: Bench, schedule: Make) -> None:
    group, wanted = schedule()
    bench.apply(group, wanted)
    vpc = wanted.properties["Target"]["EcsParameters"]["NetworkConfiguration"]
    turned = {"Subnets": vpc["awsvpcConfiguration"]["Subnets"][::-1]}
    network = {"NetworkConfiguration": {"awsvpcConfiguration": turned}}
    bench.check_settled(*schedule(Target={"EcsParameters": network}))


def test_what_somebody_changed_is_put_back(bench: Bench, schedule: Make) -> None:
    group, wanted = schedule()
    bench.apply(group, wanted)
    spoiled = {**wanted.properties, "State": "DISABLED"}
    bench.client("scheduler").update_schedule(
        **spoiled, Description=f"provisioner:address={ADDRESS}"
    )
    (step,) = bench.plan(group, wanted).steps
    assert [(c.path, c.before, c.after) for c in step.changes] == [
        (("State",), "DISABLED", "ENABLED")
    ]
    check_sent(bench.apply(group, wanted), sent("UpdateSchedule", State="ENABLED"))


def test_one_that_nobody_wants_goes_and_its_group_stays(bench: Bench, schedule: Make) -> None:
    group, wanted = schedule()
    bench.apply(group, wanted)
    check_sent(bench.apply(group), sent("DeleteSchedule"))


def test_one_of_the_name_that_is_not_ours_is_refused(
    bench: Bench, schedule: Make, ground: Ground
) -> None:
    group, wanted = schedule()
    bench.apply(group)
    bench.client("scheduler").create_schedule(**wanted.properties, Description="mine")
    with pytest.raises(NotOwned, match="nightly"):
        bench.plan(group, wanted)


def test_another_name_is_refused(bench: Bench, schedule: Make) -> None:
    bench.apply(*schedule())
    with pytest.raises(PlanError, match="Name"):
        bench.plan(*schedule(Name="daily"))


def test_its_tags_are_those_of_its_group(bench: Bench, schedule: Make) -> None:
    group, wanted = schedule()
    bench.apply(group, wanted)
    assert bench.find(wanted).tags["team"] == "oak"


def test_deleting_it_twice_is_fine(bench: Bench, schedule: Make) -> None:
    group, wanted = schedule()
    bench.apply(group, wanted)
    live = bench.find(wanted)
    aws = bench.aws.writable()
    KIND.delete(aws, live)
    with pytest.raises(ClientError, match=KIND.absent[0]):  # which the engine takes for done
        KIND.delete(aws, live)
    bench.check_settled(group)


def test_what_aws_answers_is_no_difference() -> None:
    want = {
        "Name": "nightly",
        "GroupName": "shop-schedules",
        "ScheduleExpression": "rate(1 day)",
        "State": None,
        "ActionAfterCompletion": None,
        "ScheduleExpressionTimezone": None,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:c", "RoleArn": "arn:r", "DeadLetterConfig": {}},
    }
    answer = {
        **want,
        "Arn": "arn:aws:scheduler:eu-west-1:123456789012:schedule/shop-schedules/nightly",
        "State": "ENABLED",
        "ActionAfterCompletion": "NONE",
        "ScheduleExpressionTimezone": "UTC",
        "Target": {
            "Arn": "arn:c",
            "RoleArn": "arn:r",
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
        },
    }
    live: Live = KIND._live(answer, {})
    found = differences(KIND.canonical(want), KIND.canonical(live.properties), KIND.rules)
    assert found == ()
