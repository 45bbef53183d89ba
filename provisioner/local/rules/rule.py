"""One rule of AWS's: a row in a service's table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.local.settings import Settings

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call is made, with what the rules may look at; `key` is whose access key signs it."""

    account: str
    region: str
    settings: Settings
    backends: Callable[[str], Any]
    key: str = ""

    def of(self, service: str) -> Any:
        """Return moto's backend of a service in this account and region."""
        return self.backends(service)[self.account][self.region]


# Gives the message of the refusal, nothing if the call may go on.
Check = Callable[[Params, Place], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """`operation` is refused with `code` if the check says so. `source` tells who says that."""

    operation: str
    code: str
    check: Check
    source: str
    status: int = 400


def rows(
    api: str, operations: Iterable[str], code: str, check: Check, status: int = 400
) -> tuple[Rule, ...]:
    """Return a rule for each of some operations, which are their own sources."""
    return tuple(Rule(each, code, check, f"{api}: {each}", status) for each in operations)


def shaped(
    field: str, pattern: str, words: str = "", least: int = 1, most: int | None = None
) -> Check:
    """Refuse a value of another pattern or length; in `words`, or as services do of themselves."""

    def check(params: Params, _: Place) -> str | None:
        value = params.get(field)
        if value is None:
            return None
        where = f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy"
        if len(value) < least or (most is not None and len(value) > most):
            word, limit = ("greater", least) if len(value) < least else ("less", most)
            return f"{where} constraint: Member must have length {word} than or equal to {limit}"
        if re.fullmatch(pattern, value):
            return None
        return (
            words
            or f"{where} constraint: Member must satisfy regular expression pattern: {pattern}"
        )

    return check
