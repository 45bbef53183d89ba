"""The alarms, the topic and the dashboard that a spec asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.blueprints import addresses, everything, shop, wanted

WEB = "services: {app: {image: nginx:1, port: 80, routes: [{default: true}], alarms: %s}}\n%s"
USUAL = [
    "cloudwatch.alarm/load-balancer-5xx",
    "cloudwatch.alarm/app-5xx",
    "cloudwatch.alarm/app-latency",
    "cloudwatch.alarm/app-unhealthy-hosts",
    "cloudwatch.alarm/app-cpu",
    "cloudwatch.alarm/app-memory",
    "cloudwatch.alarm/app-running-below-desired",
]


def test_one_key_makes_the_usual_alarms() -> None:
    assert addresses(shop(WEB % ("true", "")), "cloudwatch.alarm") == USUAL


def test_a_service_without_requests_has_no_alarms_about_them() -> None:
    worker = shop("services: {worker: {image: nginx:1, alarms: true}}", balancer="")
    names = [one.rpartition("/")[2] for one in addresses(worker, "cloudwatch.alarm")]
    assert names == ["worker-cpu", "worker-memory", "worker-running-below-desired"]


def test_each_can_be_left_out() -> None:
    off = "{errors_5xx_percent: false, latency_p95_seconds: false, unhealthy_hosts: false, "
    off += "cpu_percent: false, memory_percent: false, running_below_desired: false}"
    assert addresses(shop(WEB % (off, "")), "cloudwatch.alarm") == []


def test_errors_are_a_share_of_enough_requests() -> None:
    alarm = wanted(shop(WEB % ("{minimum_requests: 50}", "")), USUAL[1])
    assert alarm["Metrics"][0]["Expression"] == (
        "IF(requests >= 50, 100 * FILL(errors, 0) / requests, 0)"
    )
    assert [one["Id"] for one in alarm["Metrics"] if one.get("ReturnData", True)] == ["rate"]


def test_alarms_tell_the_topic_when_there_is_one() -> None:
    told = shop(WEB % ("true", "notifications: {}"))
    for address in USUAL:
        assert wanted(told, address)["AlarmActions"] == ["${sns.topic/alarms.Arn}"]
        assert wanted(shop(WEB % ("true", "")), address)["AlarmActions"] == []


def test_once_is_one_alarm_that_speaks_for_a_service() -> None:
    made = shop(WEB % ("{notify: once}", "notifications: {}"))
    assert wanted(made, USUAL[1])["AlarmActions"] == []
    composite = wanted(made, "cloudwatch.composite_alarm/app-trouble")
    assert composite["AlarmActions"] == ["${sns.topic/alarms.Arn}"]
    assert composite["AlarmRule"].count("ALARM(") == len(USUAL) - 1


def test_who_may_publish() -> None:
    """EventBridge takes no conditions in a topic's policy; CloudWatch must be this account's."""
    policy = wanted(everything(), "sns.topic/alarms")["Attributes"]["Policy"]["Statement"]
    by_name: dict[str, Any] = {one["Sid"]: one for one in policy}
    assert "aws:SourceAccount" in by_name["Alarms"]["Condition"]["StringEquals"]
    assert "Condition" not in by_name["Events"]
    assert by_name["OnlyTls"]["Effect"] == "Deny"


def test_a_channel_can_read_cloudwatch_and_nothing_else() -> None:
    slack = wanted(everything(), "chatbot.slack_channel_configuration/alarms")
    (guardrail,) = slack["GuardrailPolicyArns"]
    assert guardrail.endswith("policy/CloudWatchReadOnlyAccess")


@pytest.mark.parametrize("slack", ["", ", slack: {workspace: T01, channel: C01}"])
def test_what_a_rule_says_is_read_by_whoever_is_told(slack: str) -> None:
    """A chat application drops what is not its own schema; a mail is read by people."""
    made = shop(WEB % ("true", f"notifications: {{email: [a@b.org]{slack}}}"))
    (target,) = wanted(made, "events.rule/deployment-failed")["Targets"]
    template = target["InputTransformer"]["InputTemplate"]
    if slack:
        assert json.loads(template)["source"] == "custom"
    else:
        assert template.startswith('"A deployment has failed in shop"\n')


def test_the_dashboard_fills_its_rows() -> None:
    body = wanted(everything(), "cloudwatch.dashboard/main")["DashboardBody"]
    rows: dict[int, list[Any]] = {}
    for widget in body["widgets"]:
        rows.setdefault(widget["y"], []).append(widget)
    for row in rows.values():
        assert [one["x"] for one in row] == [row[0]["width"] * n for n in range(len(row))]
        assert sum(one["width"] for one in row) == 24
    assert {one["type"] for one in body["widgets"]} == {"text", "alarm", "metric", "log"}
