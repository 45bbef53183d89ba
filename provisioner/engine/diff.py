"""Structural comparison of what is wanted with what is live.

- A property that is not declared is not managed: extra keys of the live side are ignored,
  unless the kind calls the mapping `closed`.
- A declared None, `[]`, `{}` or `""` means "must be absent".
- Lists are compared in order, unless the kind calls them `unordered`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.engine.model import Change, Properties, Ref, Text, is_empty

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a kind wants some paths compared.

    Patterns are dotted; `*` stands for one segment, a trailing `**` for everything below.
    """

    unordered: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


def differences(want: Properties, live: Properties, rules: Rules) -> tuple[Change, ...]:
    """Every difference, in the order of the declared properties."""
    changes: list[Change] = []
    for key, value in want.items():
        changes.extend(_compare((key,), live.get(key), value, rules))
    return tuple(changes)


def _compare(path: Path, before: Any, after: Any, rules: Rules) -> Iterator[Change]:
    if isinstance(after, Ref | Text):
        yield Change(path, before, after)
    elif is_empty(after) and is_empty(before):
        return
    elif isinstance(after, Mapping) and isinstance(before, Mapping):
        yield from _compare_mappings(path, before, after, rules)
    elif (
        isinstance(after, Sequence) and isinstance(before, Sequence) and not _scalar(before, after)
    ):
        yield from _compare_lists(path, before, after, rules)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Change(path, before, after)


def _scalar(before: Any, after: Any) -> bool:
    return isinstance(before, str | bytes) or isinstance(after, str | bytes)


def _compare_mappings(
    path: Path, before: Mapping[str, Any], after: Mapping[str, Any], rules: Rules
) -> Iterator[Change]:
    if not after and not _matches(path, rules.closed):
        yield Change(path, dict(before), {})
    for key, value in after.items():
        yield from _compare((*path, str(key)), before.get(key), value, rules)
    if _matches(path, rules.closed):
        for key in sorted(before.keys() - after.keys()):
            if not is_empty(before[key]):
                yield Change((*path, str(key)), before[key], None)


def _compare_lists(
    path: Path, before: Sequence[Any], after: Sequence[Any], rules: Rules
) -> Iterator[Change]:
    if _matches(path, rules.unordered):
        before, after = _paired(path, before, after, rules)
    if len(before) != len(after):
        yield Change(path, list(before), list(after))
        return
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        yield from _compare((*path, str(index)), old, new, rules)


def _paired(
    path: Path, before: Sequence[Any], after: Sequence[Any], rules: Rules
) -> tuple[list[Any], list[Any]]:
    """Both sides without their order: first what has a counterpart, then the rest of each."""
    old, new = [], []
    left, lonely = sorted(before, key=_rank), []
    for value in sorted(after, key=_rank):
        same = (
            i for i, item in enumerate(left) if not any(_compare((*path, "*"), item, value, rules))
        )
        index = next(same, None)
        if index is None:
            lonely.append(value)
        else:
            old.append(left.pop(index))
            new.append(value)
    return [*old, *left], [*new, *lonely]


def _rank(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _matches(path: Path, patterns: frozenset[str]) -> bool:
    return any(_match(path, tuple(pattern.split("."))) for pattern in patterns)


def _match(path: Path, pattern: Path) -> bool:
    if pattern[-1] == "**":
        pattern = pattern[:-1]
        path = path[: len(pattern)]
    return len(path) == len(pattern) and all(
        want in ("*", have) for want, have in zip(pattern, path, strict=True)
    )
