"""Guesses at what a misspelt name should have been."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_OTHER_NAMES = {
    "alb": "load_balancer",
    "containerport": "port",
    "count": "desired_count",
    "cpuunits": "cpu",
    "entrypoint": "entry_point",
    "env": "environment",
    "elb": "load_balancer",
    "healthcheckcommand": "container_health_check",
    "https": "listeners",
    "instances": "desired_count",
    "ports": "port",
    "replicas": "desired_count",
    "vars": "variables",
}
"""What other tools call a thing, without `_` and `-`, and what it is called here."""


def near(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that was probably meant: other case, hyphens, no unit, or a slip."""
    candidates = {_folded(candidate): candidate for candidate in known}
    folded = _folded(name)
    if folded in candidates:
        return candidates[folded]
    other = _OTHER_NAMES.get(folded)
    if other in candidates.values():
        return other
    longer = [key for key in candidates if len(folded) > 2 and key.startswith(folded)]  # noqa: PLR2004
    if len(longer) == 1:
        return candidates[longer[0]]
    found = difflib.get_close_matches(folded, candidates, n=1, cutoff=0.65)
    return candidates[found[0]] if found else None


def hint(name: str, known: Iterable[str]) -> str:
    """`; did you mean `x`?`, or nothing."""
    found = near(name, known)
    return f"; did you mean `{found}`?" if found else ""


def instead(name: str, known: Iterable[str]) -> str:
    """`hint`, and everything there is to choose from."""
    choices = list(known)
    there = enumerated(choices) if choices else "none"
    close = hint(name, choices)
    return f"{close} There are: {there}" if close else f"; there are: {there}"


def enumerated(words: Iterable[object], conjunction: str = "and") -> str:
    """`a, b and c`."""
    *most, last = map(str, words)
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
