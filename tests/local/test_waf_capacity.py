"""What the rules of a web ACL cost."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.local.waf_capacity import capacity

URI: dict[str, Any] = {"UriPath": {}}
LOWER = [{"Priority": 0, "Type": "LOWERCASE"}]
NONE = [{"Priority": 0, "Type": "NONE"}]


def match(position: str = "EXACTLY", part: Any = URI, change: Any = NONE) -> dict[str, Any]:
    fields = {"PositionalConstraint": position, "FieldToMatch": part, "TextTransformations": change}
    return {"ByteMatchStatement": {"SearchString": "x", **fields}}


def rate(**more: Any) -> dict[str, Any]:
    return {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", **more}}


@pytest.mark.parametrize(
    ("statements", "cost"),
    [
        ([match()], 2),
        ([match("CONTAINS")], 10),
        ([match(change=LOWER)], 12),
        ([match(change=LOWER), match("ENDS_WITH", change=LOWER)], 14),
        ([match(change=LOWER), match(part={"QueryString": {}}, change=LOWER)], 24),
        ([match(part={"AllQueryArguments": {}})], 12),
        ([match("CONTAINS", part={"JsonBody": {"MatchScope": "ALL"}})], 20),
        (
            [{"AndStatement": {"Statements": [match(), {"NotStatement": {"Statement": match()}}]}}],
            4,
        ),
        ([rate()], 2),
        ([rate(ScopeDownStatement=match("CONTAINS"))], 12),
        ([rate(CustomKeys=[{"IP": {}}, {"HTTPMethod": {}}])], 62),
        ([{"SqliMatchStatement": {"FieldToMatch": URI, "SensitivityLevel": "HIGH"}}], 30),
        ([{"XssMatchStatement": {"FieldToMatch": URI, "TextTransformations": LOWER}}], 50),
        ([{"IPSetReferenceStatement": {"IPSetForwardedIPConfig": {"Position": "ANY"}}}], 5),
        ([{"RuleGroupReferenceStatement": {"ARN": "mine"}}], 33),
        (
            [
                {
                    "ManagedRuleGroupStatement": {
                        "Name": "AWSManagedRulesAmazonIpReputationList",
                        "ScopeDownStatement": {"GeoMatchStatement": {"CountryCodes": ["CH"]}},
                    }
                }
            ],
            26,
        ),
    ],
)
def test_statements_cost(statements: list[dict[str, Any]], cost: int) -> None:
    assert capacity([{"Statement": each} for each in statements], {"mine": 33}) == cost
