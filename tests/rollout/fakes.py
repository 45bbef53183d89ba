"""A service as AWS describes it, and something that answers like AWS without being it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.aws import refusal

ARN = "arn:aws:ecs:eu-west-1:1"
OLD, NEW, OTHER = (f"{ARN}:task-definition/web:{number}" for number in (1, 2, 3))
START = datetime(2026, 1, 1, tzinfo=UTC)
STARTED = [{"message": "(service web) has started 1 tasks", "createdAt": START}]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def deployment(
    definition: str, state: str, number: int = 2, status: str = "PRIMARY", **more: Any
) -> Any:
    return {
        "id": f"ecs-svc/{number}",
        "status": status,
        "taskDefinition": definition,
        "rolloutState": state,
        "runningCount": 1,
        "pendingCount": 0,
        "desiredCount": 2,
        "failedTasks": 0,
        "createdAt": at(number),
        **more,
    }


def service(*deployments: Any, events: Any = STARTED, **more: Any) -> dict[str, Any]:
    return {
        "serviceName": "web",
        "status": "ACTIVE",
        "desiredCount": 2,
        "deployments": list(deployments),
        "events": events,
        **more,
    }


def revision(number: int) -> str:
    return f"{ARN}:service-revision/c/web/{number}"


def record(status: str, number: int = 2, reason: str = "") -> dict[str, Any]:
    return {
        "serviceDeploymentArn": f"{ARN}:service-deployment/c/web/{number}",
        "status": status,
        "targetServiceRevisionArn": revision(number),
        "createdAt": at(number),
        "statusReason": reason,
    }


def full(status: str, number: int = 2, **more: Any) -> dict[str, Any]:
    """What DescribeServiceDeployments says of a record."""
    return {
        **record(status, number),
        "targetServiceRevision": {
            "arn": revision(number),
            "requestedTaskCount": 2,
            "runningTaskCount": 1,
            "pendingTaskCount": 1,
        },
        "sourceServiceRevisions": [{"arn": revision(1)}],
        **more,
    }


class Fake:
    """Every operation has an answer, a function of the arguments, or an error; `{}` without."""

    region = "eu-west-1"
    endpoint = ""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[str] = []

    def client(self, _service: str, **_: Any) -> Fake:
        return self

    def once(self, _key: object, ask: Callable[[], Any]) -> Any:
        return ask()

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.calls.append(operation)
            answer = self.answers.get(operation, EMPTY.get(operation, {}))
            answer = answer(**arguments) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


EMPTY: dict[str, Any] = {
    "list_service_deployments": {"serviceDeployments": []},
    "describe_service_deployments": {"serviceDeployments": []},
    "describe_service_revisions": {"serviceRevisions": []},
    "list_tasks": {"taskArns": []},
    "describe_tasks": {"tasks": []},
    "describe_target_health": {"TargetHealthDescriptions": []},
    "describe_task_definition": {"taskDefinition": {}},
}


def records(*found: Any, **more: Any) -> Fake:
    """ECS with these service deployments in its list."""
    return Fake(list_service_deployments={"serviceDeployments": list(found)}, **more)


def denied(**more: Any) -> Fake:
    """ECS that does not let its service deployments be read."""
    return Fake(list_service_deployments=refusal("AccessDeniedException"), **more)
