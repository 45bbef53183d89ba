"""Deployments on the command line: exit codes, the last screen, the document, and Ctrl-C."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from provisioner.cli.rollouts import left_behind
from provisioner.cli.signals import AGAIN
from provisioner.errors import StepFailed
from provisioner.local.control import ask
from tests.cli.conftest import Command, OnTerminal
from tests.cloud.world import World

PATIENCE = 60
SLOW = ("--var", "image_tag=2--pull-20000s")


def test_a_crash_loop_is_exit_code_3_with_its_reason_and_its_last_lines(on: Command) -> None:
    assert on("apply", "-y").code == 0
    ran = on("apply", "-y", "--var", "image_tag=2--crash")
    assert ran.code == 3
    assert "result: not-serving" in ran.out
    assert "| exiting with code 1" in ran.out
    assert "oaktree-task-dev:1 serves again" in ran.err
    ran = on("apply", "-y", "--json", "--var", "image_tag=3--crash")
    assert ran.code == 3
    (rollout,) = ran.document["rollouts"]
    assert rollout.keys() == ROLLOUT
    assert rollout["post_mortem"].keys() == POST_MORTEM
    assert rollout["tasks"].keys() == {"desired", "pending", "running", "healthy", "failed"}


@pytest.fixture
def strict(world: World) -> Iterator[World]:
    """Where images must have been pushed, as in AWS."""
    ask(world.server.endpoint, "settings", {"strict_images": True})
    yield world
    ask(world.server.endpoint, "settings", {"strict_images": False})


def test_the_first_apply_meets_an_empty_repository(on: Command, strict: World) -> None:
    """Everything is made, it says what to push, and after the push the same command goes well."""
    ran = on("apply", "-y")
    assert ran.code == 3
    warning = "warning: the repository oaktree-dev has no image latest yet"
    assert warning in ran.out
    assert "steps done, result: not-serving." in ran.out
    push = "push it (provisioner local push oaktree-dev:latest)"
    assert f"{push}, and apply again" in ran.out
    assert "yet: the embedded cloud runs it all the same; with --strict-images" in ran.out
    assert f"{push}, or correct the tag" in ran.out
    assert f"imageTag=latest --endpoint-url {strict.tap.endpoint}" in ran.out
    assert warning in on("plan").out  # it would be tried again, and fail again

    ask(strict.server.endpoint, "push", {"image": "oaktree-dev:latest"})
    with strict.tap.recording() as recording:
        ran = on("apply", "-y", "--json")
    assert (ran.code, ran.document["rollouts"][0]["verdict"]) == (0, "serving")
    assert recording.operations == ["RegisterTaskDefinition", "UpdateService"]


ROLLOUT = {
    "address", "service", "cluster", "verdict", "status", "judge", "strategy", "stage", "old",
    "new", "deployment", "tasks", "circuit_breaker", "traffic", "targets", "target_reasons",
    "hooks", "alarms", "missing", "reason", "event", "since", "notes", "post_mortem",
}  # fmt: skip
POST_MORTEM = {
    "service", "version", "first", "reason", "tasks", "targets", "alarms", "events", "hints",
    "notes",
}  # fmt: skip


def test_ctrl_c_says_what_goes_on_and_rolls_back_when_asked(
    terminal: OnTerminal, world: World
) -> None:
    world.apply()
    shown = terminal("apply", "-y", *SLOW)
    shown.until("tasks     desired")
    shown.process.send_signal(signal.SIGINT)
    shown.until("Roll it back to oaktree-task-dev:1? No leaves it going on [y/N]: ")
    assert "Still going on at AWS: ecs.service/app" in shown.screen
    shown.type("y")
    assert shown.finish() == 130
    assert "ecs.service/app goes back to oaktree-task-dev:1." in shown.screen
    assert statuses(world)[0].startswith("ROLLBACK")


def test_sigterm_leaves_it_and_prints_how_to_follow_it(world: World) -> None:
    world.apply()
    with world.start("apply", "-y", "--progress", "plain", *SLOW) as running:
        assert running.stderr
        for line in running.stderr:
            if "tasks run" in line:
                break
        running.send_signal(signal.SIGTERM)
        _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 143
    assert AGAIN in err
    assert "Still going on at AWS: ecs.service/app" in err
    assert re.search(r"To follow it to its end: `provisioner apply \S+oaktree.yaml -e dev`", err)
    assert statuses(world)[0] == "IN_PROGRESS"


class Stack:
    """Notes what is rolled back, or refuses it."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal, self.back = refusal, ""

    def roll_back(self, deployment: str) -> None:
        if self.refusal:
            raise StepFailed(self.refusal)
        self.back = deployment


