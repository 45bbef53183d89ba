from __future__ import annotations

import pytest

from provisioner.spec.compose import parse
from provisioner.spec.document import Path, dotted, quoted

WRITTEN: dict[str, Path] = {
    "services.app.routes[0].path": ("services", "app", "routes", 0, "path"),
    "tags['aws:x'].y": ("tags", "aws:x", "y"),
    "['']": ("",),
    "tags['a.b']": ("tags", "a.b"),
    "": (),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_path_is_written_so_that_it_can_be_read(text: str) -> None:
    assert dotted(WRITTEN[text]) == text


def test_long_text_loses_its_middle() -> None:
    shown = quoted("a" * 50 + "b" * 50)
    assert len(shown) < 60
    assert shown.startswith("'aaa")
    assert shown.endswith("bbb'")


def test_text_of_several_lines_is_shown_on_one() -> None:
    assert quoted("a\nb") == "'a\\nb'"


def test_a_problem_stands_at_the_nearest_known_place() -> None:
    document = parse("services:\n  app: {port: 80}\n", "f")
    problem = document.problem(("services", "app", "image", "tag"), "missing")
    assert str(problem) == "f:2:8: services.app.image.tag: missing"


VISIBLE: dict[str, tuple[str, Path, Path]] = {
    "an id that became a mapping": ("vpc: vpc-1", ("vpc", "id"), ("vpc",)),
    "one text that became a list": ("path: /a", ("path", 0), ("path",)),
    "a mapping that became a list": ("to: {a: 1}", ("to", 0, "weight"), ("to",)),
    "an item beyond the list": ("a: [1]", ("a", 3), ("a",)),
    "a key that is missing": ("a: {}", ("a", "b"), ("a", "b")),
    "a key below nothing": ("a:", ("a", "b"), ("a", "b")),
}


@pytest.mark.parametrize("name", VISIBLE)
def test_only_what_the_user_wrote_is_in_a_path(name: str) -> None:
    text, path, expected = VISIBLE[name]
    assert parse(text, "f").visible(path) == expected
