"""`provisioner local …`, and `--local` on other commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from provisioner.local.control import ask
from tests.cli.conftest import Command, Ran
from tests.cloud.servers import credentials
from tests.cloud.world import OAKTREE

KEYS = {
    "format_version", "running", "endpoint", "port", "pid", "directory", "started_at", "account"
}  # fmt: skip
Local = Callable[..., Ran]


@pytest.fixture
def local(command: Command, tmp_path: Path) -> Iterator[Local]:
    def go(*arguments: str) -> Ran:
        own = {"PROVISIONER_LOCAL_DIR": str(tmp_path), "PROVISIONER_LOCAL_SETTLE": "0.05"}
        return command(*arguments, **own)

    yield go
    go("local", "stop")


def test_where_nothing_runs_it_says_so(local: Local) -> None:
    assert local("local", "status").out.startswith("it does not run;")
    assert local("local", "status", "--json").document == {"format_version": 1, "running": False}
    assert local("local", "stop").out == "it does not run\n"
    assert local("local", "reset").out == "it does not run\n"


def test_its_life(local: Local, tmp_path: Path) -> None:
    started = local("local", "start", "--json").document
    assert started.keys() == KEYS
    assert started["running"] is True
    assert started["directory"] == str(tmp_path)
    assert started["endpoint"] == f"http://127.0.0.1:{started['port']}"
    assert local("local", "status", "--json").document == started
    assert local("local", "start").out.startswith(f"{started['endpoint']}  account 123456789012")

    session = boto3.Session(region_name="eu-west-1", **credentials())
    ecs = session.client("ecs", endpoint_url=started["endpoint"])
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="service linked role"):
        ecs.create_cluster(clusterName="mine")
    local("local", "start", "--no-consistency")
    ecs.create_cluster(clusterName="mine")
    assert len(ecs.list_clusters()["clusterArns"]) == 1
    assert local("local", "reset").out == "empty again\n"
    assert ecs.list_clusters()["clusterArns"] == []

    ran = local("status", str(OAKTREE), "-e", "dev", "--local", "--json")
    assert ran.document["account"] == "123456789012"
    assert local("local", "stop").out == "stopped\n"
    assert local("local", "status", "--json").document["running"] is False


def test_calls_are_late_and_fail_as_told(local: Local) -> None:
    started = local("local", "start", "--write-latency-ms", "2", "--json").document
    assert ask(started["endpoint"], "settings")["write_latency_ms"] == 2
    session = boto3.Session(region_name="eu-west-1", **credentials())
    config = Config(retries={"total_max_attempts": 1})
    logs = session.client("logs", endpoint_url=started["endpoint"], config=config)
    assert local("local", "fail", "500", "--at", "1", "--operations", "logs.*").code == 0
    with pytest.raises(ClientError):
        logs.create_log_group(logGroupName="/one")
    logs.create_log_group(logGroupName="/one")
    local("local", "fail", "503", "--probability", "1")
    assert local("local", "fail").code == 0
    logs.describe_log_groups()
    assert local("local", "fail", "500").code == 64
    refused = local("local", "fail", "boom", "--at", "1")
    assert refused.code == 64
    assert "expected a kind of fault: throttle, 500," in refused.err
    assert local("local", "advance", "1e9").code == 64


@pytest.mark.parametrize(
    "arguments",
    [
        ["start", "--speed", "nan"],
        ["start", "--speed", "inf"],
        ["start", "--speed", "0"],
        ["start", "--read-latency-ms", "-1"],
        ["start", "--write-latency-ms", "soon"],
        ["start", "--port", "0"],
        ["start", "--vpc", ""],
        ["fail", "slow", "--at", "1", "--seconds", "nan"],
        ["fail", "slow", "--probability", "nan"],
        ["advance", "nan"],
        ["advance", "-5"],
        ["calls", "--since", "x"],
    ],
    ids=" ".join,
)
def test_numbers_without_sense_are_a_mistake_of_the_command_line(
    local: Local, arguments: list[str], tmp_path: Path
) -> None:
    ran = local("local", *arguments)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (64, "", False)
    assert list(tmp_path.iterdir()) == []


def test_variables_without_sense_are_told(command: Command, tmp_path: Path) -> None:
    own = {"PROVISIONER_LOCAL_DIR": str(tmp_path), "PROVISIONER_LOCAL_SPEED": "fast"}
    ran = command("local", "start", **own)
    assert ran.code == 64
    assert "PROVISIONER_LOCAL_SPEED: expected a number over 0 and up to 1,000,000" in ran.err


def test_local_starts_by_itself(local: Local) -> None:
    ran = local("plan", str(OAKTREE), "-e", "dev", "--local", "--detailed-exitcode")
    assert ran.code == 2
    assert "started, at 2000 times real time; `provisioner local start --speed N`" in ran.err
    assert local("local", "status", "--json").document["running"] is True


def test_it_is_as_late_as_aws_until_somebody_is_impatient(local: Local) -> None:
    endpoint = local("local", "start", "--json").document["endpoint"]
    assert ask(endpoint, "settings")["consistency"] is True
    local("local", "start", "--no-consistency")
    local("local", "start")
    assert ask(endpoint, "settings")["consistency"] is False
