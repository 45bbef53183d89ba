"""What the engine gives to kinds, and what an ordinary kind does without saying so."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.kind import Effect, Kind, Scope, changed, names_of, pick, touched
from provisioner.engine.model import Change, Ref
from tests.support.aws import nowhere
from tests.support.world import Thing, exists, kind, registry, scope_of, thing

CHANGES = (Change(("Check", "Path"), "/", "/health"), Change(("Port",), 80, 81))


def test_effects_are_ordered_from_harmless_to_worst() -> None:
    assert [effect.word for effect in sorted(Effect)] == [
        "none",
        "in-place",
        "rolling",
        "interrupting",
        "destroys",
        "destroys-data",
    ]


def test_touched_asks_for_top_level_properties() -> None:
    assert touched(CHANGES, "Check", "Name")
    assert not touched(CHANGES, "Path", "Name")


def test_pick_takes_what_is_given() -> None:
    properties: dict[str, Any] = {"a": 1, "b": None, "c": 0, "d": [], "e": 5}
    assert pick(properties, "a", "b", "c", "d", "absent") == {"a": 1, "c": 0, "d": []}


def test_changed_takes_what_lies_under_a_change() -> None:
    want = {"Check": {"Path": "/health", "Port": 1}, "Port": 81, "Name": "a"}
    expected = {"Check": {"Path": "/health", "Port": 1}, "Port": 81}
    assert changed(want, CHANGES, "Name", "Check", "Port") == expected


def test_changed_sends_an_empty_list_for_what_must_go() -> None:
    gone = (Change(("Groups",), ["a"], None),)
    assert changed({"Groups": None}, gone, "Groups") == {"Groups": []}
    assert changed({}, gone, "Groups") == {"Groups": []}


def test_the_wanted_names_are_collected_per_kind() -> None:
    kinds = registry(kind("net.thing"), kind("net.rule", identity=()), kind("net.odd"))
    wanted = [
        thing("a"),
        thing("b"),
        thing("c", Name=Ref("net.thing/a", "Name")),
        thing("r", kind="net.rule"),
    ]
    assert names_of(wanted, kinds) == {"net.thing": frozenset({"a", "b"})}


NAMES = {
    "begins with the stack's name": ("shop-anything", True),
    "is wanted": ("written-out", True),
    "is a wanted name with a replacement's hash": ("written-out-0a1b2c", True),
    "is a long wanted name, cut for a replacement's hash": ("a-name-that-is-rat-0a1b2c", True),
    "is a wanted name with something else": ("written-out-blue", False),
    "is somebody else's": ("other", False),
    "looks like a replacement of somebody else's": ("other-0a1b2c", False),
    "is wanted of another kind": ("another-kind", False),
}


@pytest.mark.parametrize(("name", "near"), NAMES.values(), ids=NAMES)
def test_a_closer_look_is_taken_at_what(name: str, near: bool) -> None:
    wanted = frozenset({"written-out", "a-name-that-is-rather-long"})
    names = {"net.thing": wanted, "net.other": frozenset({"another-kind"})}
    assert Scope("shop/dev", "shop-", names).near("net.thing", name) is near


def test_a_scope_knows_its_own_by_their_tags() -> None:
    assert scope_of().ours({"provisioner:stack": "shop/dev"})
    assert not scope_of().ours({"provisioner:stack": "shop/prod"})


def test_the_request_has_the_declared_fields_that_are_given() -> None:
    want = {"Name": "a", "Size": None, "Zone": {"Id": None}, "Colour": "red"}
    assert Thing().request(want) == {"Name": "a", "Zone": {}}


class Plain(Thing):
    """A kind that says nothing about what has a default."""

    pending = Kind.pending
    lingering = Kind.lingering
    obstacles = Kind.obstacles
    refusals = Kind.refusals
    clear = Kind.clear


def test_an_ordinary_kind_waits_for_nothing_and_minds_nothing() -> None:
    plain, one = Plain(), exists(thing())
    assert plain.pending(nowhere(), one, {}) == ""
    assert plain.lingering(nowhere(), one) == ""
    assert list(plain.obstacles(nowhere(), one, scope_of())) == []
    assert list(plain.refusals(nowhere(), one, scope_of())) == []
    plain.clear(nowhere(), one)
    assert plain.canonical({"a": 1}) == {"a": 1}
    assert plain.bridge({}, {}) is None
    assert plain.world.calls == []


def test_a_scope_knows_which_kinds_the_spec_asks_for() -> None:
    scope = Scope("shop/dev", "shop-", tags={"net.thing/a": {}})
    assert scope.wants("net.thing")
    assert not scope.wants("net.thin")
