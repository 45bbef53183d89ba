"""What Application Auto Scaling refuses about targets, policies and scheduled actions.

https://docs.aws.amazon.com/autoscaling/application/APIReference/ and, for schedules,
scheduled-scaling-using-cron-expressions.html of the Application Auto Scaling User Guide.
The texts about scheduled actions are [unverified].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from provisioner.local.simulation.schedules import valid

from .rule import Params, Place, Rule

CODE = "ValidationException"
API = "Application Auto Scaling API"
UPSIDE_DOWN = "Maximum capacity cannot be less than minimum capacity"


def _limits(params: Params, place: Place) -> str | None:
    targets = place.of("application-autoscaling").targets
    present = targets.get(params["ScalableDimension"], {}).get(params["ResourceId"])
    least = params.get("MinCapacity", getattr(present, "min_capacity", None))
    most = params.get("MaxCapacity", getattr(present, "max_capacity", None))
    if least is None or most is None:
        return "Both MinCapacity and MaxCapacity must be specified for a new scalable target"
    return _bounds(least, most)


def _bounds(least: Any, most: Any) -> str | None:
    if any(each is not None and int(each) < 0 for each in (least, most)):
        return "Minimum and maximum capacity must be 0 or more"
    if least is not None and most is not None and int(most) < int(least):
        return UPSIDE_DOWN
    return None


def _unlabelled(params: Params, _: Place) -> str | None:
    tracking = params.get("TargetTrackingScalingPolicyConfiguration") or {}
    metric = tracking.get("PredefinedMetricSpecification") or {}
    kind, label = metric.get("PredefinedMetricType"), metric.get("ResourceLabel")
    if kind == "ALBRequestCountPerTarget":
        return None if label else "ResourceLabel must be specified"
    if label:
        return f"ResourceLabel cannot be specified for the metric type {kind}"
    return None


def _metric_taken(params: Params, place: Place) -> str | None:
    own = _metric(params.get("TargetTrackingScalingPolicyConfiguration"))
    for each in place.of("application-autoscaling").policies.values():
        if (
            own
            and each.policy_name != params["PolicyName"]
            and each.resource_id == params["ResourceId"]
            and _metric(each.target_tracking_scaling_policy_configuration) == own
        ):
            return (
                "Only one TargetTrackingScaling policy for a given metric specification is allowed."
            )
    return None


def _metric(tracking: Params | None) -> Any:
    found = tracking or {}
    kinds = ("PredefinedMetricSpecification", "CustomizedMetricSpecification")
    return next((found[each] for each in kinds if found.get(each)), None)


def _policy(params: Params, _: Place) -> str | None:
    """A new policy says what it goes by: one metric, or steps that leave no gap."""
    tracking = params.get("TargetTrackingScalingPolicyConfiguration")
    steps = params.get("StepScalingPolicyConfiguration")
    if params.get("PolicyType") == "TargetTrackingScaling" and not tracking:
        return "TargetTrackingScalingPolicyConfiguration must be specified"
    if params.get("PolicyType") == "StepScaling" and not steps:
        return "StepScalingPolicyConfiguration must be specified"
    kinds = ("PredefinedMetricSpecification", "CustomizedMetricSpecification")
    if tracking and sum(bool(tracking.get(each)) for each in kinds) != 1:
        return f"Exactly one of {' and '.join(kinds)} must be specified"
    for each in (tracking or {}, steps or {}):
        if any(int(value) < 0 for name, value in each.items() if "Cooldown" in name):
            return "A cooldown must be 0 or more"
    return _steps(steps.get("StepAdjustments") or ()) if steps else None


def _steps(adjustments: Sequence[Params]) -> str | None:
    """Each begins where another ends; one at most has no beginning, and one no end."""
    if not adjustments:
        return "StepAdjustments must be specified"
    bounds = sorted(
        (
            float(each.get("MetricIntervalLowerBound", -math.inf)),
            float(each.get("MetricIntervalUpperBound", math.inf)),
        )
        for each in adjustments
    )
    if any(low >= high for low, high in bounds):
        return "The lower bound of a step adjustment must be less than its upper bound"
    if any(before[1] != after[0] for before, after in pairwise(bounds)):
        return "The ranges of step adjustments cannot overlap or have a gap"
    return None


def _zone(params: Params, _: Place) -> str | None:
    try:
        ZoneInfo(params.get("Timezone") or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return f"Invalid time zone: {params['Timezone']}"
    return None


def _schedule(params: Params, place: Place) -> str | None:
    """A schedule is of one of three forms, and means a time; only a change may leave it out."""
    schedule = params.get("Schedule")
    if schedule is None:
        known = place.of("application-autoscaling").scheduled_actions
        name = params["ScheduledActionName"]
        if any(
            (each.scheduled_action_name, each.resource_id) == (name, params["ResourceId"])
            for each in known
        ):
            return None
        return "Schedule must be specified for a new scheduled action"
    return None if valid(schedule) else f"Invalid schedule expression: {schedule}"


def _period(params: Params, _: Place) -> str | None:
    start, end = params.get("StartTime"), params.get("EndTime")
    if start and end and end <= start:
        return "EndTime must be after StartTime"
    return None


def _action(params: Params, place: Place) -> str | None:
    """A new action sets the minimum, the maximum or both."""
    asked = params.get("ScalableTargetAction")
    if not asked:
        known = place.of("application-autoscaling").scheduled_actions
        names = {each.scheduled_action_name for each in known}
        if asked is None and params["ScheduledActionName"] in names:
            return None
        return "MinCapacity or MaxCapacity must be specified in ScalableTargetAction"
    return _bounds(asked.get("MinCapacity"), asked.get("MaxCapacity"))


RULES = (
    Rule("RegisterScalableTarget", CODE, _limits, f"{API}: RegisterScalableTarget"),
    Rule("PutScalingPolicy", CODE, _policy, f"{API}: PutScalingPolicy"),
    Rule("PutScalingPolicy", CODE, _unlabelled, f"{API}: PredefinedMetricSpecification"),
    Rule("PutScalingPolicy", CODE, _metric_taken, f"{API}: PutScalingPolicy"),
    *(
        Rule("PutScheduledAction", CODE, check, f"{API}: PutScheduledAction")
        for check in (_zone, _schedule, _period, _action)
    ),
)
