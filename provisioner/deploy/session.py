"""A session in a container that runs.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
The target of the session is `ecs:<cluster>_<task id>_<container runtime id>`: Amazon ECS developer
guide, "Monitor Amazon ECS containers with ECS Exec".
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.deploy.places import Place
from provisioner.engine.aws import Aws, code_of, explain, message_of
from provisioner.errors import PlanError, StepFailed
from provisioner.rollout import targets


@dataclass(frozen=True, slots=True)
class Opened:
    """What the plugin needs to join a session."""

    session: Mapping[str, str]
    target: str
    endpoint: str


def running(aws: Aws, place: Place) -> list[dict[str, Any]]:
    """The tasks of a service that shall run, at most 100. Raises NoAccess, ProvisionerError."""
    try:
        return targets.tasks(aws, place.cluster, place.service)
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def open_session(aws: Aws, place: Place, container: str, command: Sequence[str]) -> Opened:
    """Open one in the newest task. Raises PlanError where there is none, StepFailed, NoAccess."""
    name = container or place.main
    tasks = [one for one in running(aws, place) if one["lastStatus"] == "RUNNING"]
    if not tasks:
        raise PlanError(f"{place.wanted.address}: no task runs")
    task = max(tasks, key=lambda one: one["createdAt"])
    if not task.get("enableExecuteCommand"):
        raise PlanError(
            f"{place.wanted.address}: its tasks do not allow it; write enable_execute_command: true"
            " and read_only_root_filesystem: false into the spec, and apply"
        )
    found = [one for one in task["containers"] if one["name"] == name]
    if not found:
        names = ", ".join(one["name"] for one in task["containers"])
        raise PlanError(f"{place.wanted.address} has no container {name}; its containers: {names}")
    try:
        answer = aws.client("ecs").execute_command(
            cluster=place.cluster, task=task["taskArn"], container=name, interactive=True,
            command=shlex.join(command),
        )  # fmt: skip
    except ClientError as error:
        raise StepFailed(message_of(error), code_of(error)) from error
    cluster, identifier = (arn.rpartition("/")[2] for arn in (place.cluster, task["taskArn"]))
    kept = ("sessionId", "streamUrl", "tokenValue")
    return Opened(
        {key: answer["session"][key] for key in kept},
        f"ecs:{cluster}_{identifier}_{found[0].get('runtimeId', '')}",
        str(aws.client("ssm").meta.endpoint_url),
    )
