"""Capacity providers, and what a rollout does about a task that the old revision loses."""

from __future__ import annotations

import pytest

from provisioner.local.simulation.capacity import choose

from .conftest import Stage, settled

SPOT = {"capacityProvider": "FARGATE_SPOT", "weight": 3, "base": 0}
FARGATE = {"capacityProvider": "FARGATE", "weight": 1, "base": 2}


@pytest.mark.parametrize(
    ("strategy", "number", "expected"),
    [
        ([FARGATE, SPOT], 2, (2, 0)),
        ([SPOT, FARGATE], 6, (3, 3)),
        ([FARGATE, SPOT], 10, (4, 6)),
        ([{**FARGATE, "weight": 0}, SPOT], 6, (2, 4)),
        ([{"capacityProvider": "FARGATE"}], 2, (2, 0)),
        ([], 1, (0, 0)),
    ],
)
def test_bases_come_first_then_weights(
    strategy: list[dict[str, object]], number: int, expected: tuple[int, int]
) -> None:
    chosen: list[str] = []
    for _ in range(number):
        chosen.append(choose(strategy, chosen))
    assert (chosen.count("FARGATE"), chosen.count("FARGATE_SPOT")) == expected


def test_a_replacement_gets_the_provider_that_lacks_one(stage: Stage) -> None:
    stage.create(desired=4, capacityProviderStrategy=[FARGATE, {**SPOT, "weight": 1}])
    stage.until(settled)
    assert sorted(task.provider for task in stage.running) == ["FARGATE"] * 3 + ["FARGATE_SPOT"]
    victim = next(task for task in stage.running if task.provider == "FARGATE_SPOT")
    stage.region.stop(victim, stage.now, "SpotInterruption", "")
    stage.after(1)
    assert stage.service.tasks[-1].provider == "FARGATE_SPOT"


def test_what_the_old_revision_loses_is_replaced_by_its_own(stage: Stage) -> None:
    stage.create("crash-after-100s--only-1-times")
    stage.until(settled)
    old = stage.last
    stage.update(taskDefinition="pull-300s")
    stage.until(lambda service: len(service.of(old)) == 3, 200)
    stage.after(60)
    assert [task.deployment for task in stage.running] == [old.number] * 2
    stage.until(settled)
    assert {task.deployment for task in stage.running} == {stage.last.number}


def test_a_version_that_was_never_good_is_not_replaced(stage: Stage) -> None:
    stage.create("crash")
    stage.after(20)
    bad = stage.last
    stage.update(taskDefinition="pull-300s")
    stage.after(120)
    assert len(stage.service.of(bad)) == 2


def test_tasks_start_no_faster_than_fargate_launches_them(stage: Stage) -> None:
    stage.world.room = 3
    service = stage.create(desired=5)
    assert len(service.tasks) == 3
    stage.after(3)
    assert [event.message for event in service.events].count(
        "(service web) operations are being throttled. Will try again later."
    ) == 1
    stage.world.room = 2
    stage.after(5)
    assert len(service.tasks) == 5
    stage.until(settled)
