"""Who is asked what, and what happens where nobody can answer."""

from __future__ import annotations

import signal

import pytest

from tests.cli.conftest import Command, OnTerminal
from tests.cloud.world import OAKTREE, World

APPROVAL = "nobody is there to ask"


@pytest.mark.parametrize("verb", ["apply", "teardown", "destroy"])
@pytest.mark.parametrize("environment", [{}, {"CI": "true"}], ids=["no terminal", "CI"])
def test_without_anybody_it_fails_before_any_call(
    on: Command, world: World, nowhere: str, verb: str, environment: dict[str, str]
) -> None:
    ran = on(verb, "--endpoint-url", nowhere, **environment)
    assert (ran.code, ran.out) == (64, "")
    assert APPROVAL in ran.err
    assert "-y" in ran.err
    assert world.tap.calls() == []


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [([], {"CI": "1"}), (["--no-input"], {}), ([], {"PROVISIONER_NO_INPUT": "1"})],
    ids=["CI", "--no-input", "PROVISIONER_NO_INPUT"],
)
def test_a_terminal_is_not_asked_where_that_is_ruled_out(
    terminal: OnTerminal, world: World, arguments: list[str], environment: dict[str, str]
) -> None:
    shown = terminal("apply", *arguments, **environment)
    assert shown.finish() == 64
    assert APPROVAL in shown.screen
    assert world.tap.calls() == []


@pytest.mark.parametrize("approval", ["-y", "--yes", "--auto-approve"])
def test_every_spelling_of_yes_is_known(on: Command, approval: str) -> None:
    assert on("teardown", approval).code == 0


def test_an_apply_asks_first(terminal: OnTerminal, world: World) -> None:
    shown = terminal("apply")
    shown.until("Apply these changes? [y/N]: ")
    assert "16 to add" in shown.screen
    shown.type("n")
    assert shown.finish() == 1
    assert "Nothing was changed." in shown.screen
    assert [call.operation for call in world.tap.calls() if call.write] == []


def test_teardown_asks_for_the_name(terminal: OnTerminal, world: World) -> None:
    shown = terminal("apply")
    shown.until("Apply these changes? [y/N]: ")
    shown.type("y")
    assert shown.finish() == 0
    assert "apply: 16 of 16 steps done, result: done." in shown.screen

    with world.tap.recording() as recording:
        shown = terminal("teardown")
        shown.until("Type oaktree/dev to delete all of this: ")
        shown.type("yes")
        assert shown.finish() == 64
    assert "nothing was deleted" in shown.screen
    assert recording.operations == []

    shown = terminal("teardown")
    shown.until("Type oaktree/dev to delete all of this: ")
    shown.type("oaktree/dev")
    assert shown.finish() == 0
    assert world.owned() == {}

    shown = terminal("teardown")
    assert shown.finish() == 0
    assert "Nothing to do. Nothing of oaktree/dev exists." in shown.screen


def test_ctrl_c_at_the_question_changes_nothing(terminal: OnTerminal, world: World) -> None:
    with world.tap.recording() as recording:
        shown = terminal("apply")
        shown.until("Apply these changes? [y/N]: ")
        shown.process.send_signal(signal.SIGINT)
        assert shown.finish() == 130
    assert recording.operations == []


def test_an_invalid_spec_is_told_before_anything_is_asked(command: Command) -> None:
    ran = command("apply", str(OAKTREE), "-e", "prd", "-y")
    assert ran.code == 65
