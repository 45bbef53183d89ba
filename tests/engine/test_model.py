"""References, what becomes of them, and what is sent."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import (
    Change,
    Lookup,
    Outputs,
    Ref,
    Resource,
    Text,
    given,
    is_empty,
    refs,
    resolve,
    text,
)

ARN = Ref("net.thing/a", "Arn")
ZONE = Ref("lookup.network", "Zone")
KNOWN: Outputs = {"net.thing/a": {"Arn": "arn:1", "Ports": [80, 81]}}


def test_an_address_is_kind_and_name() -> None:
    assert Resource("elbv2.target_group", "app", {}).address == "elbv2.target_group/app"
    assert Lookup("network").address == "lookup.network"
    assert Lookup("certificate", name="https").address == "lookup.certificate/https"


def test_a_reference_names_an_output_and_reads_like_one() -> None:
    assert Resource("net.thing", "a", {}).ref() == ARN
    assert Resource("net.thing", "a", {}).ref("Id") == Ref("net.thing/a", "Id")
    assert Lookup("network").ref("Zone") == ZONE
    assert str(ARN) == "${net.thing/a.Arn}"


def test_texts_are_joined_flat() -> None:
    inner = text(ARN, ":")
    assert text("arn:", inner, "x") == Text(("arn:", ARN, ":", "x"))
    assert str(text("arn:", inner, "x")) == "arn:${net.thing/a.Arn}:x"


REFS: dict[str, tuple[Any, list[Ref]]] = {
    "plain": ("a", []),
    "itself": (ARN, [ARN]),
    "in a text": (text("a", ARN, ZONE), [ARN, ZONE]),
    "in a mapping": ({"a": ARN, "b": 1}, [ARN]),
    "in a list": ([1, ARN], [ARN]),
    "in a tuple": ((ZONE,), [ZONE]),
    "deep": ({"a": [{"b": text("x", ARN)}, ZONE]}, [ARN, ZONE]),
}


@pytest.mark.parametrize(("value", "expected"), REFS.values(), ids=REFS)
def test_every_reference_is_found(value: Any, expected: list[Ref]) -> None:
    assert list(refs(value)) == expected


RESOLVED: dict[str, tuple[Any, Any]] = {
    "plain": (80, 80),
    "known": (ARN, "arn:1"),
    "known, and a list": (Ref("net.thing/a", "Ports"), [80, 81]),
    "an unknown address": (ZONE, ZONE),
    "an unknown output": (Ref("net.thing/a", "Id"), Ref("net.thing/a", "Id")),
    "a text that becomes known": (text("<", ARN, ">"), "<arn:1>"),
    "a text that becomes known in part": (text(ARN, ZONE), Text(("arn:1", ZONE))),
    "a text without references": (text("a", "b"), "ab"),
    "a number inside a text": (text("port-", Ref("net.thing/a", "Ports")), "port-[80, 81]"),
    "a mapping": ({"a": ARN, "b": {"c": ZONE}}, {"a": "arn:1", "b": {"c": ZONE}}),
    "a tuple becomes a list": ((ARN, 1), ["arn:1", 1]),
}


@pytest.mark.parametrize(("value", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_what_is_known_takes_the_place_of_references(value: Any, expected: Any) -> None:
    assert resolve(value, KNOWN) == expected


def test_resolving_changes_nothing_in_place() -> None:
    value = {"a": [ARN]}
    resolve(value, KNOWN)
    assert value == {"a": [ARN]}


GIVEN: dict[str, tuple[Any, Any]] = {
    "None": ({"a": None, "b": 1}, {"b": 1}),
    "empty list and mapping": ({"a": [], "b": {}}, {}),
    "what says something": ({"a": 0, "b": False, "c": ""}, {"a": 0, "b": False, "c": ""}),
    "below": ({"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
    "in lists": ({"a": [{"b": None, "c": 1}]}, {"a": [{"c": 1}]}),
    "list items stay": ({"a": ["x", {}]}, {"a": ["x", {}]}),
    "references stay": ({"a": ARN}, {"a": ARN}),
}


@pytest.mark.parametrize(("value", "expected"), GIVEN.values(), ids=GIVEN)
def test_what_is_declared_to_be_absent_is_not_sent(value: Any, expected: Any) -> None:
    assert given(value) == expected


@pytest.mark.parametrize("value", [None, "", [], (), {}], ids=repr)
def test_emptiness_means_must_be_absent(value: Any) -> None:
    assert is_empty(value)


@pytest.mark.parametrize("value", [0, False, "x", [None], {"a": None}, ARN], ids=repr)
def test_all_else_is_a_value(value: Any) -> None:
    assert not is_empty(value)


def test_a_change_lies_in_a_top_level_property() -> None:
    assert Change(("Check", "Http", "Path"), "/", "/health").field == "Check"
