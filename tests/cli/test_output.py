"""Colours, progress, logs, and readers that leave."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, OnTerminal, Ran
from tests.cloud.world import OAKTREE, World

ESCAPE = "\x1b["
COLOURED = re.compile(r"\x1b\[(?:\d+;)*3[0-7]m")
PLAIN_LINE = re.compile(r"^\[\d\d:\d\d:\d\dZ\] \S+ +\S", re.MULTILINE)
HIDES_CURSOR = "\x1b[?25l"
ODD = ("--set", "services.app.cpu=300")


@pytest.mark.parametrize(
    ("arguments", "environment", "coloured"),
    [
        pytest.param([], {}, False, id="not a terminal"),
        pytest.param([], {"FORCE_COLOR": "1"}, True, id="FORCE_COLOR"),
        pytest.param([], {"FORCE_COLOR": "0"}, False, id="FORCE_COLOR=0"),
        pytest.param([], {"CLICOLOR_FORCE": "1"}, True, id="CLICOLOR_FORCE"),
        pytest.param([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, id="NO_COLOR wins"),
        pytest.param([], {"NO_COLOR": "", "FORCE_COLOR": "1"}, True, id="empty NO_COLOR"),
        pytest.param(["--color", "always"], {"NO_COLOR": "1"}, True, id="the flag wins"),
        pytest.param(["--color", "never"], {"FORCE_COLOR": "1"}, False, id="--color never"),
        pytest.param(["--no-color"], {"FORCE_COLOR": "1"}, False, id="--no-color"),
        pytest.param([], {"PROVISIONER_COLOR": "always"}, True, id="PROVISIONER_COLOR"),
        pytest.param([], {"TERM": "dumb"}, False, id="TERM=dumb"),
    ],
)
def test_colours_of_warnings_and_errors(
    command: Command, arguments: list[str], environment: dict[str, str], coloured: bool
) -> None:
    odd = command("validate", str(OAKTREE), "-e", "dev", *ODD, *arguments, **environment)
    assert "300" in odd.err
    assert (ESCAPE in odd.err) is coloured
    wrong = command("apply", str(OAKTREE), *arguments, **environment)
    assert "error:" in wrong.err
    assert (ESCAPE in wrong.err) is coloured


def test_nothing_on_a_terminal_is_coloured_where_colours_are_ruled_out(
    terminal: OnTerminal,
) -> None:
    shown = terminal("apply", "-y", "-v", "--color", "never")
    assert shown.finish() == 0
    assert HIDES_CURSOR in shown.screen
    assert "step.start" in shown.screen
    assert not COLOURED.search(shown.screen)


def test_a_terminal_gets_colours_and_a_live_region(terminal: OnTerminal) -> None:
    shown = terminal("apply", "-y")
    assert shown.finish() == 0
    assert HIDES_CURSOR in shown.screen
    assert "of 16 steps" in shown.screen
    assert COLOURED.search(shown.screen)
    assert not PLAIN_LINE.search(shown.screen)


@pytest.mark.parametrize(
    "environment", [{"CI": "true"}, {"TERM": "dumb"}], ids=["CI", "a dumb terminal"]
)
def test_progress_is_plain_lines_where_nothing_can_be_redrawn(
    terminal: OnTerminal, environment: dict[str, str]
) -> None:
    shown = terminal("apply", "-y", **environment)
    assert shown.finish() == 0
    assert HIDES_CURSOR not in shown.screen
    assert PLAIN_LINE.search(shown.screen)
    if environment.get("TERM") == "dumb":
        assert ESCAPE not in shown.screen


def test_forced_colours_do_not_make_a_file_a_terminal(on: Command) -> None:
    ran = on("apply", "-y", FORCE_COLOR="1")
    assert HIDES_CURSOR not in ran.err
    assert PLAIN_LINE.search(ran.err)
    assert COLOURED.search(ran.out)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(["--progress", "none"], {}), ([], {"PROVISIONER_PROGRESS": "none"})],
    ids=["flag", "variable"],
)
def test_progress_none_is_silent_and_so_is_the_log(
    on: Command, arguments: list[str], environment: dict[str, str]
) -> None:
    ran = on("apply", "-y", *arguments, **environment)
    assert (ran.code, ran.err) == (0, "")


def test_a_reader_who_leaves_is_no_crash(world: World) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        world.command("plan"),
        env=world.environ(),
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


def logged(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]


def test_v_logs_steps(on: Command) -> None:
    ran = on("apply", "-y", "-v")
    events = logged(ran)
    assert {event["event"] for event in events} == {"step.start", "step.end"}
    assert {event["level"] for event in events} == {"info"}
    assert all({"step", "timestamp"} <= event.keys() for event in events)
    assert len({event["step"] for event in events}) == 16


def test_vv_logs_calls_with_their_step_and_without_values(on: Command) -> None:
    secret = "services.app.environment.GREETING=hunter2-in-the-log"
    ran = on("apply", "-y", "-vv", "--progress", "none", "--set", secret)
    calls = [event for event in logged(ran) if event["event"] == "aws.call"]
    assert all({"service", "operation"} <= call.keys() for call in calls)
    writes = [call for call in calls if call["operation"].startswith(("Create", "Register"))]
    assert len(writes) > 8
    assert [call for call in writes if "step" not in call] == []
    assert "hunter2" not in ran.err
    assert len(logged(ran)) == len(ran.err.splitlines())


def test_the_form_of_the_log_can_be_chosen(command: Command, on: Command) -> None:
    ran = on("status", "-vv", "--log-format", "text")
    assert logged(ran) == []
    assert "aws.call" in ran.err


def test_no_traceback_reaches_a_user(command: Command, tmp_path: Path) -> None:
    for spec in (tmp_path, tmp_path / "nothing.yaml"):
        ran = command("plan", str(spec))
        assert ran.code == 65
        assert "Traceback" not in ran.err
