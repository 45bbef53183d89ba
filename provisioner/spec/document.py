"""A parsed spec: plain data, and where every part of it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from provisioner.errors import Problem

Path = tuple[str | int, ...]
"""The way to a value: keys of mappings and indexes of lists."""

_SIMPLE_KEY = re.compile(r"[A-Za-z0-9_$-]{1,60}")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, counted from 1. Line 0 stands for the whole file, or for `--set`."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a key and its value begin. An item of a list has no key: both are the item's place.

    A mapping or list that spans lines is found by its key: that is the line the reader looks for.
    """

    key: Place
    value: Place


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data with the places it came from. Never changed: every step makes a new one."""

    file: str
    data: dict[str, Any]
    spots: Mapping[Path, Spot]
    written: Mapping[Path, str] = field(default_factory=dict)
    """Text as it stood in the file, where interpolation made another text of it."""
    broken: frozenset[Path] = frozenset()
    """Texts with a reference that could not be replaced: any error about them is only a result."""

    def problem(self, path: Path, message: str, *, at_key: bool = False) -> Problem:
        """A problem at the nearest place that is known for `path`."""
        spot = self.spots[self.known(path)]
        place = spot.key if at_key else spot.value
        return Problem(place.file, place.line, place.column, dotted(self.visible(path)), message)

    def known(self, path: Path) -> Path:
        """The longest beginning of `path` that was written somewhere."""
        while path not in self.spots:
            path = path[:-1]
        return path

    def visible(self, path: Path) -> Path:
        """`path` as the user wrote it.

        The models accept short forms (text for a list of one, an id for `{id: …}`), and their
        errors then point into a structure that is not in the file.
        """
        value: Any = self.data
        for depth, step in enumerate(path):
            if isinstance(value, dict) and isinstance(step, str):
                if step not in value:
                    return path
                value = value[step]
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return path[:depth] if value is not None else path
        return path

    def changed(self, data: dict[str, Any], spots: Mapping[Path, Spot]) -> Document:
        """The document with other data: `spots` are the places of what is new in it."""
        kept = {path: spots.get(path) or self.spots[path] for path, _ in walk(data)}
        return replace(self, data=data, spots=kept)


def walk(value: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in `value` with its path, itself first."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def dotted(path: Path) -> str:
    """`services.app.routes[0].path`; a key with other characters stands in brackets and quotes."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _SIMPLE_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{quoted(step)}]"
    return text


def quoted(text: str, limit: int = 60) -> str:
    """Text in quotes on one line, its middle left out where it is long."""
    if len(text) > limit:
        text = f"{text[: limit // 2]}…{text[-limit // 4 :]}"
    return repr(text)
