"""Autoscaling in the spec to what AWS is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.stack import Blueprint
from tests.support.blueprints import at, everything, shop, wanted

POLICY = "application_autoscaling.scaling_policy"
TRACKING = "TargetTrackingScalingPolicyConfiguration"
METRIC = "{namespace: Shop, name: Depth}"


def scaled(body: str, more: str = "") -> Blueprint:
    settings = f"autoscaling: {{min: 2, max: 8, {body}}}"
    return shop(f"services: {{app: {{image: nginx:1, {settings}{more}}}}}", balancer="")


@pytest.mark.parametrize(
    ("more", "count"), [("", 2), (", desired_count: 5", 5)], ids=["default", "given"]
)
def test_the_count_is_that_of_the_first_moment(more: str, count: int) -> None:
    service = at(scaled("cpu_percent: 60", more), "ecs.service/app")
    assert service.properties["desiredCount"] == count
    assert service.kept["desiredCount"].by == "autoscaling"
    assert service.tags["provisioner:scaled"] == "true"


def test_a_service_that_is_not_scaled_keeps_nothing() -> None:
    service = at(shop("services: {app: {image: nginx:1}}"), "ecs.service/app")
    assert service.kept == {}
    assert "provisioner:scaled" not in service.tags


def test_the_target_is_the_service() -> None:
    target = wanted(scaled("cpu_percent: 60, suspended: true"), TARGET)
    assert target["ResourceId"] == "service/${ecs.cluster/main.Name}/${ecs.service/app.Name}"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 8)
    assert set(target["SuspendedState"].values()) == {True}


TARGET = "application_autoscaling.scalable_target/app"


def test_limits_that_a_schedule_sets_are_its_own() -> None:
    target = at(everything(), TARGET)
    assert {name: one.among for name, one in target.kept.items()} == {"MinCapacity": (1, 2)}


def configuration(body: str, what: str) -> dict[str, Any]:
    found: dict[str, Any] = wanted(scaled(body), f"{POLICY}/app/{what}")[TRACKING]
    return found


def test_a_percentage_is_tracked_with_cooldowns() -> None:
    assert configuration("cpu_percent: 60, scale_in: false", "cpu") == {
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
        },
        "ScaleOutCooldown": 60,
        "ScaleInCooldown": 300,
        "DisableScaleIn": True,
    }


def test_requests_are_those_of_balancer_and_target_group() -> None:
    found = wanted(everything(), f"{POLICY}/app/requests")[TRACKING]
    assert found["PredefinedMetricSpecification"]["ResourceLabel"] == (
        "${elbv2.load_balancer/main.FullName}/${elbv2.target_group/app.FullName}"
    )


def test_a_percentile_is_written_as_a_query() -> None:
    metric = "{namespace: Shop, name: Age, statistic: p90, dimensions: {Queue: a}}"
    found = configuration(f"custom: [{{name: age, target: 3, metric: {metric}}}]", "age")
    stat = {
        "Namespace": "Shop",
        "MetricName": "Age",
        "Dimensions": [{"Name": "Queue", "Value": "a"}],
    }
    assert found["CustomizedMetricSpecification"] == {
        "Metrics": [{"Id": "m1", "MetricStat": {"Metric": stat, "Stat": "p90"}, "ReturnData": True}]
    }


def test_only_the_result_of_an_expression_is_returned() -> None:
    found = wanted(everything(), f"{POLICY}/app/ratio")[TRACKING]
    queries = found["CustomizedMetricSpecification"]["Metrics"]
    assert [(one["Id"], one["ReturnData"]) for one in queries] == [
        ("a", False), ("b", False), ("result", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "bounds", "threshold", "operator"),
    [
        (
            "[{above: 100, change: 1}, {above: 500, change: 4}]",
            [(0.0, 400.0, 1), (400.0, None, 4)],
            100.0,
            "GreaterThanThreshold",
        ),
        (
            "[{below: 10, change: -1}, {below: 2, change: -3}]",
            [(-8.0, 0.0, -1), (None, -8.0, -3)],
            10.0,
            "LessThanThreshold",
        ),
    ],
    ids=["above", "below"],
)
def test_steps_are_counted_from_the_threshold_of_their_alarm(
    steps: str, bounds: list[Any], threshold: float, operator: str
) -> None:
    blueprint = scaled(f"steps: [{{name: burst, metric: {METRIC}, steps: {steps}}}]")
    policy = wanted(blueprint, f"{POLICY}/app/burst-steps")
    found = policy["StepScalingPolicyConfiguration"]["StepAdjustments"]
    assert [
        (
            one["MetricIntervalLowerBound"],
            one["MetricIntervalUpperBound"],
            one["ScalingAdjustment"],
        )
        for one in found
    ] == bounds
    alarm = wanted(blueprint, "cloudwatch.alarm/app-burst-steps")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (threshold, operator)
    assert alarm["AlarmActions"] == [f"${{{POLICY}/app/burst-steps.Arn}}"]
