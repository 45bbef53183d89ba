"""What somebody else owns is left alone, is said, and survives a replacement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.kept import compared
from provisioner.engine.model import Keeper
from provisioner.engine.step import Kept
from tests.support.world import Thing, exists, keys, kind, plan, registry, seen, step_of, thing

HOST, CHILD = "run.service", "run.target"
KINDS = registry(
    kind(HOST, immutable=frozenset({"Name", "Zone"}), replacement="delete-first"),
    kind(
        CHILD,
        fields=("Name", "Parent"),
        uses=frozenset({HOST}),
        goes_with=HOST,
        replacement="delete-first",
    ),
)
APP = replace(thing("app", HOST, Size=2, Zone="z1"), kept={"Size": Keeper("autoscaling")})
TARGET = thing("target", CHILD, Parent=APP.ref())
LIVE = exists(APP, Size=7)


def test_a_value_that_somebody_else_owns_is_no_difference_and_is_told() -> None:
    found = plan([APP], seen(LIVE), KINDS)
    assert found.empty
    assert found.kept == (Kept(APP.address, "Size", 7, "autoscaling"),)


def test_a_value_that_nobody_has_given_yet_is_neither_a_difference_nor_told() -> None:
    unset = replace(APP, kept={"Size": Keeper("", (None,))})
    found = plan([unset], seen(exists(APP, Size=None)), KINDS)
    assert found.empty
    assert found.kept == ()
    assert keys(plan([unset], seen(LIVE), KINDS)) == [f"update {APP.address}"]


@pytest.mark.parametrize(
    ("live", "is_kept"),
    [(2, True), (4, True), (5, False)],
    ids=["wanted", "one of theirs", "a stranger"],
)
def test_only_the_values_that_it_gives_are_its_own(live: int, is_kept: bool) -> None:
    scheduled = replace(APP, kept={"Size": Keeper("the schedule", (2, 4))})
    found = plan([scheduled], seen(exists(APP, Size=live)), KINDS)
    assert found.empty is is_kept
    shown = [Kept(APP.address, "Size", live, "the schedule")] if live == 4 else []
    assert list(found.kept) == shown


def test_what_is_only_said_at_creation_is_not_compared_either() -> None:
    wanted = replace(APP, initial=frozenset({"Zone"}))
    assert compared(KINDS[HOST], wanted, wanted.properties, LIVE) == {"Name": "app"}


def test_a_replacement_begins_with_the_value_that_was_kept() -> None:
    moved = replace(APP, properties={**APP.properties, "Zone": "z2"})
    found = plan([moved], seen(LIVE), KINDS, replaceable=[APP.address])
    resource = step_of(found, f"create {APP.address}").resource
    assert resource is not None
    assert resource.properties["Size"] == 7


def test_what_goes_with_a_replaced_thing_is_made_anew_after_it() -> None:
    moved = replace(APP, properties={**APP.properties, "Zone": "z2"})
    lives = seen(LIVE, exists(TARGET, Parent=f"arn:{LIVE.id}"))
    assert plan([APP, TARGET], lives, KINDS).empty
    found = plan([moved, TARGET], lives, KINDS, replaceable=[APP.address])
    assert keys(found) == [
        "delete run.target/target run.target:target",
        "delete run.service/app run.service:app",
        "create run.service/app",
        "create run.target/target",
    ]
    made = step_of(found, "create run.target/target")
    assert made.reason == "goes with run.service, which is replaced"


def pair(kept: str, ours: str) -> dict[str, str]:
    return {"kept": kept, "ours": ours}


class Sharing(Thing):
    """Of `Both` the part `kept` is somebody else's."""

    def concede(self, name: str, want: Any, live: Any) -> Any:
        return {**want, "kept": live["kept"]}

    def told(self, name: str, live: Any) -> Any:
        return live["kept"]


SHARED = registry(Sharing())
HALF = replace(
    thing("half", Both=pair("a", "x")), kept={"Both": Keeper("the autopilot", shared=True)}
)


def test_of_a_shared_property_the_others_part_stays_and_is_told() -> None:
    found = plan([HALF], seen(exists(HALF, Both=pair("b", "x"))), SHARED)
    assert found.empty
    assert found.kept == (Kept(HALF.address, "Both", "b", "the autopilot"),)


def test_nothing_is_told_of_a_shared_property_that_is_as_wanted() -> None:
    found = plan([HALF], seen(exists(HALF)), SHARED)
    assert (found.empty, found.kept) == (True, ())


def test_our_part_of_a_shared_property_is_put_back_beside_the_others() -> None:
    (step,) = plan([HALF], seen(exists(HALF, Both=pair("b", "y"))), SHARED).steps
    assert [(change.path, change.after) for change in step.changes] == [(("Both", "ours"), "x")]


def test_a_replacement_begins_with_what_is_wanted_of_a_shared_property() -> None:
    moved = replace(
        APP,
        properties={**APP.properties, "Zone": "z2"},
        kept={"Size": Keeper("the autopilot", shared=True)},
    )
    found = plan([moved], seen(LIVE), KINDS, replaceable=[APP.address])
    resource = step_of(found, f"create {APP.address}").resource
    assert resource is not None
    assert resource.properties["Size"] == 2
