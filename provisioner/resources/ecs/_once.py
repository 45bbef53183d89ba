"""A task definition whose task must have run to its end before services may follow it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
A tag on the revision remembers that it has. The revisions before are asked, too: a new one that
does the same, because something else of it differs, has run already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, message_of
from provisioner.engine.grant import Grant
from provisioner.engine.model import Live, Properties
from provisioner.engine.owner import RAN
from provisioner.errors import StepFailed
from provisioner.resources.ecr import _images as images
from provisioner.resources.ecs._common import ecs_tags, tasks
from provisioner.rollout.hints import find
from provisioner.rollout.known import of_definition
from provisioner.rollout.logs import clean, sensitive, tail
from provisioner.rollout.patterns import Fact

RUN, WHERE = "Ran", "RunIn"
YES, NO = "yes", "no"
PATIENCE_SECONDS = 3600.0
STARTED_BY = "provisioner-pre-deploy"
LINES = 10
UNASSUMABLE = "unable to assume the role"
TRIES = 20
"""Some minutes: AWS gives no number for how long a new role is not known everywhere."""
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


Containers = Iterable[Mapping[str, Any]]
"""Container definitions, as ECS has them."""


def pending(aws: Aws, live: Live, want: Properties, has_run: Callable[[], bool]) -> str:
    """Start it once per run, look until it has ended, and remember that it went well.

    One that an interrupted run has left behind is followed: two migrations at a time spoil each
    other. `has_run` says whether an earlier revision has done the same: then it is only remembered.
    Raises StepFailed where it did not go well, ClientError.
    """
    where = want.get(WHERE)
    if not where:
        return ""
    begun: list[str] = aws.once(("pre-deploy", live.id), list)
    if not begun:
        try:
            begun.append("" if has_run() else _begin(aws, live.id, want, where))
        except ClientError as error:
            return _later(aws, live.id, error)
    (task,) = begun
    return _outcome(aws, live, want, task) if task else _remember(aws, live)


def _outcome(aws: Aws, live: Live, want: Properties, task: str) -> str:
    """What is waited for; its lines come in a little later than its exit code."""
    identifier, cluster = task.rpartition("/")[2], want[WHERE]["Cluster"]
    found = aws.client("ecs").describe_tasks(cluster=cluster, tasks=[task])["tasks"]
    if not found:
        return f"task {identifier} is not visible yet"
    main = want["containerDefinitions"][0]
    codes = {one["name"]: one.get("exitCode") for one in found[0]["containers"]}
    code = codes.get(main["name"])
    if code is None and found[0]["lastStatus"] != "STOPPED":
        return f"task {identifier} is {found[0]['lastStatus'].lower()}"
    if code == 0:
        return _remember(aws, live)
    told: list[int] = aws.once(("pre-deploy ended", live.id), list)
    if code is not None and not told:
        told.append(code)
        return f"task {identifier} has exited with {code}"
    raise StepFailed(_failure(aws, want, found[0], code))


def work(containers: Containers) -> Mapping[str, Any] | None:
    """What a run of these does, by container: which image by digest, and with which command.

    None where an image is not pinned: it may be another one by now.
    """
    found = {one["name"]: (images.read(one["image"]).digest, *_said(one)) for one in containers}
    return found if all(digest for digest, *_ in found.values()) else None


def _said(container: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    return (tuple(container.get(name) or ()) for name in ("entryPoint", "command"))


def _remember(aws: Aws, live: Live) -> str:
    aws.client("ecs").tag_resource(resourceArn=live.id, tags=ecs_tags({RAN: YES}))
    return ""


def _later(aws: Aws, definition: str, error: ClientError) -> str:
    """A role made a moment ago cannot be assumed yet, and RunTask is refused at once.

    Raises the error again when it is another one, or has come too often.
    """
    refused: list[ClientError] = aws.once(("pre-deploy refused", definition), list)
    refused.append(error)
    if UNASSUMABLE not in message_of(error) or len(refused) > TRIES:
        raise error
    return f"AWS says not yet: {message_of(error)}"


def _begin(aws: Aws, definition: str, want: Properties, where: Mapping[str, Any]) -> str:
    """Start it, unless a run that was interrupted has: two must not migrate at a time."""
    main = want["containerDefinitions"][0]["name"]
    family = definition.rpartition("/")[2].partition(":")[0]  # AWS takes no state beside startedBy
    ours = (definition, STARTED_BY)
    for state in ("RUNNING", "STOPPED"):  # stopped ones are shown for about an hour
        for one in tasks(aws, where["Cluster"], family=family, desiredStatus=state):
            if (one["taskDefinitionArn"], one.get("startedBy")) == ours and _good(one, main):
                return str(one["taskArn"])
    return _start(aws, definition, where)


def _good(task: Mapping[str, Any], main: str) -> bool:
    """Whether it still runs, or has ended well."""
    codes = {one["name"]: one.get("exitCode") for one in task.get("containers", ())}
    if task["desiredStatus"] == "RUNNING":
        return codes.get(main) in (None, 0)
    return codes.get(main) == 0


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


def _failure(aws: Aws, want: Properties, task: Mapping[str, Any], code: int | None) -> str:
    """What became of it, its last lines, and what it probably was."""
    main = want["containerDefinitions"][0]
    identifier = task["taskArn"].rpartition("/")[2]
    stopped = clean(task.get("stoppedReason", ""), sensitive(main))
    lines = () if code is None else tail(aws, main, identifier, lines=LINES).lines
    words = f"task {identifier} never ran: {stopped}"
    if code is not None:
        words = f"task {identifier} exited with {code}: what follows it is not deployed"
    said = [f"| {line}" for line in lines]
    return "\n".join([words, *said, *_hints(aws, want, task, lines)])


def _hints(
    aws: Aws, want: Properties, task: Mapping[str, Any], lines: Iterable[str]
) -> Iterator[str]:
    main = want["containerDefinitions"][0]
    facts = [Fact("stopped", f"{task.get('stopCode', '')} {task.get('stoppedReason', '')}")]
    facts += [Fact("stopped", one.get("reason", "")) for one in task["containers"]]
    facts += [Fact("log", line) for line in lines]
    cluster, identifier = (task[arn].rpartition("/")[2] for arn in ("clusterArn", "taskArn"))
    names = {**of_definition(want, main, aws.endpoint), "cluster": cluster, "task": identifier}
    for hint in find(facts, names):
        yield f"→ {hint.cause}: {hint.advice}"
        if hint.command:
            yield f"  $ {hint.command}"
