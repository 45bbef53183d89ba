from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.errors import LookupFailed
from provisioner.resources.lookups.web_acl import web_acl
from tests.cloud.world import World

Make = Callable[[str], str]


@pytest.fixture
def make(shared: World) -> Make:
    def one(name: str) -> str:
        metric: dict[str, Any] = {"MetricName": f"{name}-metric"}
        metric |= {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
        answer = shared.client("wafv2").create_web_acl(
            Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=metric
        )
        arn: str = answer["Summary"]["ARN"]
        return arn

    return one


def test_it_is_found_by_its_name_and_its_arn(shared: World, make: Make) -> None:
    make("company")
    arn = make("company-2")
    found = {"Arn": arn, "Name": "company-2", "MetricName": "company-2-metric"}
    assert web_acl(shared.aws, {"name": "company-2"}) == found
    assert web_acl(shared.aws, {"name": arn}) == found


@pytest.mark.parametrize(
    "name",
    [
        "nobody",
        "arn:aws:wafv2:ap-southeast-1:123456789012:regional/webacl/nobody"
        "/00000000-0000-0000-0000-000000000000",
    ],
)
def test_one_that_is_not_there_is_said(shared: World, name: str) -> None:
    with pytest.raises(LookupFailed, match=r"waf\.web_acl: there is no regional web ACL .*nobody"):
        web_acl(shared.aws, {"name": name})
