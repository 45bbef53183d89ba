from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from provisioner.engine.kind import Scope
from provisioner.resources._tags import index, indexed
from tests.support.aws import Wire, new_aws, refusal

ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"
TAGS = [{"Key": "provisioner:stack", "Value": "shop"}]
PAGE = {"ResourceTagMappingList": [{"ResourceARN": ARN, "Tags": TAGS}]}
SCOPE = Scope("shop", "shop-", {}, {})
SERVICE = "resourcegroupstaggingapi"


def test_the_index_is_not_asked_for_rules_and_running_tasks() -> None:
    aws = new_aws()
    asked: list[str] = []
    wire = Wire(aws, SERVICE, [PAGE])

    def note(params: Mapping[str, Any], **_: Any) -> None:
        asked.extend(params["ResourceTypeFilters"])

    aws.client(SERVICE).meta.events.register("provide-client-params", note)
    assert index(aws, SCOPE).keys() == {ARN}
    assert wire.sent == ["GetResources"]
    assert {"ecs:service", "ec2:vpc", "logs"} <= {*asked}
    assert not {"ec2", "ec2:security-group-rule", "ecs", "ecs:task"} & {*asked}
    assert max(map(len, asked)) <= 256


def test_where_a_type_is_not_known_the_index_is_asked_for_everything() -> None:
    aws = new_aws()
    wire = Wire(aws, SERVICE, [PAGE])

    def refuse(params: Mapping[str, Any], **_: Any) -> None:
        if "ResourceTypeFilters" in params:
            raise refusal("InvalidParameterException", json.dumps(params["ResourceTypeFilters"]))

    aws.client(SERVICE).meta.events.register("provide-client-params", refuse)
    assert index(aws, SCOPE).keys() == {ARN}
    assert wire.sent == ["GetResources"]


def test_where_it_may_not_be_read_it_is_empty() -> None:
    aws = new_aws()

    def refuse(**_: Any) -> None:
        raise refusal("AccessDeniedException")

    aws.client(SERVICE).meta.events.register("provide-client-params", refuse)
    assert index(aws, SCOPE) == {}


@pytest.mark.parametrize("prefix", ["ecs/task/", "ec2/security-group-rule/", "lambda/function"])
def test_what_is_not_asked_for_cannot_be_looked_up(prefix: str) -> None:
    aws = new_aws()
    Wire(aws, SERVICE, [PAGE])
    with pytest.raises(KeyError):
        indexed(aws, SCOPE, prefix)
