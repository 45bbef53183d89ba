"""Application Auto Scaling changes how many tasks a service has."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

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

    def track(self, target: float = 50, **configuration: Any) -> None:
        kind = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        self.api.put_scaling_policy(
            **WHERE,
            PolicyName="cpu",
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
    scaled.aws.ecs.update_service(
        cluster="c", service="web", taskDefinition=image, healthCheckGracePeriodSeconds=9000
    )
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
