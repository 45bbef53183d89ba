"""`deploy` of a service that a task must run before."""

from __future__ import annotations

from pathlib import Path

from provisioner.local.control import ask
from tests.cli.conftest import Command
from tests.cloud.world import OAKTREE, World

SPEC = OAKTREE.read_text().replace(
    "\nenvironments:",
    """
    hooks: {pre_deploy: migrate}

tasks:
  migrate:
    image: {repository: oaktree-dev, tag: "0"}
    environment: {LOCAL_FATE: exit-0-after-2s}

environments:""",
)


def test_the_task_gets_the_new_image_and_runs_first(
    on: Command, world: World, tmp_path: Path
) -> None:
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(SPEC)
    world.apply()
    (made,) = ask(world.server.endpoint, "push", {"image": "oaktree-dev:2"})
    with world.tap.recording() as recording:
        ran = on("deploy", "--image", "app=2", "-y", "--json")
    assert ran.code == 0
    order = [call.operation for call in recording.writes]
    assert order.count("RegisterTaskDefinition") == 2
    assert order.index("RunTask") < order.index("UpdateService")
    (container,) = world.client("ecs").describe_task_definition(
        taskDefinition="oaktree-migrate-task-dev"
    )["taskDefinition"]["containerDefinitions"]
    assert container["image"].endswith(made["digest"])


def test_a_second_deploy_does_not_step_over_a_task_that_failed(
    on: Command, world: World, tmp_path: Path
) -> None:
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(SPEC)
    world.apply()
    ask(world.server.endpoint, "push", {"image": "oaktree-dev:2"})
    world.spec.write_text(SPEC.replace("exit-0", "exit-7"))
    assert on("apply", "-y").code == 1
    for _ in range(2):
        with world.tap.recording() as recording:
            ran = on("deploy", "--image", "app=2", "-y", "--json")
        assert ran.code == 5
        assert "RunTask" in recording.operations
        assert "UpdateService" not in recording.operations


def run_before(on: Command, world: World, version: str) -> bool:
    """Deploy it; whether the task ran."""
    with world.tap.recording() as recording:
        ran = on("deploy", "--image", f"app={version}", "-y", "--json")
    assert ran.code == 0, ran.err
    assert recording.operations.count("UpdateService") == 1
    return "RunTask" in recording.operations


def test_the_task_runs_once_per_digest(on: Command, world: World, tmp_path: Path) -> None:
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(SPEC)
    world.apply()
    for tag in ("2", "3"):
        ask(world.server.endpoint, "push", {"image": f"oaktree-dev:{tag}"})
    assert [run_before(on, world, one) for one in ("2", "3", "2", "3")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_task_whose_image_has_no_digest_runs_each_time(
    on: Command, world: World, tmp_path: Path
) -> None:
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(SPEC)
    world.apply()
    versions = ("nginx:1.28", "nginx:1.29", "nginx:1.28")
    assert [run_before(on, world, one) for one in versions] == [True, True, True]


def test_a_digest_whose_task_failed_has_not_run_and_the_way_back_is_free(
    on: Command, world: World, tmp_path: Path
) -> None:
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(SPEC)
    world.apply()
    for tag in ("2", "3", "4"):
        ask(world.server.endpoint, "push", {"image": f"oaktree-dev:{tag}"})
    assert [run_before(on, world, one) for one in ("2", "3")] == [True, True]
    world.spec.write_text(SPEC.replace("exit-0", "exit-7"))
    assert on("apply", "-y").code == 5
    assert on("deploy", "--image", "app=4", "-y").code == 5
    assert not run_before(on, world, "2")
    with world.tap.recording() as recording:
        assert on("deploy", "--image", "app=4", "-y").code == 5
    assert "RunTask" in recording.operations


def test_an_image_that_nobody_has_pushed_is_named_with_what_pushes_it(
    on: Command, world: World, tmp_path: Path
) -> None:
    """The first apply: the repository is made by it, so it is empty."""
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(SPEC)
    ask(world.server.endpoint, "settings", {"strict_images": True})
    try:
        ran = on("apply", "-y")
    finally:
        ask(world.server.endpoint, "settings", {"strict_images": False})
    assert ran.code == 5
    assert "→ the image" in ran.out
    push = "push it (provisioner local push oaktree-dev:0), or correct the tag, and apply again"
    assert f"oaktree-dev:0 is not in its repository: {push}" in ran.out
    ask(world.server.endpoint, "push", {"image": "oaktree-dev:0"})
    ask(world.server.endpoint, "push", {"image": "oaktree-dev:latest"})
    assert on("apply", "-y").code == 0
