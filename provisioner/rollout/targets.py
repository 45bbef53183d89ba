"""Tasks of the new revision, and how they are behind the load balancer.

Source: ECS ListTasks, DescribeTasks (a service's task is `startedBy` its deployment's id);
ELBv2 DescribeTargetHealth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, code_of

Item = dict[str, Any]
TASKS_LIMIT = 100
UNHEALTHY = frozenset({"unhealthy", "unhealthy.draining", "unused", "unavailable"})


@dataclass(frozen=True, slots=True)
class Health:
    """Targets by state, of all and of the new revision's tasks, and why some are not healthy.

    `mine` is None where nobody may look at the tasks, or no target group is in use.
    """

    states: Mapping[str, int] = field(default_factory=dict)
    mine: Mapping[str, int] | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def dead(self) -> bool:
        """Whether targets are there, and not one is healthy or may become so."""
        states = self.states if self.mine is None else self.mine
        return bool(states) and states.keys() <= UNHEALTHY

    @property
    def empty(self) -> bool:
        """Whether none of those that count is healthy, though there are some."""
        states = self.states if self.mine is None else self.mine
        return bool(states) and not states.get("healthy")


def health(aws: Aws, groups: Iterable[str], addresses: frozenset[str] | None) -> Health:
    """How the targets are; `addresses` are those of the new revision's tasks, where known."""
    described, notes = [], []
    for group in sorted(set(groups)):
        try:
            answer = aws.client("elbv2", attempts=2).describe_target_health(TargetGroupArn=group)
        except (ClientError, BotoCoreError) as error:
            notes.append(f"target health of {_name(group)} is not readable: {why(error)}")
            continue
        described += [(group, one) for one in answer["TargetHealthDescriptions"]]
    mine = None
    if addresses is not None and described:
        mine = Counter(_state(one) for _, one in described if one["Target"]["Id"] in addresses)
    reasons = Counter(
        _reason(group, one["TargetHealth"])
        for group, one in described
        if _state(one) in UNHEALTHY and (not addresses or one["Target"]["Id"] in addresses)
    )
    ordered = tuple(words for words, _ in reasons.most_common())
    return Health(Counter(_state(one) for _, one in described), mine, ordered, tuple(notes))


def _state(description: Item) -> str:
    return str(description["TargetHealth"]["State"])


def _reason(group: str, found: Item) -> str:
    words = [found.get("Reason", ""), found.get("Description", "")]
    return f"{_name(group)}: {' - '.join(word for word in words if word) or found['State']}"


def _name(group: str) -> str:
    """`web` of a target group's ARN."""
    return group.split("/")[1] if "/" in group else group


def tasks(
    aws: Aws, cluster: str, service: str, *, status: Literal["RUNNING", "STOPPED"] = "RUNNING"
) -> list[Item]:
    """The service's tasks, at most 100. RUNNING are those that shall run.

    Raises ClientError, BotoCoreError.
    """
    client = aws.client("ecs", attempts=2)
    arns = client.list_tasks(
        cluster=cluster, serviceName=service, desiredStatus=status, maxResults=TASKS_LIMIT
    )["taskArns"]
    found: list[Item] = client.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    return found


def started_by(found: Iterable[Item], number: str, definition: str = "") -> list[Item]:
    """Those of a deployment; by their task definition where they do not say who started them."""
    return [
        one
        for one in found
        if one.get("startedBy", "").endswith(f"/{number}")
        or ("/" not in one.get("startedBy", "") and one["taskDefinitionArn"] == definition)
    ]


def why(error: BaseException) -> str:
    """AWS's error code; of what is not AWS's, the kind of error: its text changes each time."""
    return code_of(error) or type(error).__name__


def addresses(found: Iterable[Item]) -> frozenset[str]:
    """The tasks' addresses: targets of type `ip`."""
    return frozenset(
        interface[family]
        for one in found
        for container in one["containers"]
        for interface in container.get("networkInterfaces", ())
        for family in ("privateIpv4Address", "ipv6Address")
        if family in interface
    )
