"""The calls of one command, as the server saw them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Count = Counter[str]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `start` and `end` are the server's monotonic seconds, its delay included."""

    service: str
    operation: str
    write: bool
    start: float
    end: float
    error: str

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


def longest_chain(calls: Iterable[Call]) -> list[Call]:
    """The longest sequence of calls in which each starts after the one before it has ended.

    That is the number of rounds a command waits for: with a delay of d per call it can never be
    faster than len(chain) * d, however much runs in parallel. Times are those of the server: a
    call starts when its request has arrived and ends when its answer leaves, so a call that needs
    another's answer always starts after it.

    The converse does not hold: a call that starts late for another reason (a client that was
    still being built, a pool with no free thread) is a link as well, because it is waited for
    like one. Therefore the chain is counted with the simulated delay, where calls that could run
    together overlap, and not without, where every call has ended before the next is sent.

    "Starts after the end of" is an interval order, so the longest path through it is the largest
    set of disjoint intervals: take, again and again, the call that ends first among those that
    start after the last one taken.
    """
    chain: list[Call] = []
    for call in sorted(calls, key=lambda call: call.end):
        if not chain or call.start >= chain[-1].end:
            chain.append(call)
    return chain


def by_operation(calls: Iterable[Call]) -> Count:
    """How often each operation was called."""
    return Counter(call.name for call in calls)


def writes(calls: Sequence[Call]) -> int:
    """How many of the calls change something."""
    return sum(call.write for call in calls)
