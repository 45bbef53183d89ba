"""What a described service serves, and what a report says of it."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from provisioner.deploy.served import OUTPUT, observed, serving
from provisioner.engine.execute import Outcome, Report, State
from provisioner.engine.kind import Effect
from provisioner.engine.model import Live
from provisioner.engine.step import Step
from tests.rollout.fakes import NEW, OLD, OTHER, Fake, deployment, service
from tests.support.aws import refusal

BACK = {"rolloutStateReason": "ECS deployment circuit breaker: rolling back to deploymentId 1."}
GOING = deployment(OLD, "COMPLETED", 1, "ACTIVE")
FAILING = deployment(NEW, "FAILED", 2, "ACTIVE")


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        pytest.param(service(deployment(NEW, "COMPLETED")), NEW, id="it is done"),
        pytest.param(service(deployment(NEW, "IN_PROGRESS"), GOING), OLD, id="it goes on"),
        pytest.param(service(deployment(NEW, "FAILED"), GOING), OLD, id="it waits to go back"),
        pytest.param(
            service(deployment(OLD, "IN_PROGRESS", 1, **BACK), FAILING), OLD, id="it goes back"
        ),
        pytest.param(service(deployment(NEW, "FAILED")), None, id="nothing to go back to"),
        pytest.param(
            service(deployment(NEW, "IN_PROGRESS"), {**GOING, "runningCount": 0}),
            None,
            id="nothing runs",
        ),
        pytest.param(
            service(deployment(OTHER, "IN_PROGRESS", 3), FAILING, GOING),
            None,
            id="tasks of two others run",
        ),
        pytest.param(
            service(deployment(NEW, "IN_PROGRESS"), events=[]), NEW, id="a server without rollouts"
        ),
        pytest.param(service(), None, id="no deployment yet"),
    ],
)
def test_what_serves(described: dict[str, Any], expected: str | None) -> None:
    assert serving(described) == expected


LIVE = Live(
    "ecs.service", "arn", {}, {"cluster": "c", "serviceName": "web"}, {"Arn": "arn", OUTPUT: OLD}
)


def report(
    state: State, verdict: str = "", action: Literal["create", "update", "delete"] = "update"
) -> Report:
    step = Step(action, "ecs.service/web", "ecs.service", "", Effect.ROLLING, live=LIVE)
    details = {"verdict": verdict} if verdict else None
    return Report((Outcome(step, state, details=details),), {step.address: LIVE.outputs})


def told(answer: Any, report: Report) -> Any:
    aws: Any = Fake(describe_services=answer)
    return observed(aws, report).outputs["ecs.service/web"][OUTPUT]


THEIRS = {"services": [service(deployment(OTHER, "COMPLETED", 3))]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(report("failed", "superseded"), OTHER, id="another's deployment"),
        pytest.param(report("done", "not-serving"), OTHER, id="turned back, as was asked"),
        pytest.param(report("interrupted"), OTHER, id="stopped before it was looked at"),
        pytest.param(report("skipped"), OTHER, id="what it needs has failed"),
        pytest.param(report("done", "serving"), OLD, id="what was wanted"),
        pytest.param(report("done"), OLD, id="nothing was deployed"),
        pytest.param(report("failed", action="delete"), OLD, id="it was to go"),
    ],
)
def test_it_is_asked_where_that_is_in_doubt(given: Report, expected: str) -> None:
    assert told(THEIRS, given) == expected


@pytest.mark.parametrize("answer", [refusal("AccessDeniedException"), {"services": []}])
def test_where_nobody_can_say_it_is_unknown(answer: Any) -> None:
    assert told(answer, report("failed", "not-serving")) is None
