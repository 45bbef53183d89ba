"""A CloudWatch alarm about the states of other alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_list
from provisioner.resources.cloudwatch._common import ACTIONS, alarms, set_tags


class CompositeAlarm(Kind):
    """`AlarmRule` is the rule as text: `ALARM("a") OR ALARM("b")`.

    PutCompositeAlarm replaces all but tags and state. The alarms in its rule must outlive it:
    AWS refuses to delete one that a composite alarm still needs.
    """

    name = "cloudwatch.composite_alarm"
    api = Api("cloudwatch", "PutCompositeAlarm", "PutCompositeAlarm")
    grants = (
        Grant("read", "cloudwatch:DescribeAlarms"),
        Grant("read", "cloudwatch:ListTagsForResource", "cloudwatch:alarm:{AlarmName}"),
        Grant(
            "create",
            "cloudwatch:PutCompositeAlarm cloudwatch:TagResource",
            "cloudwatch:alarm:{AlarmName}",
        ),
        Grant(
            "update",
            "cloudwatch:PutCompositeAlarm cloudwatch:TagResource",
            "cloudwatch:alarm:{AlarmName}",
        ),
        Grant("delete", "cloudwatch:DeleteAlarms", "cloudwatch:alarm:{AlarmName}"),
    )
    fields = (
        "AlarmName", "AlarmDescription", "AlarmRule", "ActionsEnabled", "AlarmActions",
        "OKActions", "InsufficientDataActions",
    )  # fmt: skip
    identity = ("AlarmName",)
    immutable = frozenset({"AlarmName"})
    uses = frozenset({"cloudwatch.alarm", "sns.topic"})
    rules = Rules(unordered=ACTIONS)
    replacement = "create-first"
    absent = ("ResourceNotFound",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        for item, tags in alarms(aws, scope, self.name, "CompositeAlarm"):
            yield self._live(item, tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        client = aws.client("cloudwatch")
        client.put_composite_alarm(**self.request(want), Tags=tag_list(tags))
        found = client.describe_alarms(
            AlarmNames=[want["AlarmName"]], AlarmTypes=["CompositeAlarm"]
        )["CompositeAlarms"]
        item = {**want, **(found[0] if found else {})}
        return self._live(item, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client("cloudwatch").put_composite_alarm(**self.request(want))

    def delete(self, aws: Aws, live: Live) -> None:
        """One composite alarm per call, says the API."""
        aws.client("cloudwatch").delete_alarms(AlarmNames=[live.properties["AlarmName"]])

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        set_tags(aws, live.id, tags)

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {
            "ActionsEnabled": True,
            **{name: item[name] for name in self.fields if name in item},
        }
        arn, name = item.get("AlarmArn", item["AlarmName"]), item["AlarmName"]
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Name": name})
