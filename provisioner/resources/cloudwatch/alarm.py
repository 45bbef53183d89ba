"""A CloudWatch alarm on one metric or on metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
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


class Alarm(Kind):
    """PutMetricAlarm replaces the whole alarm but for its tags and its state.

    So every change sends all that is declared, and what is not declared goes back to its default.
    """

    name = "cloudwatch.alarm"
    api = Api("cloudwatch", "PutMetricAlarm", "PutMetricAlarm")
    grants = (
        Grant("read", "cloudwatch:DescribeAlarms"),
        Grant("read", "cloudwatch:ListTagsForResource", "cloudwatch:alarm:{AlarmName}"),
        Grant(
            "create",
            "cloudwatch:PutMetricAlarm cloudwatch:TagResource",
            "cloudwatch:alarm:{AlarmName}",
        ),
        Grant(
            "update",
            "cloudwatch:PutMetricAlarm cloudwatch:TagResource",
            "cloudwatch:alarm:{AlarmName}",
        ),
        Grant("delete", "cloudwatch:DeleteAlarms", "cloudwatch:alarm:{AlarmName}"),
    )
    fields = (
        "AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "OKActions",
        "InsufficientDataActions", "MetricName", "Namespace", "Statistic", "ExtendedStatistic",
        "Dimensions", "Period", "Unit", "Metrics", "EvaluationPeriods", "DatapointsToAlarm",
        "Threshold", "ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile",
    )  # fmt: skip
    identity = ("AlarmName",)
    immutable = frozenset({"AlarmName"})
    uses = frozenset({
        "application_autoscaling.scaling_policy", "elbv2.load_balancer", "elbv2.target_group",
        "ecs.cluster", "ecs.service", "sns.topic",
    })  # fmt: skip
    rules = Rules(
        unordered=ACTIONS | {"Dimensions", "Metrics", "Metrics.*.MetricStat.Metric.Dimensions"}
    )
    replacement = "create-first"
    absent = ("ResourceNotFound",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        for item, tags in alarms(aws, scope, self.name, "MetricAlarm"):
            yield self._live(item, tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        aws.client("cloudwatch").put_metric_alarm(**self.request(want), Tags=tag_list(tags))
        found = aws.client("cloudwatch").describe_alarms(
            AlarmNames=[want["AlarmName"]], AlarmTypes=["MetricAlarm"]
        )["MetricAlarms"]
        item = {**want, **(found[0] if found else {})}
        return self._live(item, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client("cloudwatch").put_metric_alarm(**self.request(want))

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("cloudwatch").delete_alarms(AlarmNames=[live.properties["AlarmName"]])

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        set_tags(aws, live.id, tags)

    def canonical(self, properties: Properties) -> Properties:
        """Every metric of a query is returned or not; the API assumes that it is."""
        metrics = properties.get("Metrics")
        if not metrics:
            return properties
        return {**properties, "Metrics": [{"ReturnData": True, **one} for one in metrics]}

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {
            "ActionsEnabled": True,
            "TreatMissingData": "missing",  # the default is not always written out
            **{name: item[name] for name in self.fields if name in item},
        }
        arn, name = item.get("AlarmArn", item["AlarmName"]), item["AlarmName"]
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Name": name})
