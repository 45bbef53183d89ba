"""Rules about alarms and notifications."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.finding import Finding, services
from provisioner.spec.models import Spec

# With periods of an hour and more an alarm looks back a week at most, with others a day.
HOUR, DAY, WEEK = 3600, 86400, 604800


def insights_needed(spec: Spec) -> Iterator[Finding]:
    """Only Container Insights counts the tasks that run; CloudWatch user guide, ECS metrics."""
    if spec.cluster.container_insights != "disabled":
        return
    for path, service in services(spec):
        if service.alarms and service.alarms.running_below_desired:
            yield Finding(
                (*path, "alarms", "running_below_desired"),
                "needs the metrics of Container Insights; set cluster.container_insights",
            )


def alarm_windows(spec: Spec) -> Iterator[Finding]:
    """What an alarm looks at is a day at most, or a week; cloudwatch.PutMetricAlarm."""
    for path, service in services(spec):
        for name, alarm in (service.alarms.custom if service.alarms else {}).items():
            where = (*path, "alarms", "custom", name)
            found = alarm.period_seconds * alarm.periods
            most = DAY if alarm.period_seconds < HOUR else WEEK
            if found > most:
                message = f"period_seconds times periods is at most {most}, found {found}"
                yield Finding((*where, "periods"), message)
            if (alarm.failing_periods or 1) > alarm.periods:
                message = (
                    f"expected at most periods ({alarm.periods}), found {alarm.failing_periods}"
                )
                yield Finding((*where, "failing_periods"), message)


def topic_of_ours(spec: Spec) -> Iterator[Finding]:
    """A topic that is only referred to is not subscribed to, encrypted or given rules."""
    notifications = spec.notifications
    if notifications is None or notifications.topic is None:
        return
    for field in ("email", "slack", "kms_key"):
        if getattr(notifications, field):
            message = "belongs to a topic of the stack; leave out `topic`, or this"
            yield Finding(("notifications", field), message)
