"""When a health check turns green or red, computed instead of carried out.

A checked application does not answer before `up`, answers until `down`, and is checked at
`first`, `first + interval`, …; so the moments at which its state changes are known in advance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

State = Literal["initial", "healthy", "unhealthy"]


@dataclass(frozen=True, slots=True)
class Probe:
    """How it is checked. Before `counts_from`, a failed check does not count.

    `passes` in a row make an unhealthy one healthy, `fails` in a row a healthy one unhealthy; a
    new one is healthy after a single pass
    (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html).
    """

    first: float
    interval: float
    passes: int
    fails: int
    counts_from: float = -math.inf


def changes(probe: Probe, up: float, down: float = math.inf) -> list[tuple[float, State]]:
    """Return when its state changes, in order; before the first it is `initial`."""
    found: list[tuple[float, State]] = []
    failing = _from(probe, probe.counts_from) + (probe.fails - 1) * probe.interval
    passing = _from(probe, up) if up < math.inf else math.inf
    if failing < passing and failing < math.inf:
        found.append((failing, "unhealthy"))
        passing += (probe.passes - 1) * probe.interval
    if passing < down:
        found.append((passing, "healthy"))
        if down < math.inf:
            found.append((_from(probe, down) + (probe.fails - 1) * probe.interval, "unhealthy"))
    elif not found and failing < math.inf:
        found.append((failing, "unhealthy"))
    return found


def state(probe: Probe, now: float, up: float, down: float = math.inf) -> State:
    """Return its state at a time."""
    past = [value for at, value in changes(probe, up, down) if at <= now]
    return past[-1] if past else "initial"


def _from(probe: Probe, at: float) -> float:
    """Return the time of the first check at or after `at`."""
    if at <= probe.first:
        return probe.first
    return probe.first + math.ceil((at - probe.first) / probe.interval - 1e-9) * probe.interval
