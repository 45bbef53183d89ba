"""Steps in order and in parallel, and a report that says what became of each."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from provisioner.engine.execute import Outcome, Report, State, execute
from provisioner.engine.kind import Effect
from provisioner.engine.step import Plan, Step
from provisioner.errors import StepFailed
from tests.support.aws import nowhere
from tests.support.clock import FastClock
from tests.support.runs import APP, GROUP, PATIENCE, TOP, G, H, Run, kinds_over
from tests.support.world import World, exists, keys, plan, scope_of, seen, thing


def test_an_empty_plan_is_done() -> None:
    report = Run(World()).go(Plan("shop/dev", (), (), {"lookup.network": {"VpcId": "vpc-1"}}))
    assert (report.result, report.outcomes) == ("done", ())
    assert report.outputs == {"lookup.network": {"VpcId": "vpc-1"}}


def test_steps_run_after_what_they_need_and_are_given_its_outputs() -> None:
    world = World()
    report = Run(world).make(TOP, APP, G)
    assert report.result == "done"
    assert [call.split()[1] for call in world.writes] == [
        "net.group/g",
        "run.service/app",
        "net.edge/top",
    ]
    assert world.things["run.service:app"].properties["Group"] == "arn:net.group:g"


def test_outputs_of_everything_made_are_in_the_report() -> None:
    assert Run(World()).make(G, APP).outputs == {
        "net.group/g": {"Arn": "arn:net.group:g", "Id": "net.group:g"},
        "run.service/app": {"Arn": "arn:run.service:app", "Id": "run.service:app"},
    }


def test_the_report_has_every_step_in_the_order_of_the_plan() -> None:
    run = Run(World([exists(H)]))
    found = plan([G, APP], seen(exists(H)), run.kinds)
    assert [outcome.step.key for outcome in run.go(found).outcomes] == keys(found)


def test_a_teardown_takes_users_away_first() -> None:
    world = World([exists(G), exists(APP, Group="arn:net.group:g")])
    assert Run(world).make().result == "done"
    assert world.writes == ["delete run.service:app", "delete net.group:g"]
    assert world.things == {}


def test_a_second_run_has_nothing_to_do() -> None:
    run = Run(World())
    run.make(G)
    run.world.calls.clear()
    assert run.make(G).outcomes == ()
    assert run.world.calls == []


def test_independent_steps_run_at_the_same_time() -> None:
    world, names = World(), ("a", "b", "c", "d")
    together = threading.Barrier(len(names))
    for name in names:
        world.react(f"create net.group/{name}", lambda: together.wait(PATIENCE))
    assert Run(world).make(*(thing(name, GROUP) for name in names)).result == "done"


def test_no_more_steps_run_at_once_than_allowed() -> None:
    world, names = World(), ("a", "b", "c", "d", "e")
    running: list[str] = []
    most: list[int] = []

    def enter() -> None:
        running.append("one")
        most.append(len(running))

    for name in names:
        world.react(f"create net.group/{name}", enter)
        world.react(f"pending net.group/{name}", running.pop)
    Run(world).make(*(thing(name, GROUP) for name in names), parallelism=1)
    assert most == [1, 1, 1, 1, 1]


def test_a_step_starts_as_soon_as_its_own_needs_are_done() -> None:
    """`h` waits until `app`, which needs `g` alone, has run."""
    world, app_ran = World(), threading.Event()
    world.react("create net.group/h", lambda: wait_for(app_ran))
    world.react("create run.service/app", app_ran.set)
    assert Run(world).make(G, H, APP).result == "done"


def wait_for(event: threading.Event) -> None:
    if not event.wait(PATIENCE):
        raise StepFailed("it was never its turn")


def test_progress_is_told_as_it_happens() -> None:
    run = Run(World())
    run.world.react("pending net.group/g", "provisioning", "")
    run.world.react("create run.service/app", StepFailed("no room"))
    run.make(G, APP, TOP)
    heard = [(event.phase, event.step.address, event.message) for event in run.events]
    assert heard == [
        ("start", "net.group/g", ""),
        ("waiting", "net.group/g", "provisioning"),
        ("done", "net.group/g", ""),
        ("start", "run.service/app", ""),
        ("failed", "run.service/app", "no room"),
        ("skipped", "net.edge/top", "needs create run.service/app, which is failed"),
    ]


def test_seconds_are_those_of_the_clock() -> None:
    run = Run(World())
    run.world.react("pending net.group/g", *["provisioning"] * 10)
    (outcome,) = run.make(G).outcomes
    assert outcome.seconds == run.clock.now() > 30


def test_nobody_needs_to_listen() -> None:
    world = World()
    found = plan([G], seen(), kinds_over(world))
    report = execute(
        found, kinds=kinds_over(world), aws=nowhere(), scope=scope_of(), clock=FastClock()
    )
    assert report.result == "done"


STEP = Step("create", G.address, GROUP, "", Effect.NONE, G)
RESULTS: dict[str, tuple[Sequence[State], str]] = {
    "nothing to do": ([], "done"),
    "all done": (["done", "done"], "done"),
    "some failed": (["done", "failed", "skipped"], "partial"),
    "none done": (["failed", "skipped"], "failed"),
}


@pytest.mark.parametrize(("ended", "result"), RESULTS.values(), ids=RESULTS)
def test_the_result_sums_up_the_outcomes(ended: Sequence[State], result: str) -> None:
    assert Report(tuple(Outcome(STEP, state) for state in ended)).result == result


def test_an_interruption_is_stronger_than_a_failure() -> None:
    outcomes = (Outcome(STEP, "failed", serving=False), Outcome(STEP, "interrupted"))
    assert Report(outcomes, interrupted=True).result == "interrupted"


def test_not_serving_is_stronger_than_partly_done() -> None:
    assert Report((Outcome(STEP, "done"), Outcome(STEP, "failed", serving=False))).result == (
        "not-serving"
    )


DENIED: dict[str, tuple[list[tuple[State, str]], bool]] = {
    "every failure": ([("failed", "AccessDenied"), ("failed", "UnauthorizedOperation")], True),
    "every failure, others done": ([("done", ""), ("failed", "AccessDenied")], True),
    "one of several": ([("failed", "AccessDenied"), ("failed", "Quota")], False),
    "no failure": ([("done", ""), ("skipped", "")], False),
    "nothing": ([], False),
}


@pytest.mark.parametrize(("ended", "denied"), DENIED.values(), ids=DENIED)
def test_a_report_is_denied_when_permissions_are_all_that_is_missing(
    ended: list[tuple[State, str]], denied: bool
) -> None:
    assert Report(tuple(Outcome(STEP, s, code=code) for s, code in ended)).denied is denied
