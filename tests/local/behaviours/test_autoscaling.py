"""Application Auto Scaling changes how many tasks a service has."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.local.cloud import Cloud
from provisioner.local.control import ask

from .conftest import Aws

behaviour = pytest.mark.behaviour
NOTHING = "does nothing"
PLACE = "service/c/web"
WHERE = {
    "ServiceNamespace": "ecs",
    "ResourceId": PLACE,
    "ScalableDimension": "ecs:service:DesiredCount",
}
DIMENSIONS = [{"Name": "ClusterName", "Value": "c"}, {"Name": "ServiceName", "Value": "web"}]


class Scaled:
    """A service of two tasks that may have from one to eight."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.api, self.cloudwatch = aws.client("application-autoscaling"), aws.client("cloudwatch")
        aws.service(desiredCount=2)
        aws.advance(400)
        self.api.register_scalable_target(**WHERE, MinCapacity=1, MaxCapacity=8)

    def track(self, target: float = 50, name: str = "cpu", **configuration: Any) -> None:
        kind = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        self.api.put_scaling_policy(
            **WHERE,
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": target, "PredefinedMetricSpecification": kind, **configuration,
            },
        )  # fmt: skip

    def load(self, percent: float, minutes: int) -> None:
        """Let all tasks have so much to do for so long."""
        for _ in range(minutes):
            datum = {"MetricName": "CPUUtilization", "Dimensions": DIMENSIONS, "Value": percent}
            self.cloudwatch.put_metric_data(Namespace="AWS/ECS", MetricData=[datum])
            self.aws.advance(60)

    @property
    def desired(self) -> int:
        return int(self.aws.described()["desiredCount"])

    def activities(self) -> list[dict[str, Any]]:
        answer = self.api.describe_scaling_activities(ServiceNamespace="ecs", ResourceId=PLACE)
        found: list[dict[str, Any]] = answer["ScalingActivities"]
        return found


@pytest.fixture
def scaled(aws: Aws) -> Scaled:
    return Scaled(aws)


@behaviour(
    "Application Auto Scaling guide: target tracking",
    "Three minutes above the target scale out, fifteen below nine tenths scale in",
    NOTHING,
)
def test_target_tracking(scaled: Scaled) -> None:
    scaled.track()
    scaled.load(90, 2)
    assert scaled.desired == 2
    scaled.load(90, 2)
    assert scaled.desired == 4
    scaled.load(20, 13)
    assert scaled.desired == 4
    scaled.load(20, 4)
    assert scaled.desired == 2
    assert scaled.aws.described()["runningCount"] == 2


@behaviour(
    "Application Auto Scaling API: DescribeScalingActivities",
    "Activities tell what was done, why, and whether ECS has done it",
    "has no such operation",
)
def test_activities_are_described(scaled: Scaled) -> None:
    scaled.track()
    scaled.load(90, 4)
    (first,) = scaled.activities()
    alarm = next(
        each["AlarmName"]
        for each in scaled.cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    )
    assert first["Description"] == "Setting desired count to 4."
    assert first["Cause"] == f"monitor alarm {alarm} in state ALARM triggered policy cpu"
    scaled.load(50, 5)
    (first,) = scaled.activities()
    assert (first["StatusCode"], first["StatusMessage"]) == (
        "Successful",
        "Successfully set desired count to 4. Change successfully fulfilled by ecs.",
    )
    assert first["StartTime"] <= first["EndTime"]


@behaviour(
    "Application Auto Scaling API: RegisterScalableTarget",
    "Nothing scales beyond its limits",
    NOTHING,
)
def test_limits(scaled: Scaled) -> None:
    scaled.track()
    scaled.load(1000, 5)
    assert scaled.desired == 8


@pytest.mark.parametrize(
    "change", [{"DisableScaleIn": True}, {"suspended": {"DynamicScalingInSuspended": True}}]
)
@behaviour(
    "Application Auto Scaling guide: suspend-resume", "Scaling in can be switched off", NOTHING
)
def test_scaling_in_is_switched_off(scaled: Scaled, change: dict[str, Any]) -> None:
    if state := change.pop("suspended", None):
        scaled.api.register_scalable_target(**WHERE, SuspendedState=state)
    scaled.track(**change)
    scaled.load(5, 18)
    assert scaled.desired == 2


@behaviour(
    "ECS guide: service-auto-scaling", "During a deployment services are scaled out only", NOTHING
)
def test_a_deployment_is_not_scaled_in(scaled: Scaled) -> None:
    scaled.track()
    image = scaled.aws.image("nginx:pull-6000s")
    scaled.aws.ecs.update_service(cluster="c", service="web", taskDefinition=image)
    scaled.load(5, 18)
    assert scaled.desired == 2


