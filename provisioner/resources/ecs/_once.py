"""A task definition whose task must have run to its end before services may follow it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
A tag on the revision remembers that it has: a new image is a new revision, which has none.
`deploy` asks the revisions before, too, so that a digest is not run twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.model import Live, Properties
from provisioner.engine.owner import RAN
from provisioner.errors import StepFailed
from provisioner.resources.ecs._common import ecs_tags
from provisioner.rollout.logs import tail

RUN, WHERE = "Ran", "RunIn"
YES, NO = "yes", "no"
PATIENCE_SECONDS = 3600.0
STARTED_BY = "provisioner-pre-deploy"
LINES = 10
FAMILY = "ecs:task-definition/{family}:*"
TAGGED = {"ecs:CreateAction": "RunTask"}
GRANTS = (
    Grant("create", "ecs:RunTask", FAMILY, having=WHERE),
    Grant("create", "ecs:TagResource", "ecs:task/*", when=TAGGED, having=WHERE),
    Grant("run", "ecs:RunTask", FAMILY),
    Grant("run", "ecs:TagResource", "ecs:task/*", when=TAGGED),
    Grant(
        "run",
        "iam:PassRole",
        "{=executionRoleArn} {=taskRoleArn}",
        when={"iam:PassedToService": "ecs-tasks.amazonaws.com"},
    ),
)
"""For RunTask, here and by hand. Tags that ECS manages need TagResource, too: Amazon ECS developer
guide, "Amazon ECS EventBridge IAM role"."""


def pending(aws: Aws, live: Live, want: Properties) -> str:
    """Start it once per run, look until it has ended, and remember that it went well.

    Raises StepFailed where it did not, ClientError.
    """
    where = want.get(WHERE)
    if not where:
        return ""
    task = aws.once(("pre-deploy", live.id), lambda: _start(aws, live.id, where))
    found = aws.client("ecs").describe_tasks(cluster=where["Cluster"], tasks=[task])["tasks"]
    if not found:
        return f"task {task.rpartition('/')[2]} is not visible yet"
    main = want["containerDefinitions"][0]
    codes = {one["name"]: one.get("exitCode") for one in found[0]["containers"]}
    code = codes.get(main["name"])
    if code is None and found[0]["lastStatus"] != "STOPPED":
        return f"task {task.rpartition('/')[2]} is {found[0]['lastStatus'].lower()}"
    if code != 0:
        raise StepFailed(_failure(aws, main, found[0], code))
    aws.client("ecs").tag_resource(resourceArn=live.id, tags=ecs_tags({RAN: YES}))
    return ""


def _start(aws: Aws, definition: str, where: Mapping[str, Any]) -> str:
    answer = aws.client("ecs").run_task(
        cluster=where["Cluster"],
        taskDefinition=definition,
        launchType="FARGATE",
        startedBy=STARTED_BY,
        enableECSManagedTags=True,
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": where["Subnets"],
                "securityGroups": [where["Group"]],
                "assignPublicIp": "DISABLED",
            }
        },
    )
    for failure in answer.get("failures", ()):
        raise StepFailed(f"the task did not start: {failure.get('reason', 'no reason given')}")
    return str(answer["tasks"][0]["taskArn"])


def _failure(aws: Aws, main: Mapping[str, Any], task: Mapping[str, Any], code: int | None) -> str:
    identifier = task["taskArn"].rpartition("/")[2]
    if code is None:
        return f"task {identifier} never ran: {task.get('stoppedReason', '')}"
    lines = tail(aws, main, identifier, lines=LINES).lines
    said = "".join(f"\n| {line}" for line in lines)
    return f"task {identifier} exited with {code}: what follows it is not deployed{said}"
