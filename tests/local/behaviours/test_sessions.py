"""Where ECS opens a session in a container, and where it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import CONTAINER, Aws

behaviour = pytest.mark.behaviour
GUIDE = "ECS guide: ecs-exec"
NONE = "has no ExecuteCommand"
CHANNELS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ssmmessages:*", "Resource": "*"}],
}
INVALID = "InvalidParameterException"
LONG = 1800


def running(aws: Aws, *, role: bool = True, sealed: bool = False, enabled: bool = True) -> str:
    """Have a task, whose ARN is returned, after everything has had its time."""
    arn = aws.role("task")
    if role:
        aws.iam.put_role_policy(
            RoleName="task", PolicyName="exec", PolicyDocument=json.dumps(CHANNELS)
        )
    container = {**CONTAINER, "readonlyRootFilesystem": sealed}
    definition = aws.define(containerDefinitions=[container], taskRoleArn=arn)
    aws.advance(LONG)
    aws.service(taskDefinition=definition, enableExecuteCommand=enabled)
    aws.advance(LONG)
    (task,) = aws.tasks()
    return str(task["taskArn"])


def request(task: str, **change: Any) -> dict[str, Any]:
    return {"cluster": "c", "task": task, "command": "/bin/sh", "interactive": True, **change}


@behaviour("ECS API: ExecuteCommand", "A session is opened in a container that runs", NONE)
def test_a_session_is_opened(aws: Aws) -> None:
    task = running(aws)
    opened = aws.ecs.execute_command(**request(task))
    assert (opened["taskArn"], opened["containerName"]) == (task, CONTAINER["name"])
    assert opened["session"].keys() == {"sessionId", "streamUrl", "tokenValue"}


@behaviour("ECS API: ManagedAgent", "A task shows whether a session can be opened", "shows none")
def test_a_task_shows_its_agent(aws: Aws) -> None:
    running(aws)
    (task,) = aws.tasks()
    assert task["enableExecuteCommand"] is True
    (agent,) = task["containers"][0]["managedAgents"]
    assert (agent["name"], agent["lastStatus"]) == ("ExecuteCommandAgent", "RUNNING")


@behaviour(GUIDE, "A task that was started without sessions has none", NONE)
def test_sessions_are_switched_on_for_new_tasks_alone(aws: Aws) -> None:
    task = running(aws, enabled=False)
    aws.ecs.update_service(cluster="c", service="web", enableExecuteCommand=True)
    words = aws.refused(INVALID, aws.ecs.execute_command, **request(task))
    assert words.startswith("The execute command failed because execute command was not enabled")
    aws.ecs.update_service(cluster="c", service="web", forceNewDeployment=True)
    aws.advance(LONG)
    (task,) = [each["taskArn"] for each in aws.tasks()]
    aws.ecs.execute_command(**request(task))


@behaviour(GUIDE, "A root file system that is read-only has no room for the agent", NONE)
def test_the_agent_needs_to_write(aws: Aws) -> None:
    task = running(aws, sealed=True)
    aws.refused(INVALID, aws.ecs.execute_command, **request(task))
    (shown,) = aws.tasks()
    assert shown["containers"][0]["managedAgents"][0]["lastStatus"] == "STOPPED"


@behaviour(GUIDE, "The task role may talk to Systems Manager", NONE)
def test_the_task_role_opens_the_channels(aws: Aws) -> None:
    task = running(aws, role=False)
    aws.refused("TargetNotConnectedException", aws.ecs.execute_command, **request(task))


@behaviour("ECS API: ExecuteCommand", "The task and its container exist", NONE)
def test_a_session_is_in_a_container_that_exists(aws: Aws) -> None:
    task = running(aws)
    aws.refused(INVALID, aws.ecs.execute_command, **request(task, container="db"))
    aws.refused(INVALID, aws.ecs.execute_command, **request(task.replace("task/c/", "task/c/0")))
    aws.refused(INVALID, aws.ecs.execute_command, **request(task, interactive=False))
