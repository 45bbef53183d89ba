"""Alarms and notifications that cannot be: what is printed for them, to the letter."""

from __future__ import annotations

import pytest

from tests.spec.conftest import Complaints, Load

APP = "  app: {image: nginx, alarms: %s}\n"
HEAD = "stack: shop\nnetwork: {vpc: vpc-1, private_subnets: [subnet-1]}\n"
METRIC = "metric: {namespace: Shop, name: Depth}"

CASES = {
    "an alarm without a limit": (
        HEAD + "services:\n" + APP % f"{{custom: {{d: {{{METRIC}}}}}}}",
        "expected either `above` or `below`",
    ),
    "more failing periods than periods": (
        HEAD
        + "services:\n"
        + APP % f"{{custom: {{d: {{{METRIC}, above: 1, periods: 2, failing_periods: 3}}}}}}",
        "expected at most periods (2), found 3",
    ),
    "a window of more than a day": (
        HEAD
        + "services:\n"
        + APP % f"{{custom: {{d: {{{METRIC}, above: 1, period_seconds: 1800, periods: 100}}}}}}",
        "period_seconds times periods is at most 86400, found 180000",
    ),
    "a window of more than a week": (
        HEAD
        + "services:\n"
        + APP % f"{{custom: {{d: {{{METRIC}, above: 1, period_seconds: 86400, periods: 8}}}}}}",
        "period_seconds times periods is at most 604800, found 691200",
    ),
    "running tasks that nobody counts": (
        HEAD
        + "cluster: {container_insights: disabled}\nservices:\n"
        + APP % "{running_below_desired: true}",
        "needs the metrics of Container Insights; set cluster.container_insights",
    ),
    "a limit that is none": (
        HEAD + "services:\n" + APP % "{cpu_percent: much}",
        "expected a number, or false for no such alarm, found 'much'",
    ),
    "a key that CloudWatch may not use": (
        HEAD + "notifications: {kms_key: alias/aws/sns}\nservices:\n" + APP % "true",
        "alias/aws/sns will not do",
    ),
    "mail for a topic of somebody else": (
        HEAD
        + "notifications: {topic: 'arn:aws:sns:eu-west-1:123456789012:t', email: [a@b.org]}\n"
        + "services:\n"
        + APP % "true",
        "belongs to a topic of the stack; leave out `topic`, or this",
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_it_is_refused(text: str, expected: str, complaints: Complaints) -> None:
    (line,) = complaints(text)
    assert expected in line


@pytest.mark.parametrize(("written", "there"), [("true", True), ("false", False), ("{}", True)])
def test_alarms_are_a_word_or_a_mapping(written: str, there: bool, load: Load) -> None:
    spec = load(HEAD + "services:\n" + APP % written).spec
    assert (spec.services["app"].alarms is not None) is there


def test_a_limit_can_be_left_out(load: Load) -> None:
    spec = load(HEAD + "services:\n" + APP % "{cpu_percent: false, memory_percent: 70}").spec
    alarms = spec.services["app"].alarms
    assert alarms is not None
    assert (alarms.cpu_percent, alarms.memory_percent) == (None, 70.0)


def test_periods_of_a_day_look_back_a_week(load: Load) -> None:
    daily = f"{METRIC}, above: 1, period_seconds: 86400, periods: 7"
    spec = load(HEAD + "services:\n" + APP % f"{{custom: {{d: {{{daily}}}}}}}").spec
    alarms = spec.services["app"].alarms
    assert alarms is not None
    assert alarms.custom["d"].periods == 7
