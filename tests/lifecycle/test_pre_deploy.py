"""A task that must have gone well before its service is deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.local.control import ask
from tests.cloud.tap import Call
from tests.cloud.world import OAKTREE, World, changes

SPEC = (
    OAKTREE.read_text()
    .replace(
        "\nenvironments:",
        """
    hooks: {pre_deploy: migrate}

tasks:
  migrate:
    image: "nginx:${migration}"
    command: [./migrate]

environments:""",
    )
    .replace("\nvariables:", "\nvariables:\n  migration: 1--exit-0-after-2s")
)


@pytest.fixture
def hooked(world: World, tmp_path: Path) -> World:
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(SPEC)
    return world


def names(calls: list[Call]) -> list[str]:
    return [call.operation for call in calls]


def test_it_runs_once_per_revision_and_a_failure_stops_the_rollout(hooked: World) -> None:
    order = names(hooked.apply().writes)
    assert order.count("RunTask") == 1
    assert order.index("RunTask") < order.index("CreateService")
    hooked.check_settled(migration="1--exit-0-after-2s")

    assert "RunTask" not in names(hooked.apply(image_tag="2").writes)

    stack = hooked.stack(image_tag="3", migration="2--exit-7-after-2s")
    document = stack.report_document(stack.apply(stack.plan()))
    steps = {step["address"]: step for step in document["steps"]}
    assert document["result"] == "partial"
    assert (
        "exited with 7: what follows it is not deployed"
        in steps["ecs.task_definition/migrate"]["error"]
    )
    assert "| exiting with code 7" in steps["ecs.task_definition/migrate"]["error"]
    assert steps["ecs.service/app"]["outcome"] == "skipped"

    told = document["outputs"]["services"]["app"]["task_definition_arn"]
    assert told.endswith("oaktree-task-dev:2")  # the third was registered, and does not run

    again = hooked.plan(image_tag="3", migration="2--exit-7-after-2s")
    assert "update ecs.task_definition/migrate" in changes(again)


def test_apply_runs_it_again_for_another_digest_or_command_alone(hooked: World) -> None:
    text = SPEC.replace(
        'image: "nginx:${migration}"', 'image: {repository: oaktree-dev, tag: "${migration}"}'
    )
    hooked.spec.write_text(text)
    hooked.apply()  # makes the repository
    first, second = "1--exit-0-after-2s", "2--exit-0-after-2s"
    for tag in (first, second):
        ask(hooked.server.endpoint, "push", {"image": f"oaktree-dev:{tag}"})

    def ran(*settings: str, **variables: str) -> bool:
        order = names(hooked.apply(*settings, **variables).writes)
        assert order.count("RegisterTaskDefinition") == 1
        hooked.check_settled(*settings, **variables)
        return "RunTask" in order

    assert ran()  # it has a digest now
    assert not ran("tasks.migrate.memory_mib=1024")
    assert not ran("tasks.migrate.environment.LEVEL=debug")
    assert ran("tasks.migrate.command=[./migrate, --all]")
    assert ran(migration=second)
    assert not ran()  # both have been there


@pytest.mark.parametrize("seconds", [60, 1], ids=["it still runs", "it has ended well"])
def test_what_an_interrupted_run_began_is_not_begun_again(hooked: World, seconds: int) -> None:
    """Two migrations at a time may destroy what neither would by itself."""
    migration = f"1--exit-0-after-{seconds}s"
    stack = hooked.stack(migration=migration)

    def leave(call: Call) -> None:
        if call.operation == "RunTask":
            stack.clock.stop()

    with hooked.tap.meddling(leave):
        assert stack.apply(stack.plan()).result == "interrupted"
    if seconds == 1:
        ask(hooked.server.endpoint, "clock/advance", {"seconds": 300})
    order = names(hooked.apply(migration=migration).writes)
    assert "RunTask" not in order
    assert "CreateService" in order
    hooked.check_settled(migration=migration)


def test_one_that_failed_is_begun_again(hooked: World) -> None:
    stack = hooked.stack(migration="1--exit-7-after-1s")
    assert stack.apply(stack.plan()).result == "partial"
    with hooked.tap.recording() as recording:
        stack = hooked.stack(migration="1--exit-7-after-1s")
        assert stack.apply(stack.plan()).result == "failed"
    assert recording.operations == ["RunTask"]
