"""What AWS says beforehand of the steps of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from provisioner.engine.aws import Aws
from provisioner.engine.forecast import forecast
from provisioner.engine.model import Change, Properties, Ref
from provisioner.engine.step import Plan
from provisioner.errors import PlanError
from tests.support.aws import nowhere
from tests.support.world import THING, Thing, exists, kind, plan, registry, seen, thing

PARENT = "net.parent"


class Oracle(Thing):
    """It has something to say of every size."""

    name = THING
    uses = frozenset({PARENT})

    def foretold(
        self, aws: Aws, want: Properties, changes: Sequence[Change] | None
    ) -> Iterable[str]:
        if want["Size"] == "huge":
            raise PlanError("too large")
        fields = None if changes is None else [change.field for change in changes]
        yield f"{want['Size']}, {fields}, {want.get('Parent')}"


KINDS = registry(Oracle(), kind(PARENT))


def told(found: Plan) -> list[str]:
    return list(forecast(found, kinds=KINDS, aws=nowhere()).warnings)


def test_it_is_asked_of_what_is_made_or_changed_and_of_nothing_else() -> None:
    new, other = thing("new", Size=1), thing("other", Size=2)
    gone, same = thing("gone", Size=3), thing("same", Size=4)
    lives = [exists(other, Size=1), exists(gone), exists(same)]
    found = plan([new, other, same], seen(*lives), KINDS)
    assert told(found) == ["net.thing/new: 1, None, None", "net.thing/other: 2, ['Size'], None"]
    assert told(plan([same], seen(exists(same)), KINDS)) == []


def test_what_exists_is_known_and_what_does_not_is_a_reference() -> None:
    there = thing("there", PARENT)
    wanted = [
        there, thing("not", PARENT),
        thing("a", Size=1, Parent=Ref(there.address, "Id")),
        thing("b", Size=1, Parent=Ref(f"{PARENT}/not", "Id")),
    ]  # fmt: skip
    assert told(plan(wanted, seen(exists(there, "p-1")), KINDS)) == [
        "net.thing/a: 1, None, p-1", "net.thing/b: 1, None, ${net.parent/not.Id}",
    ]  # fmt: skip


def test_everything_that_would_be_refused_is_said_at_once() -> None:
    found = plan([thing("a", Size="huge"), thing("b", Size="huge")], seen(), KINDS)
    with pytest.raises(PlanError) as refusal:
        told(found)
    assert str(refusal.value) == "net.thing/a: too large\nnet.thing/b: too large"
