"""Deployment strategies as ECS takes them, and what has to stand around them."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.stack import Blueprint
from tests.support.blueprints import addresses, at, shop, wanted

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:check"
LISTENERS = "\nload_balancer: {listeners: {http: {port: 80}, test: {port: 81}}}\n"
CONFIGURED = "deploymentConfiguration"


def made(deployment: str, routes: str = "{default: true}", more: str = "") -> Blueprint:
    return shop(
        f"""
        services:
          app:
            image: nginx:1
            port: 80
            routes: [{routes}]
            deployment: {deployment}
            {more}
        """,
        balancer=LISTENERS,
    )


def service(blueprint: Blueprint) -> dict[str, Any]:
    return wanted(blueprint, "ecs.service/app")


def test_a_service_that_rolls_has_nothing_around_it() -> None:
    found = made("{}")
    assert service(found)[CONFIGURED]["strategy"] == "ROLLING"
    assert "advancedConfiguration" not in service(found)["loadBalancers"][0]
    assert "iam.role/app-deployment" not in addresses(found)
    assert addresses(found, "elbv2.target_group") == ["elbv2.target_group/app"]
    assert at(found, "ecs.service/app").kept == {}


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        ("{strategy: blue-green}", {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}),
        (
            "{strategy: linear, bake_minutes: 0}",
            {
                "strategy": "LINEAR",
                "bakeTimeInMinutes": 0,
                "linearConfiguration": {"stepPercent": 10.0, "stepBakeTimeInMinutes": 6},
            },
        ),
        (
            "{strategy: canary, step_percent: 0.1, step_bake_minutes: 30}",
            {
                "strategy": "CANARY",
                "canaryConfiguration": {"canaryPercent": 0.1, "canaryBakeTimeInMinutes": 30},
            },
        ),
        (
            "{circuit_breaker: {failed_tasks: 3, reset_on_healthy_task: false}}",
            {
                "deploymentCircuitBreaker": {
                    "enable": True,
                    "rollback": True,
                    "thresholdConfiguration": {"type": "COUNT", "value": 3},
                    "resetOnHealthyTask": False,
                }
            },
        ),
        (
            "{circuit_breaker: {failed_percent: 20, bounded: false}}",
            {
                "deploymentCircuitBreaker": {
                    "enable": True,
                    "rollback": True,
                    "thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 20},
                }
            },
        ),
        ("{}", {"alarms": {}, "lifecycleHooks": []}),
    ],
    ids=["blue-green", "linear", "canary", "count", "percent", "nothing"],
)
def test_a_strategy_is_said_in_ecs_words(deployment: str, expected: dict[str, Any]) -> None:
    assert service(made(deployment))[CONFIGURED].items() >= expected.items()


def test_alarms_are_named() -> None:
    found = made("{alarms: {own: [cpu], names: [others]}}", more="alarms: true")
    assert service(found)[CONFIGURED]["alarms"] == {
        "alarmNames": [wanted(found, "cloudwatch.alarm/app-cpu")["AlarmName"], "others"],
        "enable": True,
        "rollback": True,
    }


def test_hooks_call_a_function_or_wait() -> None:
    hooks = (
        f"[{{stages: POST_SCALE_UP, function: '{FUNCTION}', details: {{a: 1}}}},"
        " {stages: [POST_TEST_TRAFFIC_SHIFT], pause: true, on_timeout: continue}]"
    )
    found = made(f"{{strategy: blue-green, hooks: {hooks}}}")
    assert service(found)[CONFIGURED]["lifecycleHooks"] == [
        {
            "lifecycleStages": ["POST_SCALE_UP"],
            "targetType": "AWS_LAMBDA",
            "hookTargetArn": FUNCTION,
            "roleArn": "${iam.role/app-deployment.Arn}",
            "hookDetails": {"a": "1"},
        },
        {
            "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
            "targetType": "PAUSE",
            "timeoutConfiguration": {"timeoutInMinutes": 1440, "action": "CONTINUE"},
        },
    ]
    (policy,) = wanted(found, "iam.role/app-deployment")["InlinePolicies"].values()
    assert policy["Statement"][0]["Resource"] == [FUNCTION]


def test_the_default_route_is_a_rule_that_comes_last() -> None:
    found = made("{strategy: blue-green, test: test}")
    rule = wanted(found, "elbv2.listener_rule/http/app-any")
    assert rule["Priority"] == 50000
    groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    assert groups == [
        {"TargetGroupArn": "${elbv2.target_group/app.Arn}", "Weight": 100},
        {"TargetGroupArn": "${elbv2.target_group/app/alternate.Arn}", "Weight": 0},
    ]
    assert service(found)["loadBalancers"][0]["advancedConfiguration"] == {
        "alternateTargetGroupArn": "${elbv2.target_group/app/alternate.Arn}",
        "productionListenerRule": "${elbv2.listener_rule/http/app-any.Arn}",
        "testListenerRule": "${elbv2.listener_rule/test/app-any.Arn}",
        "roleArn": "${iam.role/app-deployment.Arn}",
    }
    assert at(found, "elbv2.listener_rule/http/app-any").kept["Actions"].shared


def test_a_header_tells_test_requests_apart_and_its_rule_comes_first() -> None:
    found = made("{strategy: canary, test: {header: {X-New: 'yes'}}}", "{path: /a, name: a}")
    order = wanted(found, "elbv2.rule_priorities/http")["Rules"]
    assert [one["RuleArn"] for one in order] == [
        "${elbv2.listener_rule/http/a-test.Arn}",
        "${elbv2.listener_rule/http/a.Arn}",
    ]
    conditions = wanted(found, "elbv2.listener_rule/http/a-test")["Conditions"]
    assert [one["Field"] for one in conditions] == ["path-pattern", "http-header"]


def test_the_second_group_is_like_the_first() -> None:
    found = made(
        "{strategy: canary}", more="names: {target_group: thirty-two-letters-is-the-longes}"
    )
    first = wanted(found, "elbv2.target_group/app")
    second = wanted(found, "elbv2.target_group/app/alternate")
    assert {**second, "Name": first["Name"]} == first
    assert second["Name"] != first["Name"]
    assert len(second["Name"]) <= 32


def test_roles_that_exist_are_used() -> None:
    hook = f"{{stages: POST_SCALE_UP, function: '{FUNCTION}', role: caller}}"
    found = made(f"{{strategy: canary, infrastructure_role: mover, hooks: [{hook}]}}")
    assert "iam.role/app-deployment" not in addresses(found)
    assert {one.address for one in found.lookups} >= {"lookup.role/mover", "lookup.role/caller"}
    advanced = service(found)["loadBalancers"][0]["advancedConfiguration"]
    assert advanced["roleArn"] == "${lookup.role/mover.Arn}"
    assert service(found)[CONFIGURED]["lifecycleHooks"][0]["roleArn"] == "${lookup.role/caller.Arn}"


def test_the_role_is_for_ecs_of_this_account() -> None:
    role = wanted(made("{strategy: canary}"), "iam.role/app-deployment")
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "${lookup.account.Account}"}
    }
    assert role["ManagedPolicyArns"][0].endswith(
        ":iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
    )
    assert role["InlinePolicies"] == {}


@pytest.mark.parametrize("alarm", ["5xx", "latency", "unhealthy-hosts"])
def test_alarms_and_dashboard_look_at_both_groups(alarm: str) -> None:
    found = made("{strategy: canary}", more="alarms: true")
    metrics = str(wanted(found, f"cloudwatch.alarm/app-{alarm}")["Metrics"])
    assert "${elbv2.target_group/app.FullName}" in metrics
    assert "${elbv2.target_group/app/alternate.FullName}" in metrics


def test_without_a_load_balancer_there_is_nothing_to_move() -> None:
    found = shop("services: {app: {image: 'nginx:1', deployment: {strategy: blue-green}}}")
    assert service(found)["loadBalancers"] == []
    assert "iam.role/app-deployment" not in addresses(found)
