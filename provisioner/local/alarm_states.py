"""CloudWatch alarms in the states that their metric data gives them, and what they then do.

An alarm about a metric of which nobody has ever put data stays as it is, and so do composite alarms
and those of metric math. Notifications have the fields that CloudWatch's have:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from moto.cloudwatch.models import Alarm
from moto.sns.models import sns_backends

from .clock import Clock
from .notices import Topics
from .simulation.measures import Measures, Watch, judge, metric

MISSING = "missing"


def watch(alarm: Alarm) -> Watch | None:
    """Return how an alarm looks at its metric, None if it is not one that is looked at here."""
    if alarm.rule is not None or not alarm.metric_name or alarm.metric_data_queries:
        return None
    dimensions = {str(each.name): str(each.value) for each in alarm.dimensions}
    return Watch(
        what=metric(alarm.namespace, alarm.metric_name, dimensions),
        statistic=alarm.extended_statistic or alarm.statistic or "Average",
        period=float(alarm.period or 60),
        periods=int(alarm.evaluation_periods or 1),
        enough=int(alarm.datapoints_to_alarm or alarm.evaluation_periods or 1),
        threshold=float(alarm.threshold or 0),
        comparison=alarm.comparison_operator,
        missing=alarm.treat_missing_data or MISSING,
    )


def watched(alarms: dict[str, Alarm], measures: Measures) -> Iterator[tuple[Alarm, Watch]]:
    """Yield the alarms of whose metrics there is data."""
    for alarm in list(alarms.values()):
        seen = watch(alarm)
        if seen and seen.what in measures.points:
            yield alarm, seen


def evaluate(alarms: dict[str, Alarm], measures: Measures, at: float, clock: Clock) -> None:
    """Bring all alarms up to date."""
    for alarm, seen in watched(alarms, measures):
        found = judge(seen, measures, at, alarm.state_value)
        if found.state != alarm.state_value:
            before = alarm.state_value
            alarm.update_state(found.reason, "{}", found.state)
            alarm.state_updated_timestamp = clock.when(at).replace(tzinfo=None)
            notify(alarm, before, at, clock)


def notify(alarm: Alarm, before: str, at: float, clock: Clock) -> None:
    """Send a change of state to the topics that are to be told of it."""
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }
    for arn in actions[alarm.state_value] if alarm.actions_enabled else ():
        _, _, service, region, account, *_ = arn.split(":")
        if service == "sns":
            subject = f'{alarm.state_value}: "{alarm.name}" in {region}'
            topics = cast("Topics", sns_backends[account][region])
            message = json.dumps(_message(alarm, before, account, clock.when(at).isoformat()))
            topics.deliver(arn, message, at=at, sender=alarm.alarm_arn, subject=subject[:100])


def _message(alarm: Alarm, before: str, account: str, when: str) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": account,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": when,
        "Region": alarm.region_name,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "Threshold": alarm.threshold,
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "ComparisonOperator": alarm.comparison_operator,
        },
    }
