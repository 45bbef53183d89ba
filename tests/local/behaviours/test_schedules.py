"""EventBridge Scheduler runs tasks of ECS."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour
TYPES = "EventBridge Scheduler guide: schedule-types"
NOTHING = "starts nothing"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
MINUTES = 60
HOUR = 60 * MINUTES
BERLIN = ZoneInfo("Europe/Berlin")


class Schedules:
    """One schedule, `nightly`, of one task definition."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.api = aws.client("scheduler")
        aws.ecs.create_cluster(clusterName="c")
        self.definition = aws.define()
        self.role = aws.role("scheduler", json.dumps(TRUST))

    def request(self, expression: str, **change: Any) -> dict[str, Any]:
        subnets = self.aws.subnets("private")
        parameters = {
            "TaskDefinitionArn": self.definition,
            "LaunchType": "FARGATE",
            "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": subnets}},
        }
        (cluster,) = self.aws.ecs.list_clusters()["clusterArns"]
        return {
            "Name": "nightly",
            "ScheduleExpression": expression,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": cluster, "RoleArn": self.role, "EcsParameters": parameters},
            **change,
        }

    def make(self, expression: str, **change: Any) -> None:
        self.api.create_schedule(**self.request(expression, **change))

    def tasks(self) -> list[dict[str, Any]]:
        return [*self.aws.tasks(), *self.aws.tasks("STOPPED")]

    def now(self) -> datetime:
        """The cloud's time: what a task is told that begins now."""
        request = {"cluster": "c", "taskDefinition": self.definition}
        (task,) = self.aws.ecs.run_task(**request, networkConfiguration=self.aws.network())["tasks"]
        found: datetime = task["createdAt"]
        return found


@pytest.fixture
def schedules(aws: Aws) -> Schedules:
    return Schedules(aws)


@behaviour(TYPES, "A rate starts a task each time that it is due", NOTHING)
def test_a_rate(schedules: Schedules) -> None:
    schedules.make("rate(10 minutes)")
    schedules.aws.advance(9 * MINUTES)
    assert schedules.tasks() == []
    schedules.aws.advance(2 * MINUTES)
    (task,) = schedules.tasks()
    assert (task["startedBy"], task["group"]) == ("chronos-schedule/nightly", "family:web")
    assert task["taskDefinitionArn"] == schedules.definition
    schedules.aws.advance(20 * MINUTES)
    assert len(schedules.tasks()) == 3


@behaviour(TYPES, "A cron expression is about its own time zone", NOTHING)
def test_a_cron_expression(schedules: Schedules) -> None:
    soon = schedules.now().astimezone(BERLIN) + timedelta(hours=2)
    before = len(schedules.tasks())
    schedules.make(
        f"cron({soon.minute} {soon.hour} * * ? *)", ScheduleExpressionTimezone="Europe/Berlin"
    )
    schedules.aws.advance(HOUR)
    assert len(schedules.tasks()) == before
    schedules.aws.advance(HOUR)
    assert "chronos-schedule/nightly" in [each.get("startedBy") for each in schedules.tasks()]


@behaviour(TYPES, "A schedule of one time is due once, and may go then", NOTHING)
def test_one_time(schedules: Schedules) -> None:
    at = schedules.now().astimezone(UTC) + timedelta(minutes=30)
    once = {"ActionAfterCompletion": "DELETE"}
    schedules.make(f"at({at.strftime('%Y-%m-%dT%H:%M:%S')})", **once)
    schedules.aws.advance(40 * MINUTES)
    started = [each.get("startedBy") for each in schedules.tasks()]
    assert started.count("chronos-schedule/nightly") == 1
    assert schedules.api.list_schedules()["Schedules"] == []


@behaviour(TYPES, "What is disabled starts nothing until it is enabled", NOTHING)
def test_what_is_disabled(schedules: Schedules) -> None:
    schedules.make("rate(10 minutes)", State="DISABLED")
    schedules.aws.advance(HOUR)
    assert schedules.tasks() == []
    schedules.api.update_schedule(**schedules.request("rate(10 minutes)", State="ENABLED"))
    schedules.aws.advance(11 * MINUTES)
    assert len(schedules.tasks()) == 1
    schedules.api.delete_schedule(Name="nightly")
    schedules.aws.advance(30 * MINUTES)
    assert len(schedules.tasks()) == 1


