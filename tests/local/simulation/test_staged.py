"""Blue/green, linear and canary: stages, traffic, hooks, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.local.simulation.traffic import steps

from .conftest import GROUP, OTHER, Stage, World, settled

BALANCED: dict[str, Any] = {
    "loadBalancers": [
        {
            "targetGroupArn": GROUP,
            "containerName": "web",
            "containerPort": 80,
            "advancedConfiguration": {
                "alternateTargetGroupArn": OTHER,
                "productionListenerRule": "live",
                "testListenerRule": "test",
                "roleArn": "role",
            },
        }
    ]
}


def configured(strategy: str = "BLUE_GREEN", **further: Any) -> dict[str, Any]:
    return {"deploymentConfiguration": {"strategy": strategy, "bakeTimeInMinutes": 5, **further}}


def hook(stage: str, name: str = "check", **further: Any) -> dict[str, Any]:
    function = {"hookTargetArn": f"arn:aws:lambda:r:1:function:{name}", "lifecycleStages": [stage]}
    return configured(lifecycleHooks=[{**function, **further}])


def pause(stage: str, **timeout: Any) -> dict[str, Any]:
    waits = {"targetType": "PAUSE", "lifecycleStages": [stage]}
    limit = {"timeoutConfiguration": timeout} if timeout else {}
    return configured(lifecycleHooks=[{**waits, **limit}])


def started(stage: Stage, tag: str = "ok", **request: Any) -> None:
    """Have a service whose second deployment has just begun."""
    stage.create(**(BALANCED | configured() | request))
    stage.until(settled)
    stage.update(taskDefinition=tag)


def at(stage: Stage, name: str) -> float:
    return stage.until(lambda service: service.deployments[-1].progress.stage == name)


def served(stage: Stage) -> list[str]:
    """Target groups in which there is a healthy target."""
    targets = stage.region.targets
    return [
        arn
        for arn in (GROUP, OTHER)
        if any(
            targets.health(arn, t, stage.now).state == "healthy" for t in targets.of(arn, stage.now)
        )
    ]


def test_stages_are_passed_in_order(stage: Stage) -> None:
    started(stage, "new")
    seen: list[str] = []
    while not settled(stage.service):
        now = stage.last.progress.stage
        seen += [now] if now not in seen[-1:] else []
        stage.after(1)
    assert seen == ["SCALE_UP", "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME",
                    "CLEAN_UP"]  # fmt: skip
    assert stage.last.status == "SUCCESSFUL"


def test_blue_serves_until_production_is_shifted(stage: Stage) -> None:
    started(stage, "new")
    at(stage, "TEST_TRAFFIC_SHIFT")
    assert served(stage) == [GROUP, OTHER]
    assert len(stage.running) == 4
    assert stage.world.moved == {"live": {GROUP: 100, OTHER: 0}, "test": {OTHER: 100, GROUP: 0}}
    at(stage, "BAKE_TIME")
    assert stage.world.moved["live"] == {OTHER: 100, GROUP: 0}
    assert at(stage, "CLEAN_UP") == 300
    stage.until(settled)
    assert served(stage) == [OTHER]
    assert len(stage.running) == 2


def test_the_two_groups_alternate(stage: Stage) -> None:
    started(stage, "second")
    stage.until(settled)
    stage.update(taskDefinition="third")
    stage.until(settled)
    assert served(stage) == [GROUP]
    assert stage.world.moved["live"] == {GROUP: 100, OTHER: 0}


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({"strategy": "BLUE_GREEN"}, [(100, 0)]),
        ({"strategy": "CANARY"}, [(5, 600), (100, 0)]),
        (
            {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0.1}},
            [(0.1, 600), (100, 0)],
        ),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40.0}},
         [(40, 360), (80, 360), (100, 0)]),
        (
            {"strategy": "LINEAR",
             "linearConfiguration": {"stepPercent": 50, "stepBakeTimeInMinutes": 1}},
            [(50, 60), (100, 0)],
        ),
    ],
)  # fmt: skip
def test_traffic_moves_in_steps(configuration: dict[str, Any], expected: list[Any]) -> None:
    assert steps(configuration) == expected


def test_a_linear_deployment_bakes_between_its_steps(stage: Stage) -> None:
    linear = {"stepPercent": 50.0, "stepBakeTimeInMinutes": 2}
    started(stage, "new", **configured("LINEAR", linearConfiguration=linear))
    at(stage, "PRODUCTION_TRAFFIC_SHIFT")
    assert (stage.last.production, stage.service.deployments[0].production) == (50, 50)
    assert stage.until(lambda service: service.deployments[-1].production == 100) == 120
    assert at(stage, "BAKE_TIME") == 10


def test_going_back_gives_the_traffic_back_at_once(stage: Stage) -> None:
    threshold = {"type": "COUNT", "value": 2}
    breaker = {"enable": True, "rollback": True, "thresholdConfiguration": threshold}
    request = configured(deploymentCircuitBreaker=breaker)
    started(stage, "crash-after-200s", **request)
    at(stage, "BAKE_TIME")
    stage.until(lambda service: service.rolling_back is not None)
    assert stage.world.moved == {"live": {GROUP: 100, OTHER: 0}, "test": {GROUP: 100, OTHER: 0}}
    stage.until(settled)
    assert stage.last.status == "ROLLBACK_SUCCESSFUL"
    assert served(stage) == [GROUP]


def test_what_blue_loses_is_replaced_by_blue(stage: Stage) -> None:
    stage.create("crash-after-400s--only-1-times", **BALANCED, **configured())
    stage.until(settled)
    stage.until(lambda _: stage.now >= 350)
    stage.update(taskDefinition="slow-120s", healthCheckGracePeriodSeconds=600)
    stage.after(100)
    mine = [t for t in stage.service.tasks if t.deployment == stage.service.deployments[0].number]
    assert len([t for t in mine if t.active]) == 2
    assert len(mine) == 3


def test_a_newer_deployment_gives_up_the_one_under_way(stage: Stage) -> None:
    started(stage, "second")
    at(stage, "BAKE_TIME")
    stage.update(taskDefinition="third")
    assert stage.last.progress.stage == "RECONCILE_SERVICE"
    assert stage.world.moved["live"] == {GROUP: 100, OTHER: 0}
    stage.until(settled)
    assert [each.status for each in stage.service.deployments] == [
        "SUCCESSFUL", "STOPPED", "SUCCESSFUL",
    ]  # fmt: skip
    assert served(stage) == [OTHER]


def test_a_stage_lasts_a_day_at_most(stage: Stage) -> None:
    started(stage, "unhealthy")
    assert stage.until(lambda s: s.rolling_back is not None, within=90000) == 24 * 3600


@pytest.mark.parametrize(
    ("name", "status", "end"),
    [
        ("check", "SUCCEEDED", "SUCCESSFUL"),
        ("check--slow-90s", "SUCCEEDED", "SUCCESSFUL"),
        ("check--fails", "FAILED", "ROLLBACK_SUCCESSFUL"),
        ("check--hangs", "TIMED_OUT", "ROLLBACK_SUCCESSFUL"),
    ],
)
def test_a_function_decides(stage: Stage, name: str, status: str, end: str) -> None:
    stage.create(**BALANCED, **configured())
    stage.until(settled)
    limit = {"timeoutInMinutes": 10}
    changed = hook("POST_SCALE_UP", name, timeoutConfiguration=limit)
    stage.update(taskDefinition="new", **changed)
    stage.until(settled)
    assert [each.status for each in stage.last.progress.hooks] == [status]
    assert stage.last.status == end


@pytest.mark.parametrize(
    ("action", "end"), [("CONTINUE", "SUCCESSFUL"), ("ROLLBACK", "ROLLBACK_SUCCESSFUL")]
)
def test_a_pause_ends_by_its_timeout(stage: Stage, action: str, end: str) -> None:
    stage.create(**BALANCED, **configured())
    stage.until(settled)
    changed = pause("PRE_SCALE_UP", timeoutInMinutes=60, action=action)
    stage.update(taskDefinition="new", **changed)
    stage.after(3599)
    (waiting,) = stage.last.progress.hooks
    assert (waiting.status, len(stage.service.tasks)) == ("AWAITING_ACTION", 2)
    stage.until(settled)
    assert (waiting.status, stage.last.status) == ("TIMED_OUT", end)


def test_a_function_may_be_scripted_from_outside(stage: Stage, world: World) -> None:
    started(stage, "new", **hook("PRE_SCALE_UP"))
    stage.until(settled)
    world.words = ["fails"]
    stage.update(taskDefinition="newer")
    stage.until(settled)
    assert [each.status for each in stage.service.deployments[1:]] == [
        "SUCCESSFUL", "ROLLBACK_SUCCESSFUL",
    ]  # fmt: skip
    assert any("hook execution failure(s) detected" in message for message in stage.messages)


def test_a_jump_in_time_gives_the_same_history_as_small_steps(world: World) -> None:
    def history(step: int) -> list[tuple[float, float]]:
        stage = Stage(world)
        stage.create(**BALANCED, **configured("CANARY"))
        stage.after(600)
        stage.update(taskDefinition="new")
        for _ in range(3600 // step):
            stage.after(step)
        return [(each.updated, each.finished or 0) for each in stage.service.deployments]

    assert history(3600) == history(1)
