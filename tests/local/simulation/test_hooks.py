"""Lifecycle hooks, and what keeps ECS from moving traffic."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import GROUP, OTHER, Stage, settled
from .test_staged import BALANCED, configured, hook, pause, started

behaviour = pytest.mark.behaviour
NEVER = "never deploys"
ROLLED = "Service deployment rolled back because "


def ended(stage: Stage, **configuration: Any) -> str:
    """Have a second deployment end; return why it ended so."""
    stage.create(**BALANCED, **configured())
    stage.until(settled)
    stage.update(taskDefinition="new", **configuration)
    stage.until(settled)
    return stage.last.reason


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("check--fails", "Lifecycle hook target {arn} returned FAILED status."),
        (
            "check--breaks",
            "ECS was unable to parse the response from {arn} due to HookStatus must not be null",
        ),
    ],
)
@behaviour(
    "ECS guide: troubleshooting-blue-green",
    "statusReason names the stage and the function that failed",
    NEVER,
)
def test_a_failed_function_is_named(stage: Stage, name: str, words: str) -> None:
    arn = f"arn:aws:lambda:r:1:function:{name}"
    found = ended(stage, **hook("POST_SCALE_UP", name))
    assert found == f"{ROLLED}POST_SCALE_UP lifecycle hook(s) failed. {words.format(arn=arn)}"


@behaviour(
    "ECS guide: troubleshooting-blue-green",
    "A function whose role cannot be assumed fails its stage",
    NEVER,
)
def test_a_function_needs_its_role(stage: Stage) -> None:
    found = ended(stage, **hook("PRE_SCALE_UP", roleArn="nobody"))
    assert found.endswith("ECS was unable to assume role nobody")


@pytest.mark.parametrize(
    ("rules", "role", "words"),
    [
        ({"live": None}, "role", ". One or more rules not found"),
        (
            {"live": {GROUP: 100}, "test": {GROUP: 100}},
            "role",
            f": Target group {OTHER} is not associated with either productionListenerRule or"
            " testListenerRule.",
        ),
        (
            {"live": {GROUP: 50, OTHER: 50}},
            "role",
            ". productionListenerRule live should have exactly one target group serving traffic"
            " but found 2 target groups which are serving traffic",
        ),
        (
            {},
            "nobody",
            ". ECS was unable to manage the ELB resources due to missing permissions on ECS"
            " Infrastructure Role 'nobody'.",
        ),
    ],
)
@behaviour(
    "ECS guide: troubleshooting-blue-green",
    "Rules, groups and the role are looked at when a deployment begins",
    NEVER,
)
def test_what_cannot_be_moved_turns_back(
    stage: Stage, rules: dict[str, Any], role: str, words: str
) -> None:
    stage.create(**BALANCED, **configured())
    stage.until(settled)
    stage.world.moved.clear()
    stage.world.rules = rules
    (balancer,) = BALANCED["loadBalancers"]
    advanced = {**balancer["advancedConfiguration"], "roleArn": role}
    changed = [{**balancer, "advancedConfiguration": advanced}]
    stage.update(loadBalancers=changed, forceNewDeployment=True)
    assert stage.last.reason == f"{ROLLED}of invalid networking configuration{words}"
    assert len(stage.service.tasks) == 2
    stage.until(settled)
    assert stage.last.status == "ROLLBACK_SUCCESSFUL"


@pytest.mark.parametrize(
    ("at", "times"), [("PRE_PRODUCTION_TRAFFIC_SHIFT", 4), ("POST_PRODUCTION_TRAFFIC_SHIFT", 1)]
)
@behaviour(
    "ECS API: DeploymentLifecycleHook",
    "LINEAR and CANARY run the hooks of a shift at every step",
    NEVER,
)
def test_hooks_run_at_every_step(stage: Stage, at: str, times: int) -> None:
    linear = {"stepPercent": 25.0, "stepBakeTimeInMinutes": 1}
    asked = hook(at)["deploymentConfiguration"]["lifecycleHooks"]
    started(stage, "second", **configured("LINEAR", linearConfiguration=linear))
    stage.until(settled)
    stage.update(
        taskDefinition="third",
        **configured("LINEAR", linearConfiguration=linear, lifecycleHooks=asked),
    )
    stage.until(settled)
    assert [each.stage for each in stage.last.progress.hooks] == [at] * times
    assert stage.last.status == "SUCCESSFUL"


def test_a_pause_before_the_second_step_keeps_the_first_share(stage: Stage) -> None:
    canary = {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1}
    asked = pause("PRE_PRODUCTION_TRAFFIC_SHIFT")["deploymentConfiguration"]["lifecycleHooks"]
    started(stage, "second", **configured("CANARY", canaryConfiguration=canary))
    stage.until(settled)
    configuration = configured("CANARY", canaryConfiguration=canary, lifecycleHooks=asked)
    stage.update(taskDefinition="third", **configuration)
    stage.until(lambda service: bool(service.deployments[-1].progress.hooks))
    stage.last.progress.hooks[0].status = "SUCCEEDED"
    stage.region.touch(stage.service, stage.now)
    stage.until(lambda service: len(service.deployments[-1].progress.hooks) == 2)
    stage.after(3600)
    assert stage.last.production == 10


@behaviour(
    "ECS guide: deployment-lifecycle-hooks",
    "On the way back the functions of the shifts run again",
    NEVER,
)
def test_the_shifts_hooks_run_on_the_way_back(stage: Stage) -> None:
    shift = hook("TEST_TRAFFIC_SHIFT")["deploymentConfiguration"]["lifecycleHooks"]
    refused = hook("POST_TEST_TRAFFIC_SHIFT", "no--fails")["deploymentConfiguration"]
    ended(stage, **configured(lifecycleHooks=[*shift, *refused["lifecycleHooks"]]))
    assert [(each.stage, each.status) for each in stage.last.progress.hooks] == [
        ("TEST_TRAFFIC_SHIFT", "SUCCEEDED"),
        ("POST_TEST_TRAFFIC_SHIFT", "FAILED"),
        ("TEST_TRAFFIC_SHIFT", "SUCCEEDED"),
    ]
    assert stage.last.status == "ROLLBACK_SUCCESSFUL"


def test_a_stage_may_bake_for_a_whole_day(stage: Stage) -> None:
    stage.create(**BALANCED, **configured(bakeTimeInMinutes=1440))
    stage.until(settled, within=100_000)
    assert stage.last.status == "SUCCESSFUL"
