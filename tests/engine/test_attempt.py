"""One step: its calls, again while AWS says "not yet", and the wait until it settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.attempt import THROTTLE_SECONDS, Attempt
from provisioner.engine.kind import Effect, Retry
from provisioner.engine.model import Live, Ref, Resource
from provisioner.engine.owner import ADDRESS, STACK
from provisioner.engine.step import Action, Step
from provisioner.errors import Interrupted, NotServing, StepFailed, TimedOut
from tests.support.aws import nowhere, refusal
from tests.support.clock import FastClock
from tests.support.world import Thing, World, exists, foreign, kind, scope_of, thing

A = thing("a", Size=1)
LIVE = exists(A)
CREATE, UPDATE = "create net.thing/a", "update net.thing/a"
DELETE, CLEAR = "delete net.thing:a", "clear net.thing:a"
PENDING, LINGERING = "pending net.thing/a", "lingering net.thing:a"


class Bench:
    """A kind over a small cloud, a clock, and what was said while waiting."""

    def __init__(self, *lives: Live, **facts: Any) -> None:
        self.world = World(lives)
        self.kind: Thing = kind(world=self.world, **facts)
        self.clock = FastClock()
        self.said: list[str] = []

    def perform(self, step: Step, known: Mapping[str, Any] | None = None) -> Any:
        attempt = Attempt(
            self.kind, nowhere(), scope_of(), self.clock, known or {}, self.said.append
        )
        return attempt.perform(step)

    def create(self, resource: Resource = A, known: Mapping[str, Any] | None = None) -> Any:
        return self.perform(step("create", resource), known)

    def update(self, resource: Resource, live: Live = LIVE) -> Any:
        return self.perform(step("update", resource, live))

    def delete(self, *, force: bool = False) -> Any:
        return self.perform(step("delete", None, LIVE, force=force))


def step(
    action: Action, resource: Resource | None, live: Live | None = None, *, force: bool = False
) -> Step:
    return Step(action, A.address, A.kind, "", Effect.NONE, resource, live, force=force)


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


class TestPatience:
    """Waiting is asking again until there is nothing left to wait for."""

    def test_it_asks_until_there_is_nothing_left(self) -> None:
        bench = Bench()
        bench.world.react(PENDING, "provisioning", "almost", "")
        bench.create()
        assert bench.said == ["provisioning", "almost"]
        assert bench.world.calls.count(PENDING) == 3

    def test_it_gives_up_with_the_last_words(self) -> None:
        bench = Bench(patience=1800)
        bench.world.react(PENDING, *["0 of 2 tasks run"] * 5, *["1 of 2 tasks run"] * 1000)
        with pytest.raises(TimedOut) as caught:
            bench.create()
        assert str(caught.value) == "still not settled after 1800 s: 1 of 2 tasks run"
        assert 1800 <= bench.clock.now() < 1815

    def test_it_asks_often_at_first_and_then_every_ten_seconds(self) -> None:
        bench = Bench(patience=600)
        bench.world.react(PENDING, *["waiting"] * 1000)
        with pytest.raises(TimedOut):
            bench.create()
        assert 60 <= len(bench.said) <= 70

    def test_a_bad_end_is_not_waited_for(self) -> None:
        bench = Bench()
        bench.world.react(PENDING, "rolling", NotServing("rolled back"))
        with pytest.raises(NotServing, match="rolled back"):
            bench.create()

    def test_being_throttled_is_one_more_thing_to_wait_for(self) -> None:
        bench = Bench()
        bench.world.react(PENDING, "rolling", refusal("ThrottlingException", "slow down"))
        bench.create()
        assert bench.said == ["rolling", "AWS throttles: slow down"]

    def test_other_refusals_while_waiting_are_failures(self) -> None:
        bench = Bench()
        bench.world.react(PENDING, refusal("AccessDenied"))
        with pytest.raises(ClientError, match="AccessDenied"):
            bench.create()

    def test_a_stopped_clock_ends_the_wait(self) -> None:
        bench = Bench()
        bench.world.react(PENDING, "rolling", "rolling", "rolling")
        bench.clock.stop()
        with pytest.raises(Interrupted):
            bench.create()
        assert bench.world.calls.count(PENDING) == 1


NOT_YET = refusal("Invalid", "the role cannot be assumed")
RULE = Retry("create", "Invalid", containing="assumed", seconds=240)


class TestRetries:
    """Errors that mean "not yet" are declared; all others are final."""

    def test_it_tries_again_while_aws_says_not_yet(self) -> None:
        bench = Bench(retries=(RULE,))
        bench.world.react(CREATE, NOT_YET, NOT_YET)
        bench.create()
        assert bench.world.writes == ["create net.thing/a a"] * 3
        assert bench.said == ["AWS says not yet: the role cannot be assumed"] * 2

    def test_it_gives_up_when_the_time_is_over(self) -> None:
        bench = Bench(retries=(RULE,))
        bench.world.react(CREATE, *[NOT_YET] * 1000)
        with pytest.raises(ClientError, match="cannot be assumed"):
            bench.create()
        assert 240 <= bench.clock.now() < 255

    @pytest.mark.parametrize(
        "rule",
        [
            Retry("create", "Other"),
            Retry("create", "Invalid", containing="Draining"),
            Retry("delete", "Invalid"),
        ],
        ids=["another code", "another message", "another verb"],
    )
    def test_what_no_rule_is_for_fails_at_once(self, rule: Retry) -> None:
        bench = Bench(retries=(rule,))
        bench.world.react(CREATE, NOT_YET)
        with pytest.raises(ClientError):
            bench.create()
        assert bench.world.writes == ["create net.thing/a a"]
        assert bench.clock.now() == 0

    def test_an_error_that_is_not_awss_fails_at_once(self) -> None:
        bench = Bench(retries=(RULE,))
        bench.world.react(CREATE, ValueError("ours"))
        with pytest.raises(ValueError, match="ours"):
            bench.create()

    def test_the_first_rule_that_fits_sets_the_time(self) -> None:
        bench = Bench(retries=(RULE, Retry("create", "Invalid", seconds=9999)))
        bench.world.react(CREATE, *[NOT_YET] * 1000)
        with pytest.raises(ClientError):
            bench.create()
        assert bench.clock.now() < 255

    def test_another_error_after_not_yet_is_final(self) -> None:
        bench = Bench(retries=(RULE,))
        bench.world.react(CREATE, NOT_YET, refusal("Denied"))
        with pytest.raises(ClientError, match="Denied"):
            bench.create()

    @pytest.mark.parametrize("call", [UPDATE, "retag net.thing:a"])
    def test_updates_and_tags_are_tried_again(self, call: str) -> None:
        bench = Bench(LIVE, retries=(Retry("update", "Busy"),))
        bench.world.react(call, refusal("Busy"))
        bench.update(replace(thing("a", Size=2), tags={"Team": "web"}))
        assert len(bench.world.writes) == 3

    def test_the_update_of_a_create_is_tried_again(self) -> None:
        bench = Bench(retries=(Retry("update", "Busy"),))
        bench.world.react(UPDATE, refusal("Busy"))
        bench.create(thing("a", Colour="red"))
        assert bench.world.writes[1:] == ["update net.thing/a Colour"] * 2

    def test_deletes_are_tried_again(self) -> None:
        bench = Bench(LIVE, retries=(Retry("delete", "InUse", seconds=1800),))
        bench.world.react(DELETE, *[refusal("InUse")] * 150)
        bench.delete()
        assert 1000 < bench.clock.now() < 1800

    @pytest.mark.parametrize("code", ["Throttling", "TooManyRequestsException"])
    def test_a_throttle_needs_no_rule(self, code: str) -> None:
        bench = Bench()
        bench.world.react(CREATE, refusal(code), refusal(code))
        bench.create()
        assert bench.world.writes == ["create net.thing/a a"] * 3

    def test_an_endless_throttle_is_a_failure(self) -> None:
        bench = Bench()
        bench.world.react(CREATE, *[refusal("Throttling")] * 1000)
        with pytest.raises(ClientError, match="Throttling"):
            bench.create()
        assert THROTTLE_SECONDS <= bench.clock.now() < THROTTLE_SECONDS + 15

    def test_a_stopped_clock_ends_the_tries(self) -> None:
        bench = Bench(retries=(RULE,))
        bench.world.react(CREATE, NOT_YET, NOT_YET)
        bench.clock.stop()
        with pytest.raises(Interrupted):
            bench.create()
        assert bench.world.writes == ["create net.thing/a a"]
