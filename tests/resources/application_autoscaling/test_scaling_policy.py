from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]
KIND = "application_autoscaling.scaling_policy"
TRACKING = "TargetTrackingScalingPolicyConfiguration"
STEPS = "StepScalingPolicyConfiguration"
CPU = {
    "TargetValue": 60.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    "ScaleOutCooldown": 60,
    "ScaleInCooldown": 300,
    "DisableScaleIn": False,
}
STEP = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    "Cooldown": 300,
    "MetricAggregationType": "Average",
}


@pytest.fixture
def policy(bench: Bench, place: dict[str, str], target: Make) -> Make:
    bench.apply(target())

    def wanted(**changes: Any) -> Resource:
        properties = {
            "PolicyName": f"{bench.name}-cpu",
            **place,
            "PolicyType": "TargetTrackingScaling",
            TRACKING: CPU,
            STEPS: None,
        }
        return changed(Resource(KIND, "web/cpu", properties), changes)

    return wanted


def test_it_is_made_with_one_call(bench: Bench, target: Make, policy: Make) -> None:
    given = {name: value for name, value in policy().properties.items() if value is not None}
    check_sent(bench.apply(target(), policy()), only("PutScalingPolicy", **given))


def test_a_change_sends_all_of_it(bench: Bench, target: Make, policy: Make) -> None:
    bench.apply(target(), policy())
    wanted = policy(**{TRACKING: {"TargetValue": 70.0}})
    configuration = {**CPU, "TargetValue": 70.0}
    bench.check(target(), wanted, writes=[sent("PutScalingPolicy", **{TRACKING: configuration})])


def test_another_type_is_another_policy_of_that_name(
    bench: Bench, target: Make, policy: Make
) -> None:
    bench.apply(target(), policy())
    steps = policy(PolicyType="StepScaling", **{TRACKING: ..., STEPS: STEP})
    steps = changed(steps, {TRACKING: None})
    bench.check(target(), steps, writes=[sent("DeleteScalingPolicy"), sent("PutScalingPolicy")])


def test_drift_is_shown_and_repaired(bench: Bench, target: Make, policy: Make) -> None:
    bench.apply(target(), policy())
    live = bench.find(policy())
    _put(bench, live, TargetValue=95.0)
    step = next(one for one in bench.plan(target(), policy()).steps if one.kind == KIND)
    assert [(c.path, c.before, c.after) for c in step.changes] == [
        ((TRACKING, "TargetValue"), 95.0, 60.0)
    ]
    bench.check(target(), policy(), writes=[sent("PutScalingPolicy")])


def _put(bench: Bench, live: Live, name: str = "", **changes: Any) -> None:
    given = {key: value for key, value in live.properties.items() if value is not None}
    given[TRACKING] = {**given[TRACKING], **changes}
    given["PolicyName"] = name or given["PolicyName"]
    bench.client("application-autoscaling").put_scaling_policy(**given)


def test_one_that_somebody_else_made_on_our_target_stays(
    bench: Bench, target: Make, policy: Make
) -> None:
    bench.apply(target(), policy())
    memory = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    _put(bench, bench.find(policy()), name="by-hand", PredefinedMetricSpecification=memory)
    check_sent(bench.apply(target()), sent("DeleteScalingPolicy", PolicyName=f"{bench.name}-cpu"))
    left = bench.client("application-autoscaling").describe_scaling_policies(
        ServiceNamespace="ecs", ResourceId=target().properties["ResourceId"]
    )
    assert [one["PolicyName"] for one in left["ScalingPolicies"]] == ["by-hand"]


def test_deleting_it_twice_is_fine(bench: Bench, target: Make, policy: Make) -> None:
    bench.apply(target(), policy())
    bench.delete_twice(policy())
