"""Metric data, alarms, scaling policies, schedules: what follows from what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from provisioner.local.simulation.autoscaling import Ledger, following, moved, stepped, tracked
from provisioner.local.simulation.measures import Measures, Point, Watch, judge, metric
from provisioner.local.simulation.schedules import following as due
from provisioner.local.simulation.schedules import valid

behaviour = pytest.mark.behaviour
NOTHING = "does nothing"
CPU = metric("AWS/ECS", "CPUUtilization", {"ServiceName": "web", "ClusterName": "c"})
STEPS = [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 3},
]


def measured(*values: float | None) -> Measures:
    """Return data of one value a minute, the last of them now, at 6000."""
    found = Measures()
    for n, value in enumerate(reversed(values)):
        if value is not None:
            at = 6000 - 60.0 * n
            found.points.setdefault(CPU, []).insert(0, Point(at, value, value, value, 1))
    return found


def watching(**changes: Any) -> Watch:
    return Watch(**{
        "what": CPU, "statistic": "Average", "period": 60, "periods": 3, "enough": 3,
        "threshold": 50, "comparison": "GreaterThanThreshold", **changes,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("values", "changes", "state"),
    [
        ((60, 60, 60), {}, "ALARM"),
        ((60, 40, 60), {}, "OK"),
        ((60, 40, 60), {"enough": 2}, "ALARM"),
        ((), {}, "INSUFFICIENT_DATA"),
        ((), {"missing": "ignore"}, "ALARM"),
        ((), {"missing": "notBreaching"}, "OK"),
        ((), {"missing": "breaching"}, "ALARM"),
        ((60, None, 60), {}, "OK"),
        ((60, None, 60), {"missing": "breaching"}, "ALARM"),
        ((50, 50, 50), {"comparison": "GreaterThanOrEqualToThreshold"}, "ALARM"),
        ((40, 40, 40), {"comparison": "LessThanThreshold"}, "ALARM"),
    ],
)
@behaviour(
    "CloudWatch guide: AlarmThatSendsEmail", "An alarm looks at M of N periods of data", NOTHING
)
def test_alarms_are_judged(
    values: tuple[float | None, ...], changes: dict[str, Any], state: str
) -> None:
    assert judge(watching(**changes), measured(*values), 6000, "ALARM").state == state


@pytest.mark.parametrize(
    ("kind", "value"),
    [("Average", 20), ("Sum", 60), ("Minimum", 10), ("Maximum", 30), ("SampleCount", 3),
     ("p50", 20), ("p99", 30)],
)  # fmt: skip
def test_statistics(kind: str, value: float) -> None:
    assert measured(10, 20, 30).statistic(CPU, kind, 5800, 6000) == value


def test_old_data_is_forgotten() -> None:
    found = Measures()
    for at in (0, 1000, 300_000):
        found.put(CPU, Point(at, 1, 1, 1, 1))
    assert [each.at for each in found.points[CPU]] == [300_000]


@pytest.mark.parametrize(
    ("present", "value", "wanted"), [(4, 75, 6), (4, 50, 4), (4, 30, 3), (10, 5, 1), (1, 500, 10)]
)
@behaviour(
    "Application Auto Scaling guide: target tracking",
    "It scales in proportion to the metric",
    NOTHING,
)
def test_tracking_is_proportional(present: int, value: float, wanted: int) -> None:
    assert tracked(present, value, 50) == wanted


@pytest.mark.parametrize(
    ("policy", "beyond", "wanted"),
    [
        ({}, 5, 5),
        ({}, 25, 7),
        ({}, -5, 4),
        ({"AdjustmentType": "ExactCapacity"}, 25, 3),
        ({"AdjustmentType": "PercentChangeInCapacity"}, 5, 5),
        ({"AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 2}, 5, 6),
    ],
)
@behaviour(
    "Application Auto Scaling guide: step scaling",
    "A step is chosen by the size of the breach",
    NOTHING,
)
def test_steps(policy: dict[str, Any], beyond: float, wanted: int) -> None:
    assert stepped(4, beyond, {**policy, "StepAdjustments": STEPS}) == wanted


@behaviour(
    "Application Auto Scaling guide: cooldowns",
    "While it cools down only a larger scale-out adds to the last one",
    NOTHING,
)
def test_cooling_down() -> None:
    ledger, waits = Ledger(), (300.0, 300.0)
    assert following(ledger, 4, 0, waits, lambda n: n + 1) == 5
    moved(ledger, 4, 5, 0, 300)
    assert following(ledger, 5, 60, waits, lambda n: n + 1) == 5
    assert following(ledger, 5, 60, waits, lambda n: n + 3) == 7
    moved(ledger, 5, 7, 60, 300)
    assert following(ledger, 7, 120, waits, lambda n: n + 3) == 7
    assert following(ledger, 7, 360, waits, lambda n: n + 3) == 10
    assert following(ledger, 7, 120, waits, lambda n: n - 2) == 5
    moved(ledger, 7, 5, 120, 300)
    assert following(ledger, 5, 180, waits, lambda n: n - 2) == 5
    assert following(ledger, 5, 420, waits, lambda n: n - 2) == 3


def test_a_rate_does_not_count_before_it_is_made() -> None:
    assert due("rate(1 day)", "", 1000, 900) == 1000 + 86400


@pytest.mark.parametrize(
    ("schedule", "zone", "expected"),
    [
        ("rate(10 minutes)", "", "2026-03-01T12:10"),
        ("rate(1 day)", "", "2026-03-02T12:00"),
        ("at(2026-03-05T08:30:00)", "", "2026-03-05T08:30"),
        ("at(2026-03-05T08:30:00)", "Europe/Berlin", "2026-03-05T07:30"),
        ("at(2020-01-01T00:00:00)", "", None),
        ("cron(0 8 * * ? *)", "", "2026-03-02T08:00"),
        ("cron(0 8 * * ? *)", "Europe/Berlin", "2026-03-02T07:00"),
        ("cron(0/15 12-13 * * ? *)", "", "2026-03-01T12:15"),
        ("cron(0 18 ? * MON-FRI *)", "", "2026-03-02T18:00"),
        ("cron(0 18 L * ? *)", "", "2026-03-31T18:00"),
        ("cron(0 18 ? * 6#3 *)", "", "2026-03-20T18:00"),
        ("cron(0 18 ? * FRIL *)", "", "2026-03-27T18:00"),
        ("cron(0 18 ? * L *)", "", "2026-03-07T18:00"),
        ("cron(0 18 15W * ? *)", "", "2026-03-16T18:00"),
        ("cron(0 18 1W 8 ? *)", "", "2026-08-03T18:00"),
        ("cron(0 18 30W 5 ? *)", "", "2026-05-29T18:00"),
        ("cron(0 18 31W 5 ? *)", "", "2026-05-29T18:00"),
        ("cron(0 0 1,15 JAN,JUL ? 2027)", "", "2027-01-01T00:00"),
        ("cron(0 0 1 1 ? 2020)", "", None),
    ],
)
@behaviour(
    "Application Auto Scaling guide: cron expressions",
    "Schedules are at, rate or cron, in a zone",
    NOTHING,
)
def test_schedules(schedule: str, zone: str, expected: str | None) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()  # a Sunday
    assert valid(schedule)
    found = due(schedule, zone, now, now)
    if expected is None:
        assert found == float("inf")
    else:
        assert datetime.fromtimestamp(found, tz=UTC).isoformat()[:16] == expected


@pytest.mark.parametrize(
    "schedule",
    [
        "daily",
        "at(2026-13-01T00:00:00)",
        "at(2026-12-01)",
        "rate(0 hours)",
        "rate(10 seconds)",
        "cron(0 8 * * ?)",
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(61 8 * * ? *)",
        "cron(0/0 8 * * ? *)",
        "cron(0 8 ? JUNK MON *)",
        "cron(0 8 ? * 6#6 2199)",
        "cron(0 8 32W * ? *)",
    ],
)
def test_a_schedule_that_means_nothing_is_none(schedule: str) -> None:
    assert not valid(schedule)
