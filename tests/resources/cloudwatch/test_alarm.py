from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import NotOwned
from provisioner.resources.cloudwatch.alarm import Alarm
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
KIND = Alarm()
TOPIC = "arn:aws:sns:ap-southeast-1:123456789012:alarms"
OTHER = "arn:aws:sns:ap-southeast-1:123456789012:others"


def metric(name: str, **dimensions: str) -> dict[str, Any]:
    """One minute's sum of one of a load balancer's metrics."""
    return {
        "Metric": {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        },
        "Period": 60,
        "Stat": "Sum",
    }


@pytest.fixture
def alarm(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "AlarmName": f"{bench.name}-cpu",
            "AlarmDescription": "The tasks are busy.",
            "Namespace": "AWS/ECS",
            "MetricName": "CPUUtilization",
            "Dimensions": [
                {"Name": "ServiceName", "Value": "web"},
                {"Name": "ClusterName", "Value": "main"},
            ],
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 5,
            "DatapointsToAlarm": 3,
            "Threshold": 85,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [TOPIC],
            "OKActions": [TOPIC],
        }
        return changed(Resource("cloudwatch.alarm", "cpu", properties, {"team": "oak"}), changes)

    return wanted


@pytest.fixture
def rate(bench: Bench) -> Resource:
    """Errors per request, where there are enough requests."""
    metrics = [
        {"Id": "rate", "Expression": "IF(requests > 20, 100 * errors / requests, 0)"},
        {
            "Id": "errors",
            "MetricStat": metric("HTTPCode_Target_5XX_Count", LoadBalancer="b", TargetGroup="t"),
            "ReturnData": False,
        },
        {
            "Id": "requests",
            "MetricStat": metric("RequestCount", LoadBalancer="b"),
            "ReturnData": False,
        },
    ]
    properties = {
        "AlarmName": f"{bench.name}-5xx",
        "Metrics": metrics,
        "EvaluationPeriods": 3,
        "Threshold": 2.5,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return Resource("cloudwatch.alarm", "5xx", properties)


def test_it_is_made_whole_with_its_tags(bench: Bench, alarm: Make) -> None:
    wanted = alarm()
    calls = bench.apply(wanted)
    check_sent(calls, sent("PutMetricAlarm", AlarmName=f"{bench.name}-cpu"))
    sent_tags = sorted(calls[0].arguments["Tags"], key=lambda tag: tag["Key"])
    assert sent_tags == bench.tags(wanted)


def test_metric_math_is_read_back_as_it_was_written(bench: Bench, rate: Resource) -> None:
    check_sent(bench.apply(rate), sent("PutMetricAlarm", Metrics=rate.properties["Metrics"]))


def test_a_change_sends_the_whole_alarm_and_no_tags(bench: Bench, alarm: Make) -> None:
    """What is left out of PutMetricAlarm is cleared, and tags of an update are ignored."""
    bench.apply(alarm())
    changes = alarm(Threshold=95, OKActions=[])
    (call,) = bench.apply(changes)
    assert call.arguments["AlarmActions"] == [TOPIC]
    assert {"Tags", "OKActions"} & call.arguments.keys() == set()
    assert bench.find(changes).properties["OKActions"] == []


def test_a_metric_can_become_metric_math(bench: Bench, alarm: Make, rate: Resource) -> None:
    bench.apply(alarm())
    math = {**rate.properties, "AlarmName": f"{bench.name}-cpu"}
    (call,) = bench.apply(Resource("cloudwatch.alarm", "cpu", math, {"team": "oak"}))
    assert "MetricName" not in call.arguments


def test_dimensions_and_metrics_have_no_order(bench: Bench, alarm: Make, rate: Resource) -> None:
    first = alarm()
    bench.apply(first, rate)
    turned = changed(first, {"Dimensions": first.properties["Dimensions"][::-1]})
    shuffled = changed(rate, {"Metrics": rate.properties["Metrics"][::-1]})
    bench.check_settled(turned, shuffled)


def test_another_name_is_made_before_the_old_one_goes(bench: Bench, alarm: Make) -> None:
    bench.apply(alarm())
    check_sent(
        bench.apply(alarm(AlarmName="busy")),
        sent("PutMetricAlarm", AlarmName="busy"),
        only("DeleteAlarms", AlarmNames=[f"{bench.name}-cpu"]),
    )
    check_sent(bench.apply(), only("DeleteAlarms", AlarmNames=["busy"]))


def less_strict(cloudwatch: Any, live: Live) -> None:
    _put(cloudwatch, live, Threshold=99.0)


def silent(cloudwatch: Any, live: Live) -> None:
    cloudwatch.disable_alarm_actions(AlarmNames=[live.properties["AlarmName"]])


def redirected(cloudwatch: Any, live: Live) -> None:
    _put(cloudwatch, live, AlarmActions=[OTHER])


def retagged(cloudwatch: Any, live: Live) -> None:
    cloudwatch.tag_resource(ResourceARN=live.id, Tags=[{"Key": "team", "Value": "birch"}])


def _put(cloudwatch: Any, live: Live, **changes: Any) -> None:
    cloudwatch.put_metric_alarm(**{**live.properties, "Metrics": [], **changes})


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (less_strict, {"Threshold": (99.0, 85)}, sent("PutMetricAlarm", Threshold=85)),
        (redirected, {"AlarmActions.0": (OTHER, TOPIC)}, sent("PutMetricAlarm")),
        (
            silent,
            {"ActionsEnabled": (False, True)},
            sent("PutMetricAlarm", ActionsEnabled=True),
        ),
        (retagged, {"tags.team": ("birch", "oak")}, sent("TagResource")),
    ],
    ids=["threshold", "actions", "silent", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    alarm: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(alarm(ActionsEnabled=True), spoil, shown=shown, writes=[write])


def test_its_state_survives_a_change(bench: Bench, alarm: Make) -> None:
    bench.apply(alarm())
    client, name = bench.client("cloudwatch"), f"{bench.name}-cpu"
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    bench.apply(alarm(Threshold=90))
    (found,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert found["StateValue"] == "ALARM"


def test_deleting_it_twice_is_fine(bench: Bench, alarm: Make) -> None:
    bench.apply(alarm())
    bench.delete_twice(alarm())


def test_another_tag_is_set_without_the_rest(bench: Bench, alarm: Make) -> None:
    arn = f"arn:aws:cloudwatch:ap-southeast-1:123456789012:alarm:{bench.name}-cpu"
    tags = [{"Key": "team", "Value": "tree"}]
    bench.check_retag(alarm(), only("TagResource", ResourceARN=arn, Tags=tags))


def test_one_of_somebody_else_is_refused_and_left_alone(bench: Bench, alarm: Make) -> None:
    _put(bench.client("cloudwatch"), Live("", "", {}, alarm().properties, {}))
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(alarm())
    assert bench.plan().empty


def test_a_stack_without_alarms_asks_nothing(bench: Bench) -> None:
    with bench.tap.recording() as recording:
        bench.observe()
    assert {call.operation for call in recording.calls} == {"GetResources"}


def test_what_aws_answers_is_no_difference() -> None:
    real = {
        "AlarmName": "a",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a",
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "StateValue": "OK",
        "Dimensions": [],
        "EvaluationPeriods": 3,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "Metrics": [
            {"Id": "m", "MetricStat": metric("X"), "ReturnData": False},
            {"Id": "e", "Expression": "m * 2", "Label": "e", "ReturnData": True},
        ],
    }
    want = {
        "AlarmName": "a",
        "TreatMissingData": "missing",
        "Threshold": 5,
        "OKActions": [],
        "Metrics": [
            {"Id": "e", "Expression": "m * 2", "Label": "e"},
            {"Id": "m", "MetricStat": metric("X"), "ReturnData": False},
        ],
    }
    live = KIND._live(real, {})
    assert differences(KIND.canonical(want), KIND.canonical(live.properties), KIND.rules) == ()
