"""Names of things that stand beside their predecessor for a while."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.model import Ref
from provisioner.engine.names import variant
from tests.support.world import Thing, kind, thing

FIXED = frozenset({"Name", "Zone", "Port"})
PLAIN = kind(immutable=FIXED)


def name(known: dict[str, Any] | None = None, fake: Thing = PLAIN, **properties: Any) -> str:
    renamed = variant(thing(**{"Name": "shop-web", "Port": 80, **properties}), fake, known or {})
    return str(renamed.properties["Name"])


def test_a_variant_is_the_name_and_a_hash_of_what_cannot_change() -> None:
    assert re.fullmatch(r"shop-web-[0-9a-f]{6}", name())


def test_only_the_name_differs() -> None:
    one = thing(Name="shop-web", Port=80, Size=1)
    renamed = variant(one, PLAIN, {})
    assert {**renamed.properties, "Name": "shop-web"} == one.properties
    assert renamed.address == one.address


CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "the same again": ({}, True),
    "what can change in place": ({"Size": 99, "Colour": "red"}, True),
    "one that cannot": ({"Port": 81}, False),
    "one that is new": ({"Zone": "a"}, False),
    "absent is as good as None": ({"Zone": None}, True),
}


@pytest.mark.parametrize(("properties", "same"), CASES.values(), ids=CASES)
def test_the_name_changes_with_what_cannot_be_changed_in_place(
    properties: dict[str, Any], same: bool
) -> None:
    assert (name(**properties) == name()) is same


def test_the_hash_does_not_depend_on_the_name_itself() -> None:
    assert name(Name="other")[-6:] == name()[-6:]


def test_a_reference_counts_as_the_value_it_stands_for() -> None:
    zone = Ref("lookup.network", "Zone")
    known = {"lookup.network": {"Zone": "eu-1"}}
    assert name(known, Zone=zone) == name(Zone="eu-1")
    assert name(known, Zone=zone) != name({"lookup.network": {"Zone": "eu-2"}}, Zone=zone)


def test_the_same_name_is_found_again_in_another_process() -> None:
    assert name() == "shop-web-c18624"


@given(
    stem=st.from_regex(r"[a-z][a-z-]{0,60}[a-z]", fullmatch=True),
    limit=st.integers(min_value=8, max_value=64),
)
def test_it_stays_within_the_limit_and_spells_well(stem: str, limit: int) -> None:
    found = name(fake=kind(immutable=FIXED, name_limit=limit), Name=stem)
    assert len(found) <= limit
    assert re.fullmatch(r"[a-z][a-z-]*-[0-9a-f]{6}", found)
    assert "--" not in found[-8:]
