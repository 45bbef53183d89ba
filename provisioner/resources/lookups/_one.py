"""The one thing that was looked for, and the words when it is none or several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed

Item = TypeVar("Item")


def only(
    found: Sequence[Item], query: Properties, what: str, names: Iterable[str], instead: str
) -> Item:
    """The one that was found; `names` are those found, `instead` says what there is or to do.

    Raises LookupFailed when it is none or several.
    """
    if len(found) == 1:
        return found[0]
    field = f"{query['field']}: " if query.get("field") else ""
    if found:
        there = ", ".join(sorted(names))
        raise LookupFailed(f"{field}{words(query)} fits {len(found)} {what}s: {there}; name one")
    raise LookupFailed(f"{field}there is no {what} {words(query)}{instead}")


def words(query: Properties) -> str:
    """The name, or the tags, that were asked for."""
    tags = query.get("tags") or {}
    return str(query.get("name") or " ".join(f"{key}={tags[key]}" for key in sorted(tags)))
