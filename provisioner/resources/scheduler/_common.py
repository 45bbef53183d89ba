"""The groups of the stack, read once for both kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Scope
from provisioner.engine.model import Tags
from provisioner.resources._tags import arn_name, indexed, sought, tag_map, tags_of

GROUP = "scheduler.schedule_group"
INDEXED = "scheduler/schedule-group"


@dataclass(frozen=True, slots=True)
class Group:
    """A schedule group with its tags."""

    name: str
    arn: str
    tags: Tags


def groups(aws: Aws, scope: Scope) -> list[Group]:
    """Groups within the scope; no call where the stack has none and wants none."""
    found: list[Group] = aws.once("schedule-groups", lambda: _read(aws, scope))
    return found


def _read(aws: Aws, scope: Scope) -> list[Group]:
    if not sought(aws, scope, GROUP, INDEXED):
        return []
    odd = set(map(arn_name, indexed(aws, scope, INDEXED)))
    near = [
        item
        for item in aws.pages("scheduler", "list_schedule_groups", "ScheduleGroups")
        if item.get("State") != "DELETING"
        and (scope.near(GROUP, item["Name"]) or item["Name"] in odd)
    ]

    def tags(item: Mapping[str, Any]) -> Tags:
        return tags_of(aws, scope, item["Arn"], lambda arn: _ask(aws, arn))

    return [
        Group(item["Name"], item["Arn"], found)
        for item, found in zip(near, aws.gather(tags, near), strict=True)
    ]


def _ask(aws: Aws, arn: str) -> Tags:
    answer = aws.client("scheduler").list_tags_for_resource(ResourceArn=arn)
    return tag_map(answer.get("Tags"))
