"""Which roles a call passes, and to which service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Passing:
    """Operations that fit the pattern pass the role at `path`, of each where there is a list."""

    service: str
    operations: str
    path: str
    to: str


TASKS = "ecs-tasks.amazonaws.com"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
PASSED = (
    *(
        Passing("ecs", "RegisterTaskDefinition|RunTask", f"{holder}{field}", TASKS)
        for holder in ("", "overrides.")
        for field in ("executionRoleArn", "taskRoleArn")
    ),
    *(
        Passing("ecs", "(Create|Update)Service", path, "ecs.amazonaws.com")
        for path in (
            "role",
            "loadBalancers.advancedConfiguration.roleArn",
            "deploymentConfiguration.lifecycleHooks.roleArn",
            "volumeConfigurations.managedEBSVolume.roleArn",
            "vpcLatticeConfigurations.roleArn",
        )
    ),
    Passing("scheduler", "(Create|Update)Schedule", "Target.RoleArn", "scheduler.amazonaws.com"),
    Passing("events", "PutTargets", "Targets.RoleArn", "events.amazonaws.com"),
    Passing("events", "PutRule", "RoleArn", "events.amazonaws.com"),
    Passing("chatbot", ".*SlackChannelConfiguration", "IamRoleArn", "chatbot.amazonaws.com"),
    Passing(
        "application-autoscaling",
        "RegisterScalableTarget",
        "RoleARN",
        "application-autoscaling.amazonaws.com",
    ),
)


def passed(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the ARN of each role that a call passes, and to whom."""
    for each in PASSED:
        if each.service == service and re.fullmatch(each.operations, operation):
            for role in _reached(params, each.path.split(".")):
                yield role, each.to


def _reached(value: Any, path: Sequence[str]) -> Iterator[str]:
    """Yield what is at the end of a path, for each of the lists on the way."""
    if isinstance(value, list):
        for each in value:
            yield from _reached(each, path)
    elif not path:
        if value:
            yield str(value)
    elif isinstance(value, Mapping):
        yield from _reached(value.get(path[0]), path[1:])
