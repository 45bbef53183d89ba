"""Targets as a load balancer sees them: initial, healthy, unhealthy, draining, gone.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .checks import Probe, changes, state
from .surroundings import Group

# Seconds until a registered target is checked for the first time [unverified].
REGISTERED_IN = 5.0
DESCRIPTIONS = {
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Elb.InitialHealthChecking": "Health checks in progress",
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
}


@dataclass(slots=True)
class Target:
    """One target. It answers from `up` until `down`; `complaint` is what its checks find else."""

    ip: str
    port: int
    registered: float
    up: float
    down: float = math.inf
    complaint: str = "Request timed out"
    deregistered: float = math.inf

    def probe(self, group: Group) -> Probe:
        """Return how it is checked."""
        first = self.registered + REGISTERED_IN
        return Probe(first, group.interval, group.passes, group.fails)


@dataclass(frozen=True, slots=True)
class Health:
    """A target's state with its reason, in the API's words."""

    state: str
    reason: str = ""
    description: str = ""


class Targets:
    """All target groups of a region. `settings` returns those of a group."""

    def __init__(self, settings: Callable[[str], Group]) -> None:
        self.settings = settings
        self._groups: dict[str, dict[tuple[str, int], Target]] = {}

    def register(self, group: str, target: Target) -> None:
        """Have a target in a group, from its `registered` on."""
        self._groups.setdefault(group, {})[target.ip, target.port] = target

    def deregister(self, group: str, ip: str, port: int, now: float) -> float:
        """Begin to drain a target; return when it will be gone."""
        target = self._groups.get(group, {}).get((ip, port))
        if target is None:
            return now
        target.deregistered = min(target.deregistered, now)
        settings = self.settings(group)
        return target.deregistered + (settings.drain if settings.used else 0)

    def of(self, group: str, now: float) -> list[Target]:
        """Return the targets that are in a group."""
        found = self._groups.get(group, {})
        delay = self.settings(group).drain
        for key in [k for k, each in found.items() if now >= each.deregistered + delay]:
            del found[key]
        return list(found.values())

    def health(self, group: str, target: Target, now: float) -> Health:
        """Return how a target is."""
        settings = self.settings(group)
        if now >= target.deregistered:
            return _health("draining", "Target.DeregistrationInProgress")
        if not settings.used:
            return _health("unused", "Target.NotInUse")
        probe = target.probe(settings)
        found = state(probe, now, target.up, target.down)
        if found == "healthy":
            return Health("healthy")
        if found == "unhealthy":
            return Health("unhealthy", _code(target.complaint), target.complaint)
        begun = now >= probe.first
        return _health(
            "initial", f"Elb.{'InitialHealthChecking' if begun else 'RegistrationInProgress'}"
        )

    def found(self, group: str, ip: str, port: int) -> Target | None:
        """Return a target."""
        return self._groups.get(group, {}).get((ip, port))

    def moments(self, group: str, target: Target) -> Iterator[float]:
        """Yield when its state will change by itself."""
        settings = self.settings(group)
        if settings.used:
            yield from (at for at, _ in changes(target.probe(settings), target.up, target.down))


def _health(kind: str, reason: str) -> Health:
    return Health(kind, reason, DESCRIPTIONS[reason])


def _code(complaint: str) -> str:
    return "Target.Timeout" if "timed out" in complaint else "Target.ResponseCodeMismatch"
