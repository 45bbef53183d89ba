"""Tasks that the clock runs: a group, its schedules, and the role that starts each task.

Source: EventBridge Scheduler user guide, execution role and confused deputy prevention;
Amazon ECS developer guide, EventBridge IAM role.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Resource, text
from provisioner.spec.task import Schedule, Task
from provisioner.stack import compute, identity
from provisioner.stack.context import Context, ref
from provisioner.stack.permissions import allow
from provisioner.stack.references import workload_group

GROUP = "scheduler.schedule_group"
SCHEDULE = "scheduler.schedule"
GROUP_LIMIT = 64


def build(context: Context) -> Iterator[Resource]:
    """Nothing, where no task has a schedule."""
    scheduled = [(name, task, task.schedule) for name, task in context.spec.tasks.items()]
    if not any(schedule for _, _, schedule in scheduled):
        return
    yield context.resource(GROUP, compute.MAIN, {"Name": _group(context)})
    for name, task, schedule in scheduled:
        if schedule:
            yield _role(context, name, task, schedule)
            yield _schedule(context, name, task, schedule)


def scheduler(task: str) -> str:
    """The name in the address of the role that starts a task."""
    return f"{task}-scheduler"


def _group(context: Context) -> str:
    return context.names.of("schedules", limit=GROUP_LIMIT)


def _schedule(context: Context, name: str, task: Task, schedule: Schedule) -> Resource:
    window: dict[str, Any] = {"Mode": "OFF"}
    if schedule.flexible_minutes:
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": schedule.flexible_minutes}
    queue = schedule.dead_letter_queue
    properties = {
        "Name": name,
        "GroupName": ref(GROUP, compute.MAIN, "Name"),
        "ScheduleExpression": schedule.expression,
        "ScheduleExpressionTimezone": schedule.time_zone,
        "State": "ENABLED" if schedule.enabled else "DISABLED",
        "FlexibleTimeWindow": window,
        "Target": {
            "Arn": context.cluster,
            "RoleArn": ref(identity.ROLE, scheduler(name)),
            "DeadLetterConfig": {"Arn": queue} if queue else {},
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": schedule.retry_seconds,
                "MaximumRetryAttempts": schedule.retries,
            },
            "EcsParameters": _parameters(context, name, task, schedule),
        },
    }
    return context.resource(SCHEDULE, name, properties)


def _parameters(context: Context, name: str, task: Task, schedule: Schedule) -> dict[str, Any]:
    shares = task.capacity_provider_strategy
    return {
        "TaskDefinitionArn": ref(compute.TASK_DEFINITION, name),
        "TaskCount": schedule.count,
        "LaunchType": None if shares else "FARGATE",
        "CapacityProviderStrategy": [
            {"capacityProvider": s.capacity_provider, "weight": s.weight, "base": s.base}
            for s in shares
        ],
        "PlatformVersion": task.platform_version if task.platform_version != "LATEST" else None,
        "NetworkConfiguration": {
            "awsvpcConfiguration": {
                "Subnets": context.private_subnets,
                "SecurityGroups": [workload_group(name, task)],
                "AssignPublicIp": "DISABLED",
            }
        },
        "PropagateTags": "TASK_DEFINITION",
        "EnableECSManagedTags": True,
        "EnableExecuteCommand": task.enable_execute_command,
    }


def _role(context: Context, name: str, task: Task, schedule: Schedule) -> Resource:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": context.account.ref("Account"),
                "aws:SourceArn": text(context.arn("scheduler", "schedule-group/", _group(context))),
            }
        },
    }
    return identity.role(
        context,
        scheduler(name),
        {
            "RoleName": context.names.role("scheduler", name),
            "AssumeRolePolicyDocument": identity.document([trust]),
            "InlinePolicies": {"run": identity.document(_start(context, name, task, schedule))},
            "ManagedPolicyArns": [],
        },
    )


def _start(context: Context, name: str, task: Task, schedule: Schedule) -> list[dict[str, Any]]:
    """It may run this family in this cluster, and hand it these two roles."""
    family = task.names.task_family or context.names.of("task", service=name)
    made = context.spec.cluster.name or context.names.of("cluster")
    cluster = context.cluster_name if context.spec.cluster.existing else made
    partition, account = context.account.ref("Partition"), context.account.ref("Account")
    roles = [
        text("arn:", partition, ":iam::", account, ":role/", physical)
        for physical in identity.physical(context, name, task)
    ]
    statements = [
        allow(
            ["ecs:RunTask"],
            [context.arn("ecs", "task-definition/", family, suffix) for suffix in ("", ":*")],
            {"ArnEquals": {"ecs:cluster": context.arn("ecs", "cluster/", cluster)}},
        ),
        allow(
            ["ecs:TagResource"],
            [context.arn("ecs", "task/*")],
            {"StringEquals": {"ecs:CreateAction": "RunTask"}},
        ),
        allow(
            ["iam:PassRole"],
            roles,
            {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
    ]
    if schedule.dead_letter_queue:
        statements.append(allow(["sqs:SendMessage"], [schedule.dead_letter_queue]))
    return statements
