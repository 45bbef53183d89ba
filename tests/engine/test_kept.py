"""What somebody else owns is left alone, is said, and survives a replacement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.engine.kept import compared
from provisioner.engine.model import Keeper
from provisioner.engine.step import Kept
from tests.support.world import exists, keys, kind, plan, registry, seen, step_of, thing

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
    assert compared(wanted, wanted.properties, LIVE) == {"Name": "app"}


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
