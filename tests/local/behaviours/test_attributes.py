"""What Elastic Load Balancing refuses about attributes, actions, conditions and health checks."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws, forward

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
SOME = "checks some of it"
INVALID = "ValidationError"


def attributes(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (
            "idle_timeout.timeout_seconds",
            "4001",
            "'idle_timeout.timeout_seconds' value '4001' must be between '1-4000' inclusive",
        ),
        ("idle_timeout.timeout_seconds", "0", ""),
        ("idle_timeout.timeout_seconds", "long", ""),
        ("client_keep_alive.seconds", "59", ""),
        ("deletion_protection.enabled", "yes", "must be one of [true, false]"),
        ("routing.http.desync_mitigation_mode", "none", ""),
        ("routing.http.xff_header_processing.mode", "none", ""),
        ("foo.bar", "1", "Load balancer attribute key 'foo.bar' is not recognized"),
        ("dns_record.client_routing_policy", "any_availability_zone", "is not recognized"),
    ],
)
@behaviour("ELB API: LoadBalancerAttribute", "Attributes have names and values of AWS's", SOME)
def test_attributes_of_load_balancers_are_checked(
    aws: Aws, key: str, value: str, words: str
) -> None:
    change, arn = aws.elbv2.modify_load_balancer_attributes, aws.balancer()
    request = {"LoadBalancerArn": arn, "Attributes": attributes(**{key: value})}
    assert words in aws.refused(INVALID, change, **request)


@behaviour(
    "ELB API: LoadBalancerAttribute",
    "An application load balancer has cross-zone load balancing",
    "accepts it",
)
def test_zones_are_crossed(aws: Aws) -> None:
    change, arn = aws.elbv2.modify_load_balancer_attributes, aws.balancer()
    off = attributes(**{"load_balancing.cross_zone.enabled": "false"})
    aws.refused("InvalidConfigurationRequest", change, LoadBalancerArn=arn, Attributes=off)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (
            "slow_start.duration_seconds",
            "29",
            "'slow_start.duration_seconds' value '29' must be between '30-900' inclusive or '0'",
        ),
        ("deregistration_delay.timeout_seconds", "long", "must be between '0-3600' inclusive"),
        ("stickiness.type", "cookie", "must be one of [lb_cookie, app_cookie]"),
        ("stickiness.lb_cookie.duration_seconds", "604801", ""),
        ("stickiness.app_cookie.duration_seconds", "0", ""),
        ("stickiness.app_cookie.cookie_name", "AWSALBX", "reserved"),
        ("load_balancing.algorithm.type", "random", ""),
        ("load_balancing.algorithm.anomaly_mitigation", "maybe", ""),
        ("load_balancing.cross_zone.enabled", "maybe", ""),
        ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "101", "or 'off'"),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "off", ""),
        ("proxy_protocol_v2.enabled", "true", "Target group attribute key 'proxy_protocol_v2"),
    ],
)
@behaviour("ELB API: TargetGroupAttribute", "So do those of target groups", SOME)
def test_attributes_of_target_groups_are_checked(
    aws: Aws, key: str, value: str, words: str
) -> None:
    change, arn = aws.elbv2.modify_target_group_attributes, aws.group()
    request = {"TargetGroupArn": arn, "Attributes": attributes(**{key: value})}
    assert words in aws.refused(INVALID, change, **request)


@behaviour("ELB API: TargetGroupAttribute", "A target drains for up to 3600 s", "refuses 3600")
def test_a_target_drains_for_an_hour(aws: Aws) -> None:
    change, group = aws.elbv2.modify_target_group_attributes, aws.group()
    hour = attributes(**{"deregistration_delay.timeout_seconds": "3600"})
    change(TargetGroupArn=group, Attributes=hour)
    found = aws.elbv2.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    assert hour[0] in found


@pytest.mark.parametrize(
    "values",
    [
        {
            "load_balancing.algorithm.type": "least_outstanding_requests",
            "slow_start.duration_seconds": "30",
        },
        {"load_balancing.algorithm.anomaly_mitigation": "on"},
    ],
)
@behaviour(
    "ALB guide: edit-target-group-attributes",
    "Slow start goes with round robin, anomaly mitigation with weighted random",
    ACCEPTED,
)
def test_an_algorithm_has_what_goes_with_it(aws: Aws, values: dict[str, str]) -> None:
    change, group = aws.elbv2.modify_target_group_attributes, aws.group()
    request = {"TargetGroupArn": group, "Attributes": attributes(**values)}
    aws.refused("InvalidConfigurationRequest", change, **request)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server.enabled", "maybe"),
        ("x_frame_options.header_value", "ALL"),
        ("x_content_type_options.header_value", "sniff"),
        ("access_control_max_age.header_value", "86401"),
        ("access_control_allow_methods.header_value", "GET,FETCH"),
        ("content_security_policy.header_value", "x" * 1025),
        ("foo", "1"),
    ],
)
@behaviour("ALB guide: header-modification", "So do those of listeners", ACCEPTED)
def test_attributes_of_listeners_are_checked(aws: Aws, name: str, value: str) -> None:
    change, arn = aws.elbv2.modify_listener_attributes, aws.listener(aws.balancer(), aws.group())
    wrong = attributes(**{f"routing.http.response.{name}": value})
    aws.refused(INVALID, change, ListenerArn=arn, Attributes=wrong)


def weighted(*pairs: tuple[str, int], **stickiness: Any) -> list[dict[str, Any]]:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in pairs]
    config: dict[str, Any] = {"TargetGroups": groups}
    if stickiness:
        config["TargetGroupStickinessConfig"] = stickiness
    return [{"Type": "forward", "ForwardConfig": config}]


def redirect(**config: str) -> list[dict[str, Any]]:
    return [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **config}}]


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("six groups", INVALID),
        ("twice", INVALID),
        ("weight", INVALID),
        ("sticky", INVALID),
        ("two", INVALID),
        ("path", INVALID),
        ("port", INVALID),
        ("loop", "InvalidLoadBalancerAction"),
        ("login", "InvalidLoadBalancerAction"),
    ],
)
@behaviour(
    "ELB API: ForwardActionConfig",
    "A forward has up to five groups with weights of 0 to 999, a redirect goes elsewhere",
    ACCEPTED,
)
def test_actions_are_checked(aws: Aws, case: str, code: str) -> None:
    groups = [aws.group(f"web-{number}") for number in range(6)]
    listener = aws.listener(aws.balancer(), groups[0])
    pool = {"UserPoolArn": "a", "UserPoolClientId": "b", "UserPoolDomain": "c"}
    login = {"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": pool}
    actions: dict[str, list[dict[str, Any]]] = {
        "six groups": weighted(*((each, 1) for each in groups)),
        "twice": weighted((groups[0], 1), (groups[0], 2)),
        "weight": weighted((groups[0], 1000)),
        "sticky": weighted((groups[0], 1), Enabled=True),
        "two": [forward(groups[0]), forward(groups[1])],
        "path": redirect(Path="there"),
        "port": redirect(Port="70000"),
        "loop": redirect(Host="#{host}"),
        "login": [login, {**forward(groups[0]), "Order": 2}],
    }
    change = aws.elbv2.modify_listener
    aws.refused(code, change, ListenerArn=listener, DefaultActions=actions[case])


def condition(field: str, config: str, *values: str) -> dict[str, Any]:
    return {"Field": field, config: {"Values": list(values)}}


HOST, PATH = ("host-header", "HostHeaderConfig"), ("path-pattern", "PathPatternConfig")


@pytest.mark.parametrize(
    "conditions",
    [
        [],
        [condition(*HOST, "a.example"), condition(*HOST, "b.example")],
        [condition(*HOST, "a b.example")],
        [condition(*PATH, "/a b")],
        [condition("source-ip", "SourceIpConfig", "10.0.0.1")],
        [condition("source-ip", "SourceIpConfig", "10.0.0/8")],
        [
            {
                "Field": "http-header",
                "HttpHeaderConfig": {"HttpHeaderName": "Host", "Values": ["a"]},
            }
        ],
    ],
)
@behaviour(
    "ELB API: CreateRule", "A rule has conditions, one of a kind, with letters of AWS's", ACCEPTED
)
def test_conditions_are_checked(aws: Aws, conditions: list[dict[str, Any]]) -> None:
    group = aws.group()
    listener = aws.listener(aws.balancer(), group)
    request = {"ListenerArn": listener, "Priority": 1, "Conditions": conditions}
    aws.refused(INVALID, aws.elbv2.create_rule, **request, Actions=[forward(group)])


@behaviour("ELB API: CreateRule", "A rule and a listener do something", ACCEPTED)
def test_an_action_is_needed(aws: Aws) -> None:
    balancer, group = aws.balancer(), aws.group()
    request = {"LoadBalancerArn": balancer, "Port": 81, "Protocol": "HTTP", "DefaultActions": []}
    aws.refused(INVALID, aws.elbv2.create_listener, **request)
    conditions = [condition(*PATH, "/a")]
    rule = {"ListenerArn": aws.listener(balancer, group), "Priority": 1, "Conditions": conditions}
    aws.refused(INVALID, aws.elbv2.create_rule, **rule, Actions=[])


@behaviour("ALB guide: load-balancer-limits", "A changed rule has five values, too", ACCEPTED)
def test_a_changed_rule_has_five_values(aws: Aws) -> None:
    group = aws.group()
    rule = aws.rule(aws.listener(aws.balancer(), group), group, 1)
    many = [condition(*HOST, *(f"{number}.example" for number in range(6)))]
    aws.refused(INVALID, aws.elbv2.modify_rule, RuleArn=rule, Conditions=many)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"HealthCheckIntervalSeconds": 301},
            "1 validation error detected: Value '301' at 'healthCheckIntervalSeconds' failed to"
            " satisfy constraint: Member must have value less than or equal to 300",
        ),
        ({"HealthyThresholdCount": 11}, "less than or equal to 10"),
        ({"HealthCheckPath": "health"}, "must start with a '/'"),
        ({"HealthCheckPort": "http"}, "Health check port 'http'"),
        ({"HealthCheckProtocol": "TCP"}, "must be one of HTTP, HTTPS"),
        ({"HealthCheckEnabled": False}, "cannot be disabled"),
        ({"Matcher": {"HttpCode": "600"}}, "within '200-499' inclusive"),
        ({"Matcher": {"HttpCode": "200-"}}, "is not valid"),
    ],
)
@behaviour("cfn-lint#807", "A target group's health check has values of AWS's", ACCEPTED)
def test_health_checks_are_checked(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert words in aws.refused(INVALID, aws.group, **change)
    group, modify = aws.group(), aws.elbv2.modify_target_group
    assert words in aws.refused(INVALID, modify, TargetGroupArn=group, **change)
