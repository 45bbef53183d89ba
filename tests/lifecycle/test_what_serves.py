"""The version that serves is what the spec is compared with, whatever has been registered since."""

from __future__ import annotations

from typing import Any

from provisioner.local.control import ask
from tests.cloud.world import World, changes, fields

TASK = "ecs.task_definition/app"
SERVICE = "ecs.service/app"


def push(world: World, *tags: str) -> None:
    for tag in tags:
        ask(world.server.endpoint, "push", {"image": f"oaktree-dev:{tag}"})


def shipped(world: World, *tags: str) -> None:
    """A stack that was deployed with each of these tags, one after the other."""
    world.apply()
    push(world, *tags)
    for tag in tags:
        world.apply(image_tag=tag)


def deploy(world: World, tag: str) -> int:
    return world.cli("deploy", "--image", f"app={tag}", "-y").code


def test_a_version_that_serves_is_not_registered_again_after_one_that_failed(
    world: World,
) -> None:
    shipped(world, "1")
    push(world, "2--crash")
    assert deploy(world, "2--crash") == 3
    world.check_settled(image_tag="1")

    applied = world.apply("services.app.health_check_grace_period_seconds=90", image_tag="1")
    (write,) = applied.writes
    assert write.operation == "UpdateService"
    assert "taskDefinition" not in write.arguments


def test_a_change_is_shown_against_what_serves(world: World) -> None:
    shipped(world, "1")
    push(world, "2--crash")
    assert deploy(world, "2--crash") == 3
    found = fields(world.plan("services.app.memory_mib=1024", image_tag="1"), TASK)
    assert list(found) == ["memory"]


def test_what_ecs_has_rolled_back_from_is_tried_again_where_the_spec_wants_it(
    world: World,
) -> None:
    shipped(world, "1")
    push(world, "2--crash")
    assert world.cli("apply", "-y", "--var", "image_tag=2--crash").code == 3
    world.check_settled(image_tag="1")
    again = world.plan(image_tag="2--crash")
    assert changes(again) == [f"update {SERVICE}"]


def test_after_a_rollback_the_older_version_needs_nothing_and_the_newer_no_revision(
    world: World,
) -> None:
    shipped(world, "1", "2")
    assert world.cli("rollback", "-y").code == 0
    world.check_settled(image_tag="1")
    assert world.apply(image_tag="2").operations == ["UpdateService"]


def test_what_deploy_has_brought_is_what_the_spec_wants_with_the_same_tag(world: World) -> None:
    shipped(world, "1")
    push(world, "2")
    assert deploy(world, "2") == 0
    world.check_settled(image_tag="2")


def test_of_two_revisions_with_the_same_content_the_one_that_serves_stays(world: World) -> None:
    world.apply()
    ecs = world.client("ecs")
    name = {"taskDefinition": "oaktree-task-dev"}
    answer: Any = ecs.describe_task_definition(**name, include=["TAGS"])
    accepted = ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
    same = {key: value for key, value in answer["taskDefinition"].items() if key in accepted}
    ecs.register_task_definition(**same, tags=answer["tags"])
    world.check_settled()
