"""Read everything the plan needs, all kinds and lookups at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, explain
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Live, Lookup, Outputs, Properties

Find = Callable[[Aws, Properties], Mapping[str, Any]]
"""Answers a lookup. Raises LookupFailed with what was looked for and what there was instead."""


WARNINGS = "Warnings"
"""The output of a lookup that the plan says to the user: a list of sentences."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What AWS said: live things in the order of the kinds, and the answers to lookups."""

    lives: tuple[Live, ...]
    lookups: Outputs

    @property
    def warnings(self) -> tuple[str, ...]:
        """What lookups found that may go wrong."""
        return tuple(words for found in self.lookups.values() for words in found.get(WARNINGS, ()))


def observe(
    aws: Aws,
    scope: Scope,
    *,
    kinds: Mapping[str, Kind],
    lookups: Iterable[Lookup] = (),
    finders: Mapping[str, Find],
) -> Observed:
    """One consistent look. Nothing is written: `aws` must be read-only.

    Every kind has a thread of its own, so that kinds can wait for an answer another one asked for.
    Raises NoAccess, LookupFailed, ProvisionerError.
    """
    look = aws.snapshot()
    asked = list(lookups)
    try:
        with ThreadPoolExecutor(len(kinds) + len(asked) + 1, thread_name_prefix="look") as pool:
            found = [pool.submit(finders[item.kind], look, item.query) for item in asked]
            seen = [pool.submit(_all_of, kind, look, scope) for kind in kinds.values()]
            answers = {
                item.address: future.result() for item, future in zip(asked, found, strict=True)
            }
            lives = tuple(live for future in seen for live in future.result())
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    return Observed(lives, answers)


def _all_of(kind: Kind, aws: Aws, scope: Scope) -> list[Live]:
    return sorted(kind.observe(aws, scope), key=_rank)


def _rank(live: Live) -> tuple[bool, int, str]:
    return (not live.in_use, -live.version, live.id)
