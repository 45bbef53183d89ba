from __future__ import annotations

from typing import Any

import pytest

from provisioner.errors import SpecError
from provisioner.spec.compose import parse
from provisioner.spec.document import Path

TEXT = """\
# a comment
stack: shop
tags: {Owner: "team a"}
services:
  app:
    command:
      - run
      - {deep: 1}
    empty:
"""


def _places(path: Path) -> tuple[int, int, int, int]:
    spot = parse(TEXT, "f").spots[path]
    assert spot.key.file == spot.value.file == "f"
    return spot.key.line, spot.key.column, spot.value.line, spot.value.column


PLACES: dict[Path, tuple[int, int, int, int]] = {
    (): (2, 1, 2, 1),
    ("stack",): (2, 1, 2, 8),
    ("tags",): (3, 1, 3, 7),
    ("tags", "Owner"): (3, 8, 3, 15),
    ("services",): (4, 1, 4, 1),
    ("services", "app"): (5, 3, 5, 3),
    ("services", "app", "command", 0): (7, 9, 7, 9),
    ("services", "app", "command", 1, "deep"): (8, 10, 8, 16),
    ("services", "app", "empty"): (9, 5, 9, 5),
}


@pytest.mark.parametrize("path", PLACES)
def test_every_key_and_value_has_its_place(path: Path) -> None:
    assert _places(path) == PLACES[path]


def _data(text: str) -> Any:
    return parse(text, "f").data


def test_an_alias_is_the_value_again() -> None:
    assert _data("a: &x {b: [1]}\nc: *x\n") == {"a": {"b": [1]}, "c": {"b": [1]}}


def test_an_alias_stands_where_it_is_used_and_its_parts_where_they_were_written() -> None:
    spots = parse("a: &x {b: 1}\nc: *x\nd: &t text\ne: *t\n", "f").spots
    assert (spots["c",].value.line, spots["c",].value.column) == (2, 4)
    assert (spots["c", "b"].value.line, spots["c", "b"].value.column) == (1, 11)
    assert (spots["e",].value.line, spots["e",].value.column) == (4, 4)


def test_an_anchor_may_be_given_again() -> None:
    assert _data("a: &x 1\nb: &x 2\nc: *x\n") == {"a": 1, "b": 2, "c": 2}


def test_an_alias_may_be_a_key() -> None:
    assert _data("a: &x name\n*x : 1\n") == {"a": "name", "name": 1}


def test_merged_keys_come_first_and_are_weaker() -> None:
    merged = _data("x: &x {a: 1, b: 1}\ny: {c: 3, <<: *x, b: 2}\n")["y"]
    assert list(merged.items()) == [("a", 1), ("b", 2), ("c", 3)]


def test_of_several_merged_mappings_the_first_wins() -> None:
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y, {c: 3}]}\n"
    assert _data(text)["z"] == {"a": 1, "b": 2, "c": 3}


def test_merged_keys_merge_in_turn() -> None:
    text = "x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nz: {<<: *y}\n"
    assert _data(text)["z"] == {"a": 1, "b": 2}


def test_a_merge_key_in_quotes_is_a_key() -> None:
    assert _data('a: {"<<": 1}\n') == {"a": {"<<": 1}}


def test_two_merge_keys_are_duplicates() -> None:
    with pytest.raises(SpecError, match="f:2:13: duplicate key `<<`; the first one is on line 2"):
        _data("x: &x {}\ny: {<<: *x, <<: *x}\n")


def test_text_stays_text_in_quotes_and_with_its_tag() -> None:
    assert _data("a: '5'\nb: !!str 5\nc: ! true\nd: |\n  5\n") == {
        "a": "5", "b": "5", "c": "true", "d": "5\n",
    }  # fmt: skip
