"""Commands on services that run need their policies, too: each succeeds with it, and not without.

The service has a task that runs before it is deployed, and containers that can be gone into.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from provisioner.deploy import session
from provisioner.engine.policy import Purpose, Statement
from provisioner.local.control import ask
from tests.cloud.caller import Caller
from tests.cloud.world import OAKTREE, World
from tests.lifecycle.test_permissions import failures, statements

HOOKED = """
    enable_execute_command: true
    hooks: {pre_deploy: migrate}

tasks:
  migrate:
    image: {repository: oaktree-dev, tag: "0"}
    environment: {LOCAL_FATE: exit-0-after-2s}

environments:"""
COMMANDS: dict[Purpose, list[tuple[str, ...]]] = {
    "plan": [("logs",), ("logs", "--previous"), ("status",), ("revisions",), ("wait",)],
    "run": [("run", "migrate", "-y")],
    "deploy": [
        ("deploy", "--image", "app=2", "-y"),
        ("rollback", "-y"),
        ("restart", "-y"),
        ("scale", "app=2", "-y"),
    ],
}
NEEDED: dict[Purpose, str] = {
    "plan": "logs:FilterLogEvents",
    "run": "ecs:RunTask",
    "deploy": "ecs:RunTask",
}
"""What the first command of each does not do without."""


@pytest.fixture
def caller(world: World, tmp_path: Path) -> Caller:
    text = OAKTREE.read_text().replace("\nenvironments:", HOOKED)
    world.spec = tmp_path / "hooked.yaml"
    world.spec.write_text(text.replace("root_filesystem: true", "root_filesystem: false"))
    made = Caller(world)
    made.may(statements(world, "apply"))
    with made.enforced():
        stack = made.stack()
        assert failures(stack.apply(stack.plan())) == []
    ask(world.server.endpoint, "push", {"image": "oaktree-dev:2"})
    return made


def without(every: list[Statement], action: str) -> list[Statement]:
    """The same, with one action less."""
    less = [{**one, "Action": [a for a in one["Action"] if a != action]} for one in every]
    assert less != every
    return [one for one in less if one["Action"]]


def enter(caller: Caller) -> str:
    """Ask for a session in a task; what was said, where it was not opened."""
    stack = caller.stack()
    (place,) = stack.services()
    task = session.running(stack.aws, place)[0]
    try:
        stack.aws.writable().client("ecs").execute_command(
            cluster=place.cluster, task=task["taskArn"], interactive=True, command="/bin/sh"
        )
    except ClientError as error:
        return str(error)
    return ""


@pytest.mark.slow
def test_a_policy_is_enough_and_nothing_less(caller: Caller) -> None:
    world = caller.world
    with caller.enforced():
        for purpose, action in NEEDED.items():
            every = statements(world, purpose)
            caller.may(without(every, action))
            refused = world.cli(*COMMANDS[purpose][0], env=caller.environ)
            assert refused.code in {5, 77}, refused.err
            assert f"to perform: {action} on" in refused.out + refused.err
            caller.may(every)
            for command in COMMANDS[purpose]:
                done = world.cli(*command, env=caller.environ)
                assert done.code == 0, (command, done.out, done.err)
        every = statements(world, "exec")
        caller.may(without(every, "ecs:ExecuteCommand"))
        assert "to perform: ecs:ExecuteCommand on" in enter(caller)
        caller.may(every)
        assert "not authorized" not in enter(caller)
