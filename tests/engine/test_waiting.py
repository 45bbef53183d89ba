"""What a kind tells while it is waited for, and of a wait that failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from provisioner.engine.aws import Aws
from provisioner.engine.execute import Report
from provisioner.engine.model import Change, Live, Properties
from provisioner.engine.waiting import Waiting
from provisioner.errors import NotServing, StepFailed, TimedOut
from tests.support.attempts import LIVE, Bench
from tests.support.runs import GROUP, Run
from tests.support.world import Thing, World, thing


class Telling(Thing):
    """A kind that tells more than words, and can explain a failure."""

    name = GROUP
    answers: Sequence[Waiting | Exception] = ()

    def pending(self, aws: Aws, live: Live, want: Properties) -> Waiting:
        count = len(self.world.calls)
        self.world.call("asked")
        answer = self.answers[min(count - 1, len(self.answers) - 1)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def explained(self, aws: Aws, live: Live, want: Properties, failure: StepFailed) -> StepFailed:
        return NotServing(str(failure), details={"why": "known"})

    def patience_for(self, want: Properties) -> float:
        return 60


def run(*answers: Waiting | Exception) -> tuple[Report, list[Any]]:
    one = Run(World())
    telling = Telling(one.world)
    telling.answers = answers
    one.kinds = {**one.kinds, GROUP: telling}
    report = one.make(thing("g", GROUP))
    return report, [(e.message, e.details) for e in one.events if e.phase == "waiting"]


def test_details_reach_listeners_and_the_last_of_them_the_report() -> None:
    report, heard = run(Waiting("half", {"at": 1}), Waiting("", {"at": 2}))
    assert heard == [("half", {"at": 1}), ("", {"at": 2})]
    assert report.outcomes[0].details == {"at": 2}
    assert report.result == "done"


def test_a_failure_is_told_as_the_kind_explains_it() -> None:
    report, _ = run(Waiting("half", {"at": 1}), StepFailed("no"))
    (outcome,) = report.outcomes
    assert (outcome.error, outcome.details, report.result) == (
        "no", {"why": "known"}, "not-serving",
    )  # fmt: skip


def test_a_wait_that_takes_too_long_is_explained_too() -> None:
    report, _ = run(Waiting("half", {"at": 1}))
    assert report.outcomes[0].error == "still not settled after 60 s: half"
    assert report.outcomes[0].details == {"why": "known"}


def test_a_kind_that_explains_nothing_is_told_as_it_is() -> None:
    bench = Bench(patience=5)
    bench.world.react("pending net.thing/a", *["waiting"] * 100)
    with pytest.raises(TimedOut) as caught:
        bench.create()
    assert caught.value.details is None


class Answering(Thing):
    """A kind whose update is answered with the thing as it is then."""

    def update(
        self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]
    ) -> Live | None:
        super().update(aws, live, want, changes)
        return Live(live.kind, live.id, live.tags, live.properties, {"Deployment": "2"})


def test_what_an_update_s_answer_shows_is_waited_for_and_put_out() -> None:
    bench = Bench(LIVE)
    bench.kind = Answering(bench.world)
    assert bench.update(thing("a", Size=2)) == {"Deployment": "2"}
    assert bench.create(thing("a", Colour="red")) == {"Deployment": "2"}
