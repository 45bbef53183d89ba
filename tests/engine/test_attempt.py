"""One step: the calls it makes, in which order, and what is left of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.model import Live, Ref
from provisioner.engine.owner import ADDRESS, STACK
from provisioner.errors import StepFailed
from tests.support.attempts import CLEAR, CREATE, DELETE, LINGERING, LIVE, PENDING, A, Bench, step
from tests.support.aws import refusal
from tests.support.world import exists, foreign, thing


class TestCreate:
    """Made with one call; what is left is an update; then the wait."""

    def test_it_is_one_call_and_its_outputs_are_handed_on(self) -> None:
        bench = Bench()
        assert bench.create() == {"Arn": "arn:net.thing:a", "Id": "net.thing:a"}
        assert bench.world.calls == ["create net.thing/a a", PENDING]

    def test_it_carries_the_ownership_tags(self) -> None:
        bench = Bench()
        bench.create(replace(A, tags={"Team": "web"}))
        assert bench.world.things["net.thing:a"].tags == {
            "Team": "web",
            STACK: "shop/dev",
            ADDRESS: "net.thing/a",
        }

    def test_references_are_sent_as_what_they_stand_for(self) -> None:
        bench = Bench()
        bench.create(thing("a", Size=Ref("net.x/y", "Id")), {"net.x/y": {"Id": "id-1"}})
        assert bench.world.things["net.thing:a"].properties["Size"] == "id-1"

    def test_what_is_still_not_known_is_named(self) -> None:
        bench = Bench()
        unknown = thing("a", Size=Ref("net.x/y", "Id"), Zone=Ref("net.x/y", "Arn"))
        with pytest.raises(StepFailed) as caught:
            bench.create(unknown)
        expected = "net.thing/a: ${net.x/y.Arn}, ${net.x/y.Id} is still not known"
        assert str(caught.value) == expected
        assert bench.world.calls == []

    def test_only_what_the_call_left_is_updated(self) -> None:
        bench = Bench()
        bench.create(thing("a", Size=1, Colour="red", Labels={"x": "y"}))
        assert bench.world.writes == ["create net.thing/a a", "update net.thing/a Colour Labels"]

    def test_what_cannot_change_in_place_is_not_tried_to(self) -> None:
        bench = Bench(immutable=frozenset({"Colour"}))
        bench.create(thing("a", Size=1, Colour="red"))
        assert bench.world.writes == ["create net.thing/a a"]

    def test_initial_properties_are_not_updated(self) -> None:
        bench = Bench()
        bench.create(replace(thing("a", Colour="red"), initial=frozenset({"Colour"})))
        assert bench.world.writes == ["create net.thing/a a"]

    def test_the_wait_comes_after_the_update(self) -> None:
        bench = Bench()
        bench.create(thing("a", Colour="red"))
        assert bench.world.calls[-1] == PENDING


class TestLostAnswer:
    """A create that AWS says was done already."""

    error = refusal("Duplicate", "there is one")

    def test_ours_is_taken_for_the_answer(self) -> None:
        bench = Bench(LIVE, exists=("Duplicate",))
        bench.world.react(CREATE, self.error)
        assert bench.create() == LIVE.outputs
        assert bench.world.writes == ["create net.thing/a a"]

    def test_ours_is_waited_for_until_it_is_listed(self) -> None:
        bench = Bench(exists=("Duplicate",))
        bench.world.react(CREATE, self.error)
        bench.clock.then = lambda: bench.world.things.update({LIVE.id: LIVE})
        assert bench.create() == LIVE.outputs
        assert bench.said == ["looking for it: there is one"]

    def test_ours_is_brought_up_to_date(self) -> None:
        bench = Bench(LIVE, exists=("Duplicate",))
        bench.world.react(CREATE, self.error)
        bench.create(thing("a", Size=2))
        assert bench.world.writes == ["create net.thing/a a", "update net.thing/a Size"]

    @pytest.mark.parametrize(
        "other",
        [foreign(A), foreign(A, owner="shop/prod"), exists(thing("b"))],
        ids=["nobody's", "another stack's", "another address's"],
    )
    def test_others_are_a_failure(self, other: Live) -> None:
        bench = Bench(other, exists=("Duplicate",))
        bench.world.react(CREATE, self.error)
        with pytest.raises(StepFailed) as caught:
            bench.create()
        assert "there is one" in str(caught.value)
        assert caught.value.code == "Duplicate"

    def test_the_one_that_is_being_replaced_is_not_the_answer(self) -> None:
        """Old and new have the same address; only the new one is what was to be made."""
        old, new = exists(A, "old", Size=1), exists(A, "new", Size=2)
        bench = Bench(old, new, exists=("Duplicate",), immutable=frozenset({"Name", "Size"}))
        bench.world.react(CREATE, self.error)
        assert bench.create(thing("a", Size=2)) == new.outputs

    def test_another_refusal_is_a_failure(self) -> None:
        bench = Bench(LIVE, exists=("Duplicate: exactly",))
        bench.world.react(CREATE, self.error)
        with pytest.raises(ClientError):
            bench.create()


class TestUpdate:
    """Only what differs now, whatever the plan thought."""

    def test_the_difference_is_sent_and_waited_for(self) -> None:
        bench = Bench(LIVE)
        assert bench.update(thing("a", Size=2)) == LIVE.outputs
        assert bench.world.calls == ["update net.thing/a Size", PENDING]

    def test_nothing_left_is_no_call(self) -> None:
        bench = Bench(LIVE)
        bench.update(A)
        assert bench.world.calls == []

    def test_tags_are_set_by_themselves(self) -> None:
        bench = Bench(LIVE)
        bench.update(replace(A, tags={"Team": "web"}))
        assert bench.world.calls == ["retag net.thing:a Team"]

    def test_tags_come_before_the_rest(self) -> None:
        bench = Bench(LIVE)
        bench.update(replace(thing("a", Size=2), tags={"Team": "web"}))
        assert bench.world.writes == ["retag net.thing:a Team", "update net.thing/a Size"]

    @pytest.mark.parametrize(
        ("settles", "waits"),
        [(None, True), (frozenset({"Size"}), True), (frozenset({"Zone"}), False)],
        ids=["any change", "this change", "another change"],
    )
    def test_it_waits_for_changes_that_settle(
        self, settles: frozenset[str] | None, waits: bool
    ) -> None:
        bench = Bench(LIVE, settles=settles)
        bench.update(thing("a", Size=2))
        assert (PENDING in bench.world.calls) is waits

    def test_a_first_half_is_made_so_and_waited_for_before_the_rest(self) -> None:
        bench = Bench(LIVE, first=lambda _self, live, want: {**want, "Zone": live.get("Zone")})
        bench.update(thing("a", Size=2, Zone="z2"))
        assert bench.world.calls == [
            "update net.thing/a Size", PENDING, "update net.thing/a Zone", PENDING
        ]  # fmt: skip

    def test_initial_properties_are_left_alone(self) -> None:
        bench = Bench(LIVE)
        bench.update(replace(thing("a", Size=2), initial=frozenset({"Size"})))
        assert bench.world.calls == []

    def test_an_update_without_what_it_changes_is_our_mistake(self) -> None:
        with pytest.raises(StepFailed, match="a bug in the plan"):
            Bench().perform(step("update", A))


class TestDelete:
    """What is gone is deleted."""

    def test_it_is_one_call_and_has_no_outputs(self) -> None:
        bench = Bench(LIVE)
        assert bench.delete() is None
        assert bench.world.calls == [DELETE, LINGERING]

    def test_what_is_gone_already_is_deleted(self) -> None:
        bench = Bench(absent=("NotFound",))
        bench.world.react(DELETE, refusal("NotFound"))
        bench.delete()
        assert bench.world.calls == [DELETE, LINGERING]

    def test_other_refusals_are_failures(self) -> None:
        bench = Bench(absent=("NotFound",))
        bench.world.react(DELETE, refusal("InUse"))
        with pytest.raises(ClientError, match="InUse"):
            bench.delete()

    def test_it_counts_when_nothing_lingers(self) -> None:
        bench = Bench(LIVE)
        bench.world.react(LINGERING, "2 tasks still run", "1 task still runs")
        bench.delete()
        assert bench.said == ["2 tasks still run", "1 task still runs"]
        assert bench.world.calls == [DELETE, LINGERING, LINGERING, LINGERING]

    def test_obstacles_are_cleared_with_force_alone(self) -> None:
        bench = Bench(LIVE)
        bench.delete(force=True)
        assert bench.world.writes == [CLEAR, DELETE]

    def test_clearing_what_is_gone_already_is_done(self) -> None:
        bench = Bench(absent=("NotFound",))
        bench.world.react(CLEAR, refusal("NotFound"))
        bench.delete(force=True)
        assert bench.world.calls == [CLEAR, LINGERING]
