"""pydantic's errors as Problems: at their place in the file, in the user's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from provisioner.errors import Problem
from provisioner.spec.credentials import is_secret
from provisioner.spec.document import Document, Path, quoted
from provisioner.spec.shape import shape_at
from provisioner.spec.spelling import enumerated, hint, near


def to_problems(error: ValidationError, document: Document) -> list[Problem]:
    """Every error once, without those that only follow from a failed interpolation."""
    found = [
        _problem(details, document)
        for details in error.errors(include_url=False)
        if document.known(_path(details)) not in document.broken
    ]
    return list(dict.fromkeys(found))


def in_file_order(problems: list[Problem]) -> list[Problem]:
    """By position; those without one (`--set`) last."""
    return sorted(problems, key=lambda p: (not p.line, p.line, p.column, p.path, p.message))


def _path(details: ErrorDetails) -> Path:
    return tuple(step for step in details["loc"] if step != "[key]")


def _problem(details: ErrorDetails, document: Document) -> Problem:
    path, kind = _path(details), details["type"]
    at_key = kind == "extra_forbidden" or details["loc"][-1:] == ("[key]",)
    message = _MESSAGES.get(kind, _unforeseen)(details, path, document)
    return document.problem(path, message, at_key=at_key)


def _missing(_details: ErrorDetails, path: Path, _document: Document) -> str:
    shape = shape_at(path)
    return f"missing; expected {shape.words if shape else 'a value'}"


def _unknown_key(_details: ErrorDetails, path: Path, _document: Document) -> str:
    parent = shape_at(path[:-1])
    fields = list(parent.fields) if parent else []
    if home := _home(str(path[-1])):
        return f"unknown key; it belongs {home}"
    if found := near(str(path[-1]), fields):
        return f"unknown key; did you mean `{found}`?"
    return f"unknown key; expected one of {', '.join(fields)}"


def _home(key: str) -> str | None:
    """Where a key of this very name may stand, if that is one place alone."""
    shapes = {words: shape_at(place) for words, place in _HOMES.items()}
    found = [words for words, shape in shapes.items() if shape and key in shape.fields]
    return found[0] if len(found) == 1 else None


def _wrong_type(details: ErrorDetails, path: Path, document: Document) -> str:
    shape = shape_at(path)
    expected = shape.words if shape else "text"
    value = details["input"]
    advice = ""
    if details["type"] == "string_type" and isinstance(value, (int, float)):
        advice = ": put it in quotes"
    return f"expected {expected}, {_found(value, path, document, typed=True)}{advice}"


def _unexpected(details: ErrorDetails, path: Path, document: Document) -> str:
    expected = details["ctx"]["expected"]
    if details["loc"][-1:] == ("[key]",):
        return f"expected {expected}, found {quoted(str(details['input']))}"
    return f"expected {expected}, {_found(details['input'], path, document)}"


def _choice(details: ErrorDetails, path: Path, document: Document) -> str:
    choices = re.findall(r"'([^']*)'", details["ctx"]["expected"])
    value = details["input"]
    close = hint(value, choices) if isinstance(value, str) else ""
    found = _found(value, path, document)
    return f"expected {enumerated(choices, 'or')}, {found}{close}"


def _limit(words: str, bound: str) -> Callable[[ErrorDetails, Path, Document], str]:
    def message(details: ErrorDetails, path: Path, document: Document) -> str:
        found = _found(details["input"], path, document)
        return f"expected {words} {details['ctx'][bound]}, {found}"

    return message


def _length(words: str, bound: str) -> Callable[[ErrorDetails, Path, Document], str]:
    def message(details: ErrorDetails, _path: Path, _document: Document) -> str:
        limit, value = details["ctx"][bound], details["input"]
        one, many = ("character", "characters") if isinstance(value, str) else ("entry", "entries")
        unit = one if limit == 1 else many
        return f"expected {words} {limit} {unit}, found {len(value) or 'none'}"

    return message


def _own_words(details: ErrorDetails, _path: Path, _document: Document) -> str:
    return str(details["ctx"]["error"])


def _unforeseen(details: ErrorDetails, _path: Path, _document: Document) -> str:
    """An error type that no model causes today; at least without pydantic's manner of speaking."""
    return re.sub(r"^(Input|Value|Field|String) should ", "expected to ", details["msg"])


def _found(value: object, path: Path, document: Document, *, typed: bool = False) -> str:
    """`found 70000`, and where it came from; never a value that may be secret."""
    source = document.written.get(path)
    origin = f" (from {quoted(source)})" if source else ""
    if isinstance(value, str):
        text = "" if is_secret(path, value) else quoted(value)
        return f"found {'text ' if typed or not text else ''}{text}".rstrip() + origin
    return f"found {_named(value, secret=is_secret(path, ''), typed=typed)}"


def _named(value: object, *, secret: bool, typed: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        if secret:
            return "a number"
        return f"the number {value}" if typed else str(value)
    names: Mapping[type[Any], str] = {type(None): "nothing", list: "a list", dict: "a mapping"}
    return names.get(type(value), "another value")


_HOMES: Mapping[str, Path] = {
    "at the top": (),
    "under `cluster`": ("cluster",),
    "under `load_balancer`": ("load_balancer",),
    "under `load_balancer.listeners.NAME`": ("load_balancer", "listeners", "NAME"),
    "under `services.NAME`": ("services", "NAME"),
    "under `services.NAME.deployment`": ("services", "NAME", "deployment"),
}
"""The places that keys are mistaken about."""
_MESSAGES: Mapping[str, Callable[[ErrorDetails, Path, Document], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "unexpected": _unexpected,
    "literal_error": _choice,
    "value_error": _own_words,
    **dict.fromkeys(
        ("int_type", "bool_type", "string_type", "list_type", "dict_type", "model_type"),
        _wrong_type,
    ),
    "greater_than": _limit("more than", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than_equal": _limit("at most", "le"),
    **dict.fromkeys(("string_too_long", "too_long"), _length("at most", "max_length")),
    **dict.fromkeys(("string_too_short", "too_short"), _length("at least", "min_length")),
}
