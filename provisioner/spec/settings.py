"""`--set a.b[0].c=value` — single values changed from the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.errors import Problem, SpecError, UsageError
from provisioner.spec.compose import compose
from provisioner.spec.document import Document, Path, Place, Spot, dotted, walk
from provisioner.spec.scalars import read_plain
from provisioner.spec.shape import shape_at
from provisioner.spec.source import clean
from provisioner.spec.spelling import instead
from provisioner.spec.syntax import DEEPEST, read_tree

_STEP = re.compile(r"\[(?P<index>[0-9]{1,6})\]|\.?(?P<key>(?:\\.|[^.\[\]\\])+)")


@dataclass(frozen=True, slots=True)
class Setting:
    """One `--set`: where, and the text that stands for the value."""

    path: Path
    text: str
    label: str
    """Names it in errors; without the value, which may be a secret."""


class _Misplaced(Exception):
    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


def read_setting(argument: str) -> Setting:
    r"""`a.b[0].c=value`; `\.` is a dot within a key. Raises UsageError."""
    where, equals, text = argument.partition("=")
    steps: list[str | int] = []
    position = 0
    while position < len(where) and (match := _STEP.match(where, position)):
        key = match["key"]
        steps.append(int(match["index"]) if key is None else re.sub(r"\\(.)", r"\1", key))
        position = match.end()
    if not equals or not steps or position < len(where) or where.startswith((".", "[")):
        raise UsageError(f"--set {where}: expected PATH=VALUE, such as services.app.cpu=512")
    if len(steps) > DEEPEST:
        raise UsageError(f"--set: a path of more than {DEEPEST} steps")
    return Setting(tuple(steps), text, f"--set {where}=...")


def apply(document: Document, settings: Sequence[Setting]) -> tuple[Document, list[Problem]]:
    """The document with each setting made, later ones last; problems of those that cannot be."""
    problems: list[Problem] = []
    for setting in settings:
        try:
            document = _applied(document, setting)
        except _Misplaced as error:
            problems.append(Problem(setting.label, 0, 0, dotted(error.path), str(error)))
        except SpecError as error:
            message = f"the value is not YAML: {error.problems[0].message}"
            problems.append(Problem(setting.label, 0, 0, dotted(setting.path), message))
    return document, problems


def _applied(document: Document, setting: Setting) -> Document:
    if setting.path[0] == "environments":
        message = "environments cannot be changed; set the value itself, without `environments.…`"
        raise _Misplaced(setting.path, message)
    value = _value(setting)
    place = Place(setting.label)
    data, path = _put(document.data, setting.path, value, ())
    spots = {path[:depth]: Spot(place, place) for depth in range(len(path))}
    known = {prefix: document.spots[prefix] for prefix in spots if prefix in document.spots}
    below = {inner: Spot(place, place) for inner, _ in walk(value, path)}
    return document.changed(data, spots | known | below)


def _value(setting: Setting) -> Any:
    """A list or mapping as YAML; anything else as one scalar, to its end (`#fff` is a colour)."""
    if not setting.text:
        return ""
    tree = read_tree(clean(setting.text, setting.label), setting.label)
    if tree is None or (tree.kind == "scalar" and tree.bare):
        return read_plain(setting.text.strip())
    return compose(tree, setting.label)[0]


def _put(value: Any, steps: Path, new: Any, path: Path) -> tuple[Any, Path]:
    """`value` with `new` at `steps`, and the path that was meant (`.0.` may be an index)."""
    step, *rest = steps
    if isinstance(value, list):
        return _put_item(value, step, (tuple(rest), new), path)
    if value is None:
        value = {}
    if not isinstance(value, dict) or not isinstance(step, str):
        kind = "a mapping" if isinstance(value, dict) else "a single value"
        raise _Misplaced(path, f"this is {kind}; it has no `{dotted((step,))}`")
    here = (*path, step)
    if rest:
        below = value[step] if step in value else _missing(value, step, path)
        changed, here = _put(below, tuple(rest), new, here)
        return {**value, step: changed}, here
    if new is None:
        return {key: item for key, item in value.items() if key != step}, here
    return {**value, step: new}, here


def _put_item(
    items: list[Any], step: str | int, then: tuple[Path, Any], path: Path
) -> tuple[Any, Path]:
    rest, new = then
    index = int(step) if isinstance(step, int) or step.isdecimal() else None
    if index is None or index >= len(items):
        there = f"[0] to [{len(items) - 1}]" if items else "none"
        raise _Misplaced(path, f"a list, with the items {there}; found `{step}`")
    here = (*path, index)
    if rest:
        new, here = _put(items[index], rest, new, here)
    return [*items[:index], new, *items[index + 1 :]], here


def _missing(siblings: dict[str, Any], step: str, path: Path) -> dict[str, Any]:
    """What a missing part of a path becomes: a section not written yet, but not a new service."""
    shape = shape_at(path)
    if shape and shape.of_mappings:
        raise _Misplaced((*path, step), f"there is no `{step}`{instead(step, siblings)}")
    return {}
