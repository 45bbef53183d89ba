"""What is told of the cost of rules, from AWS's own answer."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from provisioner.engine.model import Change, Ref
from provisioner.errors import PlanError
from provisioner.resources.wafv2.web_acl import WebAcl
from tests.rollout.fakes import Fake
from tests.support.aws import refusal

RULE = {"Name": "rate", "Statement": {"RateBasedStatement": {"Limit": 100}}}
SET = Ref("wafv2.ip_set/allow-ipv4", "Arn")
UNKNOWN = {"Name": "allow", "Statement": {"IPSetReferenceStatement": {"ARN": SET}}}


def told(answer: Any, *rules: Any, changes: list[Change] | None = None) -> list[str]:
    given = answer if isinstance(answer, Exception) else {"Capacity": answer}
    aws: Any = Fake(check_capacity=given)
    found = list(WebAcl().foretold(aws, {"Rules": list(rules)}, changes))
    assert aws.calls == (["check_capacity"] if RULE in rules and asked(changes) else [])
    return found


def asked(changes: list[Change] | None) -> bool:
    return changes is None or any(change.field == "Rules" for change in changes)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (1500, []),
        (1501, ["its rules need 1501 capacity units, as AWS counts them; AWS charges extra beyond"
                " 1500"]),
        (5000, ["its rules need 5000 capacity units, as AWS counts them; AWS charges extra beyond"
                " 1500"]),
    ],
)  # fmt: skip
def test_what_costs_extra_is_said(units: int, expected: list[str]) -> None:
    assert told(units, RULE) == expected


def test_more_than_a_web_acl_can_have_is_refused() -> None:
    words = "need 5001 capacity units, as AWS counts them, and a web ACL has at most 5000"
    with pytest.raises(PlanError, match=words):
        told(5001, RULE)


def test_a_rule_about_what_does_not_exist_yet_costs_a_unit_at_least() -> None:
    assert told(1500, RULE, UNKNOWN)[0].startswith("its rules need at least 1501 capacity units")
    assert told(9999, UNKNOWN) == []
    with pytest.raises(PlanError, match="at least 5001"):
        told(5000, RULE, UNKNOWN)


@pytest.mark.parametrize("changes", [[], [Change(("Description",), "a", "b")]])
def test_nothing_is_asked_where_the_rules_stay(changes: list[Change]) -> None:
    assert told(9999, RULE, changes=changes) == []


def test_changed_rules_are_asked_about() -> None:
    changes = [Change(("Rules", "rate", "Priority"), 0, 1)]
    assert told(2, RULE, changes=changes) == []


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (refusal("AccessDeniedException"), "AccessDeniedException"),
        (refusal("UnknownOperationException"), "UnknownOperationException"),
        (EndpointConnectionError(endpoint_url="http://x"), "EndpointConnectionError"),
    ],
)
def test_where_nobody_answers_that_is_said(error: Exception, why: str) -> None:
    words = f"wafv2:CheckCapacity does not answer ({why}): only what `validate` adds up is known"
    assert told(error, RULE) == [words]


def test_what_aws_refuses_is_refused_before_anything_is_made() -> None:
    error = refusal("WAFSubscriptionNotFoundException", "You are not subscribed.")
    with pytest.raises(PlanError, match="AWS refuses its rules: You are not subscribed"):
        told(error, RULE)
