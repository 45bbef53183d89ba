"""Again while AWS says "not yet", and until it settled; a wait of half an hour takes no time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.attempt import THROTTLE_SECONDS
from provisioner.engine.kind import Retry
from provisioner.errors import Interrupted, NotServing, NotYet, TimedOut
from tests.support.attempts import CREATE, DELETE, LIVE, PENDING, UPDATE, Bench
from tests.support.aws import refusal
from tests.support.world import thing


def slowly(bench: Bench, seconds: float, answer: str | Exception) -> Callable[[], str]:
    """An answer that takes so many seconds."""

    def later() -> str:
        bench.clock.sleep(seconds)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return later


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

    def test_an_answer_that_was_slow_to_come_does_not_use_up_the_time(self) -> None:
        bench = Bench(patience=60)
        bench.world.react(PENDING, slowly(bench, 90, "provisioning"), "")
        bench.create()
        assert bench.said == ["provisioning"]

    def test_a_thing_may_be_given_more_time_than_its_kind(self) -> None:
        bench = Bench(patience=10, patience_for=lambda _self, _want: 900)
        bench.world.react(PENDING, *["baking"] * 1000)
        with pytest.raises(TimedOut, match="still not settled after 900 s: baking"):
            bench.create()

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

    def test_a_verb_that_lacks_something_is_tried_again_with_patience(self) -> None:
        bench = Bench(patience=60)
        lacking = NotYet("AWS has not told the number yet")
        bench.world.react(UPDATE, lacking, lacking)
        bench.update(thing("a", Size=2))
        assert bench.world.writes == ["update net.thing/a Size"] * 3
        assert bench.said == ["AWS says not yet: AWS has not told the number yet"] * 2
        bench.world.react(UPDATE, *[lacking] * 1000)
        with pytest.raises(NotYet, match="has not told the number"):
            bench.update(thing("a", Size=2))
        assert 60 <= bench.clock.now() < 80

    def test_it_gives_up_when_the_time_is_over(self) -> None:
        bench = Bench(retries=(RULE,))
        bench.world.react(CREATE, *[NOT_YET] * 1000)
        with pytest.raises(ClientError, match="cannot be assumed"):
            bench.create()
        assert 240 <= bench.clock.now() < 255

    def test_a_refusal_that_was_slow_to_come_does_not_use_up_the_time(self) -> None:
        bench = Bench(retries=(RULE,))
        bench.world.react(CREATE, slowly(bench, 300, NOT_YET))
        bench.create()
        assert bench.world.writes == ["create net.thing/a a"] * 2

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
