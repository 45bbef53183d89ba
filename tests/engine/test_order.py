"""What must come before what."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.kind import Effect, Kind
from provisioner.engine.model import Ref, Resource, text
from provisioner.engine.order import arrange, by_reference, dependents, needs_of
from provisioner.engine.step import Action, Step
from provisioner.errors import Cycle
from tests.support.world import exists, kind, registry, thing

GROUP, LISTENER, SERVICE = "net.group", "net.listener", "net.service"
KINDS = registry(
    kind(GROUP, replacement="create-first"),
    kind(LISTENER, uses=frozenset({GROUP})),
    kind(SERVICE, uses=frozenset({GROUP, LISTENER}), replacement="delete-first"),
)
GROUP_A = thing("a", GROUP)
LISTENER_L = thing("l", LISTENER, Parent=GROUP_A.ref())
SERVICE_S = thing("s", SERVICE, after=[LISTENER_L.address])
STACK = (GROUP_A, LISTENER_L, SERVICE_S)


def make(resource: Resource, action: Action = "create", **facts: Any) -> Step:
    return Step(action, resource.address, resource.kind, "", Effect.NONE, resource, **facts)


def delete(resource: Resource, identifier: str, reason: str = "", **facts: Any) -> Step:
    live = exists(resource, identifier)
    return Step(
        "delete", resource.address, resource.kind, reason, Effect.DESTROYS, live=live, **facts
    )


def ordered(
    steps: Sequence[Step], wanted: Sequence[Resource], kinds: dict[str, Kind] | None = None
) -> dict[str, set[str]]:
    return {step.key: set(step.needs) for step in arrange(steps, wanted, kinds or KINDS)}


def test_needs_are_references_and_what_it_must_follow() -> None:
    one = thing("x", Size=[text("a", Ref("net.thing/b", "Id"))], after=["net.thing/c"])
    assert needs_of(one) == {"net.thing/b", "net.thing/c"}


def test_what_is_referred_to_comes_first() -> None:
    assert by_reference([SERVICE_S, LISTENER_L, GROUP_A]) == [GROUP_A, LISTENER_L, SERVICE_S]


def test_references_out_of_the_stack_order_nothing() -> None:
    alone = thing("x", Parent=Ref("lookup.network", "VpcId"))
    assert by_reference([alone]) == [alone]


def test_dependents_are_found_through_others() -> None:
    assert dependents(GROUP_A.address, STACK) == {LISTENER_L.address, SERVICE_S.address}
    assert dependents(SERVICE_S.address, STACK) == set()


def test_creates_follow_references() -> None:
    assert ordered([make(one) for one in STACK], STACK) == {
        "create net.group/a": set(),
        "create net.listener/l": {"create net.group/a"},
        "create net.service/s": {"create net.listener/l"},
    }


def test_a_need_reaches_through_what_has_no_step() -> None:
    assert ordered([make(SERVICE_S, "update"), make(GROUP_A)], STACK) == {
        "create net.group/a": set(),
        "update net.service/s": {"create net.group/a"},
    }


def test_a_delete_waits_for_every_user_of_its_kind_to_let_go() -> None:
    steps = [delete(GROUP_A, "g"), delete(LISTENER_L, "l"), delete(SERVICE_S, "s")]
    assert ordered(steps, ()) == {
        "delete net.service/s s": set(),
        "delete net.listener/l l": {"delete net.service/s s"},
        "delete net.group/a g": {"delete net.listener/l l", "delete net.service/s s"},
    }


def test_a_delete_waits_for_users_to_move_over() -> None:
    other = thing("b", GROUP)
    steps = [delete(other, "g"), make(LISTENER_L, "update"), make(SERVICE_S)]
    assert ordered(steps, STACK)["delete net.group/b g"] == {
        "update net.listener/l",
        "create net.service/s",
    }


def test_create_first_deletes_the_old_after_the_new_and_all_users() -> None:
    steps = [
        make(GROUP_A, replaces=True),
        delete(GROUP_A, "old", "superseded", replaces=True),
        make(LISTENER_L, "update"),
    ]
    assert ordered(steps, STACK) == {
        "create net.group/a": set(),
        "update net.listener/l": {"create net.group/a"},
        "delete net.group/a old": {"create net.group/a", "update net.listener/l"},
    }


def test_delete_first_deletes_the_old_before_the_new() -> None:
    steps = [
        make(SERVICE_S, replaces=True),
        delete(SERVICE_S, "old", "superseded", replaces=True),
    ]
    assert ordered(steps, STACK) == {
        "delete net.service/s old": set(),
        "create net.service/s": {"delete net.service/s old"},
    }


def test_an_old_object_beside_one_that_is_kept_waits_for_users_alone() -> None:
    steps = [make(GROUP_A, "update"), delete(GROUP_A, "old", "superseded")]
    assert ordered(steps, STACK)["delete net.group/a old"] == set()


def test_a_bridge_comes_before_those_who_depend_on_it_and_the_rest_after() -> None:
    steps = [
        make(GROUP_A, replaces=True),
        delete(GROUP_A, "old", "superseded", replaces=True),
        make(LISTENER_L, "update", bridge=True),
        make(LISTENER_L, "update"),
        make(SERVICE_S, "update"),
    ]
    bridge, rest = "update net.listener/l bridge", "update net.listener/l"
    assert ordered(steps, STACK) == {
        "create net.group/a": set(),
        bridge: {"create net.group/a"},
        "update net.service/s": {bridge},
        rest: {"create net.group/a", bridge, "update net.service/s"},
        "delete net.group/a old": {"create net.group/a", bridge, rest, "update net.service/s"},
    }


RINGS = {
    "two": ({"a": "b", "b": "a"}, {"net.thing/a", "net.thing/b"}),
    "three, and one beside": (
        {"a": "b", "b": "c", "c": "a", "d": "a"},
        {"net.thing/a", "net.thing/b", "net.thing/c"},
    ),
    "itself": ({"a": "a"}, {"net.thing/a"}),
}


@pytest.mark.parametrize(("points_at", "members"), RINGS.values(), ids=RINGS)
def test_a_ring_is_named(points_at: dict[str, str], members: set[str]) -> None:
    wanted = [
        thing(one, Parent=Ref(f"net.thing/{other}", "Arn")) for one, other in points_at.items()
    ]
    with pytest.raises(Cycle) as caught:
        by_reference(wanted)
    ring = str(caught.value).removeprefix("these depend on each other in a ring: ").split(" -> ")
    assert ring[0] == ring[-1]
    assert set(ring) == members
    for one, other in pairwise(ring):
        assert points_at[one[-1]] == other[-1], "an arrow points at what is depended on"


def test_what_refers_to_a_thing_that_is_deleted_first_changes_after_the_new_one() -> None:
    kinds = registry(
        kind(GROUP, replacement="delete-first"), kind(LISTENER, uses=frozenset({GROUP}))
    )
    steps = [
        make(GROUP_A, replaces=True),
        delete(GROUP_A, "old", "superseded", replaces=True),
        make(LISTENER_L, "update"),
    ]
    assert ordered(steps, STACK, kinds) == {
        "delete net.group/a old": set(),
        "create net.group/a": {"delete net.group/a old"},
        "update net.listener/l": {"create net.group/a"},
    }


@given(st.data())
def test_one_input_gives_one_order_however_it_is_listed(data: st.DataObject) -> None:
    wanted = data.draw(stacks())
    doomed = [thing(f"old{n}", GROUP) for n in range(data.draw(st.integers(0, 3)))]
    steps = [make(one) for one in wanted] + [delete(one, one.name) for one in doomed]
    shuffle = random.Random(data.draw(st.integers())).shuffle
    expected = arrange(steps, wanted, KINDS)
    shuffle(steps)
    shuffle(wanted)
    assert arrange(steps, wanted, KINDS) == expected


@given(st.data())
def test_every_step_comes_after_what_it_needs(data: st.DataObject) -> None:
    wanted = data.draw(stacks())
    done: set[str] = set()
    for step in arrange([make(one) for one in wanted], wanted, KINDS):
        assert step.needs <= done
        done.add(step.key)
    assert len(done) == len(wanted)


@st.composite
def stacks(draw: st.DrawFn) -> list[Resource]:
    """Things that refer only to those before them, so that there is no ring."""
    resources: list[Resource] = []
    for number in range(draw(st.integers(1, 8))):
        targets = draw(st.lists(st.sampled_from(resources), max_size=3)) if resources else []
        parents = [target.ref() for target in targets]
        one = thing(f"t{number}", draw(st.sampled_from(sorted(KINDS))), Parent=parents)
        resources.append(one)
    return resources


def test_what_left_the_spec_waits_for_its_successor_and_what_leads_to_it() -> None:
    old = delete(thing("old", SERVICE), "old", "no longer in the spec")
    steps = [make(LISTENER_L, "update"), make(SERVICE_S), old]
    assert ordered(steps, STACK)[old.key] == {f"update {LISTENER}/l", f"create {SERVICE}/s"}
