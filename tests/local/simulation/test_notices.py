"""What EventBridge is told."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.local.simulation.notices import ACTION, DEPLOYMENT

from .conftest import Stage, World, settled

behaviour = pytest.mark.behaviour
NEVER = "tells nothing"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


def deployments(stage: Stage) -> list[tuple[str, str, str]]:
    return [
        (each["eventType"], each["eventName"], each["reason"].replace(each["deploymentId"], "ID"))
        for _, kind, each in stage.world.told
        if kind == DEPLOYMENT
    ]


def actions(stage: Stage) -> list[tuple[str, str]]:
    told = [each for _, kind, each in stage.world.told if kind == ACTION]
    return [(each["eventType"], each["eventName"]) for each in told]


@behaviour(
    "ECS guide: ecs_service_deployment_events",
    "A deployment tells EventBridge that it begins, and ends or fails and goes back",
    NEVER,
)
def test_a_deployment_is_told(stage: Stage) -> None:
    stage.create(deploymentConfiguration=BREAKER)
    stage.until(settled)
    good = stage.last.id
    assert deployments(stage) == [
        ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", "ECS deployment ID in progress."),
        ("INFO", "SERVICE_DEPLOYMENT_COMPLETED", "ECS deployment ID completed."),
    ]
    stage.world.told.clear()
    stage.update(taskDefinition="crash")
    stage.until(settled)
    breaker = "ECS deployment circuit breaker: "
    assert deployments(stage) == [
        ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", "ECS deployment ID in progress."),
        ("ERROR", "SERVICE_DEPLOYMENT_FAILED", f"{breaker}tasks failed to start."),
        ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", f"{breaker}rolling back to deploymentId ID."),
        ("INFO", "SERVICE_DEPLOYMENT_COMPLETED", "ECS deployment ID completed."),
    ]
    assert stage.world.told[-2][2]["deploymentId"] == good


def test_without_a_breaker_no_failure_is_told(stage: Stage) -> None:
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": False}
    stage.create(deploymentConfiguration={"alarms": alarms})
    stage.after(20)
    stage.world.in_alarm = ["errors"]
    stage.after(20)
    assert stage.last.status == "STOPPED"
    assert [name for _, name, _ in deployments(stage)] == ["SERVICE_DEPLOYMENT_IN_PROGRESS"]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ok", ("INFO", "SERVICE_STEADY_STATE")),
        ("missing", ("ERROR", "SERVICE_TASK_PLACEMENT_FAILURE")),
        ("no-capacity", ("ERROR", "SERVICE_TASK_PLACEMENT_FAILURE")),
        ("crash", ("WARN", "SERVICE_TASK_START_IMPAIRED")),
    ],
)
@behaviour(
    "ECS guide: ecs_service_events", "The scheduler tells EventBridge what it could not do", NEVER
)
def test_the_scheduler_is_told(stage: Stage, tag: str, expected: tuple[str, str]) -> None:
    stage.create(tag)
    stage.after(900)
    assert actions(stage)[0] == expected


@behaviour("ECS guide: ecs_task_events", "Every change of a task's status is an event", NEVER)
def test_tasks_are_told(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create("crash-after-100s", desired=1, **balanced)
    stage.after(125)
    assert [status for _, status, _ in stage.world.passed][:4] == [
        "PROVISIONING", "PENDING", "ACTIVATING", "RUNNING",
    ]  # fmt: skip
    stage.after(20)
    assert (138.0, "STOPPED", "STOPPED") in stage.world.passed


def test_a_jump_in_time_tells_the_same_at_the_same_times() -> None:
    def told(step: int) -> list[tuple[float, str, str]]:
        stage = Stage(World())
        stage.create("crash--only-3-times", desired=2)
        for _ in range(600 // step):
            stage.after(step)
        return stage.world.passed

    assert told(600) == told(1)
