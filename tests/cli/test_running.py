"""Logs, tasks that run once, and what stands between us and a shell in a container."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioner.cli.signals import left_to_the_child
from tests.cli.conftest import Command
from tests.cloud.world import OAKTREE, World

SPEC = OAKTREE.read_text().replace(
    "\nenvironments:",
    """
tasks:
  migrate:
    image: "nginx:1--exit-7-after-2s"
    command: [./migrate]
  good:
    image: "nginx:1--exit-0-after-2s"

environments:""",
)


@pytest.fixture
def with_tasks(world: World, tmp_path: Path) -> World:
    world.spec = tmp_path / "tasks.yaml"
    world.spec.write_text(SPEC)
    world.apply()
    return world


def test_a_task_runs_once_and_its_exit_code_is_ours(on: Command, with_tasks: World) -> None:
    with with_tasks.tap.recording() as recording:
        ran = on("run", "migrate", "-y", "--", "./other", "--now")
    assert recording.operations == ["RunTask"]
    assert ran.code == 7
    assert "oaktree-migrate-task-dev:1: ./other --now" in ran.err or ": ./other --now" in ran.err
    assert "exiting with code 7" in ran.out
    assert "migrate exited with 7" in ran.err
    (task,) = with_tasks.client("ecs").list_tasks(
        cluster="oaktree-cluster-dev", startedBy="provisioner", desiredStatus="STOPPED"
    )["taskArns"]
    assert task in ran.out or task.rpartition("/")[2] in ran.err

    ran = on("run", "good", "-y", "--json")
    assert (ran.code, ran.document["exit_code"]) == (0, 0)
    ran = on("run", "nosuch", "-y")
    assert (ran.code, "no task nosuch; its tasks: migrate, good" in ran.err) == (64, True)
    assert on("run", "good", "--no-input").code == 64


def test_a_task_that_is_not_registered_is_4(on: Command, world: World, tmp_path: Path) -> None:
    world.spec = tmp_path / "tasks.yaml"
    world.spec.write_text(SPEC)
    ran = on("run", "migrate", "-y")
    assert ran.code == 4
    assert "does not exist yet; apply makes it" in ran.err


def test_logs_are_merged_and_named(on: Command, world: World) -> None:
    world.apply()
    logs = world.client("logs")
    streams = {"ecs/oaktree-app/aaaaaaaaaa": 2, "ecs/oaktree-app/bbbbbbbbbb": 1}
    now = int(time.time() * 1000)
    for stream, offset in streams.items():
        logs.create_log_stream(logGroupName="/ecs/oaktree-dev", logStreamName=stream)
        logs.put_log_events(
            logGroupName="/ecs/oaktree-dev", logStreamName=stream,
            logEvents=[{"timestamp": now - 10000 + offset, "message": f"from {stream[-1]}"}],
        )  # fmt: skip
    ran = on("logs", "--json")
    told = [json.loads(line) for line in ran.out.splitlines()]
    ours = [one for one in told if one["message"].startswith("from ")]
    assert [one["message"] for one in ours] == ["from b", "from a"]
    assert ours[0]["service"] == "app"
    assert "app/bbbbbbbb/oaktree-app from b" in on("logs").out
    assert "from b" not in on("logs", "--since", "5s").out
    assert on("logs", "--since", "soon").code == 64
    assert "from b" in on("logs", "--previous").out


def test_exec_says_how_to_get_what_it_needs(
    on: Command, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = on("exec", "--", "/bin/sh")
    assert ran.code == 64
    assert "session-manager-plugin is not installed" in ran.err

    plugin = tmp_path / "session-manager-plugin"
    plugin.write_text(f"#!{sys.executable}\nimport sys\nsys.exit(9)\n")
    plugin.chmod(0o755)
    world.apply()
    ran = on("exec", "--", "/bin/sh")
    assert ran.code == 4
    assert "write enable_execute_command: true" in ran.err


OPEN = (
    "--set", "services.app.enable_execute_command=true",
    "--set", "services.app.read_only_root_filesystem=false",
)  # fmt: skip


def test_exec_hands_the_session_over_to_the_plugin_whose_exit_code_is_ours(
    on: Command, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "session-manager-plugin"
    told = "pathlib.Path(__file__).with_name('told').write_text(json.dumps(sys.argv[1:]))"
    script = f"#!{sys.executable}\nimport json, pathlib, sys\n{told}\nsys.exit(9)\n"
    plugin.write_text(script)
    plugin.chmod(0o755)
    assert on("apply", "-y", "--progress", "none", *OPEN).code == 0
    monkeypatch.setenv("PATH", str(tmp_path))
    assert on("exec", *OPEN, "--", "/bin/sh", "-c", "echo 'a b'").code == 9
    session, region, verb, profile, target, endpoint = json.loads((tmp_path / "told").read_text())
    assert json.loads(session).keys() == {"sessionId", "streamUrl", "tokenValue"}
    assert (region, verb, profile) == ("ap-southeast-1", "StartSession", "")
    (task,) = world.client("ecs").list_tasks(cluster="oaktree-cluster-dev")["taskArns"]
    expected = f"ecs:oaktree-cluster-dev_{task.rpartition('/')[2]}_"
    assert json.loads(target)["Target"].startswith(expected)
    assert endpoint == world.tap.endpoint
    (call,) = [one for one in world.tap.calls() if one.operation == "ExecuteCommand"]
    assert shlex.split(call.arguments["command"]) == ["/bin/sh", "-c", "echo 'a b'"]


def test_exec_into_a_container_that_is_not_there_names_those_that_are(
    on: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "session-manager-plugin").write_text("#!/bin/sh\n")
    (tmp_path / "session-manager-plugin").chmod(0o755)
    assert on("apply", "-y", "--progress", "none", *OPEN).code == 0
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = on("exec", *OPEN, "--container", "db", "--", "/bin/sh")
    assert ran.code == 4
    assert "has no container db; its containers: oaktree-app" in ran.err


def test_ctrl_c_in_a_session_is_for_the_command_inside() -> None:
    """Leaving would take the terminal from the plugin, which goes on."""
    before = signal.getsignal(signal.SIGINT)
    with left_to_the_child():
        signal.raise_signal(signal.SIGINT)
        child = [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT))"]
        told = subprocess.run(child, capture_output=True, check=True, text=True).stdout
    assert "default_int_handler" in told  # it gets the signal as ever
    assert signal.getsignal(signal.SIGINT) is before


def test_logs_are_followed_until_ctrl_c(world: World) -> None:
    world.apply()
    stream = {"logGroupName": "/ecs/oaktree-dev", "logStreamName": "ecs/oaktree-app/cccccccccc"}
    world.client("logs").create_log_stream(**stream)

    def say(message: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": message}
        world.client("logs").put_log_events(**stream, logEvents=[event])

    say("one")
    with world.start("logs", "-f", "--json", "--filter", "e") as running:
        assert running.stdout
        told = (json.loads(line)["message"] for line in running.stdout)
        assert next(one for one in told if one in ("one", "three")) == "one"
        say("three")
        assert next(one for one in told if one in ("one", "three")) == "three"
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    assert running.returncode == 130


def test_a_task_is_left_alone_when_asked(on: Command, with_tasks: World) -> None:
    ran = on("run", "migrate", "-y", "--detach", "--json")
    assert ran.code == 0  # it will be 7 there
    (task,) = with_tasks.client("ecs").describe_tasks(
        cluster="oaktree-cluster-dev", tasks=[ran.document["task"]]
    )["tasks"]
    assert task["startedBy"] == "provisioner"
