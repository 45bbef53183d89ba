"""A run that is killed, stopped or cut off: the next one converges, and nothing is there twice."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.cloud.servers import EVERY_SERVER
from tests.cloud.tap import Call, Hangup
from tests.cloud.world import World

PATIENCE = 60
every_server = pytest.mark.parametrize("server_name", EVERY_SERVER)


@contextmanager
def running(world: World, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command under way, ended in any case."""
    with world.start(*arguments) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_when(world: World, reached: Callable[[Call], bool], *arguments: str) -> None:
    """Run a command and kill it when the server has done such a call, before it hears."""
    started = threading.Event()
    process: list[subprocess.Popen[str]] = []

    def meddle(call: Call) -> None:
        if reached(call):
            started.wait(PATIENCE)
            process[0].kill()
            raise Hangup

    with world.tap.meddling(meddle), running(world, *arguments) as one:
        process.append(one)
        started.set()
        one.communicate(timeout=PATIENCE)
    assert one.returncode == -signal.SIGKILL


def kill_after(world: World, nth: int, *arguments: str) -> None:
    """Kill it at its nth write."""
    kill_when(world, lambda call: call.write and call.nth >= nth, *arguments)


def kill_at(world: World, operation: str, *arguments: str) -> None:
    """Kill it at this operation."""
    kill_when(world, lambda call: call.operation == operation, *arguments)


def check_converges(world: World, *settings: str) -> None:
    """One more apply is enough; there is one of everything, and nothing else."""
    world.apply(*settings)
    world.check_settled(*settings)
    assert world.owned().keys() == world.addresses(*settings)


@pytest.mark.slow
@pytest.mark.parametrize("nth", [1, 15])
def test_a_killed_apply_is_finished_by_the_next(world: World, nth: int) -> None:
    kill_after(world, nth, "apply", "--yes")
    check_converges(world)


@every_server
@pytest.mark.slow
def test_an_apply_killed_right_after_its_service_is_finished_by_the_next(world: World) -> None:
    kill_at(world, "CreateService", "apply", "--yes")
    check_converges(world)


@pytest.mark.slow
def test_a_revision_that_was_registered_last_is_not_registered_again(world: World) -> None:
    kill_at(world, "RegisterTaskDefinition", "apply", "--yes")
    check_converges(world)
    revisions = world.client("ecs").list_task_definitions(familyPrefix="oaktree-task-dev")
    assert len(revisions["taskDefinitionArns"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "operation", ["CreateTargetGroup", "ModifyListener", "UpdateService", "DeleteTargetGroup"]
)
def test_a_killed_replacement_is_finished_by_the_next(world: World, operation: str) -> None:
    world.apply()
    kill_at(world, operation, "apply", "--yes", "--set", "services.app.port=8080")
    check_converges(world, "services.app.port=8080")


@pytest.mark.slow
def test_a_killed_replacement_can_be_given_up(world: World) -> None:
    world.apply()
    kill_at(world, "UpdateService", "apply", "--yes", "--set", "services.app.port=8080")
    check_converges(world)


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["DeleteService", "DeleteLoadBalancer"])
def test_a_killed_teardown_is_finished_by_the_next(world: World, operation: str) -> None:
    world.apply()
    kill_at(world, operation, "teardown", "--yes")
    world.teardown()
    assert world.owned() == {}


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_stopped_apply_ends_cleanly_and_is_finished_by_the_next(
    world: World, sent: signal.Signals, code: int
) -> None:
    started = threading.Event()
    process: list[subprocess.Popen[str]] = []

    def meddle(call: Call) -> None:
        if call.operation == "CreateLoadBalancer":
            started.wait(PATIENCE)
            process[0].send_signal(sent)

    with world.tap.meddling(meddle), running(world, "apply", "--yes", "--json") as one:
        process.append(one)
        started.set()
        out, err = one.communicate(timeout=PATIENCE)
    assert one.returncode == code, err
    assert "Traceback" not in err
    assert "stopping" in err
    assert '"result": "interrupted"' in out
    operations = [call.operation for call in world.tap.calls()]
    assert "CreateLoadBalancer" in operations
    assert "CreateService" not in operations
    check_converges(world)


CREATES = (
    "CreateSecurityGroup",
    "AuthorizeSecurityGroupIngress",
    "CreateRepository",
    "CreateCluster",
    "CreateTargetGroup",
    "CreateLoadBalancer",
    "CreateListener",
    "CreateRule",
    "CreateRole",
    "CreateLogGroup",
    "RegisterTaskDefinition",
    "CreateService",
)


def losing(world: World, *operations: str) -> set[str]:
    """Have the answer to the first of each of these calls lost. Returns those that were."""
    lost: set[str] = set()

    def meddle(call: Call) -> None:
        if call.operation in operations and call.operation not in lost:
            lost.add(call.operation)
            raise Hangup

    world.tap.meddle = meddle
    return lost


@pytest.mark.parametrize(
    "operation", ["CreateSecurityGroup", "CreateLoadBalancer", "RegisterTaskDefinition"]
)
def test_a_lost_answer_makes_nothing_twice(world: World, operation: str) -> None:
    """The client sends the call again; AWS says that it exists, or makes another revision."""
    lost = losing(world, operation)
    world.apply()
    assert lost == {operation}
    check_converges(world)


def test_all_answers_to_creates_may_be_lost_at_once(world: World) -> None:
    creates = set(CREATES)
    if world.server.name == "ministack":  # answers the second one with a code that AWS has not
        creates.remove("CreateService")
    lost = losing(world, *creates)
    world.apply()
    assert lost == creates
    check_converges(world)
