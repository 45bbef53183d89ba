"""What people change by hand is shown with before and after, and repaired."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cloud.inventory import Found
from tests.cloud.servers import EVERY_SERVER
from tests.cloud.world import World, fields

Owned = dict[str, Found]
Spoil = Callable[[World, Owned], object]

ROLE = "oaktree-execution-dev-ap-southeast-1"
RULE = "elbv2.listener_rule/http/app-api-any"
DOOR = "ec2.security_group_rule/app-from-load-balancer"
BACKDOOR = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}],
}
EVERYTHING = json.dumps(BACKDOOR)
BREAKER = "deploymentConfiguration.deploymentCircuitBreaker"


def rule_deleted(world: World, owned: Owned) -> None:
    world.client("elbv2").delete_rule(RuleArn=owned[RULE].id)


def door_closed(world: World, owned: Owned) -> None:
    world.client("ec2").revoke_security_group_ingress(
        GroupId=owned["ec2.security_group/app"].id,
        SecurityGroupRuleIds=[owned[DOOR].id],
    )


def retention_changed(world: World, owned: Owned) -> None:
    world.client("logs").put_retention_policy(logGroupName="/ecs/oaktree-dev", retentionInDays=1)


def tag_edited(world: World, owned: Owned) -> None:
    world.client("ecr").tag_resource(
        resourceArn=owned["ecr.repository/oaktree-dev"].id,
        tags=[{"Key": "Project", "Value": "Elm"}],
    )


def breaker_off(world: World, owned: Owned) -> None:
    world.client("ecs").update_service(
        cluster="oaktree-cluster-dev",
        service="oaktree-service-dev",
        deploymentConfiguration={
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        },
    )


def policy_edited(world: World, owned: Owned) -> None:
    world.client("iam").put_role_policy(
        RoleName=ROLE, PolicyName="execution", PolicyDocument=EVERYTHING
    )


def policy_added(world: World, owned: Owned) -> None:
    world.client("iam").put_role_policy(
        RoleName="oaktree-task-dev-ap-southeast-1", PolicyName="backdoor", PolicyDocument=EVERYTHING
    )


def balancer_attribute(world: World, owned: Owned) -> None:
    world.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=owned["elbv2.load_balancer/main"].id,
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "300"}],
    )


def health_check(world: World, owned: Owned) -> None:
    world.client("elbv2").modify_target_group(
        TargetGroupArn=owned["elbv2.target_group/app"].id, HealthCheckPath="/"
    )


def insights_off(world: World, owned: Owned) -> None:
    world.client("ecs").update_cluster(
        cluster="oaktree-cluster-dev",
        settings=[{"name": "containerInsights", "value": "disabled"}],
    )


BREAKER = "deploymentConfiguration.deploymentCircuitBreaker"


@dataclass(frozen=True, slots=True)
class Drift:
    """Something done by hand; what the plan shows for it; the call that repairs it."""

    spoil: Spoil
    address: str
    shown: Mapping[str, tuple[Any, Any]]
    repair: str


DRIFTS = (
    Drift(
        retention_changed, "logs.log_group/app", {"retentionInDays": (1, 30)}, "PutRetentionPolicy"
    ),
    Drift(
        tag_edited,
        "ecr.repository/oaktree-dev",
        {"tags.Project": ("Elm", "OakTree")},
        "TagResource",
    ),
    Drift(
        breaker_off,
        "ecs.service/app",
        {f"{BREAKER}.enable": (False, True), f"{BREAKER}.rollback": (False, True)},
        "UpdateService",
    ),
    Drift(
        balancer_attribute,
        "elbv2.load_balancer/main",
        {"Attributes.idle_timeout.timeout_seconds": ("300", "60")},
        "ModifyLoadBalancerAttributes",
    ),
    Drift(
        health_check,
        "elbv2.target_group/app",
        {"HealthCheckPath": ("/", "/health")},
        "ModifyTargetGroup",
    ),
    Drift(
        insights_off,
        "ecs.cluster/main",
        {"settings.containerInsights": ("disabled", "enabled")},
        "UpdateCluster",
    ),
    Drift(
        policy_added,
        "iam.role/app-task",
        {"InlinePolicies.backdoor": (BACKDOOR, None)},
        "DeleteRolePolicy",
    ),
    Drift(policy_edited, "iam.role/app-execution", {}, "PutRolePolicy"),
    Drift(rule_deleted, RULE, {}, "CreateRule"),
    Drift(door_closed, DOOR, {}, "AuthorizeSecurityGroupIngress"),
)


@pytest.mark.parametrize("server_name", EVERY_SERVER)
def test_drift_is_shown_and_repaired_by_nothing_but_what_it_takes(world: World) -> None:
    world.apply()
    for drift in DRIFTS:
        drift.spoil(world, world.owned())
    plan = world.plan()
    # The order of rules cannot be known before the missing one is there; it needs no call then.
    assert {change["address"] for change in plan["changes"]} == {
        "elbv2.rule_priorities/http",
        *(drift.address for drift in DRIFTS),
    }
    for drift in DRIFTS:
        if drift.shown:
            assert fields(plan, drift.address) == drift.shown
    edited = fields(plan, "iam.role/app-execution")
    assert {path.split(".")[:2] == ["InlinePolicies", "execution"] for path in edited} == {True}
    assert "*" in str([before for before, _ in edited.values()])
    actions = {change["address"]: change["action"] for change in plan["changes"]}
    assert {address for address, action in actions.items() if action == "create"} == {RULE, DOOR}

    assert sorted(world.apply().operations) == sorted(drift.repair for drift in DRIFTS)
    world.check_settled()
    assert world.owned().keys() == world.addresses()


def test_drift_is_told_by_the_command_line(world: World) -> None:
    world.apply()
    retention_changed(world, world.owned())
    done = world.cli("plan", "--detailed-exitcode")
    assert done.code == 2
    assert "retentionInDays: 1 -> 30" in done.out


def test_a_thing_that_lost_its_ownership_tag_is_not_taken_for_ours(world: World) -> None:
    world.apply()
    arn = world.one("elbv2.target_group/app").id
    world.client("elbv2").remove_tags(ResourceArns=[arn], TagKeys=["provisioner:stack"])
    done = world.cli("plan")
    assert done.code == 4
    assert f"elbv2.target_group/app: oaktree-tg-dev exists ({arn})" in done.err
    assert done.recording.operations == []


def test_tags_of_others_stay(world: World) -> None:
    world.apply()
    world.client("ecs").tag_resource(
        resourceArn=world.one("ecs.cluster/main").id,
        tags=[{"key": "cost-centre", "value": "7"}],
    )
    world.check_settled()
    assert world.one("ecs.cluster/main").tags["cost-centre"] == "7"
