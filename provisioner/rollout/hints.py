"""Known causes of failed deployments: what it was, what to do, and the command to run next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provisioner.rollout.patterns import PATTERNS, Fact

MOST = 3
GENERAL = frozenset({"crash", "killed", "ended", "health", "database"})
"""Told only where nothing more particular is known."""
MAY_BE_EMPTY = frozenset({"inspection"})


@dataclass(frozen=True, slots=True)
class Hint:
    """What it probably was. `command` is the one to run next; "" where there is none."""

    id: str
    cause: str
    advice: str
    command: str = ""


class _Blank(dict[str, str]):
    """What is not known is told as such."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def find(facts: Iterable[Fact], known: Mapping[str, str]) -> tuple[Hint, ...]:
    """The hints for what was found, at most three, in the order of the table.

    `known` fills in names: cluster, service, image, port, …; `endpoint` is where the commands of
    the AWS CLI must go, if that is not AWS.
    """
    every, names = tuple(facts), _Blank({k: v for k, v in known.items() if v or k in MAY_BE_EMPTY})
    found: dict[str, Hint] = {}
    for one in PATTERNS:
        if one.id not in found and one.fits(every):
            found[one.id] = Hint(
                one.id,
                one.cause.format_map(names),
                one.advice.format_map(names),
                _sent(one.command.format_map(names), known.get("endpoint", "")),
            )
    particular = [hint for hint in found.values() if hint.id not in GENERAL]
    return tuple((particular or list(found.values()))[:MOST])


def _sent(command: str, endpoint: str) -> str:
    """The command, sent where everything else is."""
    return f"{command} --endpoint-url {endpoint}" if endpoint and command[:4] == "aws " else command
