from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource, text
from provisioner.errors import NotOwned
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
TOPIC = "arn:aws:sns:ap-southeast-1:123456789012:pager"


def child(bench: Bench, name: str) -> Resource:
    properties = {
        "AlarmName": f"{bench.name}-{name}",
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return Resource("cloudwatch.alarm", name, properties)


@pytest.fixture
def children(bench: Bench) -> list[Resource]:
    return [child(bench, "one"), child(bench, "two")]


@pytest.fixture
def alarm(bench: Bench, children: list[Resource]) -> Make:
    def wanted(**changes: Any) -> Resource:
        one, two = (c.ref("Name") for c in children)
        properties = {
            "AlarmName": f"{bench.name}-trouble",
            "AlarmRule": text('ALARM("', one, '") OR ALARM("', two, '")'),
            "AlarmActions": [TOPIC],
        }
        kind = "cloudwatch.composite_alarm"
        return changed(Resource(kind, "trouble", properties, {"team": "oak"}), changes)

    return wanted


def test_it_comes_after_its_alarms_and_goes_without_them(
    bench: Bench, alarm: Make, children: list[Resource]
) -> None:
    calls = bench.apply(*children, alarm())
    assert [c.operation for c in calls] == ["PutMetricAlarm"] * 2 + ["PutCompositeAlarm"]
    rule = f'ALARM("{bench.name}-one") OR ALARM("{bench.name}-two")'
    assert calls[-1].arguments["AlarmRule"] == rule
    check_sent(bench.apply(*children), only("DeleteAlarms", AlarmNames=[f"{bench.name}-trouble"]))


def test_its_rule_lets_go_of_an_alarm_before_that_one_goes(
    bench: Bench, alarm: Make, children: list[Resource]
) -> None:
    bench.apply(*children, alarm())
    one = children[0]
    only_one = alarm(AlarmRule=text('ALARM("', one.ref("Name"), '")'))
    check_sent(
        bench.apply(one, only_one),
        sent("PutCompositeAlarm", AlarmRule=f'ALARM("{bench.name}-one")'),
        only("DeleteAlarms", AlarmNames=[f"{bench.name}-two"]),
    )


def calmer(cloudwatch: Any, live: Live) -> None:
    known = {**live.properties, "AlarmRule": "FALSE"}
    cloudwatch.put_composite_alarm(**known)


def retagged(cloudwatch: Any, live: Live) -> None:
    cloudwatch.tag_resource(ResourceARN=live.id, Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (calmer, {"AlarmRule": ("FALSE", "TRUE")}, sent("PutCompositeAlarm", AlarmRule="TRUE")),
        (retagged, {"tags.team": ("birch", "oak")}, sent("TagResource")),
    ],
    ids=["rule", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    alarm: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(alarm(AlarmRule="TRUE"), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, alarm: Make) -> None:
    bench.apply(alarm(AlarmRule="TRUE"))
    bench.delete_twice(alarm(AlarmRule="TRUE"))


def test_another_tag_is_set_without_the_rest(bench: Bench, alarm: Make) -> None:
    arn = f"arn:aws:cloudwatch:ap-southeast-1:123456789012:alarm:{bench.name}-trouble"
    tags = [{"Key": "team", "Value": "tree"}]
    bench.check_retag(alarm(AlarmRule="TRUE"), only("TagResource", ResourceARN=arn, Tags=tags))


def test_one_of_somebody_else_is_refused(bench: Bench, alarm: Make) -> None:
    name = f"{bench.name}-trouble"
    bench.client("cloudwatch").put_composite_alarm(AlarmName=name, AlarmRule="TRUE")
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(alarm(AlarmRule="TRUE"))


def test_another_name_is_made_before_the_old_one_goes(bench: Bench, alarm: Make) -> None:
    bench.apply(alarm(AlarmRule="TRUE"))
    renamed = alarm(AlarmRule="TRUE", AlarmName=f"{bench.name}-anything")
    assert [c.operation for c in bench.apply(renamed)] == ["PutCompositeAlarm", "DeleteAlarms"]
