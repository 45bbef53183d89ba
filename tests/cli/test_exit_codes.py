"""Every exit code, and what brings it about."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from provisioner.cli import EXIT_CODES
from provisioner.engine import attempt
from tests.cli.conftest import Command
from tests.cloud.ground import NOT_FOUND
from tests.cloud.tap import Call
from tests.cloud.world import OAKTREE, World

PATIENCE = 60
SIGNALS = [
    pytest.param(signal.SIGINT, 130, id="SIGINT"),
    pytest.param(signal.SIGTERM, 143, id="SIGTERM"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["--version"], 0, "", id="version"),
        pytest.param(["validate", str(OAKTREE)], 0, "", id="valid spec"),
        pytest.param([], 64, "Usage:", id="no command"),
        pytest.param(["aply"], 64, "No such command 'aply'", id="unknown command"),
        pytest.param(["plan"], 64, "Missing argument 'SPEC'", id="no spec"),
        pytest.param(["plan", "x", "--detailed"], 64, "No such option", id="unknown option"),
        pytest.param(
            ["apply", "x", "--parallelism", "0"], 64, "not in the range", id="value out of range"
        ),
        pytest.param(["plan", str(OAKTREE), "-e", "prd"], 65, "did you mean", id="unknown overlay"),
        pytest.param(["plan", "nosuch.yaml"], 65, "nosuch.yaml", id="no such file"),
        pytest.param(["validate", "nosuch.yaml"], 65, "nosuch.yaml", id="no such file to validate"),
    ],
)
def test_without_aws(command: Command, arguments: list[str], code: int, words: str) -> None:
    ran = command(*arguments)
    assert ran.code == code
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_an_invalid_spec_is_65_with_the_place(command: Command, tmp_path: Path) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text("stack: oaktree\nregoin: eu-west-1\n")
    ran = command("plan", str(spec))
    assert ran.code == 65
    assert f"{spec}:2:1: regoin:" in ran.err
    assert ran.out == ""


def test_changes_are_2_only_where_asked_for(on: Command) -> None:
    assert on("plan").code == 0
    assert on("plan", "--detailed-exitcode").code == 2


def test_a_foreign_resource_is_4_and_left_alone(on: Command, world: World) -> None:
    world.client("ecs").create_cluster(clusterName="oaktree-cluster-dev")
    with world.tap.recording() as recording:
        for arguments in (["plan"], ["apply", "-y"]):
            ran = on(*arguments)
            assert ran.code == 4
            assert "oaktree-cluster-dev" in ran.err
    assert recording.operations == []


def test_another_account_is_4(on: Command, world: World) -> None:
    with world.tap.recording() as recording:
        ran = on("apply", "-y", "--set", 'account="111111111111"')
    assert ran.code == 4
    assert "111111111111" in ran.err
    assert "123456789012" in ran.err
    assert recording.operations == []


def test_what_holds_data_is_4_without_force(on: Command, world: World) -> None:
    assert on("apply", "-y").code == 0
    (balancer,) = world.client("elbv2").describe_load_balancers()["LoadBalancers"]
    world.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}],
    )
    with world.tap.recording() as recording:
        ran = on("teardown", "-y")
    assert ran.code == 4
    assert "--force" in ran.err
    assert recording.operations == []


def test_a_part_that_fails_is_5_and_skips_only_what_needs_it(
    on: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "LISTED_WITHIN_SECONDS", 0)  # is it not ours after all?

    def somebody_is_faster(call: Call) -> None:
        """A listener on the same port, made by hand as soon as the load balancer exists."""
        if call.operation == "CreateLoadBalancer":
            elb = world.client("elbv2")
            (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
            elb.create_listener(
                LoadBalancerArn=balancer["LoadBalancerArn"],
                Port=80,
                Protocol="HTTP",
                DefaultActions=[NOT_FOUND],
            )

    with world.tap.meddling(somebody_is_faster):
        ran = on("apply", "-y")
    assert ran.code == 5
    assert "FAILED      create elbv2.listener/http" in ran.out
    assert "skipped     create ecs.service/app" in ran.out
    assert "apply: 13 of 16 steps done, result: partial." in ran.out
    assert "Traceback" not in ran.err


def test_no_credentials_is_77(world: World) -> None:
    without = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    ran = world.cli("plan", env=without)
    assert ran.code == 77
    assert "no AWS credentials found" in ran.err
    assert "Traceback" not in ran.err
    assert ran.recording.calls == []


def test_an_unknown_profile_says_so(on: Command) -> None:
    ran = on("plan", "--profile", "nosuch")
    assert ran.code == 1
    assert "nosuch" in ran.err


def test_an_endpoint_where_nobody_answers_is_1(world: World, nowhere: str) -> None:
    ran = world.cli("plan", "--endpoint-url", nowhere)
    assert ran.code == 1
    assert f"error: nothing answers at {nowhere}" in ran.err
    assert "Traceback" not in ran.err


@contextmanager
def held(world: World, operation: str) -> Iterator[threading.Event]:
    """The answer to one operation waits until the end of the block; the event says it does."""
    reached, go_on = threading.Event(), threading.Event()

    def hold(call: Call) -> None:
        if call.operation == operation:
            reached.set()
            go_on.wait(PATIENCE)

    with world.tap.meddling(hold):
        try:
            yield reached
        finally:
            go_on.set()


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_ends_an_apply_in_order_and_the_next_converges(
    world: World, on: Command, number: signal.Signals, code: int
) -> None:
    with held(world, "CreateLoadBalancer") as reached:
        running = world.start("apply", "-y", "--json")
        assert running.stderr
        assert reached.wait(PATIENCE)
        running.send_signal(number)
        for line in running.stderr:
            if line.startswith("stopping:"):
                break
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == code
    assert '"result": "interrupted"' in out
    assert "Traceback" not in err
    assert len(world.owned()) > 0
    assert on("apply", "-y").code == 0
    assert on("plan", "--detailed-exitcode").code == 0


def test_a_second_signal_leaves_at_once(world: World) -> None:
    with held(world, "CreateLoadBalancer") as reached:
        running = world.start("apply", "-y")
        assert running.stderr
        assert reached.wait(PATIENCE)
        running.send_signal(signal.SIGINT)
        for line in running.stderr:
            if line.startswith("stopping:"):
                break
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=PATIENCE / 2)
    assert running.returncode == 130
    assert "result:" not in out


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_ends_a_plan_whose_calls_hang(
    world: World, number: signal.Signals, code: int
) -> None:
    with held(world, "DescribeLoadBalancers") as reached:
        running = world.start("plan")
        assert reached.wait(PATIENCE)
        running.send_signal(number)
        _, err = running.communicate(timeout=PATIENCE / 4)
    assert running.returncode == code
    assert err.strip() == "interrupted"


def test_help_lists_exactly_the_exit_codes(command: Command) -> None:
    told = command("--help").out.partition("Exit codes:")[2]
    listed: dict[int, str] = {}
    for line in told.splitlines():
        code, _, words = line.strip().partition("  ")
        with suppress(ValueError):
            listed[int(code)] = words.strip()
    assert listed == EXIT_CODES
