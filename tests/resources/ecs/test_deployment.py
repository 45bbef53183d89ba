"""Whether a deployment that was started is the one that serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from provisioner.errors import NotServing
from provisioner.resources.ecs._deployment import progress, rollout

OLD, NEW = (
    "arn:aws:ecs:eu-west-1:1:task-definition/web:1",
    "arn:aws:ecs:eu-west-1:1:task-definition/web:2",
)
STARTED = [{"message": "(service web) has started 1 tasks"}]


def deployment(definition: str, state: str, number: int = 2, status: str = "PRIMARY") -> Any:
    return {
        "id": f"ecs-svc/{number}",
        "status": status,
        "taskDefinition": definition,
        "rolloutState": state,
        "runningCount": 1,
        "desiredCount": 2,
    }


def service(*deployments: Any, events: Any = STARTED) -> dict[str, Any]:
    return {"serviceName": "web", "deployments": list(deployments), "events": events}


def record(status: str, number: int = 2, reason: str = "") -> dict[str, Any]:
    arn = f"arn:aws:ecs:eu-west-1:1:service-revision/c/web/{number}"
    return {
        "status": status,
        "targetServiceRevisionArn": arn,
        "createdAt": f"2026-01-0{number}",
        "statusReason": reason,
    }


class Ecs:
    """Answers ListServiceDeployments, and is its own connection."""

    def __init__(self, *answers: Any) -> None:
        self.answers = answers

    def client(self, _name: str, **_: Any) -> Ecs:
        return self

    def once(self, _key: str, ask: Callable[[], Any]) -> Any:
        return ask()

    def list_service_deployments(self, **_: Any) -> dict[str, Any]:
        if isinstance(self.answers[0], Exception):
            raise self.answers[0]
        return {"serviceDeployments": list(self.answers)}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "ListServiceDeployments")


RUNNING = "1 of 2 tasks run"
CASES: dict[str, tuple[dict[str, Any], Ecs, str]] = {
    "done": (service(deployment(NEW, "COMPLETED")), Ecs(record("SUCCESSFUL")), ""),
    "under way": (service(deployment(NEW, "IN_PROGRESS")), Ecs(record("IN_PROGRESS")), RUNNING),
    "not listed yet": (
        service(deployment(NEW, "IN_PROGRESS")),
        Ecs(record("SUCCESSFUL", 1)),
        "the deployment is not listed yet",
    ),
    "an answer from before the update": (
        service(deployment(OLD, "COMPLETED", 1)),
        Ecs(record("SUCCESSFUL", 1)),
        "web:1 is still the version that serves",
    ),
    "no permission, done": (
        service(deployment(NEW, "COMPLETED")),
        Ecs(refused("AccessDeniedException")),
        "",
    ),
    "no permission, gone back": (
        service(deployment(OLD, "COMPLETED", 1)),
        Ecs(refused("AccessDeniedException")),
        "web:1 is still the version that serves",
    ),
    "no answer": (
        service(deployment(NEW, "IN_PROGRESS")),
        Ecs(refused("ServerException")),
        "ECS does not answer",
    ),
    "no connection": (
        service(deployment(NEW, "IN_PROGRESS")),
        Ecs(HTTPClientError(error="cut")),
        "ECS does not answer",
    ),
    "a server without records and events": (
        service(deployment(OLD, "IN_PROGRESS", 1), events=[]),
        Ecs(refused("500")),
        "",
    ),
    "a server without records": (
        service(deployment(NEW, "IN_PROGRESS")),
        Ecs(refused("NotImplemented")),
        RUNNING,
    ),
    "no deployment": (service(), Ecs(record("SUCCESSFUL")), "no deployment yet"),
}


@pytest.mark.parametrize(("found", "ecs", "words"), CASES.values(), ids=CASES)
def test_it_waits_for(found: dict[str, Any], ecs: Any, words: str) -> None:
    assert progress(ecs, "c", found, NEW) == words


FAILURES: dict[str, tuple[dict[str, Any], Ecs, str]] = {
    "failed": (service(deployment(NEW, "FAILED")), Ecs(record("STOPPED")), "stopped"),
    "rolled back, the old version is PRIMARY and completed": (
        service(deployment(OLD, "COMPLETED", 3)),
        Ecs(record("ROLLBACK_SUCCESSFUL", 2, "circuit breaker"), record("SUCCESSFUL", 1)),
        "rollback successful; circuit breaker",
    ),
    "failed, by the weaker view": (
        service(deployment(NEW, "FAILED")),
        Ecs(refused("AccessDeniedException")),
        "failed",
    ),
}


@pytest.mark.parametrize(("found", "ecs", "words"), FAILURES.values(), ids=FAILURES)
def test_it_is_not_serving_when(found: dict[str, Any], ecs: Any, words: str) -> None:
    with pytest.raises(NotServing, match=words):
        progress(ecs, "c", found, NEW)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (service(deployment(NEW, "FAILED")), "FAILED"),
        (service(deployment(NEW, "IN_PROGRESS")), "IN_PROGRESS"),
        (service(deployment(NEW, "IN_PROGRESS"), events=[]), "COMPLETED"),
        (service(deployment(NEW, "")), "COMPLETED"),
        (service(), "COMPLETED"),
    ],
)
def test_a_service_stands_as_its_primary_deployment(found: dict[str, Any], state: str) -> None:
    assert rollout(found) == state
