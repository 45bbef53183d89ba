"""AWS WAF in the embedded cloud: the tag index, names, and what is in use."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Connect

TAGS = [{"Key": "owner", "Value": "us"}]
VISIBLE = {
    "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "acl",
}  # fmt: skip
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/b/1"


def ip_set(wafv2: Any) -> dict[str, str]:
    made: dict[str, str] = wafv2.create_ip_set(
        Name="friends",
        Scope="REGIONAL",
        IPAddressVersion="IPV4",
        Addresses=["192.0.2.0/24"],
        Tags=TAGS,
    )["Summary"]
    return made


def web_acl(wafv2: Any, name: str = "acl", *rules: dict[str, Any]) -> dict[str, str]:
    made: dict[str, str] = wafv2.create_web_acl(
        Name=name,
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig=VISIBLE,
        Rules=list(rules),
        Tags=TAGS,
    )["Summary"]
    return made


def allowing(arn: str) -> dict[str, Any]:
    return {
        "Name": "friends",
        "Priority": 0,
        "Statement": {"IPSetReferenceStatement": {"ARN": arn}},
        "Action": {"Allow": {}},
        "VisibilityConfig": VISIBLE,
    }


def place(made: dict[str, str]) -> dict[str, str]:
    return {"Scope": "REGIONAL", **{name: made[name] for name in ("Name", "Id", "LockToken")}}


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=code)


def test_both_kinds_are_found_by_tag_and_tagged_there(client: Connect) -> None:
    wafv2, index = client("wafv2"), client("resourcegroupstaggingapi")
    arns = {ip_set(wafv2)["ARN"], web_acl(wafv2)["ARN"]}
    index.tag_resources(ResourceARNList=sorted(arns), Tags={"team": "oak"})
    found = index.get_resources(TagFilters=[{"Key": "team", "Values": ["oak"]}])
    assert {one["ResourceARN"] for one in found["ResourceTagMappingList"]} == arns
    for one in found["ResourceTagMappingList"]:
        assert one["Tags"] == [*TAGS, {"Key": "team", "Value": "oak"}]


def test_a_name_is_taken_once(client: Connect) -> None:
    wafv2 = client("wafv2")
    for make in (ip_set, web_acl):
        make(wafv2)
        with refused("WAFDuplicateItemException"):
            make(wafv2)


def test_a_load_balancer_is_behind_one_web_acl(client: Connect) -> None:
    wafv2 = client("wafv2")
    for name in ("one", "two"):
        arn = web_acl(wafv2, name)["ARN"]
        wafv2.associate_web_acl(WebACLArn=arn, ResourceArn=BALANCER)
        found = wafv2.get_web_acl_for_resource(ResourceArn=BALANCER)["WebACL"]
        assert found["Name"] == name
    wafv2.disassociate_web_acl(ResourceArn=BALANCER)
    assert wafv2.get_web_acl_for_resource(ResourceArn=BALANCER).get("WebACL") is None


def test_what_is_in_use_stays(client: Connect) -> None:
    wafv2 = client("wafv2")
    friends = ip_set(wafv2)
    acl = web_acl(wafv2, "acl", allowing(friends["ARN"]))
    wafv2.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=BALANCER)
    with refused("WAFAssociatedItemException"):
        wafv2.delete_web_acl(**place(acl))
    with refused("WAFAssociatedItemException"):
        wafv2.delete_ip_set(**place(friends))
    wafv2.disassociate_web_acl(ResourceArn=BALANCER)
    wafv2.delete_web_acl(**place(acl))
    wafv2.delete_ip_set(**place(friends))
