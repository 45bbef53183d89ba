"""A plan as data."""

from __future__ import annotations

import pytest

from provisioner.engine.kind import Effect
from provisioner.engine.step import Plan, Step
from tests.support.world import THING, exists, thing

A = thing()
KEYS = {
    "create net.thing/a": Step("create", A.address, THING, "", Effect.NONE, A),
    "update net.thing/a": Step("update", A.address, THING, "", Effect.NONE, A, exists(A)),
    "update net.thing/a bridge": Step(
        "update", A.address, THING, "", Effect.NONE, A, exists(A), bridge=True
    ),
    "delete net.thing/a net.thing:a": Step(
        "delete", A.address, THING, "", Effect.NONE, live=exists(A)
    ),
    "delete net.thing/a": Step("delete", A.address, THING, "", Effect.NONE),
}


@pytest.mark.parametrize(("key", "step"), KEYS.items(), ids=KEYS)
def test_a_step_is_told_apart_by_its_key(key: str, step: Step) -> None:
    assert step.key == key


def test_a_plan_without_steps_is_empty() -> None:
    assert Plan("shop/dev", (), (A.address,)).empty
    assert not Plan("shop/dev", (KEYS["create net.thing/a"],), ()).empty
