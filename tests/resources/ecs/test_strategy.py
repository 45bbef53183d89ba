"""What ECS decides about a service whose traffic it moves, and what is not compared with it."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Ref
from provisioner.resources.ecs import _strategy
from provisioner.resources.ecs.service import Service

KIND = Service()
BLUE, GREEN = "arn:targetgroup/blue/1", "arn:targetgroup/green/2"
ROLLING = {"deploymentConfiguration": {"strategy": "ROLLING"}, "loadBalancers": [], "n": 1}
MOVING = {"deploymentConfiguration": {"strategy": "CANARY"}, "loadBalancers": ["pair"], "n": 2}


def pair(first: Any, second: Any, **more: Any) -> dict[str, Any]:
    advanced = {"alternateTargetGroupArn": second, "roleArn": "arn:role"}
    return {"targetGroupArn": first, "containerPort": 80, "advancedConfiguration": advanced, **more}


@pytest.mark.parametrize(
    ("want", "live", "expected"),
    [
        (pair(BLUE, GREEN), pair(GREEN, BLUE), pair(GREEN, BLUE)),
        (pair(BLUE, GREEN), pair(BLUE, GREEN), pair(BLUE, GREEN)),
        (pair(BLUE, GREEN, x=1), pair(GREEN, BLUE), pair(GREEN, BLUE, x=1)),
        (pair(BLUE, GREEN), pair(GREEN, "arn:other"), pair(BLUE, GREEN)),
        (pair(BLUE, Ref("a/b", "Arn")), pair(GREEN, BLUE), pair(BLUE, Ref("a/b", "Arn"))),
        ({"targetGroupArn": BLUE}, pair(GREEN, BLUE), {"targetGroupArn": BLUE}),
    ],
    ids=["moved", "in place", "moved, and another port", "strangers", "not made yet", "no pair"],
)  # fmt: skip
def test_a_pair_that_has_changed_places_is_the_same_pair(
    want: dict[str, Any], live: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert KIND.concede("loadBalancers", [want], [live]) == [expected]


def test_a_pair_is_told_by_the_name_of_the_group_that_serves() -> None:
    assert KIND.told("loadBalancers", [pair(GREEN, BLUE)]) == ["green"]


def test_other_kept_properties_are_wholly_somebody_elses() -> None:
    assert KIND.concede("desiredCount", 1, 2) == KIND.told("desiredCount", 2) == 2


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, {"strategy": "ROLLING", "alarms": {}}),
        ({"alarms": {"alarmNames": [], "enable": False}}, {"strategy": "ROLLING", "alarms": {}}),
        ({"strategy": "CANARY", "alarms": {"alarmNames": ["a"], "enable": True}}, None),
    ],
    ids=["nothing", "alarms switched off", "all said"],
)
def test_what_is_switched_off_is_nothing(found: Any, expected: Any) -> None:
    assert _strategy.live_configuration(found) == (expected or found)


def test_no_alarms_are_sent_as_alarms_switched_off() -> None:
    off = {"alarmNames": [], "enable": False, "rollback": False}
    assert _strategy.sent_configuration({"alarms": {}}, {}) == {"alarms": off}
    assert _strategy.sent_configuration({"strategy": "ROLLING"}, {}) == {"strategy": "ROLLING"}


def test_a_circuit_breaker_that_was_never_told_how_to_count_is_told_nothing() -> None:
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    assert _strategy.sent_configuration(breaker, breaker) == breaker
    written_out = _strategy.canonical_configuration(breaker)
    assert _strategy.canonical_configuration(written_out) == written_out
    assert written_out["deploymentCircuitBreaker"] == {
        "enable": True,
        "rollback": True,
        "resetOnHealthyTask": True,
        "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
    }


def test_revisions_know_both_groups_before_the_strategy_changes() -> None:
    half = _strategy.first(ROLLING, MOVING, ("loadBalancers",))
    assert half == {**MOVING, "deploymentConfiguration": ROLLING["deploymentConfiguration"]}


def test_a_strategy_is_left_while_nothing_is_deployed() -> None:
    half = _strategy.first(MOVING, ROLLING, ("loadBalancers",))
    assert half == {**ROLLING, "loadBalancers": MOVING["loadBalancers"]}


def test_from_one_move_to_another_is_one_step() -> None:
    other = {**MOVING, "deploymentConfiguration": {"strategy": "LINEAR"}}
    assert _strategy.first(MOVING, other, ()) is None


@pytest.mark.parametrize(
    ("configuration", "minutes"),
    [
        ({}, 0),
        ({"bakeTimeInMinutes": 5}, 5),
        (
            {
                "strategy": "LINEAR",
                "linearConfiguration": {"stepPercent": 30.0, "stepBakeTimeInMinutes": 2},
            },
            8,
        ),
        (
            {
                "strategy": "CANARY",
                "canaryConfiguration": {"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 10},
            },
            10,
        ),
        ({"lifecycleHooks": [{"lifecycleStages": ["A", "B"]}]}, 2880),
        (
            {
                "lifecycleHooks": [
                    {"lifecycleStages": ["A"], "timeoutConfiguration": {"timeoutInMinutes": 7}}
                ]
            },
            7,
        ),
    ],
    ids=["rolling", "bake", "linear", "canary", "hooks", "a hook with a limit"],
)
def test_a_deployment_is_given_the_time_that_its_strategy_takes(
    configuration: dict[str, Any], minutes: float
) -> None:
    want = {"deploymentConfiguration": configuration}
    assert KIND.patience_for(want) == KIND.patience + 60 * minutes
