"""The web ACL that a spec asks for, what it logs, and who watches it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.validate import ParamValidator

from provisioner.engine.owner import MARK, WEB_ACL
from provisioner.stack import Blueprint
from tests.support.aws import nowhere
from tests.support.blueprints import addresses, at, shop, wanted

SERVICES = "services: {app: {image: nginx:1, port: 80, routes: [{default: true}], alarms: true}}"
ACL = "wafv2.web_acl/main"
LOGS = "logs.log_group/load-balancer/waf"


def behind(waf: str, more: str = "") -> Blueprint:
    balancer = f"\nload_balancer:\n  waf: {waf}\n  listeners: {{http: {{port: 80}}}}\n"
    return shop(f"{SERVICES}\n{more}\n", balancer=balancer, environment="dev")


def rules(waf: str) -> dict[str, Any]:
    """Rules by name, in the order in which they are tried."""
    found = wanted(behind(waf), ACL)["Rules"]
    assert [rule["Priority"] for rule in found] == list(range(len(found)))
    return {rule["Name"]: rule for rule in found}


def test_without_it_there_is_nothing() -> None:
    blueprint = behind("false")
    assert not any("waf" in address for address in addresses(blueprint))
    assert WEB_ACL not in at(blueprint, "elbv2.load_balancer/main").tags


def test_one_word_is_enough() -> None:
    blueprint = behind("true")
    acl = wanted(blueprint, ACL)
    assert acl["Name"] == "shop-waf-dev"
    assert acl["DefaultAction"] == {"Allow": {}}
    assert {r: set(rule) & {"Action", "OverrideAction"} for r, rule in rules("true").items()} == {
        "rate-limit": {"Action"},
        "common": {"OverrideAction"},
        "known_bad_inputs": {"OverrideAction"},
        "ip_reputation": {"OverrideAction"},
    }
    for one in (acl, *acl["Rules"]):
        assert one["VisibilityConfig"]["SampledRequestsEnabled"]
        assert one["VisibilityConfig"]["CloudWatchMetricsEnabled"]
    assert at(blueprint, "elbv2.load_balancer/main").tags == {WEB_ACL: "shop-waf-dev"}
    assert wanted(blueprint, "wafv2.web_acl_association/main") == {
        "WebACLArn": "${wafv2.web_acl/main.Arn}",
        "ResourceArn": "${elbv2.load_balancer/main.Arn}",
    }
    assert at(blueprint, "wafv2.web_acl_association/main").tags == {}


def test_nothing_is_blocked_for_a_first_look() -> None:
    found = rules("{mode: count, managed_rules: {sql: block, php: }}")
    assert found["rate-limit"]["Action"] == {"Count": {}}
    assert found["sql"]["OverrideAction"] == {"None": {}}
    assert found["php"]["OverrideAction"] == {"Count": {}}


@pytest.mark.parametrize(
    ("group", "actions"),
    [
        ("common", {"SizeRestrictions_BODY": "Count"}),
        ("common: {rules: {SizeRestrictions_BODY: block}}", {"SizeRestrictions_BODY": "Block"}),
        (
            "common: {rules: {NoUserAgent_HEADER: challenge}}",
            {"SizeRestrictions_BODY": "Count", "NoUserAgent_HEADER": "Challenge"},
        ),
        ("sql", None),
    ],
)
def test_single_rules_do_something_else(group: str, actions: dict[str, str] | None) -> None:
    text = group if ":" in group else f"{group}: "
    (found,) = rules(f"{{rate_limit: false, managed_rules: {{{text}}}}}").values()
    overrides = found["Statement"]["ManagedRuleGroupStatement"].get("RuleActionOverrides")
    seen = overrides and {one["Name"]: next(iter(one["ActionToUse"])) for one in overrides}
    assert seen == actions


def test_a_group_of_the_marketplace_keeps_its_version() -> None:
    found = rules("{managed_rules: {F5/OWASP_Managed: {version: '1.0', capacity_wcu: 1000}}}")
    assert found["F5-OWASP_Managed"]["Statement"]["ManagedRuleGroupStatement"] == {
        "VendorName": "F5",
        "Name": "OWASP_Managed",
        "Version": "1.0",
    }


@pytest.mark.parametrize("group", ["bot_control", "anti_ddos"])
def test_a_group_that_must_be_told_something_is(group: str) -> None:
    statement = rules(f"{{managed_rules: [{group}]}}")[group]["Statement"]
    (config,) = statement["ManagedRuleGroupStatement"]["ManagedRuleGroupConfigs"]
    assert list(config) == [statement["ManagedRuleGroupStatement"]["Name"]]


def test_the_rate_is_counted_as_it_says() -> None:
    rate = "{requests: 100, window_seconds: 60, mode: count}"
    found = rules(f"{{rate_limit: {rate}}}")["rate-limit"]
    assert found["Action"] == {"Count": {}}
    assert found["Statement"]["RateBasedStatement"] == {
        "Limit": 100, "EvaluationWindowSec": 60, "AggregateKeyType": "IP",
    }  # fmt: skip


def test_an_ip_set_has_one_version_and_lists_come_first() -> None:
    lists = "{allow_cidrs: [10.0.0.0/8, '2001:DB8::/32'], block_cidrs: [192.0.2.0/24]}"
    assert list(rules(lists))[:4] == ["allow-ipv4", "allow-ipv6", "block-ipv4", "rate-limit"]
    assert rules(lists)["allow-ipv6"]["Action"] == {"Allow": {}}
    assert rules(lists)["block-ipv4"]["Statement"] == {
        "IPSetReferenceStatement": {"ARN": "${wafv2.ip_set/block-ipv4.Arn}"}
    }
    blueprint = behind(lists)
    six = wanted(blueprint, "wafv2.ip_set/allow-ipv6")
    assert six["Name"] == "shop-waf-allow-ipv6-dev"
    assert (six["IPAddressVersion"], six["Addresses"]) == ("IPV6", ["2001:db8::/32"])


def test_what_matched_is_logged_without_what_is_secret() -> None:
    blueprint = behind("{logs: {retention_days: 7}}")
    assert wanted(blueprint, LOGS) == {
        "logGroupName": "aws-waf-logs-shop-dev",
        "retentionInDays": 7,
    }
    logging = wanted(blueprint, ACL)["Logging"]
    assert logging["LogDestinationConfigs"] == [f"${{{LOGS}.Arn}}"]
    names = [field["SingleHeader"]["Name"] for field in logging["RedactedFields"]]
    assert names == ["authorization", "cookie"]
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"


def test_everything_can_be_logged() -> None:
    logs = "{requests: all, redact_headers: [], redact_query_string: true}"
    logging = wanted(behind(f"{{logs: {logs}}}"), ACL)["Logging"]
    assert logging["RedactedFields"] == [{"QueryString": {}}]
    assert "LoggingFilter" not in logging


def test_nothing_need_be_logged() -> None:
    blueprint = behind("{logs: false}")
    assert LOGS not in addresses(blueprint)
    assert wanted(blueprint, ACL)["Logging"] is None
    assert MARK not in at(blueprint, ACL).tags
    assert MARK in at(behind("true"), ACL).tags


@pytest.mark.parametrize(
    "waf",
    [
        "true",
        "{allow_cidrs: 10.0.0.0/8, logs: {requests: all, redact_query_string: true}}",
        "{managed_rules: [bot_control, anti_ddos, F5/OWASP], default_action: block}",
    ],
)
def test_aws_would_accept_the_logging(waf: str) -> None:
    """It goes by a call of its own, which planning does not check."""
    logging = wanted(behind(waf), ACL)["Logging"]
    operation = (
        nowhere().client("wafv2").meta.service_model.operation_model("PutLoggingConfiguration")
    )
    arguments = {"LoggingConfiguration": {"ResourceArn": "arn:aws:wafv2:::x/y/z", **logging}}
    report = ParamValidator().validate(arguments, operation.input_shape)
    assert report.generate_report() == ""


PLACE = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl"
ARN = f"{PLACE}/company/00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("name", ["company", ARN])
def test_one_that_exists_is_only_referred_to(name: str) -> None:
    blueprint = behind(f"{{web_acl: '{name}'}}", "dashboard: true")
    found = [one for one in addresses(blueprint) if one.startswith("wafv2") or one == LOGS]
    assert found == ["wafv2.web_acl_association/main"]
    assert wanted(blueprint, found[0])["WebACLArn"] == "${lookup.web_acl.Arn}"
    assert [one.query for one in blueprint.lookups if one.kind == "web_acl"] == [{"name": name}]
    assert at(blueprint, "elbv2.load_balancer/main").tags[WEB_ACL] == name
    dimensions = wanted(blueprint, "cloudwatch.alarm/waf-blocked")["Dimensions"]
    assert dimensions[0] == {"Name": "WebACL", "Value": "${lookup.web_acl.MetricName}"}


def test_blocked_requests_raise_an_alarm() -> None:
    alarm = wanted(behind("true", "notifications: {}"), "cloudwatch.alarm/waf-blocked")
    assert alarm["AlarmName"] == "shop-waf-blocked-dev"
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/WAFV2", "BlockedRequests")
    assert {one["Name"]: one["Value"] for one in alarm["Dimensions"]} == {
        "WebACL": "shop-waf-dev", "Region": "eu-west-1", "Rule": "ALL",
    }  # fmt: skip
    assert (alarm["Period"], alarm["Threshold"]) == (300, 1000)
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["AlarmActions"] == ["${sns.topic/alarms.Arn}"]


@pytest.mark.parametrize("firewall", ["true", "false"])
def test_no_such_alarm_without_limit_or_firewall(firewall: str) -> None:
    limit = "{waf_blocked_requests: false}" if firewall == "true" else "true"
    blueprint = behind(firewall)
    quiet = shop(
        SERVICES.replace("alarms: true", f"alarms: {limit}"),
        balancer=f"\nload_balancer: {{waf: {firewall}, listeners: {{http: {{port: 80}}}}}}\n",
    )
    assert "cloudwatch.alarm/waf-blocked" not in addresses(quiet)
    assert ("cloudwatch.alarm/waf-blocked" in addresses(blueprint)) == (firewall == "true")


@pytest.mark.parametrize(("firewall", "graphs"), [("true", 1), ("false", 0)])
def test_the_dashboard_shows_it(firewall: str, graphs: int) -> None:
    body = wanted(behind(firewall, "dashboard: true"), "cloudwatch.dashboard/main")
    titles = [one["properties"].get("title", "") for one in body["DashboardBody"]["widgets"]]
    assert len([title for title in titles if title.startswith("Firewall")]) == graphs
