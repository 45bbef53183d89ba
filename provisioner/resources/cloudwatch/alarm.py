"""A CloudWatch alarm on one metric.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.kind import Api, Effect, Kind, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import sought, tag_list, tag_map, tags_of


class Alarm(Kind):
    """PutMetricAlarm replaces the whole alarm but for its tags and its state."""

    name = "cloudwatch.alarm"
    api = Api("cloudwatch", "PutMetricAlarm", "PutMetricAlarm")
    fields = (
        "AlarmName", "AlarmDescription", "AlarmActions", "MetricName", "Namespace", "Statistic",
        "ExtendedStatistic", "Dimensions", "Period", "EvaluationPeriods", "Threshold",
        "ComparisonOperator", "TreatMissingData",
    )  # fmt: skip
    identity = ("AlarmName",)
    immutable = frozenset({"AlarmName"})
    uses = frozenset({"application_autoscaling.scaling_policy", "ecs.service", "ecs.cluster"})
    rules = Rules(unordered=frozenset({"Dimensions"}))
    absent = ("ResourceNotFound",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        if not sought(aws, scope, self.name, "cloudwatch/alarm:"):
            return
        found = aws.pages(
            "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=scope.prefix
        )

        def ask(arn: str) -> Tags:
            return tag_map(aws.client("cloudwatch").list_tags_for_resource(ResourceARN=arn)["Tags"])

        tags = aws.gather(lambda item: tags_of(aws, scope, item["AlarmArn"], ask), found)
        for item, own in zip(found, tags, strict=True):
            yield self._live(item, own)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        aws.client("cloudwatch").put_metric_alarm(**self.request(want), Tags=tag_list(tags))
        return self._live(want, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client("cloudwatch").put_metric_alarm(**self.request(want))

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("cloudwatch").delete_alarms(AlarmNames=[live.properties["AlarmName"]])

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("cloudwatch").tag_resource(ResourceARN=live.id, Tags=tag_list(tags))

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        arn, name = item.get("AlarmArn", item["AlarmName"]), item["AlarmName"]
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Name": name})
