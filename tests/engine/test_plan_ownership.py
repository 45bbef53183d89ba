"""Names are taken, things are moved within the stack, others' things are left alone."""

from __future__ import annotations

import pytest

from provisioner.engine.model import Ref, Resource
from provisioner.engine.owner import ADDRESS
from provisioner.errors import Cycle, NotOwned, PlanError
from tests.support.stacks import APP, GROUP, KINDS, RULES, STACK, STORE, G, R, S, applied, swap
from tests.support.world import (
    exists,
    foreign,
    keys,
    kind,
    live,
    paths,
    plan,
    registry,
    seen,
    thing,
)


class TestOwnership:
    """Names are taken, things are moved within the stack, others' things are left alone."""

    def test_what_others_have_is_left_alone(self) -> None:
        others = [foreign(thing("x", GROUP)), foreign(thing("y", GROUP), owner="shop/prod")]
        assert plan([G], seen(*applied(G), *others), KINDS).empty

    def test_a_wanted_name_that_is_nobodys_stops_everything(self) -> None:
        with pytest.raises(NotOwned) as caught:
            plan(STACK, seen(foreign(G, "g-1")), KINDS)
        assert str(caught.value) == (
            "these names are taken by things that do not belong to the stack:\n"
            "  net.group/g: g exists (g-1) and is nobody's: it has no ownership tags\n"
            "rename or remove them, or write another name into the spec"
        )

    def test_a_wanted_name_that_another_stack_has_says_which(self) -> None:
        with pytest.raises(NotOwned, match=r"g exists \(net.group:g\) and is the stack shop/prod"):
            plan(STACK, seen(foreign(G, owner="shop/prod")), KINDS)

    def test_all_taken_names_are_reported_at_once(self) -> None:
        with pytest.raises(NotOwned, match=r"(?s)net.store/s.*net.group/g"):
            plan(STACK, seen(foreign(G), foreign(S)), KINDS)

    def test_a_taken_name_inside_something_of_ours_is_found_as_well(self) -> None:
        other = foreign(APP, "theirs", Parent="arn:net.store/s")
        with pytest.raises(NotOwned, match=r"run.service/app: app exists \(theirs\)"):
            plan(STACK, seen(*applied(S), other), KINDS)

    def test_the_same_name_somewhere_else_is_no_clash(self) -> None:
        elsewhere = foreign(APP, Parent="arn:other")
        assert not plan(STACK, seen(*applied(S), elsewhere), KINDS).empty

    def test_a_taken_name_is_said_before_a_refusal(self) -> None:
        with pytest.raises(NotOwned):
            plan(swap(S, Zone="z2"), seen(foreign(G), *applied(S)), KINDS)

    def test_what_a_lookup_found_does_not_go_although_the_spec_makes_it_no_more(self) -> None:
        with pytest.raises(PlanError) as caught:
            plan([G], seen(*applied(G, S), store={"Arn": S.address, "Tags": ["x"]}), KINDS)
        assert f"no longer makes it:\n  {S.address}: {S.address}\nwrite" in str(caught.value)
        assert "take its tag provisioner:stack away" in str(caught.value)

    def test_nor_does_what_is_written_out_as_an_arn(self) -> None:
        old = exists(S, "arn:aws:x:1")
        with pytest.raises(PlanError, match=r"net\.store/s: arn:aws:x:1"):
            plan([thing("g", GROUP, Zone="z1", On=["arn:aws:x:1"])], seen(old), KINDS)
        assert keys(plan([thing("g", GROUP, On=["a:x:1"])], seen(exists(S, "a:x:1")), KINDS))

    def test_ours_beside_a_namesake_of_others_is_ours(self) -> None:
        assert plan([G], seen(foreign(G, "other"), *applied(G)), KINDS).empty

    def test_another_address_with_the_same_name_takes_the_thing_over(self) -> None:
        moved = thing("web", GROUP, Name="g", Zone="z1")
        found = plan([moved], seen(*applied(G)), KINDS)
        assert keys(found) == ["update net.group/web"]
        assert paths(found.steps[0]) == [f"tags.{ADDRESS}"]

    def test_another_address_can_be_a_replacement_at_the_same_time(self) -> None:
        moved = thing("web", GROUP, Name="g", Zone="z2")
        found = plan([moved], seen(*applied(G)), KINDS)
        assert keys(found) == ["create net.group/web", "delete net.group/web net.group/g"]
        assert found.steps[1].replaces
        assert found.steps[1].needs == {"create net.group/web"}

    def test_a_part_of_what_is_not_ours_is_left_alone(self) -> None:
        part = live(RULES, "theirs", {ADDRESS: R.address}, {"Rules": []})
        assert plan([R], seen(part), KINDS).empty


class TestMistakes:
    """What no safe plan exists for."""

    def test_a_ring(self) -> None:
        one = thing("a", STORE, Parent=Ref("net.store/b", "Arn"))
        other = thing("b", STORE, Parent=one.ref())
        with pytest.raises(Cycle, match=r"net.store/a -> net.store/b -> net.store/a"):
            plan([one, other], seen(), registry(kind(STORE, uses=frozenset({STORE}))))

    def test_a_thing_may_follow_another_of_its_kind_without_using_it(self) -> None:
        first, second = thing("z", GROUP), thing("a", GROUP, after=["net.group/z"])
        made = plan([second, first], seen(), KINDS)
        assert keys(made) == ["create net.group/z", "create net.group/a"]
        used = thing("a", GROUP, Parent=first.ref())
        with pytest.raises(PlanError, match="does not list in `uses`"):
            plan([used, first], seen(), KINDS)

    @pytest.mark.parametrize(
        "resource",
        [thing("g", GROUP, Parent=S.ref()), thing("g", GROUP, after=[S.address])],
        ids=["refers", "follows"],
    )
    def test_a_reference_to_a_kind_that_is_not_declared(self, resource: Resource) -> None:
        with pytest.raises(PlanError) as caught:
            plan([S, resource], seen(), KINDS)
        assert str(caught.value) == (
            "net.group/g refers to net.store, which net.group does not list in `uses`"
        )
