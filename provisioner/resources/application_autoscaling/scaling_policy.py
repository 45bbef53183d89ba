"""A scaling policy: keep a metric at a value, or take steps when an alarm says so.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html

Target tracking makes alarms of its own, `TargetTracking-service/…`: they are AWS's, not the
stack's. The alarm of a step policy is the stack's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources.application_autoscaling import _common

TRACKING = "TargetTrackingScalingPolicyConfiguration"
STEPS = "StepScalingPolicyConfiguration"
CUSTOM = f"{TRACKING}.CustomizedMetricSpecification"


class ScalingPolicy(Kind):
    """It carries no tags: its name and its target say whose it is."""

    name = "application_autoscaling.scaling_policy"
    api = Api(_common.SERVICE, "PutScalingPolicy", "PutScalingPolicy")
    grants = (
        Grant("read", "application-autoscaling:DescribeScalingPolicies"),
        Grant(
            "create",
            "application-autoscaling:PutScalingPolicy",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
        Grant(
            "update",
            "application-autoscaling:PutScalingPolicy",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
        Grant(
            "delete",
            "application-autoscaling:DeleteScalingPolicy",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
        # Application Auto Scaling makes alarms as the caller.
        Grant("create", "cloudwatch:PutMetricAlarm", "cloudwatch:alarm:TargetTracking-*"),
        Grant(
            "update",
            "cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms",
            "cloudwatch:alarm:TargetTracking-*",
        ),
        Grant("delete", "cloudwatch:DeleteAlarms", "cloudwatch:alarm:TargetTracking-*"),
    )
    fields = ("PolicyName", *_common.PLACE, "PolicyType", TRACKING, STEPS)
    identity = ("PolicyName", *_common.PLACE)
    name_limit = 256
    uses = frozenset({
        _common.TARGET, "ecs.service", "ecs.cluster", "elbv2.load_balancer", "elbv2.target_group",
        "elbv2.listener", "elbv2.listener_rule",
    })  # fmt: skip
    goes_with = _common.TARGET
    immutable = frozenset({"PolicyName", *_common.PLACE})
    replacement = "delete-first"
    rules = Rules(
        unordered=frozenset({
            f"{CUSTOM}.Dimensions", f"{CUSTOM}.Metrics",
            f"{CUSTOM}.Metrics.*.MetricStat.Metric.Dimensions",
        })
    )  # fmt: skip
    retries = (
        *_common.RETRIES,
        # CloudWatch refuses it the alarms for a moment.
        Retry("create", "FailedResourceAccessException", seconds=60),
        Retry("update", "FailedResourceAccessException", seconds=60),
        # The target group was attached a moment ago.
        Retry("create", "ValidationException", containing="arget group"),
        Retry("update", "ValidationException", containing="arget group"),
    )
    absent = ("ObjectNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = _common.parts(aws, scope, "describe_scaling_policies", "ScalingPolicies")
        for item, target in found:
            tags = _common.inherited(self.name, scope, item["PolicyName"], target)
            yield self._live(item, tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client(_common.SERVICE).put_scaling_policy(**self.request(want))
        return self._live({**self.request(want), "PolicyARN": answer["PolicyARN"]}, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """The call replaces the whole configuration; another type under a name is another thing."""
        client = aws.client(_common.SERVICE)
        if touched(changes, "PolicyType"):
            self.delete(aws, live)
        client.put_scaling_policy(**self.request(want))

    def delete(self, aws: Aws, live: Live) -> None:
        name = live.properties["PolicyName"]
        client = aws.client(_common.SERVICE)
        client.delete_scaling_policy(PolicyName=name, **_common.where(live))

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """Nothing to set: what it would carry follows from its name."""

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        arn = item["PolicyARN"]
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Name": item["PolicyName"]})
