"""The alarms that Application Auto Scaling makes for a target tracking policy.

moto 5.2.5 makes two of CPU or memory, whatever the metric, with a threshold of 6.
https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-
overview.html; the numbers of periods are those that such alarms have been seen to have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.applicationautoscaling.models import FakeApplicationAutoscalingPolicy
from moto.cloudwatch.models import Alarm, Dimension

from .simulation.autoscaling import LOW

ECS = "AWS/ECS"
PREDEFINED = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
    "ECSServiceAverageCPUUtilizationHighResolution": "CPUUtilization",
    "ECSServiceAverageMemoryUtilizationHighResolution": "MemoryUtilization",
}
REQUESTS = "ALBRequestCountPerTarget"


def adjust(policy: FakeApplicationAutoscalingPolicy) -> None:
    """Let a policy's alarms be about its metric and its target value."""
    configuration: Mapping[str, Any] = policy.target_tracking_scaling_policy_configuration or {}
    for alarm in policy.alarms:
        low = "-AlarmLow-" in alarm.name
        alarm.threshold = float(configuration["TargetValue"]) * (LOW if low else 1)
        _measure(alarm, configuration)


def _measure(alarm: Alarm, configuration: Mapping[str, Any]) -> None:
    predefined = configuration.get("PredefinedMetricSpecification") or {}
    kind = predefined.get("PredefinedMetricType")
    if kind in PREDEFINED:
        alarm.metric_name = PREDEFINED[kind]
    elif kind == REQUESTS:
        balancer, _, group = predefined["ResourceLabel"].partition("/targetgroup/")
        alarm.namespace, alarm.metric_name = "AWS/ApplicationELB", "RequestCountPerTarget"
        alarm.statistic, alarm.unit = "Sum", None
        alarm.dimensions = [
            Dimension("LoadBalancer", balancer), Dimension("TargetGroup", f"targetgroup/{group}"),
        ]  # fmt: skip
    else:
        own = configuration.get("CustomizedMetricSpecification") or {}
        alarm.namespace, alarm.metric_name = own.get("Namespace", ""), own.get("MetricName", "")
        alarm.statistic, alarm.unit = own.get("Statistic", "Average"), own.get("Unit")
        dimensions = own.get("Dimensions") or ()
        alarm.dimensions = [Dimension(each["Name"], each["Value"]) for each in dimensions]
