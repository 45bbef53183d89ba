"""What the rules of a web ACL cost, in web ACL capacity units.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-match.html, the page of
each statement there, .../waf-rule-statement-type-rate-based.html, and the pages of
.../aws-managed-rule-groups-list.html, which tell the units of each group.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Shape = Mapping[str, Any]
# Of a web ACL, and of a rule group: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
MOST = 5000
TRANSFORMATION = 10
ALL_ARGUMENTS = 10
CUSTOM_KEY = 30
ANY_POSITION = 4
# Statements that inspect, and what they cost at least.
BASE = {
    "AsnMatchStatement": 1,
    "GeoMatchStatement": 1,
    "IPSetReferenceStatement": 1,
    "LabelMatchStatement": 1,
    "RateBasedStatement": 2,
    "RegexMatchStatement": 3,
    "RegexPatternSetReferenceStatement": 25,
    "SizeConstraintStatement": 1,
    "XssMatchStatement": 40,
}
POSITIONS = {"EXACTLY": 2, "STARTS_WITH": 2, "ENDS_WITH": 2, "CONTAINS": 10, "CONTAINS_WORD": 10}
SENSITIVITIES = {"LOW": 20, "HIGH": 30}
# AWS's own rule groups.
MANAGED = {
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesWordPressRuleSet": 100,
}


def capacity(rules: Iterable[Shape], groups: Mapping[str, int]) -> int:
    """Return what rules cost together; `groups` are capacities of rule groups, by ARN.

    A transformation of the same part of a request is paid for once:
    https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
    """
    found = [each for rule in rules for each in statements(rule.get("Statement") or {})]
    transformed = {part for _, body in found for part in _transformed(body)}
    return sum(_cost(name, body, groups) for name, body in found) + TRANSFORMATION * len(
        transformed
    )


def statements(statement: Shape) -> Iterator[tuple[str, Shape]]:
    """Yield the statements in a statement, by their names, the outermost first."""
    for name, body in statement.items():
        if not isinstance(body, Mapping):
            continue
        yield name, body
        for inner in (*body.get("Statements", ()), body.get("Statement"), _scope(body)):
            yield from statements(inner or {})


def _scope(body: Shape) -> Any:
    return body.get("ScopeDownStatement")


def _cost(name: str, body: Shape, groups: Mapping[str, int]) -> int:
    if name == "ManagedRuleGroupStatement":
        return MANAGED.get(body["Name"], 0)
    if name == "RuleGroupReferenceStatement":
        return groups.get(body["ARN"], 0)
    base = BASE.get(name, 0)
    if name == "ByteMatchStatement":
        base = POSITIONS[body["PositionalConstraint"]]
    if name == "SqliMatchStatement":
        base = SENSITIVITIES[body.get("SensitivityLevel") or "LOW"]
    part = body.get("FieldToMatch") or {}
    more = ALL_ARGUMENTS if "AllQueryArguments" in part else 0
    more += CUSTOM_KEY * len(body.get("CustomKeys") or ())
    if (body.get("IPSetForwardedIPConfig") or {}).get("Position") == "ANY":
        more += ANY_POSITION
    return base * (2 if "JsonBody" in part else 1) + more


def _transformed(body: Shape) -> Iterator[str]:
    part = json.dumps(body.get("FieldToMatch"), sort_keys=True)
    for each in body.get("TextTransformations") or ():
        if each["Type"] != "NONE":
            yield f"{part} {each['Type']}"
