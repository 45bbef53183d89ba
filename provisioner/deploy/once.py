"""A task that runs once, to its end: started with RunTask, followed with its log.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.deploy.lines import Line, Source, merged
from provisioner.engine.aws import Aws, explain
from provisioner.engine.clock import Clock
from provisioner.errors import StepFailed

FIRST_SECONDS = 0.25
EVERY_SECONDS = 3.0
LINES_COME_IN_SECONDS = 2.0
"""ECS often knows the exit code before CloudWatch has the last lines."""
VISIBLE_WITHIN_SECONDS = 60.0
STARTED_BY = "provisioner"


@dataclass(frozen=True, slots=True)
class Job:
    """What to run: ARNs and ids that AWS knows. `command` replaces the main container's."""

    name: str
    cluster: str
    definition: str
    containers: Sequence[Mapping[str, Any]]
    subnets: Sequence[str]
    group: str
    command: Sequence[str] = ()

    @property
    def main(self) -> str:
        """The container whose exit code counts."""
        return str(self.containers[0]["name"])


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended. `exit_code` is None where the container never ran."""

    task: str
    exit_code: int | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """JSON's types."""
        return {"task": self.task, "exit_code": self.exit_code, "reason": self.reason or None}


def start(aws: Aws, job: Job) -> str:
    """Start it. Returns the task's ARN. Raises StepFailed, NoAccess, ProvisionerError."""
    override = {"name": job.main, "command": list(job.command)}
    try:
        answer = aws.client("ecs").run_task(
            cluster=job.cluster,
            taskDefinition=job.definition,
            launchType="FARGATE",
            count=1,
            startedBy=STARTED_BY,
            enableECSManagedTags=True,
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": list(job.subnets),
                    "securityGroups": [job.group],
                    "assignPublicIp": "DISABLED",
                }
            },
            overrides={"containerOverrides": [override]} if job.command else {},
            clientToken=uuid.uuid4().hex,
        )
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    for failure in answer.get("failures", ()):
        raise StepFailed(f"{job.name} did not start: {failure.get('reason', 'no reason given')}")
    return str(answer["tasks"][0]["taskArn"])


def follow(
    aws: Aws,
    job: Job,
    task: str,
    *,
    clock: Clock,
    since: float,
    tell: Callable[[Line], None],
) -> Ended:
    """Hand on its lines until it has ended. Raises Interrupted, StepFailed, NoAccess."""
    source = Source(job.name, job.containers, tasks={task.rpartition("/")[2]})
    wait, unseen = FIRST_SECONDS, 0.0
    while True:
        found = _look(aws, job, task)
        unseen = 0.0 if found else unseen + wait
        if unseen > VISIBLE_WITHIN_SECONDS:
            raise StepFailed(f"ECS does not know {task} any more: how it ended is not known")
        over = _over(job, found)
        if over and _main(job, found).get("exitCode") is not None:
            clock.sleep(LINES_COME_IN_SECONDS)
        for line in merged(aws, [source], since):
            tell(line)
        if over:
            return _ended(job, found)
        clock.sleep(wait)
        wait = min(wait * 2, EVERY_SECONDS)


def _look(aws: Aws, job: Job, task: str) -> dict[str, Any]:
    try:
        answer = aws.client("ecs").describe_tasks(cluster=job.cluster, tasks=[task])
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    # A task that was started just now is not seen everywhere.
    return next(iter(answer["tasks"]), {})


def _over(job: Job, found: Mapping[str, Any]) -> bool:
    """Whether its exit code is known, or never will be: Fargate cleans up for a minute more."""
    main = _main(job, found)
    return found.get("lastStatus") == "STOPPED" or main.get("exitCode") is not None


def _ended(job: Job, found: Mapping[str, Any]) -> Ended:
    main = _main(job, found)
    reasons = (main.get("reason", ""), found.get("stoppedReason", ""))
    code = main.get("exitCode")
    return Ended(found["taskArn"], code, next(filter(None, reasons), ""))


def _main(job: Job, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The container whose exit code counts; {} before it is there."""
    some: Any = (one for one in found.get("containers", ()) if one["name"] == job.main)
    answer: Mapping[str, Any] = next(some, {})
    return answer
