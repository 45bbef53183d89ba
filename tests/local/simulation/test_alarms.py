"""Alarms that fail a deployment."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Stage, settled


def watched(*, rollback: bool = True) -> dict[str, Any]:
    alarms = {"alarmNames": ["errors", "latency"], "enable": True, "rollback": rollback}
    return {"deploymentConfiguration": {"alarms": alarms}}


@pytest.mark.parametrize(("rollback", "end"), [(True, "ROLLBACK_SUCCESSFUL"), (False, "STOPPED")])
def test_an_alarm_fails_a_deployment(stage: Stage, rollback: bool, end: str) -> None:
    stage.create(**watched(rollback=rollback))
    stage.until(settled)
    good = stage.last
    stage.update(taskDefinition="new")
    stage.after(20)
    stage.world.in_alarm = ["errors"]
    stage.after(10)
    assert stage.last.alarmed == ["errors"]
    assert "deployment failed: alarm detected." in " ".join(stage.messages)
    stage.after(600)
    assert stage.last.status == end
    assert (stage.service.primary is good) == rollback


def test_it_is_watched_for_a_while_when_the_old_tasks_have_gone(stage: Stage) -> None:
    stage.create(**watched())
    stage.until(lambda service: service.deployments[-1].bakes_until is not None)
    assert len(stage.running) == 2
    stage.after(119)
    assert stage.last.status == "IN_PROGRESS"
    stage.after(1)
    assert stage.last.status == "SUCCESSFUL"
    stage.world.in_alarm = ["errors"]
    stage.after(600)
    assert stage.last.status == "SUCCESSFUL"


def test_what_was_in_alarm_before_counts_when_it_goes_off_again(stage: Stage) -> None:
    stage.world.in_alarm = ["latency"]
    stage.create(**watched())
    stage.until(settled)
    stage.update(taskDefinition="new")
    stage.after(20)
    assert stage.last.status == "IN_PROGRESS"
    stage.world.in_alarm = []
    stage.after(10)
    stage.world.in_alarm = ["latency"]
    stage.after(10)
    assert stage.last.status == "ROLLBACK_IN_PROGRESS"
