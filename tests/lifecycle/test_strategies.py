"""Deployments by blue/green, linear and canary: ECS moves the traffic, and the plan lets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cloud.landing import land
from tests.cloud.servers import ROOT
from tests.cloud.world import REGION, World, changes

RULE = "elbv2.listener_rule/http/app-any"
TEST_RULE = "elbv2.listener_rule/preview/app-any"
BLUE, GREEN = "shop-tg", "shop-tg-alt"
ROLLING = "services.app.deployment={strategy: rolling}"
LINEAR = (
    "services.app.deployment={strategy: linear, step_percent: 50, step_bake_minutes: 1,"
    " bake_minutes: 0}"
)
CANARY = "services.app.deployment={strategy: canary, step_bake_minutes: 1, bake_minutes: 0}"


@pytest.fixture
def shop(world: World, tmp_path: Path) -> World:
    """The example, in the network that it asks for."""
    text = (ROOT / "specs" / "blue-green.yaml").read_text()
    path = tmp_path / "blue-green.yaml"
    path.write_text(text.replace("eu-central-1", REGION))
    land(world.client("ec2"), "shop", way_out=True)
    return World(world.server, world.tap, tmp_path, spec=path, environment=None)


def weights(world: World, address: str = RULE) -> dict[str, int]:
    arn = world.one(address).id
    (rule,) = world.client("elbv2").describe_rules(RuleArns=[arn])["Rules"]
    groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    return {one["TargetGroupArn"].split("/")[-2]: one["Weight"] for one in groups}


def targets(world: World) -> dict[str, int]:
    client = world.client("elbv2")
    found = {one["TargetGroupName"]: one for one in client.describe_target_groups()["TargetGroups"]}
    return {
        name: sum(
            target["TargetHealth"]["State"] == "healthy"
            for target in client.describe_target_health(TargetGroupArn=one["TargetGroupArn"])[
                "TargetHealthDescriptions"
            ]
        )
        for name, one in found.items()
    }


def described(world: World) -> dict[str, Any]:
    (found,) = world.client("ecs").describe_services(
        cluster="shop-cluster", services=["shop-service"]
    )["services"]
    service: dict[str, Any] = found
    return service


def test_the_example_comes_serves_and_goes_whole(shop: World) -> None:
    applied = shop.apply(image_tag="1")
    assert applied.report.result == "done"
    assert shop.owned().keys() >= {RULE, TEST_RULE, "elbv2.target_group/app/alternate"}
    assert weights(shop) == {BLUE: 100, GREEN: 0}
    assert targets(shop) == {BLUE: 2, GREEN: 0}
    shop.check_settled(image_tag="1")
    shop.teardown()
    assert shop.owned() == {}


def test_after_a_move_the_plan_is_empty_and_says_what_it_keeps(shop: World) -> None:
    shop.apply(image_tag="1")
    applied = shop.apply(image_tag="2")
    assert applied.operations == ["RegisterTaskDefinition", "UpdateService"]
    assert weights(shop) == weights(shop, TEST_RULE) == {BLUE: 0, GREEN: 100}
    assert targets(shop)[GREEN] == 2
    plan = shop.plan(image_tag="2")
    assert changes(plan) == []
    kept = {one["address"]: (one["path"], one["value"], one["by"]) for one in plan["kept"]}
    assert kept[RULE] == ("Actions", {BLUE: 0, GREEN: 100}, "ECS deployments")


def test_other_drift_of_the_rule_is_repaired_and_the_traffic_stays(shop: World) -> None:
    shop.apply(image_tag="1")
    shop.apply(image_tag="2")
    arn = shop.one(RULE).id
    client = shop.client("elbv2")
    client.modify_rule(RuleArn=arn, Conditions=[{"Field": "path-pattern", "Values": ["/x"]}])
    shop.apply(image_tag="2")
    assert weights(shop) == {BLUE: 0, GREEN: 100}
    closed = {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "closed"}
    client.modify_rule(
        RuleArn=arn, Actions=[{"Type": "fixed-response", "FixedResponseConfig": closed}]
    )
    assert changes(shop.plan(image_tag="2")) == [f"update {RULE}"]
    shop.apply(image_tag="2")
    assert weights(shop) == {BLUE: 0, GREEN: 100}
    shop.check_settled(image_tag="2")


def test_a_rule_that_was_deleted_comes_back_with_the_traffic_where_the_tasks_are(
    shop: World,
) -> None:
    shop.apply(image_tag="1")
    shop.apply(image_tag="2")
    shop.client("elbv2").delete_rule(RuleArn=shop.one(RULE).id)
    applied = shop.apply(image_tag="2")
    made = next(call for call in applied.writes if call.operation == "CreateRule")
    groups = made.arguments["Actions"][0]["ForwardConfig"]["TargetGroups"]
    assert [one["Weight"] for one in groups] == ["0", "100"]
    shop.check_settled(image_tag="2")


def test_a_version_that_fails_goes_back_to_the_one_before(shop: World) -> None:
    shop.apply(image_tag="1")
    before = described(shop)["taskDefinition"]
    finished = shop.cli("apply", "--yes", "--var", "image_tag=2--crash")
    assert finished.code == 3, finished.out + finished.err
    assert described(shop)["taskDefinition"] == before
    assert weights(shop) == {BLUE: 100, GREEN: 0}
    shop.apply(image_tag="3")
    shop.check_settled(image_tag="3")


@pytest.mark.parametrize("strategy", [LINEAR, CANARY], ids=["linear", "canary"])
def test_traffic_moves_by_steps_and_the_plan_is_empty_after(shop: World, strategy: str) -> None:
    shop.apply(strategy, image_tag="1")
    shop.apply(strategy, image_tag="2")
    assert weights(shop) == {BLUE: 0, GREEN: 100}
    shop.check_settled(strategy, image_tag="2")


def test_to_blue_green_and_back(shop: World) -> None:
    shop.apply(ROLLING, image_tag="1")
    assert set(targets(shop)) == {BLUE}
    there = shop.apply(image_tag="1")
    updates = [call.arguments for call in there.writes if call.operation == "UpdateService"]
    assert [sorted(one.keys() - {"cluster", "service"}) for one in updates] == [
        ["loadBalancers"],
        ["deploymentConfiguration"],
    ]
    shop.check_settled(image_tag="1")
    shop.apply(image_tag="2")
    assert weights(shop) == {BLUE: 0, GREEN: 100}
    back = shop.apply(ROLLING, image_tag="2")
    assert back.operations.index("UpdateService") < back.operations.index("DeleteRule")
    assert targets(shop) == {BLUE: 2}
    shop.check_settled(ROLLING, image_tag="2")
    shop.apply(image_tag="2")
    assert weights(shop)[BLUE] == 100
    assert targets(shop) == {BLUE: 2, GREEN: 0}
    shop.check_settled(image_tag="2")
