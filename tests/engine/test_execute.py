"""Steps in order and in parallel, and a report that says what became of each."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from botocore.exceptions import EndpointConnectionError

from provisioner.engine.execute import Event, Outcome, Report, State, execute
from provisioner.engine.kind import Effect, Kind
from provisioner.engine.model import Resource
from provisioner.engine.step import Plan, Step
from provisioner.errors import NotServing, StepFailed
from tests.support.aws import nowhere, refusal
from tests.support.clock import FastClock
from tests.support.world import World, exists, keys, kind, plan, registry, scope_of, seen, thing

GROUP, SERVICE = "net.group", "run.service"
G, H = thing("g", GROUP), thing("h", GROUP)
APP = thing("app", SERVICE, Group=G.ref())
TOP = thing("top", SERVICE, Parent=APP.ref())
BARRIER_SECONDS = 10


def kinds_over(world: World) -> dict[str, Kind]:
    return registry(
        kind(GROUP, world),
        kind(SERVICE, world, fields=("Name", "Group", "Parent"), uses=frozenset({GROUP, SERVICE})),
    )


class Run:
    """One execution over a small cloud, with what was heard of it."""

    def __init__(self, world: World, clock: FastClock | None = None) -> None:
        self.world, self.clock = world, clock or FastClock()
        self.kinds = kinds_over(world)
        self.events: list[Event] = []

    def go(self, found: Plan, parallelism: int = 10) -> Report:
        return execute(
            found,
            kinds=self.kinds,
            aws=nowhere(),
            scope=scope_of(),
            clock=self.clock,
            listen=self.events.append,
            parallelism=parallelism,
        )

    def make(self, *wanted: Resource, parallelism: int = 10) -> Report:
        return self.go(plan(wanted, seen(*self.world.things.values()), self.kinds), parallelism)


def states(report: Report) -> dict[str, str]:
    return {outcome.step.key: outcome.state for outcome in report.outcomes}


def errors(report: Report) -> dict[str, str]:
    return {one.step.key: one.error for one in report.outcomes if one.error}


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
        "run.service/top",
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
        world.react(f"create net.group/{name}", lambda: together.wait(BARRIER_SECONDS))
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
    if not event.wait(BARRIER_SECONDS):
        raise StepFailed("it was never its turn")


class TestFailure:
    """A failed step takes along what needs it and nothing else."""

    def test_only_dependents_are_skipped_and_say_why(self) -> None:
        world = World()
        world.react("create net.group/g", StepFailed("no room"))
        report = Run(world).make(G, H, APP, TOP)
        assert states(report) == {
            "create net.group/g": "failed",
            "create net.group/h": "done",
            "create run.service/app": "skipped",
            "create run.service/top": "skipped",
        }
        assert errors(report) == {
            "create net.group/g": "no room",
            "create run.service/app": "needs create net.group/g, which is failed",
            "create run.service/top": "needs create run.service/app, which is skipped",
        }
        assert report.result == "partial"

    def test_awss_refusal_is_told_with_its_code(self) -> None:
        world = World()
        world.react("create net.group/g", refusal("Quota", "too many groups", "CreateGroup"))
        (outcome,) = Run(world).make(G).outcomes
        assert outcome.error == "CreateGroup: Quota: too many groups"
        assert outcome.code == "Quota"

    def test_an_unreachable_endpoint_is_told(self) -> None:
        world = World()
        world.react("create net.group/g", EndpointConnectionError(endpoint_url="http://x"))
        assert errors(Run(world).make(G)) == {"create net.group/g": "nothing answers at http://x"}

    def test_a_mistake_of_ours_does_not_lose_the_rest(self) -> None:
        world = World()
        world.react("create net.group/g", KeyError("Arn"))
        report = Run(world).make(G, H)
        assert states(report) == {"create net.group/g": "failed", "create net.group/h": "done"}
        assert errors(report) == {"create net.group/g": "unexpected KeyError: 'Arn'"}

    def test_what_is_never_known_fails_the_step(self) -> None:
        dangling = thing("x", GROUP, Size=thing("nowhere", GROUP).ref())
        step = Step("create", dangling.address, GROUP, "", Effect.NONE, dangling)
        report = Run(World()).go(Plan("shop/dev", (step,), ()))
        assert errors(report) == {
            "create net.group/x": "net.group/x: ${net.group/nowhere.Arn} is still not known"
        }

    def test_a_service_that_does_not_serve_is_told_apart(self) -> None:
        world = World()
        world.react("pending net.group/g", NotServing("rolled back"))
        report = Run(world).make(G)
        assert report.result == "not-serving"
        assert not report.outcomes[0].serving
        assert states(report) == {"create net.group/g": "failed"}

    def test_a_failure_with_aws_behind_it_keeps_the_code(self) -> None:
        world = World()
        world.react("create net.group/g", StepFailed("refused", "AccessDenied"))
        assert Run(world).make(G).outcomes[0].code == "AccessDenied"


class TestStopping:
    """Asking the clock to stop ends the run after the calls under way."""

    def test_what_waits_is_interrupted_and_what_is_left_is_skipped(self) -> None:
        run, made, stopped = Run(World()), threading.Event(), threading.Event()

        def stop() -> None:
            made.wait(BARRIER_SECONDS)
            run.clock.stop()
            stopped.set()

        def still() -> str:
            stopped.wait(BARRIER_SECONDS)
            return "provisioning"

        run.world.react("create net.group/g", stop)
        run.world.react("create net.group/h", made.set)
        run.world.react("pending net.group/h", still)
        report = run.make(G, H, APP, TOP)
        assert states(report) == {
            "create net.group/g": "done",
            "create net.group/h": "interrupted",
            "create run.service/app": "skipped",
            "create run.service/top": "skipped",
        }
        assert errors(report) == {
            "create net.group/h": "stopped while waiting",
            "create run.service/app": "the run was stopped",
            "create run.service/top": "needs create run.service/app, which is skipped",
        }
        assert (report.result, report.interrupted) == ("interrupted", True)

    def test_a_call_under_way_is_finished_and_its_outputs_are_kept(self) -> None:
        run = Run(World())
        run.world.react("create net.group/g", run.clock.stop)
        report = run.make(G, APP)
        assert states(report) == {"create net.group/g": "done", "create run.service/app": "skipped"}
        assert "net.group/g" in report.outputs

    def test_a_stopped_run_does_nothing(self) -> None:
        run = Run(World())
        run.clock.stop()
        assert set(states(run.make(G, H)).values()) == {"skipped"}
        assert run.world.calls == []

    def test_running_again_finishes_the_job(self) -> None:
        world = World()
        stopped = Run(world)
        world.react("create net.group/g", stopped.clock.stop)
        stopped.make(G, APP)
        assert states(Run(world).make(G, APP)) == {"create run.service/app": "done"}


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
        ("skipped", "run.service/top", "needs create run.service/app, which is failed"),
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
