"""A task definition family. Its revisions never change: another content is another revision.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.owner import EXTERNAL, IMAGE, RAN
from provisioner.resources._tags import indexed
from provisioner.resources.ecs import _common, _once
from provisioner.resources.ecs._containers import CLOSED, canonical_definition

CONTAINERS = "containerDefinitions"
LOOK_BACK = 10
"""How many revisions registered by others are looked through for the newest of ours."""

RUNS_REMEMBERED = 100
"""How many revisions are asked whether their task has run; `apply` keeps six."""


class TaskDefinition(_common.Tagged):
    """Superseded revisions are kept, so that a rollback has something to return to."""

    name = "ecs.task_definition"
    api = Api("ecs", "RegisterTaskDefinition")
    grants = (
        Grant("read", "ecs:ListTaskDefinitions ecs:DescribeTaskDefinition"),
        Grant(
            "create", "ecs:RegisterTaskDefinition ecs:TagResource", "ecs:task-definition/{family}:*"
        ),
        Grant(
            "create",
            "iam:PassRole",
            "{=executionRoleArn} {=taskRoleArn}",
            when={"iam:PassedToService": "ecs-tasks.amazonaws.com"},
        ),
        *_once.GRANTS,
        Grant("update", "ecs:TagResource", "ecs:task-definition/{family}:*"),
        Grant("delete", "ecs:DeregisterTaskDefinition"),
        Grant("delete", "ecs:DeleteTaskDefinitions", "ecs:task-definition/{family}:*"),
    )
    fields = (
        "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions",
        "requiresCompatibilities", "cpu", "memory", "runtimePlatform", "ephemeralStorage",
        "volumes", "pidMode", "enableFaultInjection",
    )  # fmt: skip
    identity = ("family",)
    uses = frozenset({
        "iam.role", "logs.log_group", "ecr.repository", "secretsmanager.secret", "ssm.parameter",
        _common.CLUSTER, "ec2.subnet", "ec2.security_group", "ec2.security_group_rule",
        "ec2.route_table", "ec2.vpc_endpoint",
    })  # fmt: skip
    immutable = frozenset(fields)
    rules = Rules(
        unordered=frozenset({"requiresCompatibilities"}),
        closed=frozenset({
            "volumes",
            "containerDefinitions",
            *(f"containerDefinitions.*.{part}" for part in CLOSED),
        }),
    )  # fmt: skip
    replacement = "create-first"
    retain = 5
    retries = (
        # A role made a moment ago cannot be passed yet.
        Retry("create", "ClientException", containing="Role is not valid"),
        Retry("create", "AccessDeniedException", containing="PassRole", seconds=60),
        Retry("create", "ClientException", containing="Too many concurrent"),
    )
    absent = (
        "ClientException: Unable to describe",
        "ClientException: does not exist",
        "InvalidParameterException: not found",
    )
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        owned = _by_family(indexed(aws, scope, "ecs/task-definition"))
        families = sorted({*scope.names.get(self.name, ()), *owned})
        runs = _common.running(aws, scope) if families else []
        reads = aws.gather(
            lambda family: self._family(aws, scope, family, owned.get(family, {}), runs), families
        )
        for lives in reads:
            yield from lives

    def _family(
        self, aws: Aws, scope: Scope, family: str, owned: Mapping[str, Tags], running: list[str]
    ) -> list[Live]:
        """The newest revision in full, and the one that runs; of our others that they exist.

        A newer one may have been rolled back: what serves is compared first, and where somebody
        else decides on the image, it alone.
        """
        newest = self._describe(aws, family)
        if newest is None:
            return []
        runs = next((arn for arn in running if _of(arn, family)), newest.id)
        serving = None if runs == newest.id else self._describe(aws, runs)
        if any(tags.get(IMAGE) == EXTERNAL for tags in scope.tags.values()):
            newest, serving = serving or newest, None
        older = owned.keys() - {newest.id}
        if scope.ours(newest.tags) and not older and serving is None:
            return [newest]
        active = self.active(aws, family)
        if not scope.ours(newest.tags):
            others = [arn for arn in active if arn != newest.id]
            found = (self._describe(aws, arn) for arn in others[:LOOK_BACK])
            mine = next((live for live in found if live and scope.ours(live.tags)), None)
            if mine is None:
                return [newest]
            shared = mine.tags.get(IMAGE) == EXTERNAL
            newest = replace(newest, tags={**mine.tags, **newest.tags}) if shared else mine
        whole = {newest.id: newest}
        if serving and scope.ours(serving.tags):
            whole[serving.id] = replace(serving, in_use=True)
        return [
            *whole.values(),
            *(self._older(arn, owned[arn]) for arn in active if arn in older - whole.keys()),
        ]

    def active(self, aws: Aws, family: str) -> list[str]:
        """ARNs of the family's active revisions, newest first."""
        arns = aws.pages(
            "ecs", "list_task_definitions", "taskDefinitionArns",
            familyPrefix=family, status="ACTIVE", sort="DESC",
        )  # fmt: skip
        return sorted(arns, key=_revision, reverse=True)  # other servers than AWS do not sort

    def read(self, aws: Aws, name: str) -> Live | None:
        """An ACTIVE revision by its ARN or `family:7`, whosever it is; None where there is none."""
        return self._describe(aws, name)

    def _describe(self, aws: Aws, name: str) -> Live | None:
        """A revision by ARN, or the newest active one of a family."""
        client = aws.client("ecs")
        try:
            answer = client.describe_task_definition(taskDefinition=name, include=["TAGS"])
        except ClientError as error:
            if says(error, ("ClientException", "InvalidParameterException")):
                return None
            raise
        definition = answer["taskDefinition"]
        if definition.get("status") != "ACTIVE":
            return None
        return self._live(definition, _common.from_ecs(answer.get("tags")))

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ecs").register_task_definition(
            **self.request(want), tags=_common.ecs_tags(tags)
        )
        return self._live(answer["taskDefinition"], tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Nothing but that its task has run can change, which is waited for."""

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        """Its task's end, where something is deployed after that. Raises StepFailed."""
        family, containers = str(want["family"]), want[CONTAINERS]
        return _once.pending(aws, live, want, lambda: self.has_run(aws, family, containers))

    def has_run(self, aws: Aws, family: str, containers: _once.Containers) -> bool:
        """Whether the task of an ACTIVE revision that does the same has run to a good end."""
        wanted = _once.work(containers)
        if wanted is None:
            return False
        arns = self.active(aws, family)[:RUNS_REMEMBERED]
        return any(
            one is not None
            and one.properties[_once.RUN] == _once.YES
            and _once.work(one.properties[CONTAINERS]) == wanted
            for one in aws.gather(lambda arn: self._describe(aws, arn), arns)
        )

    def patience_for(self, want: Properties) -> float:
        return _once.PATIENCE_SECONDS if want.get(_once.WHERE) else self.patience

    def delete(self, aws: Aws, live: Live) -> None:
        """Only an inactive revision can be deleted."""
        client = aws.client("ecs")
        client.deregister_task_definition(taskDefinition=live.id)
        client.delete_task_definitions(taskDefinitions=[live.id])

    def concede(self, name: str, want: Any, live: Any) -> Any:
        """The image of the first container, which is the application's."""
        if name != CONTAINERS:
            return live
        first, *rest = want
        there = [one["image"] for one in live if one["name"] == first["name"]]
        return [{**first, "image": there[0]}, *rest] if there else want

    def told(self, name: str, live: Any) -> Any:
        return live[0]["image"] if name == CONTAINERS else live

    def canonical(self, properties: Properties) -> Properties:
        return canonical_definition(properties)

    def _live(self, definition: dict[str, Any], tags: Tags) -> Live:
        arn = definition["taskDefinitionArn"]
        properties = {name: definition.get(name) for name in self.fields}
        properties[_once.RUN] = tags.get(RAN, _once.NO)
        return Live(self.name, arn, tags, properties, {"Arn": arn}, definition["revision"])

    def _older(self, arn: str, tags: Tags) -> Live:
        family = arn.rsplit("/", 1)[-1].rpartition(":")[0]
        return Live(self.name, arn, tags, {"family": family}, {"Arn": arn}, _revision(arn))


def _revision(arn: str) -> int:
    return int(arn.rpartition(":")[2])


def _by_family(arns: Mapping[str, Tags]) -> dict[str, dict[str, Tags]]:
    families: dict[str, dict[str, Tags]] = {}
    for arn, tags in arns.items():
        families.setdefault(arn.rsplit("/", 1)[-1].rpartition(":")[0], {})[arn] = tags
    return families


def _of(arn: str, family: str) -> bool:
    return arn.rpartition("/")[2].rpartition(":")[0] == family