@behaviour(
    "Application Auto Scaling guide: step scaling", "An alarm with a policy's ARN steps", NOTHING
)
def test_step_policies(scaled: Scaled) -> None:
    steps = [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 2}]
    made = scaled.api.put_scaling_policy(
        **WHERE,
        PolicyName="queue",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps, "Cooldown": 120,
        },
    )  # fmt: skip
    scaled.cloudwatch.put_metric_alarm(
        AlarmName="busy", Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=DIMENSIONS,
        Statistic="Average", Period=60, EvaluationPeriods=1, Threshold=70,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[made["PolicyARN"]],
    )  # fmt: skip
    scaled.load(90, 2)
    assert scaled.desired == 4
    scaled.load(90, 1)
    assert scaled.desired == 6


@behaviour(
    "Application Auto Scaling guide: scheduled scaling",
    "A scheduled action sets limits, and the service moves into them",
    NOTHING,
)
def test_scheduled_actions(scaled: Scaled) -> None:
    scaled.api.put_scheduled_action(
        **WHERE,
        ScheduledActionName="peak",
        Schedule="rate(10 minutes)",
        ScalableTargetAction={"MinCapacity": 5, "MaxCapacity": 6},
    )
    scaled.aws.advance(590)
    assert scaled.desired == 2
    scaled.aws.advance(20)
    assert scaled.desired == 5
    causes = {each["Cause"] for each in scaled.activities()}
    assert causes == {"scheduled action name peak was triggered", "minimum capacity was set to 5"}
    (target,) = scaled.api.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (5, 6)


def test_load_is_shared_by_the_tasks(scaled: Scaled, cloud: Cloud) -> None:
    scaled.track()
    ask(cloud.endpoint, "settings", {"loads": {"web": {"CPUUtilization": 200}}})
    scaled.aws.advance(3600)
    assert scaled.desired == 4
    ask(cloud.endpoint, "settings", {"loads": {}})


