"""What metric alarms and composite alarms have in common: one namespace of names, one list.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Scope
from provisioner.engine.model import Tags
from provisioner.resources._tags import batches, indexed, sought, tag_list, tag_map, tags_of

ALARMS = "cloudwatch/alarm:"
BATCH = 100
ACTIONS = frozenset({"AlarmActions", "OKActions", "InsufficientDataActions"})
RESULTS: Mapping[str, str] = {
    "MetricAlarm": "MetricAlarms",
    "CompositeAlarm": "CompositeAlarms",
}


def alarms(
    aws: Aws, scope: Scope, kind: str, sort: Literal["MetricAlarm", "CompositeAlarm"]
) -> Iterator[tuple[dict[str, Any], Tags]]:
    """Every alarm of this sort within the scope, with its tags.

    By the stack's prefix, and by name those that are called otherwise.
    """
    if not sought(aws, scope, kind, ALARMS):
        return
    names = set(scope.names.get(kind, ()))
    names |= {arn.split(":", 6)[6] for arn in indexed(aws, scope, ALARMS)}
    odd = batches(sorted(name for name in names if not name.startswith(scope.prefix)), BATCH)

    def find(query: dict[str, Any]) -> list[dict[str, Any]]:
        pages = aws.client("cloudwatch").get_paginator("describe_alarms")
        return [
            item
            for page in pages.paginate(AlarmTypes=[sort], **query)
            for item in page.get(RESULTS[sort], ())
        ]

    queries: list[dict[str, Any]] = [{"AlarmNamePrefix": scope.prefix}]
    queries += [{"AlarmNames": some} for some in odd]
    found = [item for some in aws.gather(find, queries) for item in some]

    def tags(item: dict[str, Any]) -> Tags:
        return tags_of(aws, scope, item["AlarmArn"], lambda arn: read_tags(aws, arn))

    yield from zip(found, aws.gather(tags, found), strict=True)


def read_tags(aws: Aws, arn: str) -> Tags:
    """The tags of an alarm or a dashboard."""
    return tag_map(aws.client("cloudwatch").list_tags_for_resource(ResourceARN=arn)["Tags"])


def set_tags(aws: Aws, arn: str, tags: Tags) -> None:
    """Put* ignores the tags of what exists already."""
    aws.client("cloudwatch").tag_resource(ResourceARN=arn, Tags=tag_list(tags))
