"""The web ACL before the load balancer: address lists first, then the rate limit, then the groups.

An explicit permission or refusal of an address ends the evaluation, so the lists come first.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Lookup, Ref, Resource
from provisioner.engine.owner import MARK as LOGGED
from provisioner.engine.owner import WEB_ACL as MARK
from provisioner.spec.ingress import LoadBalancer
from provisioner.spec.waf import GROUPS, ManagedRules, RateLimit, Waf, WafLogs
from provisioner.stack.context import Context, ref

WEB_ACL = "wafv2.web_acl"
IP_SET = "wafv2.ip_set"
ASSOCIATION = "wafv2.web_acl_association"
LOG_GROUP = "logs.log_group"
NAME = "main"
LOGS = "load-balancer/waf"
LOG_PREFIX = "aws-waf-logs-"
"""What WAF wants the name of its log group to begin with."""
REGIONAL = "REGIONAL"
MATCHED = ("BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT")
"""The last is a rule of a group that is overridden to count."""


def build(context: Context) -> Iterator[Resource]:
    """Everything about the firewall."""
    waf = _waf(context)
    if waf is None:
        return
    if waf.web_acl is None:
        for (what, version), blocks in _lists(waf).items():
            yield _ip_set(context, what, version, blocks)
        if waf.logs:
            yield _log_group(context, waf.logs)
        yield _web_acl(context, waf)
    properties = {"WebACLArn": _arn(waf), "ResourceArn": ref("elbv2.load_balancer", NAME)}
    yield Resource(ASSOCIATION, NAME, properties)


def lookups(context: Context) -> Iterator[Lookup]:
    """The web ACL that is there already."""
    waf = _waf(context)
    if waf and waf.web_acl:
        yield _lookup(waf.web_acl)


def mark(context: Context, balancer: LoadBalancer) -> dict[str, str]:
    """What the load balancer says of the association, which can carry no tags."""
    waf = balancer.waf
    return {MARK: waf.web_acl or _name(context, waf)} if waf else {}


def dimensions(context: Context) -> dict[str, str | Ref]:
    """The metrics of all requests; none where there is no firewall."""
    waf = _waf(context)
    if waf is None:
        return {}
    own = _lookup(waf.web_acl).ref("MetricName") if waf.web_acl else _name(context, waf)
    return {"WebACL": own, "Region": context.names.region, "Rule": "ALL"}


def _waf(context: Context) -> Waf | None:
    return context.spec.load_balancer.waf if context.spec.load_balancer else None


def _lookup(written: str) -> Lookup:
    return Lookup("web_acl", {"name": written})


def _arn(waf: Waf) -> Ref:
    return _lookup(waf.web_acl).ref("Arn") if waf.web_acl else ref(WEB_ACL, NAME)


def _name(context: Context, waf: Waf) -> str:
    return waf.name or context.names.of("waf")


def _lists(waf: Waf) -> dict[tuple[str, int], list[str]]:
    """What is to be done, and IP version, to blocks: an IP set has one version."""
    found: dict[tuple[str, int], list[str]] = {}
    for what, blocks in (("allow", waf.allow_cidrs), ("block", waf.block_cidrs)):
        for block in blocks:
            network = ipaddress.ip_network(block)
            found.setdefault((what, network.version), []).append(str(network))
    return dict(sorted(found.items()))


def _ip_set(context: Context, what: str, version: int, blocks: list[str]) -> Resource:
    name = f"{what}-ipv{version}"
    properties = {
        "Name": context.names.of(f"waf-{name}"),
        "Scope": REGIONAL,
        "IPAddressVersion": f"IPV{version}",
        "Description": f"Addresses that {context.names.owner} is to {what}",
        "Addresses": blocks,
    }
    return context.resource(IP_SET, name, properties)


def _log_group(context: Context, logs: WafLogs) -> Resource:
    properties = {
        "logGroupName": LOG_PREFIX + context.names.of(""),
        "retentionInDays": logs.retention_days,
    }
    return context.resource(LOG_GROUP, LOGS, properties)


def _web_acl(context: Context, waf: Waf) -> Resource:
    name = _name(context, waf)
    rules = [*_list_rules(waf), *_rate_rules(waf), *_group_rules(waf)]
    properties: dict[str, Any] = {
        "Name": name,
        "Scope": REGIONAL,
        "Description": f"Before the load balancer of {context.names.owner}",
        "DefaultAction": {waf.default_action.title(): {}},
        "Rules": [{**rule, "Priority": number} for number, rule in enumerate(rules)],
        "VisibilityConfig": _visible(name),
        "Logging": _logging(waf.logs) if waf.logs else None,
    }
    return context.resource(WEB_ACL, NAME, properties, tags={LOGGED: "set"} if waf.logs else {})


def _visible(metric: str) -> dict[str, Any]:
    return {
        "SampledRequestsEnabled": True,
        "CloudWatchMetricsEnabled": True,
        "MetricName": metric,
    }


def _rule(name: str, statement: dict[str, Any], **action: Any) -> dict[str, Any]:
    return {"Name": name, "Statement": statement, **action, "VisibilityConfig": _visible(name)}


def _list_rules(waf: Waf) -> Iterator[dict[str, Any]]:
    for what, version in _lists(waf):
        name = f"{what}-ipv{version}"
        statement = {"IPSetReferenceStatement": {"ARN": ref(IP_SET, name)}}
        yield _rule(name, statement, Action={what.title(): {}})


def _rate_rules(waf: Waf) -> Iterator[dict[str, Any]]:
    rate: RateLimit | None = waf.rate_limit
    if rate:
        statement = {
            "Limit": rate.requests,
            "EvaluationWindowSec": rate.window_seconds,
            "AggregateKeyType": "IP",
        }
        action: dict[str, Any] = {(rate.mode or waf.mode).title(): {}}
        yield _rule("rate-limit", {"RateBasedStatement": statement}, Action=action)


def _group_rules(waf: Waf) -> Iterator[dict[str, Any]]:
    for key, group in waf.managed_rules.items():
        counted = (group.mode or waf.mode) == "count"
        statement = {"ManagedRuleGroupStatement": _group(key, group)}
        override: dict[str, Any] = {"Count" if counted else "None": {}}
        yield _rule(key.replace("/", "-"), statement, OverrideAction=override)


def _group(key: str, group: ManagedRules) -> dict[str, Any]:
    known = GROUPS.get(key)
    vendor, _, name = ("AWS", "", known.name) if known else key.partition("/")
    actions = {**dict.fromkeys(known.counted if known else (), "count"), **group.rules}
    statement: dict[str, Any] = {"VendorName": vendor, "Name": name}
    if group.version:
        statement["Version"] = group.version
    if known and known.config:
        statement["ManagedRuleGroupConfigs"] = [dict(known.config)]
    if actions:
        statement["RuleActionOverrides"] = [
            {"Name": rule, "ActionToUse": {action.title(): {}}} for rule, action in actions.items()
        ]
    return statement


def _logging(logs: WafLogs) -> dict[str, Any]:
    """Without what must not be kept, and as a rule without what nobody will look at."""
    redacted: list[dict[str, Any]] = [
        {"SingleHeader": {"Name": name}} for name in logs.redact_headers
    ]
    if logs.redact_query_string:
        redacted.append({"QueryString": {}})
    conditions = [{"ActionCondition": {"Action": action}} for action in MATCHED]
    keep = {"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": conditions}
    matched = {"Filters": [keep], "DefaultBehavior": "DROP"}
    return {
        "LogDestinationConfigs": [ref(LOG_GROUP, LOGS)],
        **({"RedactedFields": redacted} if redacted else {}),
        **({"LoggingFilter": matched} if logs.requests == "matched" else {}),
    }
