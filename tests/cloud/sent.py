"""What should have been sent, compared with what was: only the arguments that are named count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.cloud.tap import Call


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that is expected, with those of its arguments that matter."""

    operation: str
    arguments: Mapping[str, Any]
    exact: bool = False


def sent(operation: str, **arguments: Any) -> Sent:
    """`sent("ModifyRule", Conditions=[{"Field": "path-pattern"}])`."""
    return Sent(operation, arguments)


def only(operation: str, **arguments: Any) -> Sent:
    """The same, and no other argument."""
    return Sent(operation, arguments, exact=True)


def check_sent(calls: Sequence[Call], *expected: Sent) -> None:
    """These calls were sent in this order, and no others."""
    assert [call.operation for call in calls] == [one.operation for one in expected]
    seen = [
        (
            call.operation,
            _plain(call.arguments) if one.exact else _cut(call.arguments, one.arguments),
        )
        for call, one in zip(calls, expected, strict=True)
    ]
    assert seen == [(one.operation, _plain(one.arguments)) for one in expected]


def check_order(calls: Iterable[Call], *operations: str) -> None:
    """Of these operations each was sent, the last of one before the first of the next."""
    names = [call.operation for call in calls]
    for before, after in pairwise(operations):
        assert before in names, (before, names)
        assert after in names, (after, names)
        last = len(names) - 1 - names[::-1].index(before)
        assert last < names.index(after), f"{before} not before {after} in {names}"


def _cut(seen: Any, expected: Any) -> Any:
    """What was seen, without what nobody asked about."""
    if isinstance(seen, Mapping) and isinstance(expected, Mapping):
        return {key: _cut(seen[key], expected[key]) for key in expected if key in seen}
    if isinstance(seen, list) and isinstance(expected, list) and len(seen) == len(expected):
        return [_cut(one, other) for one, other in zip(seen, expected, strict=True)]
    return _plain(seen)


def _plain(value: Any) -> Any:
    """Everything as the query protocols write it."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value
