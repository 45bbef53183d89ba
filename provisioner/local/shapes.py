"""What a control request may look like: JSON values of a shape, or a sentence that says which.

A shape takes a value and where it stands, and returns the value. Raises ValueError.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

Shape = Callable[[object, str], Any]
# Characters of a text, and of a wrong value in a message.
LONGEST = 1000
SHOWN = 60


def flag(value: object, where: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise _wrong(where, "true or false", value)
    return value


def number(least: float, most: float, *, whole: bool = False, above: bool = False) -> Shape:
    """Read a number from `least` (or only from above it) to `most`."""
    kind = "a whole number" if whole else "a number"
    limits = f"over {least:,.12g} and up to" if above else f"from {least:,.12g} to"
    what = f"{kind} {limits} {most:,.12g}"

    def read(value: object, where: str) -> float:
        fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if not fits or not least <= value <= most or (above and value == least):  # type: ignore[operator]  # it is a number
            raise _wrong(where, what, value)
        return value if whole else float(value)  # type: ignore[arg-type,return-value]  # as before

    return read


def text(what: str = "a text") -> Shape:
    """Read a text that is not empty."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or not value or len(value) > LONGEST or "\0" in value:
            raise _wrong(where, f"{what} of 1 to {LONGEST:,} characters", value)
        return value

    return read


def one_of(words: Iterable[str], what: str) -> Shape:
    """Read one of some words."""
    known = list(words)

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise _wrong(where, f"{what}: {', '.join(known)}", value, meant(value, known))
        return value

    return read


def listing(shape: Shape) -> Shape:
    """Read a list of such."""

    def read(value: object, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(where, "a list", value)
        return [shape(each, f"{where}[{index}]") for index, each in enumerate(value)]

    return read


def mapping(shape: Shape, what: str) -> Shape:
    """Read an object whose names are anything but empty, `what` they are, and its values such."""
    name = text(what)

    def read(value: object, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(where, f"an object by {what}", value)
        return {name(key, where): shape(each, f"{where}.{key}") for key, each in value.items()}

    return read


def fields(shapes: Mapping[str, Shape], needed: Iterable[str] = ()) -> Shape:
    """Read an object of these fields and no others, of which some are needed."""

    def read(value: object, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(where, "an object", value)
        known = f"expected {', '.join(shapes) or 'none'}"
        for name in value:
            if name not in shapes:
                close = meant(name, list(shapes))
                raise ValueError(f"{_place(where)}: unknown field {_shown(name)}{close}; {known}")
        for name in needed:
            if name not in value:
                raise ValueError(f"{_place(where)}: `{name}` is missing; {known}")
        inner = f"{where}." if where else ""
        return {name: shapes[name](each, f"{inner}{name}") for name, each in value.items()}

    return read


def meant(found: object, words: Iterable[str] | Mapping[str, str]) -> str:
    """`; did you mean `x`?`, or nothing. A mapping tells what is said for a word."""
    close = get_close_matches(str(found)[:LONGEST], list(words), n=1)
    said = words[close[0]] if close and isinstance(words, Mapping) else "".join(close)
    return f"; did you mean `{said}`?" if close else ""


def _wrong(where: str, expected: str, found: object, more: str = "") -> ValueError:
    return ValueError(f"{_place(where)}: expected {expected}; found {_shown(found)}{more}")


def _place(where: str) -> str:
    return f"`{where}`" if where else "the body"


def _shown(value: object) -> str:
    found = json.dumps(value)
    return found if len(found) <= SHOWN else f"{found[:SHOWN]}…"
