"""What was deployed, by whom and from what: told by tags on revisions, and by ECS's records.

Source: ECS DescribeTaskDefinition, ListServiceDeployments (90 days), DescribeServiceRevisions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.deploy.places import DEFINITION, Place
from provisioner.engine.aws import Aws, explain
from provisioner.engine.owner import ADDRESS, COMMIT, IMAGE_TAG, SPEC, STACK, WHO
from provisioner.engine.step import Plan, Step
from provisioner.resources.ecs._rollout import ROLLOUT
from provisioner.resources.ecs.task_definition import TaskDefinition
from provisioner.rollout import records
from provisioner.rollout.standing import FORWARD, short

Status = Literal["serving", "deploying", "was serving", "failed", ""]
LAST = 10
COMMITS = ("PROVISIONER_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA")
ACTORS = ("PROVISIONER_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN")
FORBIDDEN = re.compile(r"[^A-Za-z0-9 _.:/=+@-]")
"""What a tag's value cannot hold: ECS API reference, Tag."""
LONGEST_TAG = 256
MOST_TAGS = 50


def signature(environ: Mapping[str, str], caller: str, spec: str) -> dict[str, str]:
    """The tags of a new revision.

    The commit is what the pipeline says; nobody else can know it: a working tree may be changed,
    or belong to something else. `caller` is the ARN of who calls, `spec` a hash of the spec.
    """
    commit = next((environ[name] for name in COMMITS if environ.get(name)), "")
    who = next((environ[name] for name in ACTORS if environ.get(name)), "")
    found = {WHO: who or caller.rpartition("/")[2] or caller, COMMIT: commit, SPEC: spec}
    return {key: FORBIDDEN.sub("_", value)[:LONGEST_TAG] for key, value in found.items() if value}


def sign(plan: Plan, tags: Mapping[str, str]) -> Plan:
    """The plan with these tags on every revision that it registers."""
    return replace(plan, steps=tuple(_signed(step, tags) for step in plan.steps))


def _signed(step: Step, tags: Mapping[str, str]) -> Step:
    if step.kind != DEFINITION or step.action != "create" or step.resource is None:
        return step
    room = MOST_TAGS - len(step.resource.tags) - len((STACK, ADDRESS))
    born = [*tags.items(), *step.resource.born.items()][: max(room, 0)]
    return replace(step, resource=replace(step.resource, born=dict(born)))


@dataclass(frozen=True, slots=True)
class Revision:
    """One registered task definition, and what became of it. `images` by container."""

    arn: str
    status: Status
    images: Mapping[str, str]
    tags: Mapping[str, str]
    commit: str
    who: str
    spec: str
    when: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """JSON's types."""
        return {
            "revision": short(self.arn),
            "arn": self.arn,
            "status": self.status or None,
            "images": dict(self.images),
            "tags": dict(self.tags),
            "commit": self.commit or None,
            "who": self.who or None,
            "when": self.when.isoformat() if self.when else None,
            "spec": self.spec or None,
        }


def revisions(aws: Aws, place: Place, *, last: int = LAST) -> list[Revision]:
    """The newest revisions of a service's family that are still ACTIVE, the newest first.

    Raises NoAccess, ProvisionerError.
    """
    try:
        family = place.serving.rpartition("/")[2].rpartition(":")[0]
        arns = TaskDefinition().active(aws, family)[:last]
        fates = fates_of(aws, place)
        return aws.gather(lambda arn: _revision(aws, arn, _status(place, arn, fates)), arns)
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _revision(aws: Aws, arn: str, status: Status) -> Revision:
    answer = aws.client("ecs").describe_task_definition(taskDefinition=arn, include=["TAGS"])
    definition = answer["taskDefinition"]
    tags = {tag["key"]: tag["value"] for tag in answer.get("tags", ())}
    return Revision(
        arn,
        status,
        {one["name"]: one["image"] for one in definition["containerDefinitions"]},
        {k.removeprefix(IMAGE_TAG): v for k, v in tags.items() if k.startswith(IMAGE_TAG)},
        tags.get(COMMIT, ""),
        tags.get(WHO, ""),
        tags.get(SPEC, ""),
        definition.get("registeredAt"),
    )


def fates_of(aws: Aws, place: Place) -> list[tuple[str, str]]:
    """Task definition and status of each deployment that ECS remembers, the newest first."""
    kept = records.read(aws, place.cluster, place.service).deployments
    targets = list(dict.fromkeys(record["targetServiceRevisionArn"] for record in kept))
    found = aws.gather(lambda arn: records.revision(aws, arn), targets)
    named = zip(targets, found, strict=True)
    names = {arn: one.get("taskDefinition", "") for arn, one in named}
    return [(names[r["targetServiceRevisionArn"]], r["status"]) for r in kept]


def _status(place: Place, arn: str, fates: Iterable[tuple[str, str]]) -> Status:
    states = [status for definition, status in fates if definition == arn]
    if arn == place.serving:
        if place.live.properties[ROLLOUT] == "FAILED" and "SUCCESSFUL" not in states:
            return "failed"  # with nothing that ECS could go back to
        return "deploying" if states and states[0] in FORWARD else "serving"
    if "SUCCESSFUL" in states:
        return "was serving"
    if not states:
        return ""
    return "deploying" if states[0] in FORWARD else "failed"


def known_good(aws: Aws, place: Place) -> str:
    """The task definition of the last deployment that succeeded with another one than now.

    "" where there is none that is still ACTIVE. Raises ClientError.
    """
    for definition, status in fates_of(aws, place):
        if status != "SUCCESSFUL" or definition in ("", place.serving):
            continue
        if TaskDefinition().read(aws, definition) is not None:
            return definition
    return ""
