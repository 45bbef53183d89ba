"""A step that fails, and a run that is stopped."""

from __future__ import annotations

import threading

from botocore.exceptions import EndpointConnectionError

from provisioner.engine.kind import Effect
from provisioner.engine.step import Plan, Step
from provisioner.errors import NotServing, StepFailed
from tests.support.aws import refusal
from tests.support.runs import APP, GROUP, PATIENCE, TOP, G, H, Run, errors, states
from tests.support.world import World, thing


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
            "create net.edge/top": "skipped",
        }
        assert errors(report) == {
            "create net.group/g": "no room",
            "create run.service/app": "needs create net.group/g, which is failed",
            "create net.edge/top": "needs create run.service/app, which is skipped",
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
            made.wait(PATIENCE)
            run.clock.stop()
            stopped.set()

        def still() -> str:
            stopped.wait(PATIENCE)
            return "provisioning"

        run.world.react("create net.group/g", stop)
        run.world.react("create net.group/h", made.set)
        run.world.react("pending net.group/h", still)
        report = run.make(G, H, APP, TOP)
        assert states(report) == {
            "create net.group/g": "done",
            "create net.group/h": "interrupted",
            "create run.service/app": "skipped",
            "create net.edge/top": "skipped",
        }
        assert errors(report) == {
            "create net.group/h": "stopped while waiting",
            "create run.service/app": "the run was stopped",
            "create net.edge/top": "needs create run.service/app, which is skipped",
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
