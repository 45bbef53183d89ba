"""What policy documents say, without a cloud around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.local.access.policies import Asked, decide

ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/web"
KEYS = {"aws:RequestTag/stack": ("mine",), "aws:TagKeys": ("stack", "env"), "ecs:cluster": (ARN,)}


def verdict(**statement: Any) -> str:
    document = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", **statement}}
    asked = Asked("ecs:DeleteCluster", ARN, lambda key: KEYS.get(key, ()))
    return decide([json.dumps(document)], asked)


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({"Action": "ECS:delete*"}, True),
        ({"Action": ["ecs:CreateCluster", "ecs:Delete?luster"]}, True),
        ({"Action": "ecs:Delete"}, False),
        ({"Resource": "arn:aws:ecs:*:*:cluster/w*"}, True),
        ({"Resource": "arn:aws:ecs:*"}, False),
        ({"Resource": "arn:aws:ecs:*:cluster/web"}, False),
        ({"Resource": "arn:aws:ecs:*:*:cluster/[w]eb"}, False),
        ({"Resource": "arn:aws:ecs:*:*:cluster/${aws:RequestTag/stack}"}, False),
    ],
)
def test_actions_and_resources_have_wildcards(statement: dict[str, Any], *, allowed: bool) -> None:
    assert (verdict(**statement) == "allowed") == allowed


def test_the_rest_is_what_not_action_and_not_resource_leave() -> None:
    document = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:ecs:*:*:service/*"}
    asked = Asked("ecs:DeleteCluster", ARN, lambda _: ())
    assert decide([json.dumps({"Statement": [document]})], asked) == "allowed"


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "allowed"),
    [
        ("StringEquals", "aws:RequestTag/stack", "mine", True),
        ("StringEquals", "aws:RequestTag/stack", ["yours", "mine"], True),
        ("StringEquals", "aws:RequestTag/stack", "m*", False),
        ("StringEquals", "aws:RequestTag/other", "mine", False),
        ("StringEqualsIfExists", "aws:RequestTag/other", "mine", True),
        ("StringEqualsIgnoreCase", "aws:RequestTag/stack", "MINE", True),
        ("StringNotEquals", "aws:RequestTag/stack", "mine", False),
        ("StringNotEquals", "aws:RequestTag/other", "mine", True),
        ("StringLike", "aws:RequestTag/stack", "m?n*", True),
        ("ArnLike", "ecs:cluster", "arn:aws:ecs:*:*:cluster/*", True),
        ("ArnEquals", "ecs:cluster", ARN, True),
        ("ArnNotLike", "ecs:cluster", "arn:aws:ecs:*:*:cluster/*", False),
        ("Null", "aws:RequestTag/other", "true", True),
        ("Null", "aws:RequestTag/stack", True, False),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "env", True),
        ("ForAllValues:StringEquals", "aws:TagKeys", "env", False),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["env", "stack", "more"], True),
        ("ForAllValues:StringEquals", "aws:absent", "env", True),
    ],
)
def test_conditions(operator: str, key: str, wanted: Any, *, allowed: bool) -> None:
    assert (verdict(Condition={operator: {key: wanted}}) == "allowed") == allowed


def test_an_operator_that_is_not_known_is_no_answer() -> None:
    with pytest.raises(NotImplementedError, match="DateLessThan"):
        verdict(Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01"}})
