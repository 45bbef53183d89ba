"""Each command needs its policy, all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.access.policy import policies
from provisioner.deploy import ship
from provisioner.engine.execute import Report
from provisioner.engine.policy import Purpose, Statement
from provisioner.errors import NoAccess, StepFailed
from provisioner.local.control import ask
from tests.cloud.caller import Caller
from tests.cloud.images import push
from tests.cloud.servers import ACCOUNT
from tests.cloud.world import REGION, World


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


def statements(world: World, purpose: Purpose) -> list[Statement]:
    """What a command needs for the world's spec."""
    found = policies(
        world.load().spec,
        purpose,
        environment=world.environment,
        region=REGION,
        account=ACCOUNT,
    )
    return [statement for policy in found for statement in policy["Statement"]]


def failures(report: Report) -> list[str]:
    return [one.error for one in report.outcomes if one.error]


def test_each_command_succeeds_with_its_policy(world: World, caller: Caller) -> None:
    with caller.enforced():
        caller.may(statements(world, "plan"))
        plan = caller.stack().plan()
        caller.may(statements(world, "apply"))
        assert failures(caller.stack().apply(plan)) == []
        push(world.client("ecr"), "oaktree-dev", "v2")
        caller.may(statements(world, "plan"))
        assert caller.stack().plan().empty
        caller.may(statements(world, "deploy"))
        assert deploy(caller, "v2") == []
        caller.may(statements(world, "teardown"))
        stack = caller.stack()
        assert failures(stack.apply(stack.guard(stack.teardown_plan(), force=True))) == []
    assert world.owned() == {}


def deploy(caller: Caller, tag: str) -> list[str]:
    """Bring another image; the failures, where there are any."""
    stack = caller.stack()
    try:
        places = stack.services(["app"])
        shipment = ship.ship(stack.aws, places, [ship.wish(f"app={tag}")])
    except NoAccess as error:
        return [str(error)]
    report = stack.apply(stack.by_hand(places, shipment.steps))
    return [] if report.result == "done" else failures(report)


def run(caller: Caller, purpose: Purpose, *settings: str) -> list[str]:
    """Do what a purpose is about; the failures, where there are any."""
    if purpose == "deploy":
        return deploy(caller, "v2")
    stack = caller.stack(*settings)
    try:
        plan = stack.teardown_plan() if purpose == "teardown" else stack.plan()
        if purpose == "plan":
            return []
        if purpose == "teardown":
            plan = stack.guard(plan, force=True)
    except NoAccess as error:
        return [str(error)]
    report = stack.apply(plan)
    return [] if report.result == "done" else failures(report)


@pytest.mark.slow
@pytest.mark.parametrize("purpose", ["plan", "apply", "deploy", "teardown"])
def test_no_statement_can_be_left_out(
    world: World, caller: Caller, purpose: Purpose, tmp_path: Path
) -> None:
    """It fails and names what is missing: a first apply, or one that changes every tag."""
    needed = statements(world, purpose)
    empty, full = ({"file": str(tmp_path / name)} for name in ("empty", "full"))
    ask(world.server.endpoint, "save", empty)
    world.apply()
    push(world.client("ecr"), "oaktree-dev", "v2")
    ask(world.server.endpoint, "save", full)
    attempts: list[tuple[dict[str, str], tuple[str, ...]]] = [(full, ("tags.Project=Other",))]
    if purpose == "apply":
        attempts.insert(0, (empty, ()))
    for statement in needed:
        named: set[str] = set()
        for before, settings in attempts:
            ask(world.server.endpoint, "load", before)
            caller.forget()
            caller.may([one for one in needed if one is not statement])
            with caller.enforced():
                said = "\n".join(run(caller, purpose, *settings))
            named = {one for one in statement["Action"] if f"to perform: {one} on" in said}
            if named:
                break
        assert named or {*statement["Action"]} <= SELDOM.keys(), (statement, said)


SELDOM = {
    "ecs:ContinueServiceDeployment": "somebody goes on with a deployment that pauses",
    "ecs:DeregisterTaskDefinition": "a sixth revision is made; a teardown always needs it",
    "ecs:DescribeTasks": "a task runs that no service keeps running",
    "ecs:StopServiceDeployment": "somebody gives up a rollout",
    "ecs:StopTask": "a task still runs when its stack goes",
    "elasticloadbalancing:SetRulePriorities": "rules change places",
    "iam:CreateServiceLinkedRole": "the account has never had such a service",
}
"""Actions that an ordinary run does without, and when they are needed."""


def test_a_rollout_is_given_up_by_who_may(world: World, caller: Caller) -> None:
    names = "oaktree-cluster-dev/oaktree-service-dev"
    deployment = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-deployment/{names}/none"
    tried: tuple[tuple[Purpose, str], ...] = (
        ("plan", "to perform: ecs:StopServiceDeployment on"),
        ("apply", ""),
    )
    for purpose, said in tried:
        caller.may(statements(world, purpose))
        with caller.enforced(), pytest.raises(StepFailed) as caught:
            caller.stack().roll_back(deployment)
        words = str(caught.value)
        assert said in words
        assert ("not authorized" in words) == bool(said)


def test_the_command_leaves_with_77_and_names_the_action(world: World, caller: Caller) -> None:
    for verb, missing in (("plan", "ec2:DescribeVpcs"), ("apply", "ecr:CreateRepository")):
        needed = statements(world, "plan")
        caller.may([one for one in needed if missing not in one["Action"]])
        with caller.enforced():
            done = world.cli(verb, *(["--yes"] if verb == "apply" else []), env=caller.environ)
        assert done.code == 77, done.err
        assert f"not authorized to perform: {missing} on" in done.out + done.err


def test_another_stack_is_out_of_reach(world: World, caller: Caller) -> None:
    """The policy of dev deletes nothing of prod's, whether names or tags tell them apart."""
    world.apply()
    prod = World(world.server, world.tap, world.directory, environment="prod")
    caller.may(statements(prod, "teardown"))
    with caller.enforced():
        stack = caller.stack()
        report = stack.apply(stack.guard(stack.teardown_plan(), force=True))
    assert {one.state for one in report.outcomes} <= {"failed", "skipped"}