@behaviour(
    "CloudWatch guide: Notify_Users_Alarm_Changes",
    "Alarms change with their data, and tell of it",
    NOTHING,
)
def test_alarms_tell_topics(aws: Aws, cloud: Cloud) -> None:
    cloudwatch, sns = aws.client("cloudwatch"), aws.client("sns")
    arn = sns.create_topic(Name="ops")["TopicArn"]
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="shop", MetricName="errors", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=3, ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[arn], OKActions=[arn], TreatMissingData="notBreaching",
    )  # fmt: skip
    datum = {"MetricName": "errors", "Value": 5, "Timestamp": datetime.now(tz=UTC)}
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[datum])
    aws.advance(60)
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
    aws.advance(600)
    sent = ask(cloud.endpoint, "outbox")
    assert [each["subject"] for each in sent] == [
        'ALARM: "errors" in eu-west-1', 'OK: "errors" in eu-west-1',
    ]  # fmt: skip
    told = json.loads(sent[0]["message"])
    assert (told["OldStateValue"], told["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")


def test_time_that_brings_nothing_costs_nothing(scaled: Scaled) -> None:
    scaled.track()
    scaled.load(50, 1)
    scaled.aws.advance(86400 * 365)
    assert scaled.desired == 2


@behaviour(
    "Application Auto Scaling API: RegisterScalableTarget",
    "MaxCapacity is not less than MinCapacity",
    "accepts it",
)
def test_a_target_has_more_room_than_it_needs(aws: Aws) -> None:
    aws.service()
    register = aws.client("application-autoscaling").register_scalable_target
    code = "ValidationException"
    aws.refused(code, register, **WHERE, MinCapacity=3, MaxCapacity=2)
    register(**WHERE, MinCapacity=2, MaxCapacity=2)
    aws.refused(code, register, **WHERE, MaxCapacity=1)
    register(**WHERE, MaxCapacity=3)


@behaviour(
    "Application Auto Scaling API: PredefinedMetricSpecification",
    "ALBRequestCountPerTarget needs a ResourceLabel",
    "accepts it",
)
def test_requests_are_counted_of_a_target_group(aws: Aws) -> None:
    aws.service()
    api = aws.client("application-autoscaling")
    api.register_scalable_target(**WHERE, MinCapacity=1, MaxCapacity=8)
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget"}
    tracking = {"TargetValue": 10.0, "PredefinedMetricSpecification": metric}
    aws.refused(
        "ValidationException",
        api.put_scaling_policy,
        **WHERE,
        PolicyName="requests",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking,
    )


@behaviour(
    "Application Auto Scaling API: RegisterScalableTarget",
    "A new target has both limits, neither below 0",
    "accepts it",
)
@pytest.mark.parametrize("limits", [{"MinCapacity": 1}, {"MinCapacity": -1, "MaxCapacity": 2}])
def test_a_new_target_has_both_limits(aws: Aws, limits: dict[str, int]) -> None:
    aws.service()
    register = aws.client("application-autoscaling").register_scalable_target
    aws.refused("ValidationException", register, **WHERE, **limits)


@pytest.mark.parametrize(
    "change",
    [
        {"Schedule": "daily"},
        {"Schedule": "at(2100-13-01T00:00:00)"},
        {"Schedule": "rate(0 hours)"},
        {"Schedule": "rate(10 seconds)"},
        {"Schedule": "cron(0 8 * * ?)"},
        {"Schedule": "cron(61 8 * * ? *)"},
        {"Schedule": "cron(0 8 1 * MON *)"},
        {"Timezone": "Europe/Nowhere"},
        {
            "StartTime": datetime(2100, 1, 2, tzinfo=UTC),
            "EndTime": datetime(2100, 1, 1, tzinfo=UTC),
        },
        {"ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 2}},
        {"ScalableTargetAction": {}},
    ],
    ids=lambda change: ",".join(f"{name}={value}" for name, value in change.items()),
)
@behaviour(
    "Application Auto Scaling API: PutScheduledAction",
    "A schedule, its zone, its period and its limits mean something",
    "accepts it",
)
def test_a_scheduled_action_makes_sense(aws: Aws, change: dict[str, Any]) -> None:
    aws.service()
    api = aws.client("application-autoscaling")
    api.register_scalable_target(**WHERE, MinCapacity=1, MaxCapacity=8)
    request = {
        **WHERE,
        "ScheduledActionName": "peak",
        "Schedule": "cron(0 8 * * ? *)",
        "ScalableTargetAction": {"MinCapacity": 2},
    }
    aws.refused("ValidationException", api.put_scheduled_action, **{**request, **change})


def test_a_change_of_a_scheduled_action_leaves_the_rest(scaled: Scaled) -> None:
    put = scaled.api.put_scheduled_action
    named: dict[str, Any] = {**WHERE, "ScheduledActionName": "peak"}
    refused = scaled.aws.refused
    refused("ValidationException", put, **named, ScalableTargetAction={"MinCapacity": 2})
    refused("ValidationException", put, **named, Schedule="rate(1 hour)")
    put(**named, Schedule="rate(1 hour)", ScalableTargetAction={"MinCapacity": 2})
    put(**named, ScalableTargetAction={"MaxCapacity": 4})
    put(**named, Schedule="rate(2 hours)")
    found = scaled.api.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert [each["Schedule"] for each in found] == ["rate(2 hours)"]


def steps(*bounds: tuple[int | None, int | None]) -> dict[str, Any]:
    names = ("MetricIntervalLowerBound", "MetricIntervalUpperBound")
    made = [
        {name: end for name, end in zip(names, ends, strict=True) if end is not None}
        | {"ScalingAdjustment": 1}
        for ends in bounds
    ]
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": made}
    return {"PolicyType": "StepScaling", "StepScalingPolicyConfiguration": configuration}


def tracking(**configuration: Any) -> dict[str, Any]:
    whole = {"TargetValue": 50.0, **configuration}
    kind = "TargetTrackingScaling"
    return {"PolicyType": kind, "TargetTrackingScalingPolicyConfiguration": whole}


CPU = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}


@pytest.mark.parametrize(
    "policy",
    [
        tracking(),
        tracking(PredefinedMetricSpecification=CPU, ScaleInCooldown=-1),
        {"PolicyType": "StepScaling"},
        steps(),
        steps((0, 10), (5, None)),
        steps((0, 10), (15, None)),
        steps((10, 10)),
    ],
)
@behaviour(
    "Application Auto Scaling API: StepAdjustment",
    "A policy goes by one metric, or by steps that neither overlap nor leave a gap",
    "accepts it",
)
def test_a_policy_makes_sense(aws: Aws, policy: dict[str, Any]) -> None:
    aws.service()
    api = aws.client("application-autoscaling")
    api.register_scalable_target(**WHERE, MinCapacity=1, MaxCapacity=8)
    request = {**WHERE, "PolicyName": "web", **policy}
    aws.refused("ValidationException", api.put_scaling_policy, **request)
    good = {**request, **steps((None, 0), (0, 10), (10, None))}
    good.pop("TargetTrackingScalingPolicyConfiguration", None)
    api.put_scaling_policy(**good)


@behaviour(
    "Application Auto Scaling API: PutScalingPolicy",
    "One metric of a target is tracked by one policy",
    "accepts several",
)
def test_a_metric_is_tracked_once(scaled: Scaled) -> None:
    scaled.track()
    scaled.track(60)
    with pytest.raises(ClientError, match="Only one TargetTrackingScaling policy for a given"):
        scaled.track(name="other")
    kind = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    scaled.track(name="other", PredefinedMetricSpecification=kind)


@behaviour(
    "Application Auto Scaling API: PredefinedMetricSpecification",
    "Requests per target alone are of a resource label",
    "accepts any",
)
def test_a_label_is_for_requests(scaled: Scaled) -> None:
    kind = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization", "ResourceLabel": "app/a/1"}
    with pytest.raises(ClientError, match="ResourceLabel"):
        scaled.track(PredefinedMetricSpecification=kind)
