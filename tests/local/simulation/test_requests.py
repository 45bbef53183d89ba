"""Deployments that are stopped, superseded, or successful early."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.local.simulation.early import enough
from provisioner.local.simulation.requests import CARRIED_OUT_IN, ask_back, stoppable

from .conftest import Stage, settled

behaviour = pytest.mark.behaviour
NEVER = "never deploys"


def early(percent: int, cleanup: str = "BLOCKING") -> dict[str, Any]:
    criteria = {"enable": True, "healthyPercent": percent, "sourceServiceRevisionCleanup": cleanup}
    return {"earlySuccessCriteria": criteria, "minimumHealthyPercent": 50}


@behaviour(
    "ECS guide: stop-service-deployment",
    "A stopped deployment is ROLLBACK_REQUESTED, IN_PROGRESS, SUCCESSFUL",
    NEVER,
)
def test_going_back_passes_every_state(stage: Stage) -> None:
    stage.create()
    stage.until(settled)
    stage.update(taskDefinition="new")
    stage.after(10)
    ask_back(stage.last, stage.now)
    stage.region.touch(stage.service, stage.now)
    seen = [stage.after(0).deployments[-1].status]
    while stage.service.rolling_back or len(seen) == 1:
        stage.after(1)
        seen += [stage.last.status] if stage.last.status != seen[-1] else []
    assert seen == ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"]
    assert (
        stage.last.reason
        == "Service deployment rolled back because the service deployment was stopped by the user."
    )


@behaviour(
    "ECS guide: stop-service-deployment",
    "Stopping one that goes back already changes nothing",
    NEVER,
)
def test_asking_twice_is_asking_once(stage: Stage) -> None:
    stage.create()
    stage.until(settled)
    assert not stoppable(stage.last)
    stage.update(taskDefinition="new")
    ask_back(stage.last, stage.now)
    stage.region.touch(stage.service, stage.now)
    stage.after(CARRIED_OUT_IN)
    assert stoppable(stage.last)
    began = stage.last.back_since
    ask_back(stage.last, stage.now)
    stage.until(settled)
    assert (stage.last.status, stage.last.back_since) == ("ROLLBACK_SUCCESSFUL", began)


@behaviour(
    "ECS guide: deployment-circuit-breaker", "A first deployment has no rollback candidate", NEVER
)
def test_a_first_deployment_has_nothing_to_go_back_to(stage: Stage) -> None:
    stage.create()
    ask_back(stage.last, stage.now)
    stage.region.touch(stage.service, stage.now)
    stage.after(60)
    words = "No rollback candidate was found to run the rollback."
    assert (stage.last.status, stage.last.reason) == ("ROLLBACK_FAILED", words)


@behaviour(
    "ECS API: ServiceDeployment", "A superseded deployment is STOP_REQUESTED, then STOPPED", NEVER
)
def test_a_newer_deployment_asks_the_older_to_stop(stage: Stage) -> None:
    stage.create("a")
    stage.update(taskDefinition="b")
    first = stage.service.deployments[0]
    assert first.status == "STOP_REQUESTED"
    stage.after(CARRIED_OUT_IN)
    assert (first.status, first.finished) == ("STOPPED", CARRIED_OUT_IN)


@pytest.mark.parametrize(
    ("percent", "desired", "least"), [(75, 4, 3), (50, 3, 2), (1, 3, 1), (0, 3, 1), (100, 4, 4)]
)
def test_enough_is_a_part_of_the_desired_tasks(percent: int, desired: int, least: int) -> None:
    assert enough(early(percent), desired) == least


@behaviour(
    "ECS guide: early-success-criteria", "A part of the tasks completes a rolling deployment", NEVER
)
def test_a_part_is_enough(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create(desired=4, **balanced)
    stage.until(settled)
    slow = {"deploymentConfiguration": early(75), "healthCheckGracePeriodSeconds": 3600}
    stage.update(taskDefinition="slow-900s--only-5-times", **slow)
    stage.until(lambda service: service.deployments[-1].status == "SUCCESSFUL")
    assert not settled(stage.service)
    assert {task.deployment for task in stage.running} == {stage.last.number}
    stage.until(settled)
    assert len(stage.running) == 4


@behaviour(
    "ECS API: DeploymentEarlySuccessCriteria",
    "With DEFERRED the old tasks go after the success",
    NEVER,
)
def test_the_old_tasks_may_go_later(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create(desired=4, **balanced)
    stage.until(settled)
    stage.update(taskDefinition="new", deploymentConfiguration=early(75, "DEFERRED"))
    stage.until(lambda service: service.deployments[-1].status == "SUCCESSFUL")
    old = [t for t in stage.service.tasks if t.deployment != stage.last.number]
    assert any(task.status != "STOPPED" for task in old)
    assert len(stage.service.live) == 2
    stage.until(settled)
    assert all(task.status == "STOPPED" for task in old)
    assert stage.service.live == [stage.last]


def test_an_old_revision_that_has_gone_does_not_come_back(
    stage: Stage, balanced: dict[str, Any]
) -> None:
    stage.create(desired=2, **balanced)
    stage.until(settled)
    old = stage.last.number
    stage.update(taskDefinition="new")
    stage.until(lambda service: not any(t.active for t in service.tasks if t.deployment == old))
    stage.update(desiredCount=6)
    assert not any(task.active for task in stage.service.tasks if task.deployment == old)
    stage.until(settled)
    assert len(stage.running) == 6


@behaviour(
    "AWS: What's New 2025-11, ECS rolling deployments",
    "Scaling out during a deployment grows both revisions",
    NEVER,
)
def test_both_revisions_grow(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create(desired=2, **balanced)
    stage.until(settled)
    old = stage.last.number
    grace = {"healthCheckGracePeriodSeconds": 3600}
    stage.update(taskDefinition="slow-900s", **grace)
    stage.after(60)
    stage.update(desiredCount=6)
    stage.after(60)
    of = [task.deployment for task in stage.service.tasks if task.active]
    assert (of.count(old), of.count(stage.last.number)) == (6, 6)