@behaviour(
    "EventBridge Scheduler API: CreateSchedule",
    "The role of a schedule trusts EventBridge Scheduler",
    "accepts any",
)
def test_the_role_trusts_the_scheduler(schedules: Schedules) -> None:
    code, create = "ValidationException", schedules.api.create_schedule
    schedules.role = schedules.aws.role("other")
    words = schedules.aws.refused(code, create, **schedules.request("rate(1 hour)"))
    assert "must allow AWS EventBridge Scheduler to assume the role" in words


@behaviour(
    "EventBridge Scheduler API: CreateSchedule",
    "An expression or a time zone without sense is refused",
    "accepts any",
)
@pytest.mark.parametrize("expression", ["often", "rate(0 minutes)", "rate(1 week)", "cron(0 3)"])
def test_an_expression_makes_sense(schedules: Schedules, expression: str) -> None:
    code, create = "ValidationException", schedules.api.create_schedule
    schedules.aws.refused(code, create, **schedules.request(expression))


@behaviour(
    "EventBridge Scheduler API: CreateSchedule",
    "The group of a schedule is there: ResourceNotFoundException",
    "fails",
)
def test_a_group_is_there(schedules: Schedules) -> None:
    code, create = "ResourceNotFoundException", schedules.api.create_schedule
    words = schedules.aws.refused(code, create, **schedules.request("rate(1 hour)", GroupName="g"))
    assert words == "Schedule group g does not exist."


@behaviour(
    "EventBridge Scheduler API: CreateScheduleGroup",
    "A group is created once: ConflictException",
    "deletes its schedules",
)
def test_a_group_is_created_once(schedules: Schedules) -> None:
    schedules.api.create_schedule_group(Name="g")
    schedules.make("rate(1 hour)", GroupName="g")
    schedules.aws.refused("ConflictException", schedules.api.create_schedule_group, Name="g")
    assert len(schedules.api.list_schedules(GroupName="g")["Schedules"]) == 1


@behaviour(
    "EventBridge Scheduler API: FlexibleTimeWindow",
    "A flexible window has a length",
    "accepts none",
)
def test_a_window_has_a_length(schedules: Schedules) -> None:
    code, create = "ValidationException", schedules.api.create_schedule
    window = {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}
    schedules.aws.refused(code, create, **schedules.request("rate(1 hour)", **window))
    window["FlexibleTimeWindow"]["MaximumWindowInMinutes"] = 5  # type: ignore[assignment]
    schedules.make("rate(1 hour)", **window)


@behaviour(
    "EventBridge Scheduler guide: setting-up",
    "The role of a schedule may run its tasks, or none runs",
    "starts nothing",
)
def test_a_role_may_run_tasks(schedules: Schedules, adjust: Callable[..., None]) -> None:
    adjust(enforce_iam=True)
    schedules.make("rate(1 hour)")
    schedules.aws.advance(HOUR + MINUTES)
    assert schedules.tasks() == []
    family = f"{schedules.definition.rpartition(':')[0]}:*"
    allow = {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": family}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    put = schedules.aws.iam.put_role_policy
    put(RoleName="scheduler", PolicyName="run", PolicyDocument=document)
    schedules.aws.advance(HOUR)
    assert len(schedules.tasks()) == 1


def test_a_year_makes_up_for_few(schedules: Schedules) -> None:
    schedules.make("rate(1 minute)")
    schedules.aws.advance(366 * 24 * HOUR)
    tasks = schedules.tasks()
    assert len(tasks) == 10
    (last,) = [each["createdAt"] for each in tasks[-1:]]
    assert all(last - each["createdAt"] <= timedelta(minutes=10) for each in tasks)


def test_it_ends_by_itself_unless_its_image_says_otherwise(schedules: Schedules) -> None:
    schedules.make("rate(1 hour)")
    schedules.aws.advance(HOUR + 10 * MINUTES)
    (task,) = schedules.aws.tasks("STOPPED")
    assert [each["exitCode"] for each in task["containers"]] == [0]
    schedules.definition = schedules.aws.image("nginx:exit-3")
    schedules.api.update_schedule(**schedules.request("rate(1 hour)"))
    schedules.aws.advance(HOUR + 10 * MINUTES)
    codes = [each["exitCode"] for task in schedules.tasks() for each in task["containers"]]
    assert 3 in codes


def test_what_is_gone_starts_nothing(schedules: Schedules) -> None:
    schedules.make("rate(1 hour)")
    schedules.aws.ecs.delete_cluster(cluster="c")
    schedules.aws.advance(2 * HOUR)
    assert schedules.aws.ecs.list_clusters()["clusterArns"] == []
