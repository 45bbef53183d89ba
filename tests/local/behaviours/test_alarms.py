"""Metric alarms that CloudWatch refuses."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws

ALARM: dict[str, Any] = {
    "AlarmName": "a",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "MetricName": "m",
    "Namespace": "n",
    "Statistic": "Sum",
    "Period": 60,
}
STAT = {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 3600, "Stat": "Sum"}
QUERY = {"Id": "a", "MetricStat": STAT}


@pytest.mark.behaviour(
    "CloudWatch API: PutMetricAlarm",
    "An alarm is of one metric or several queries, with periods that fit into a day, or a week",
    "accepts it",
)
@pytest.mark.parametrize(
    "change",
    [
        {"MetricName": None},
        {"Statistic": None},
        {"ExtendedStatistic": "p99"},
        {"Period": None},
        {"Metrics": [QUERY]},
        {"Period": 90},
        {"Period": 60, "EvaluationPeriods": 1441},
        {"Period": 3600, "EvaluationPeriods": 169},
        {"DatapointsToAlarm": 2},
        {"TreatMissingData": "never"},
        {"AlarmActions": ["topic"]},
    ],
    ids="-".join,
)
def test_an_alarm_is_refused(aws: Aws, change: dict[str, Any]) -> None:
    put = aws.client("cloudwatch").put_metric_alarm
    asked = {name: value for name, value in {**ALARM, **change}.items() if value is not None}
    aws.refused("ValidationError", put, **asked)


@pytest.mark.parametrize(
    "change",
    [
        {"Period": 10, "EvaluationPeriods": 5, "DatapointsToAlarm": 5},
        {"Period": 3600, "EvaluationPeriods": 168, "TreatMissingData": "ignore"},
        {"Statistic": None, "ExtendedStatistic": "p99"},
    ],
)
def test_an_alarm_is_made(aws: Aws, change: dict[str, Any]) -> None:
    cloudwatch = aws.client("cloudwatch")
    asked = {name: value for name, value in {**ALARM, **change}.items() if value is not None}
    cloudwatch.put_metric_alarm(**asked)
    plain = {name: ALARM[name] for name in ("AlarmName", "ComparisonOperator", "Threshold")}
    cloudwatch.put_metric_alarm(**plain, EvaluationPeriods=168, Metrics=[QUERY])
