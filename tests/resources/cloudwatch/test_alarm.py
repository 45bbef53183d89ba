from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]


@pytest.fixture
def alarm(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "AlarmName": f"{bench.name}-burst-steps",
            "Namespace": "Shop",
            "MetricName": "Depth",
            "Dimensions": [{"Name": "Queue", "Value": "a"}],
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 100.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "missing",
            "AlarmActions": ["arn:aws:sns:ap-southeast-1:123456789012:topic"],
        }
        return changed(Resource("cloudwatch.alarm", "web", properties, {"team": "oak"}), changes)

    return wanted


def test_it_is_made_with_its_tags(bench: Bench, alarm: Make) -> None:
    wanted = alarm()
    check_sent(
        bench.apply(wanted),
        only("PutMetricAlarm", **wanted.properties, Tags=bench.tags(wanted)),
    )


def test_a_change_sends_all_of_it_but_tags(bench: Bench, alarm: Make) -> None:
    bench.apply(alarm())
    wanted = alarm(Threshold=200.0)
    bench.check(wanted, writes=[only("PutMetricAlarm", **wanted.properties)])


def raised(cloudwatch: Any, live: Live) -> None:
    given = {name: value for name, value in live.properties.items() if value is not None}
    cloudwatch.put_metric_alarm(**{**given, "Threshold": 999.0})


def test_drift_is_shown_and_repaired(bench: Bench, alarm: Make) -> None:
    shown = {"Threshold": (999.0, 100.0)}
    bench.check_drift(alarm(), raised, shown=shown, writes=[sent("PutMetricAlarm")])


def test_deleting_it_twice_is_fine(bench: Bench, alarm: Make) -> None:
    bench.apply(alarm())
    bench.delete_twice(alarm())


def test_another_tag_is_set_without_the_rest(bench: Bench, alarm: Make) -> None:
    bench.check_retag(alarm(), sent("TagResource", Tags=[{"Key": "team", "Value": "tree"}]))
