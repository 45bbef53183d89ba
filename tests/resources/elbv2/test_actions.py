"""Actions and conditions in every shape that AWS has for them."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.resources.elbv2._actions import (
    bridge_actions,
    canonical_actions,
    canonical_conditions,
)
from provisioner.resources.elbv2.listener import Listener
from provisioner.resources.elbv2.listener_rule import ListenerRule
from provisioner.resources.elbv2.load_balancer import LoadBalancer
from provisioner.resources.elbv2.target_group import TargetGroup

A, B, C = (f"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{x}/1" for x in "abc")
OFF = {"TargetGroupStickinessConfig": {"Enabled": False}}


def target(arn: str, weight: int) -> dict[str, Any]:
    return {"TargetGroupArn": arn, "Weight": weight}


def forward(*targets: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": list(targets), **more}}


PLAIN = {"Type": "forward", "TargetGroupArn": A}
BOTH = {**PLAIN, "Order": 1, **forward(target(A, 1), **OFF)}


@pytest.mark.parametrize(
    ("wanted", "described"),
    [
        (PLAIN, BOTH),
        (PLAIN, PLAIN),
        (forward(target(A, 1)), BOTH),
        (PLAIN, {**PLAIN, "ForwardConfig": {"TargetGroups": [target(A, 100)], **OFF}}),
        (forward(target(A, 1), target(B, 2)), {**forward(target(B, 2), target(A, 1), **OFF)}),
        (
            {"Type": "redirect", "RedirectConfig": {"Port": "443", "StatusCode": "HTTP_301"}},
            {
                "Type": "redirect",
                "Order": 1,
                "RedirectConfig": {
                    "Protocol": "#{protocol}",
                    "Port": "443",
                    "Host": "#{host}",
                    "Path": "/#{path}",
                    "Query": "#{query}",
                    "StatusCode": "HTTP_301",
                },
            },
        ),
        (
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}},
            {"Type": "fixed-response", "Order": 1, "FixedResponseConfig": {"StatusCode": "404"}},
        ),
    ],
    ids=["both", "old", "new", "lone weight", "order", "redirect", "fixed"],
)
def test_an_action_as_aws_describes_it_is_the_same(
    wanted: dict[str, Any], described: dict[str, Any]
) -> None:
    assert canonical_actions([wanted]) == canonical_actions([described])


@pytest.mark.parametrize(
    "other",
    [
        {"Type": "forward", "TargetGroupArn": B},
        forward(target(A, 1), target(B, 1)),
        forward(target(A, 1), TargetGroupStickinessConfig={"Enabled": True, "DurationSeconds": 9}),
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}},
    ],
    ids=["group", "one more", "sticky", "type"],
)
def test_another_action_is_another(other: dict[str, Any]) -> None:
    assert canonical_actions([PLAIN]) != canonical_actions([other])


def test_actions_are_in_the_order_that_they_say() -> None:
    first = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {"Issuer": "i"}}
    assert canonical_actions([{**PLAIN, "Order": 2}, first])[0]["Type"] == "authenticate-oidc"


PATHS = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b"]}}
HOSTS = {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example"]}}
QUERY = {
    "Field": "query-string",
    "QueryStringConfig": {"Values": [{"Key": "a", "Value": "1"}, {"Value": "2"}]},
}


@pytest.mark.parametrize(
    ("wanted", "described"),
    [
        ([PATHS], [{**PATHS, "Values": ["/a", "/b"]}]),
        ([PATHS], [{"Field": "path-pattern", "Values": ["/a", "/b"]}]),
        ([PATHS], [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/b", "/a"]}}]),
        ([PATHS, HOSTS], [{**HOSTS, "Values": ["a.example"]}, {**PATHS, "Values": ["/a", "/b"]}]),
        (
            [QUERY],
            [
                {
                    "Field": "query-string",
                    "QueryStringConfig": {"Values": QUERY["QueryStringConfig"]["Values"][::-1]},  # type: ignore[index]
                }
            ],
        ),
        (
            [
                {
                    "Field": "http-header",
                    "HttpHeaderConfig": {"HttpHeaderName": "X", "Values": ["1"]},
                }
            ],
            [
                {
                    "Field": "http-header",
                    "HttpHeaderConfig": {"HttpHeaderName": "X", "Values": ["1"]},
                }
            ],
        ),
        (
            [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}],
            [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}],
        ),
    ],
    ids=["both", "old", "order of values", "order", "query", "header", "source"],
)
def test_conditions_as_aws_describes_them_are_the_same(
    wanted: list[dict[str, Any]], described: list[dict[str, Any]]
) -> None:
    assert canonical_conditions(wanted) == canonical_conditions(described)


def test_other_conditions_are_others() -> None:
    other = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"]}}
    assert canonical_conditions([PATHS]) != canonical_conditions([other])


@pytest.mark.parametrize(
    ("live", "want", "expected"),
    [
        ([BOTH], [{"Type": "forward", "TargetGroupArn": B}], [target(A, 1), target(B, 0)]),
        ([forward(target(A, 1), target(B, 0))], [{"Type": "forward", "TargetGroupArn": B}],
         [target(A, 1), target(B, 0)]),
        ([forward(target(A, 3), target(B, 1))], [{"Type": "forward", "TargetGroupArn": C}],
         [target(A, 3), target(B, 1), target(C, 0)]),
        ([BOTH], [PLAIN], None),
        ([forward(target(A, 9), target(B, 1))], [forward(target(B, 1), target(C, 1))],
         [target(A, 9), target(B, 1), target(C, 0)]),
        ([forward(target(A, 9), target(B, 1))], [forward(target(A, 5), target(B, 5))], None),
        ([{"Type": "redirect", "RedirectConfig": {}}], [PLAIN], None),
        ([BOTH], [{"Type": "redirect", "RedirectConfig": {}}], None),
    ],
    ids=["new", "half done", "weighted", "same", "one of two", "weights", "from redirect",
         "to redirect"],
)  # fmt: skip
def test_until_tasks_have_moved_the_old_group_keeps_the_traffic(
    live: list[dict[str, Any]], want: list[dict[str, Any]], expected: list[dict[str, Any]] | None
) -> None:
    bridge = bridge_actions(live, want)
    assert (bridge[0]["ForwardConfig"]["TargetGroups"] if bridge else None) == expected


BALANCER = (
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"
)
HTTP_LISTENER = {
    "ListenerArn": BALANCER.replace(":loadbalancer/", ":listener/") + "/f2f7dc8efc522ab2",
    "LoadBalancerArn": BALANCER,
    "Port": 80,
    "Protocol": "HTTP",
    "DefaultActions": [BOTH],
}
"""DescribeListeners: an HTTP listener has neither SslPolicy nor Certificates."""

RULE = {
    "RuleArn": HTTP_LISTENER["ListenerArn"] + "/9683b2d02a6cabee",  # type: ignore[operator]
    "ListenerArn": HTTP_LISTENER["ListenerArn"],
    "Priority": 10,
    "Conditions": [{**PATHS, "Values": ["/a", "/b"]}],
    "Actions": [BOTH],
    "IsDefault": False,
    "Transforms": [],
}
"""DescribeRules, its priority made a number."""

GROUP = {
    "TargetGroupArn": A,
    "TargetGroupName": "web",
    "Protocol": "HTTP",
    "Port": 80,
    "VpcId": "vpc-1",
    "HealthCheckProtocol": "HTTP",
    "HealthCheckPort": "traffic-port",
    "HealthCheckEnabled": True,
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
    "HealthCheckPath": "/",
    "Matcher": {"HttpCode": "200"},
    "LoadBalancerArns": [BALANCER],
    "TargetType": "ip",
    "ProtocolVersion": "HTTP1",
    "IpAddressType": "ipv4",
}
"""DescribeTargetGroups."""

GROUP_ATTRIBUTES = {
    "deregistration_delay.timeout_seconds": "30",
    "stickiness.enabled": "false",
    "stickiness.type": "lb_cookie",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "slow_start.duration_seconds": "0",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
"""DescribeTargetGroupAttributes; API_TargetGroupAttribute."""

LOAD_BALANCER = {
    "LoadBalancerArn": BALANCER,
    "DNSName": "web-1.eu-west-1.elb.amazonaws.com",
    "CanonicalHostedZoneId": "Z32O12XQLNTSW2",
    "LoadBalancerName": "web",
    "Scheme": "internet-facing",
    "VpcId": "vpc-1",
    "State": {"Code": "active"},
    "Type": "application",
    "AvailabilityZones": [
        {"ZoneName": "eu-west-1b", "SubnetId": "subnet-b", "LoadBalancerAddresses": []},
        {"ZoneName": "eu-west-1a", "SubnetId": "subnet-a", "LoadBalancerAddresses": []},
    ],
    "SecurityGroups": ["sg-1"],
    "IpAddressType": "ipv4",
}
"""DescribeLoadBalancers."""

BALANCER_ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "idle_timeout.timeout_seconds": "60",
    "routing.http2.enabled": "true",
    "routing.http.drop_invalid_header_fields.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
"""DescribeLoadBalancerAttributes, some of the twenty; API_LoadBalancerAttribute."""


def test_a_listener_as_aws_describes_it_is_no_difference() -> None:
    wanted = {
        "LoadBalancerArn": BALANCER,
        "Port": 80,
        "Protocol": "HTTP",
        "DefaultActions": [PLAIN],
    }
    assert _differences(Listener(), wanted, Listener()._live(HTTP_LISTENER, {})) == []


def test_a_rule_as_aws_describes_it_is_no_difference() -> None:
    wanted = {
        "ListenerArn": HTTP_LISTENER["ListenerArn"],
        "Conditions": [PATHS],
        "Actions": [PLAIN],
    }
    assert _differences(ListenerRule(), wanted, ListenerRule()._live(RULE, {})) == []


def test_a_target_group_as_aws_describes_it_is_no_difference() -> None:
    same = {name: value for name, value in GROUP.items() if name in TargetGroup.fields}
    wanted = {
        **same,
        "Name": "web",
        "Attributes": {"deregistration_delay.timeout_seconds": "30", "stickiness.enabled": "false"},
    }
    live = TargetGroup()._live(GROUP, {}, GROUP_ATTRIBUTES)
    assert _differences(TargetGroup(), wanted, live) == []


def test_a_load_balancer_as_aws_describes_it_is_no_difference() -> None:
    wanted = {
        "Name": "web",
        "Scheme": "internet-facing",
        "Type": "application",
        "IpAddressType": "ipv4",
        "Subnets": ["subnet-a", "subnet-b"],
        "SecurityGroups": ["sg-1"],
        "Attributes": {"idle_timeout.timeout_seconds": "60", "routing.http2.enabled": "true"},
    }
    live = LoadBalancer()._live(LOAD_BALANCER, {}, BALANCER_ATTRIBUTES)
    assert _differences(LoadBalancer(), wanted, live) == []
    assert live.outputs["FullName"] == "app/web/50dc6c495c0c9188"


def test_a_gateway_of_others_with_a_name_like_ours_is_looked_at_without_harm() -> None:
    shown = {"LoadBalancerArn", "LoadBalancerName", "VpcId", "State", "AvailabilityZones"}
    gateway = {name: value for name, value in LOAD_BALANCER.items() if name in shown}
    live = LoadBalancer()._live({**gateway, "Type": "gateway"}, {}, {})
    assert (live.properties["Name"], live.properties["Scheme"]) == ("web", None)


def _differences(kind: Any, wanted: dict[str, Any], live: Any) -> list[Any]:
    want, have = kind.canonical(wanted), kind.canonical(live.properties)
    return list(differences(want, have, kind.rules))
