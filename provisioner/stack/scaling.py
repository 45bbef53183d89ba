"""Autoscaling: a scalable target per service, its policies with their alarms, its schedule.

Policies and scheduled actions carry no tags; their names have the stack's form and say whose they
are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Keeper, Resource, text
from provisioner.spec.scaling import Autoscaling, Custom, Metric, Steps
from provisioner.stack import compute, ingress, listener_rules, references
from provisioner.stack.context import Context, address, ref

TARGET = "application_autoscaling.scalable_target"
POLICY = "application_autoscaling.scaling_policy"
ACTION = "application_autoscaling.scheduled_action"
ALARM = "cloudwatch.alarm"
STATISTICS = frozenset({"Average", "Minimum", "Maximum", "SampleCount", "Sum"})
CONFIGURATION = "TargetTrackingScalingPolicyConfiguration"
STEPS = "StepScalingPolicyConfiguration"


def build(context: Context) -> Iterator[Resource]:
    """Everything about the services that are scaled."""
    for name, service in context.services():
        scaling = service.autoscaling
        if scaling:
            yield _target(context, name, scaling)
            yield from _tracking(context, name, scaling)
            for steps in scaling.steps:
                yield from _steps(context, name, steps)
            yield from _schedule(context, name, scaling)


def _place(context: Context, name: str) -> dict[str, Any]:
    cluster, service = (
        context.cluster_name,
        ref(compute.SERVICE, name, "Name"),
    )
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": text("service/", cluster, "/", service),
        "ScalableDimension": "ecs:service:DesiredCount",
    }


def _target(context: Context, name: str, scaling: Autoscaling) -> Resource:
    stopped = scaling.suspended
    properties = {
        **_place(context, name),
        "MinCapacity": scaling.min,
        "MaxCapacity": scaling.max,
        "SuspendedState": {
            "DynamicScalingInSuspended": stopped.scale_in,
            "DynamicScalingOutSuspended": stopped.scale_out,
            "ScheduledScalingSuspended": stopped.schedule,
        },
    }
    lows = tuple(one.min for one in scaling.schedule if one.min is not None)
    highs = tuple(one.max for one in scaling.schedule if one.max is not None)
    kept = {
        field: Keeper("the schedule", (own, *others))
        for field, own, others in (
            ("MinCapacity", scaling.min, lows), ("MaxCapacity", scaling.max, highs),
        )
        if others
    }  # fmt: skip
    return context.resource(TARGET, name, properties, kept=kept)


def _policy(
    context: Context, name: str, what: str, sort: str, configuration: dict[str, Any],
    after: tuple[str, ...] = (),
) -> Resource:  # fmt: skip
    properties = {
        "PolicyName": context.names.of(what),
        **_place(context, name),
        "PolicyType": sort,
        CONFIGURATION: None,
        STEPS: None,
        **configuration,
    }
    follows = (address(TARGET, name), *after)
    return Resource(POLICY, f"{name}/{what}", properties, after=follows)


def _tracking(context: Context, name: str, scaling: Autoscaling) -> Iterator[Resource]:
    """One policy per metric that is to be kept at a value."""
    common = {
        "ScaleOutCooldown": scaling.scale_out_cooldown_seconds,
        "ScaleInCooldown": scaling.scale_in_cooldown_seconds,
        "DisableScaleIn": not scaling.scale_in,
    }

    def track(what: str, target: float, after: tuple[str, ...] = (), **metric: Any) -> Resource:
        configuration = {"TargetValue": float(target), **metric, **common}
        return _policy(
            context, name, what, "TargetTrackingScaling", {CONFIGURATION: configuration}, after
        )

    for what, target, metric in (
        ("cpu", scaling.cpu_percent, "ECSServiceAverageCPUUtilization"),
        ("memory", scaling.memory_percent, "ECSServiceAverageMemoryUtilization"),
    ):
        if target:
            yield track(
                what, target, PredefinedMetricSpecification={"PredefinedMetricType": metric}
            )
    if scaling.requests_per_target:
        balancer = references.balancer(context, "FullName")
        group = ref(listener_rules.TARGET_GROUP, name, "FullName")
        predefined: dict[str, Any] = {
            "PredefinedMetricType": "ALBRequestCountPerTarget",
            "ResourceLabel": text(balancer, "/", group),
        }
        doors = ingress.doors(context, name)
        target = scaling.requests_per_target
        yield track("requests", target, doors, PredefinedMetricSpecification=predefined)
    for custom in scaling.custom:
        specification = _customized(context, name, custom)
        yield track(custom.name, custom.target, CustomizedMetricSpecification=specification)


def _customized(context: Context, name: str, custom: Custom) -> dict[str, Any]:
    """The short form takes the five plain statistics; all else is written as queries."""
    metric = custom.metric
    if metric and metric.statistic in STATISTICS:
        return {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": _dimensions(context, name, metric),
            "Statistic": metric.statistic,
        }
    if metric:
        return {"Metrics": [_query(context, name, "m1", metric, returned=True)]}
    queries = [
        _query(context, name, key, one, returned=False) for key, one in custom.metrics.items()
    ]
    result = {"Id": "result", "Expression": custom.expression, "ReturnData": True}
    return {"Metrics": [*queries, result]}


def _query(
    context: Context, name: str, key: str, metric: Metric, *, returned: bool
) -> dict[str, Any]:
    return {
        "Id": key,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": _dimensions(context, name, metric),
            },
            "Stat": metric.statistic,
        },
        "ReturnData": returned,
    }


def _dimensions(context: Context, name: str, metric: Metric) -> list[dict[str, Any]]:
    own: dict[str, Any] = {}
    if metric.of_service:
        own["ClusterName"] = context.cluster_name
        own["ServiceName"] = ref(compute.SERVICE, name, "Name")
    found = {**own, **metric.dimensions}
    return [{"Name": key, "Value": found[key]} for key in sorted(found)]


def _steps(context: Context, name: str, steps: Steps) -> Iterator[Resource]:
    """The policy, whose bounds are counted from the alarm's threshold, and the alarm."""
    upward = steps.steps[0].above is not None
    marks = [float((one.above if upward else one.below) or 0) for one in steps.steps]
    first = marks[0]
    near, far = ("MetricIntervalLowerBound", "MetricIntervalUpperBound")[:: 1 if upward else -1]
    adjustments = [
        {near: mark - first, far: end, "ScalingAdjustment": step.change}
        for step, mark, end in zip(
            steps.steps, marks, [*(mark - first for mark in marks[1:]), None], strict=True
        )
    ]
    what = f"{steps.name}-steps"
    percent = steps.unit == "percent"
    configuration = {
        "AdjustmentType": "PercentChangeInCapacity" if percent else "ChangeInCapacity",
        "StepAdjustments": adjustments,
        "Cooldown": steps.cooldown_seconds,
        "MetricAggregationType": "Average",
        "MinAdjustmentMagnitude": 1 if percent else None,
    }
    policy = _policy(context, name, what, "StepScaling", {STEPS: configuration})
    yield policy
    plain = steps.metric.statistic in STATISTICS
    alarm = {
        "AlarmName": context.names.of(what, service=name),
        "AlarmDescription": f"Scales the service {name}",
        "Namespace": steps.metric.namespace,
        "MetricName": steps.metric.name,
        "Dimensions": _dimensions(context, name, steps.metric),
        "Statistic": steps.metric.statistic if plain else None,
        "ExtendedStatistic": None if plain else steps.metric.statistic,
        "Period": steps.period_seconds,
        "EvaluationPeriods": steps.evaluation_periods,
        "Threshold": first,
        "ComparisonOperator": "GreaterThanThreshold" if upward else "LessThanThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [policy.ref()],
    }
    yield context.resource(ALARM, f"{name}-{what}", alarm)


def _schedule(context: Context, name: str, scaling: Autoscaling) -> Iterator[Resource]:
    for one in scaling.schedule:
        properties = {
            "ScheduledActionName": context.names.of(one.name),
            **_place(context, name),
            "Schedule": one.when,
            "Timezone": one.timezone,
            "StartTime": one.start,
            "EndTime": one.end,
            "ScalableTargetAction": {"MinCapacity": one.min, "MaxCapacity": one.max},
        }
        after = (address(TARGET, name),)
        yield Resource(ACTION, f"{name}/{one.name}", properties, after=after)