ARN = "arn:aws:ecs:r:1:service-deployment/c/web/a"
GOING = {
    "address": "ecs.service/web", "verdict": "waiting", "status": "IN_PROGRESS", "old": "web:1",
    "new": "web:2", "deployment": ARN, "missing": "0 of 2 tasks run",
}  # fmt: skip
ASKED = "Roll it back to web:1?"


def left(given: str = "", stack: Stack | None = None, **changes: Any) -> str:
    """What is said of a rollout that goes on, when this is typed; "" is a pipeline."""
    stand_in: Any = stack or Stack()
    document = {"rollouts": [{**GOING, **changes}]}
    with CliRunner().isolation(input=given) as streams:
        left_behind(stand_in, document, resume="`again`", may_ask=bool(given))
        said: bytes = streams[1].getvalue()
    return said.decode()


def test_it_is_left_going_on_when_nobody_wants_it_back() -> None:
    stack = Stack()
    said = left("n\n", stack)
    assert ASKED in said
    assert said.endswith("To follow it to its end: `again`\n")
    assert stack.back == ""


def test_it_is_rolled_back_when_somebody_says_so() -> None:
    stack = Stack()
    assert "ecs.service/web goes back to web:1." in left("y\n", stack)
    assert stack.back == ARN


def test_ecs_may_refuse_to_roll_it_back() -> None:
    assert "ECS does not roll it back: too late" in left("y\n", Stack("too late"))


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ("", {}),
        ("y\n", {"old": None}),
        ("y\n", {"status": "ROLLBACK_IN_PROGRESS"}),
        ("y\n", {"deployment": "ecs-svc/1"}),
    ],
    ids=["a pipeline", "the first one", "on its way back", "no permission"],
)
def test_nobody_is_asked_where_there_is_no_choice(given: str, changes: dict[str, Any]) -> None:
    said = left(given, **changes)
    assert "Still going on at AWS: ecs.service/web" in said
    assert ASKED not in said


def test_what_has_ended_is_not_spoken_of() -> None:
    assert left(verdict="serving") == ""


def statuses(world: World) -> list[str]:
    found = world.client("ecs").list_service_deployments(
        cluster="oaktree-cluster-dev", service="oaktree-service-dev"
    )["serviceDeployments"]
    return [one["status"] for one in found]


@pytest.mark.parametrize("server_name", ["moto"])
def test_a_server_without_service_deployments_is_judged_by_what_it_has(on: Command) -> None:
    ran = on("apply", "-y", "--json")
    assert ran.code == 0
    (rollout,) = ran.document["rollouts"]
    assert (rollout["verdict"], rollout["judge"]) == ("serving", "none")
    (note,) = rollout["notes"]
    assert "does not move tasks" in note
    assert ran.err.count(note) == 1


def test_a_second_rollback_is_not_how_a_stopped_one_goes_on(world: World) -> None:
    world.apply(image_tag="1--pull-8000s")
    world.apply(image_tag="2")
    with world.start("rollback", "-y", "--progress", "plain") as running:
        assert running.stderr
        assert any("tasks run" in line for line in running.stderr)
        running.send_signal(signal.SIGTERM)
        _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 143
    assert AGAIN not in err
    assert "To follow it to its end: `provisioner wait " in err
