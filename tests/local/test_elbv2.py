from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.local.landing import VPCS

from .conftest import ENOUGH, Connect

REPLY = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


@pytest.fixture
def elb(client: Connect) -> Any:
    return client("elbv2")


@pytest.fixture
def balancer(client: Connect, elb: Any) -> dict[str, Any]:
    """What CreateLoadBalancer is asked."""
    names = [f"{VPCS[0]}-public-{zone}" for zone in "ab"]
    found = client("ec2").describe_subnets(Filters=[{"Name": "tag:Name", "Values": names}])
    return {"Name": "web", "Subnets": [each["SubnetId"] for each in found["Subnets"]]}


@pytest.fixture
def group(client: Connect, elb: Any) -> dict[str, Any]:
    """What CreateTargetGroup is asked."""
    mine = [{"Name": "tag:Name", "Values": [VPCS[0]]}]
    vpc = client("ec2").describe_vpcs(Filters=mine)["Vpcs"][0]["VpcId"]
    return {"Name": "web", "Port": 80, "Protocol": "HTTP", "VpcId": vpc, "TargetType": "ip"}


@pytest.fixture
def listener(elb: Any, balancer: dict[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    """What CreateListener is asked."""
    made = elb.create_load_balancer(**balancer)["LoadBalancers"][0]
    target = elb.create_target_group(**group)["TargetGroups"][0]
    return {
        "LoadBalancerArn": made["LoadBalancerArn"],
        "Port": 80,
        "Protocol": "HTTP",
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": target["TargetGroupArn"]}],
    }


def attributes(answer: dict[str, Any]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in answer["Attributes"]}


def test_a_load_balancer_is_provisioned_first(
    elb: Any, balancer: dict[str, Any], advance: Callable[[float], None]
) -> None:
    made = elb.create_load_balancer(**balancer)["LoadBalancers"][0]
    assert (made["State"]["Code"], made["Scheme"]) == ("provisioning", "internet-facing")
    seen = elb.describe_load_balancers(Names=["web"])["LoadBalancers"][0]
    assert seen["State"]["Code"] == "provisioning"
    advance(ENOUGH)
    seen = elb.describe_load_balancers(Names=["web"])["LoadBalancers"][0]
    assert seen["State"]["Code"] == "active"


def test_a_load_balancer_shows_all_attributes(elb: Any, balancer: dict[str, Any]) -> None:
    made = elb.create_load_balancer(**balancer, Scheme="internal")["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    shown = attributes(elb.describe_load_balancer_attributes(LoadBalancerArn=arn))
    assert len(shown) == 23
    assert shown["ipv6.deny_all_igw_traffic"] == "true"
    change = [{"Key": "health_check_logs.s3.prefix", "Value": "x"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=change)
    shown = attributes(elb.describe_load_balancer_attributes(LoadBalancerArn=arn))
    assert shown["health_check_logs.s3.prefix"] == "x"


def test_a_target_group_shows_all_attributes(elb: Any, group: dict[str, Any]) -> None:
    arn = elb.create_target_group(**group)["TargetGroups"][0]["TargetGroupArn"]
    shown = attributes(elb.describe_target_group_attributes(TargetGroupArn=arn))
    assert len(shown) == 14
    assert shown["deregistration_delay.timeout_seconds"] == "300"


def test_repeating_a_create_returns_the_same_thing(
    elb: Any, balancer: dict[str, Any], group: dict[str, Any], listener: dict[str, Any]
) -> None:
    asked = [
        (elb.create_load_balancer, "LoadBalancers", "LoadBalancerArn", balancer),
        (elb.create_target_group, "TargetGroups", "TargetGroupArn", group),
        (elb.create_listener, "Listeners", "ListenerArn", listener),
    ]
    for create, key, arn, request in asked:
        assert create(**request)[key][0][arn] == create(**request)[key][0][arn]


@pytest.mark.parametrize(
    ("what", "change", "code"),
    [
        ("load_balancer", {"Scheme": "internal"}, "DuplicateLoadBalancerName"),
        ("target_group", {"Port": 81}, "DuplicateTargetGroupName"),
        ("listener", {"DefaultActions": REPLY}, "DuplicateListener"),
    ],
)
def test_a_create_that_differs_is_refused(
    elb: Any,
    balancer: dict[str, Any],
    group: dict[str, Any],
    listener: dict[str, Any],
    what: str,
    change: dict[str, Any],
    code: str,
) -> None:
    request = {"load_balancer": balancer, "target_group": group, "listener": listener}[what]
    create = getattr(elb, f"create_{what}")
    create(**request)
    with pytest.raises(ClientError) as refused:
        create(**{**request, **change})
    assert refused.value.response["Error"]["Code"] == code


def test_a_listener_is_shown_as_aws_does(elb: Any, listener: dict[str, Any]) -> None:
    made = elb.create_listener(**listener)["Listeners"][0]
    seen = elb.describe_listeners(ListenerArns=[made["ListenerArn"]])["Listeners"][0]
    target = listener["DefaultActions"][0]["TargetGroupArn"]
    assert "SslPolicy" not in seen
    assert "AlpnPolicy" not in seen
    assert seen["DefaultActions"] == [
        {
            "Type": "forward",
            "Order": 1,
            "TargetGroupArn": target,
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": target, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            },
        }
    ]


def test_a_group_names_the_load_balancers_that_it_serves_now(
    elb: Any, group: dict[str, Any], listener: dict[str, Any]
) -> None:
    made = elb.create_listener(**listener)["Listeners"][0]["ListenerArn"]
    served = elb.describe_target_groups(Names=["web"])["TargetGroups"][0]["LoadBalancerArns"]
    assert served == [listener["LoadBalancerArn"]]
    elb.modify_listener(ListenerArn=made, DefaultActions=REPLY)
    served = elb.describe_target_groups(Names=["web"])["TargetGroups"][0]["LoadBalancerArns"]
    assert served == []


def rule(elb: Any, listener: str, priority: int, **condition: Any) -> str:
    made = elb.create_rule(
        ListenerArn=listener,
        Priority=priority,
        Conditions=[condition],
        Actions=[{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Port": "443"}}],
    )
    arn: str = made["Rules"][0]["RuleArn"]
    return arn


def test_a_rule_is_shown_as_aws_does(elb: Any, listener: dict[str, Any]) -> None:
    parent = elb.create_listener(**listener)["Listeners"][0]["ListenerArn"]
    plain = rule(elb, parent, 1, Field="path-pattern", Values=["/a"])
    full = rule(elb, parent, 2, Field="host-header", HostHeaderConfig={"Values": ["a.b"]})
    one, two = elb.describe_rules(RuleArns=[plain, full])["Rules"]
    assert one["Conditions"] == [
        {"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/a"]}}
    ]
    assert two["Conditions"][0]["Values"] == ["a.b"]
    assert one["Actions"][0]["RedirectConfig"]["Path"] == "/#{path}"


def test_priorities_are_swapped_in_one_call(elb: Any, listener: dict[str, Any]) -> None:
    parent = elb.create_listener(**listener)["Listeners"][0]["ListenerArn"]
    first = rule(elb, parent, 1, Field="path-pattern", Values=["/a"])
    second = rule(elb, parent, 2, Field="path-pattern", Values=["/b"])
    swapped = [{"RuleArn": first, "Priority": 2}, {"RuleArn": second, "Priority": 1}]
    elb.set_rule_priorities(RulePriorities=swapped)
    listed = elb.describe_rules(ListenerArn=parent)["Rules"]
    assert [each["RuleArn"] for each in listed[:2]] == [second, first]
    assert listed[2]["IsDefault"]
    with pytest.raises(ClientError, match="PriorityInUse"):
        elb.set_rule_priorities(RulePriorities=[{"RuleArn": first, "Priority": 1}])
