"""From what is wanted and what is there to ordered steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.kind import Effect
from provisioner.engine.model import Live, Ref, Resource
from provisioner.engine.names import variant
from provisioner.engine.order import needs_of
from provisioner.errors import PlanError
from tests.support.stacks import (
    APP,
    EMPTY,
    GROUP,
    KINDS,
    LISTENER,
    LIVES,
    REV,
    REVISION,
    SERVICE,
    STACK,
    STORE,
    G,
    L,
    R,
    S,
    applied,
    swap,
)
from tests.support.world import exists, foreign, keys, plan, seen, step_of, thing


def test_the_first_plan_makes_everything_but_parts_in_the_order_of_references() -> None:
    found = plan(STACK, seen(), KINDS)
    assert keys(found) == [
        "create net.group/g",
        "create net.store/s",
        "create run.revision/rev",
        "create net.listener/l",
        "create run.service/app",
    ]
    assert found.unchanged == ()
    assert found.stack == "shop/dev"


def test_a_plan_after_an_apply_is_empty() -> None:
    found = plan(STACK, seen(*LIVES), KINDS)
    assert found.empty
    assert found.unchanged == tuple(sorted(one.address for one in STACK))


def test_outputs_that_are_known_are_part_of_the_plan() -> None:
    found = plan([G], seen(*applied(G), network={"VpcId": "vpc-1"}), KINDS)
    assert found.outputs == {
        "lookup.network": {"VpcId": "vpc-1"},
        "net.group/g": {"Arn": "arn:net.group/g", "Id": "net.group/g"},
    }


def test_one_change_is_one_update_and_the_rest_is_unchanged() -> None:
    found = plan(swap(L, Target="elsewhere"), seen(*LIVES), KINDS)
    assert keys(found) == ["update net.listener/l"]
    assert len(found.unchanged) == 5


def test_a_part_is_changed_when_it_differs() -> None:
    found = plan(swap(R, Rules=["1", "2"]), seen(*LIVES), KINDS)
    assert keys(found) == ["update net.rules/l"]


def test_a_lookup_is_compared_by_its_answer() -> None:
    want = thing("g", GROUP, Zone=Ref("lookup.network", "Zone"))
    assert plan([want], seen(*applied(G), network={"Zone": "z1"}), KINDS).empty


class TestCreateFirst:
    """A replacement whose old and new stand beside each other."""

    wanted = swap(G, Zone="z2")
    found = plan(wanted, seen(*LIVES), KINDS)

    def test_the_old_one_goes_after_all_users_have_moved(self) -> None:
        assert keys(self.found) == [
            "create net.group/g",
            "update net.listener/l",
            "delete net.group/g net.group/g",
        ]
        delete = step_of(self.found, "delete net.group/g net.group/g")
        assert delete.needs == {"create net.group/g", "update net.listener/l"}
        assert (delete.reason, delete.effect) == ("superseded", Effect.NONE)
        assert delete.replaces

    def test_the_new_one_has_a_name_of_its_own(self) -> None:
        create = step_of(self.found, "create net.group/g")
        assert create.resource == variant(self.wanted[1], KINDS[GROUP], {})
        assert create.replaces

    def test_users_show_the_new_value_as_known_after_apply(self) -> None:
        (change,) = step_of(self.found, "update net.listener/l").changes
        assert (change.after, change.known) == (G.ref(), False)

    def test_what_does_not_change_is_unchanged(self) -> None:
        assert self.found.unchanged == (
            "net.rules/l", "net.store/s", "run.revision/rev", "run.service/app",
        )  # fmt: skip

    def test_an_interrupted_one_is_finished_by_the_next_plan(self) -> None:
        made = variant(self.wanted[1], KINDS[GROUP], {})
        new = exists(made, "new")
        found = plan(self.wanted, seen(*LIVES, new), KINDS)
        assert keys(found) == ["update net.listener/l", "delete net.group/g net.group/g"]
        (change,) = step_of(found, "update net.listener/l").changes
        assert change.after == "arn:new"
        delete = step_of(found, "delete net.group/g net.group/g")
        assert (delete.reason, delete.replaces) == ("superseded", False)

    def test_the_next_plan_after_it_is_empty(self) -> None:
        new = exists(variant(self.wanted[1], KINDS[GROUP], {}), "new")
        others = [one for one in LIVES if one.kind not in (GROUP, LISTENER)]
        listener = replace(LIVES[2], properties={**LIVES[2].properties, "Target": "arn:new"})
        assert plan(self.wanted, seen(new, listener, *others), KINDS).empty


class TestDeleteFirst:
    """A replacement that takes the service down for a while."""

    wanted = swap(APP, Zone="z2")

    def test_it_is_refused_where_nobody_asked_for_it(self) -> None:
        with pytest.raises(PlanError, match=r"--replace run.service/app"):
            plan(self.wanted, seen(*LIVES), KINDS)

    def test_it_is_refused_where_another_was_asked_for(self) -> None:
        with pytest.raises(PlanError, match=r"--replace run.service/app"):
            plan(self.wanted, seen(*LIVES), KINDS, replaceable=["run.service/other"])

    def test_it_deletes_and_makes_anew_where_it_was_asked_for(self) -> None:
        found = plan(self.wanted, seen(*LIVES), KINDS, replaceable=["run.service/app"])
        assert keys(found) == [
            "delete run.service/app run.service/app",
            "create run.service/app",
        ]
        create = step_of(found, "create run.service/app")
        assert create.needs == {"delete run.service/app run.service/app"}
        assert create.effect is Effect.INTERRUPTING


def test_every_refusal_is_reported_at_once() -> None:
    first, second = thing("x", STORE, Zone="z1"), thing("y", STORE, Zone="z1")
    wanted = [thing("x", STORE, Zone="z2"), thing("y", STORE, Zone="z3")]
    with pytest.raises(PlanError) as caught:
        plan(wanted, seen(*applied(first, second)), KINDS)
    assert "net.store/x" in str(caught.value)
    assert "Zone: 'z1' -> z3" in str(caught.value)


class TestRevisions:
    """Things of which each version stays for a while, for going back."""

    @staticmethod
    def revision(number: int) -> Live:
        return exists(thing("rev", REVISION, Size=number), f"rev:{number}", version=number)

    def test_a_change_is_another_revision_and_the_last_ones_stay(self) -> None:
        lives = [self.revision(n) for n in (2, 1)]
        found = plan([thing("rev", REVISION, Size=3)], seen(*lives), KINDS)
        assert keys(found) == ["create run.revision/rev"]
        assert not found.steps[0].replaces

    def test_those_beyond_go_oldest_first_after_their_users_moved(self) -> None:
        lives = [self.revision(n) for n in (3, 1, 2)]
        app = thing("app", SERVICE, Revision=REV.ref())
        found = plan([thing("rev", REVISION, Size=4), app], seen(*lives), KINDS)
        assert keys(found) == [
            "create run.revision/rev",
            "create run.service/app",
            "delete run.revision/rev rev:1",
        ]
        assert found.steps[2].reason == "superseded"
        assert not found.steps[2].replaces

    def test_the_one_that_is_in_use_stays_however_many_have_failed_since(self) -> None:
        lives = [self.revision(n) for n in (6, 5, 4, 3, 2, 1)]
        user = exists(thing("app", SERVICE, Revision=REV.ref()), "app")
        user = replace(user, properties={**user.properties, "Revision": lives[3].id})
        app = thing("app", SERVICE, Revision=REV.ref())
        found = plan([thing("rev", REVISION, Size=7), app], seen(*lives, user), KINDS)
        gone = [one.live.id for one in found.steps if one.action == "delete" and one.live]
        assert gone == ["rev:1", "rev:2", "rev:4"]

    def test_without_a_new_one_twice_as_many_stay(self) -> None:
        lives = [self.revision(n) for n in (6, 5, 4, 3, 2, 1)]
        newest = [thing("rev", REVISION, Size=6)]
        assert plan(newest, seen(*lives[:-1]), KINDS).empty
        assert keys(plan(newest, seen(*lives), KINDS)) == ["delete run.revision/rev rev:1"]

    def test_going_back_uses_the_kept_one(self) -> None:
        lives = [self.revision(n) for n in (3, 2, 1)]
        found = plan([thing("rev", REVISION, Size=2)], seen(*lives), KINDS)
        assert found.empty
        assert found.outputs["run.revision/rev"]["Id"] == "rev:2"

    def test_a_teardown_keeps_none(self) -> None:
        lives = [self.revision(n) for n in (3, 2, 1)]
        assert len(plan(EMPTY, seen(*lives), KINDS).steps) == 3


def test_what_left_the_spec_is_deleted() -> None:
    found = plan([one for one in STACK if one is not G and one is not L], seen(*LIVES), KINDS)
    assert keys(found) == [
        "delete net.listener/l net.listener/l",
        "delete net.group/g net.group/g",
    ]
    assert {step.reason for step in found.steps} == {"no longer in the spec"}
    assert {step.effect for step in found.steps} == {Effect.DESTROYS}


def test_what_lost_its_address_tag_is_deleted_under_its_id() -> None:
    stray = replace(exists(S), tags={"provisioner:stack": "shop/dev"})
    (step,) = plan([G], seen(*applied(G), stray), KINDS).steps
    assert (step.address, step.reason) == ("net.store/net.store:s", "no longer in the spec")


def test_losing_data_is_said() -> None:
    (step,) = plan(EMPTY, seen(*applied(S)), KINDS).steps
    assert step.effect is Effect.DESTROYS_DATA


def test_teardown_is_the_plan_for_nothing() -> None:
    found = plan(EMPTY, seen(*LIVES, foreign(thing("x", STORE))), KINDS)
    assert keys(found) == [
        "delete run.service/app run.service/app",
        "delete net.listener/l net.listener/l",
        "delete run.revision/rev run.revision/rev",
        "delete net.group/g net.group/g",
        "delete net.store/s net.store/s",
    ]
    assert {step.reason for step in found.steps} == {"teardown"}


@given(st.permutations(STACK), st.permutations(LIVES), st.sampled_from(["z1", "z2"]))
def test_one_input_gives_one_plan_however_it_is_listed(
    wanted: list[Resource], lives: list[Live], zone: str
) -> None:
    stray = [exists(thing(name, GROUP)) for name in ("x", "y")]
    changed = {G.address: swap(G, Zone=zone)[1]}
    first = plan([changed.get(one.address, one) for one in STACK], seen(*LIVES, *stray), KINDS)
    again = plan([changed.get(one.address, one) for one in wanted], seen(*stray, *lives), KINDS)
    assert first.steps == again.steps
    assert first.unchanged == again.unchanged


def some(chosen: frozenset[int], zone: str, size: int) -> list[Resource]:
    """Those of the stack that have all they need, some of them changed."""
    zoned: dict[str, Any] = {"Zone": zone}
    changed = {G.address: zoned, APP.address: zoned, REV.address: {"Size": size}}
    kept: dict[str, Resource] = {}
    for index, one in enumerate(STACK):
        if index in chosen and needs_of(one) <= kept.keys():
            properties = {**one.properties, **changed.get(one.address, {})}
            kept[one.address] = replace(one, properties=properties)
    return list(kept.values())


SOME = st.builds(
    some,
    st.frozensets(st.integers(0, len(STACK) - 1), min_size=2),
    st.sampled_from(["z1", "z2"]),
    st.integers(1, 2),
)


@given(SOME, SOME)
def test_any_stack_can_become_any_other(before: list[Resource], after: list[Resource]) -> None:
    """No ring, every step after what it needs, and nothing forgotten."""
    found = plan(after, seen(*applied(*before)), KINDS, replaceable=[APP.address])
    done: set[str] = set()
    for step in found.steps:
        assert step.needs <= done
        done.add(step.key)
    made = {*found.unchanged, *(one.address for one in found.steps if one.action != "delete")}
    gone = {one.address for one in found.steps if one.reason == "no longer in the spec"}
    parts = {R.address}
    wanted, there = {one.address for one in after}, {one.address for one in before}
    assert made | parts == wanted | parts
    assert gone | parts == (there - wanted if after else set()) | parts
