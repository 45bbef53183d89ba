"""A thing that points at both the old and the new, until those who depend on it moved over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.model import Live, Properties, Resource
from provisioner.engine.step import Plan
from tests.support.world import Thing, exists, keys, kind, plan, registry, seen, step_of, thing

GROUP, LISTENER, SERVICE = "net.group", "net.listener", "run.service"


class Listener(Thing):
    """Forwards to groups; one that it does not know yet is first added to the others."""

    name = LISTENER
    uses = frozenset({GROUP})

    def bridge(self, live: Properties, want: Properties) -> Properties | None:
        added = [group for group in want["Groups"] if group not in live["Groups"]]
        return {**want, "Groups": [*live["Groups"], *added]} if added else None


KINDS = registry(
    kind(GROUP, immutable=frozenset({"Name", "Zone"}), replacement="create-first"),
    Listener(),
    kind(SERVICE, uses=frozenset({LISTENER, GROUP})),
)
OLD = thing("g", GROUP, Zone="z1")
NEW = thing("g", GROUP, Zone="z2")
L = thing("l", LISTENER, Groups=[NEW.ref()])
APP = thing("app", SERVICE, Group=NEW.ref(), after=[L.address])
G_LIVE = exists(OLD, "old")
L_LIVE = exists(L, "l", Groups=["arn:old"])
APP_LIVE = exists(APP, "app", Group="arn:old")


def found(*wanted: Resource, lives: tuple[Live, ...] = (G_LIVE, L_LIVE, APP_LIVE)) -> Plan:
    return plan(wanted, seen(*lives), KINDS)


def test_the_new_is_added_before_users_move_and_the_old_is_dropped_after() -> None:
    assert keys(found(NEW, L, APP)) == [
        "create net.group/g",
        "update net.listener/l bridge",
        "update run.service/app",
        "update net.listener/l",
        "delete net.group/g old",
    ]


def test_the_first_half_is_not_split_again() -> None:
    assert len([step for step in found(NEW, L, APP).steps if step.bridge]) == 1


def test_both_halves_say_what_they_are() -> None:
    bridge = step_of(found(NEW, L, APP), "update net.listener/l bridge")
    assert bridge.reason == "until the new tasks serve"
    assert bridge.resource is not None
    assert bridge.resource.properties["Groups"] == ["arn:old", NEW.ref()]
    rest = step_of(found(NEW, L, APP), "update net.listener/l")
    assert rest.resource == L
    assert not rest.bridge


UNMOVED = replace(L, properties={"Name": "l", "Groups": ["arn:old"], "Size": 1})
CASES: dict[str, dict[str, Any]] = {
    "nobody depends on it": {"wanted": (NEW, L)},
    "those who depend on it stay": {
        "wanted": (NEW, L, replace(APP, properties={"Name": "app", "Group": "x"})),
        "lives": (G_LIVE, L_LIVE, exists(APP, "app", Group="x")),
    },
    "it is made": {"wanted": (NEW, L, APP), "lives": (G_LIVE, APP_LIVE)},
    "the kind needs none": {
        "wanted": (OLD, UNMOVED, APP),
        "lives": (G_LIVE, L_LIVE, exists(APP, "app", Group="elsewhere")),
    },
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_step_is_enough_where(case: dict[str, Any]) -> None:
    wanted, lives = case["wanted"], case.get("lives", (G_LIVE, L_LIVE, APP_LIVE))
    steps = [key for key in keys(found(*wanted, lives=lives)) if "net.listener" in key]
    assert len(steps) == 1
    assert "bridge" not in steps[0]
