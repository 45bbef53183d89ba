"""How many tasks a scaling policy wants, and when it may have them.

https://docs.aws.amazon.com/autoscaling/application/userguide/: target-tracking-scaling-policy-
overview.html, step-scaling-policy-overview.html, scaling-activities.html
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Seconds, if the policy does not say: those of ECS.
COOLDOWN = 300.0
# Below so much of its target value a target tracking policy scales in.
LOW = 0.9
KEPT = 500


@dataclass(slots=True)
class Activity:
    """One scaling activity, in the words of API_ScalingActivity."""

    id: str
    started: float
    wanted: int
    description: str
    cause: str
    ended: float | None = None

    @property
    def code(self) -> str:
        """Its StatusCode."""
        return "InProgress" if self.ended is None else "Successful"

    @property
    def message(self) -> str:
        """Its StatusMessage."""
        done = f"Successfully set desired count to {self.wanted}."
        if self.description.startswith("Setting m"):
            return self.description.replace("Setting", "Successfully set")
        waits = "Waiting for change to be fulfilled by ecs."
        return f"{done} {waits if self.ended is None else 'Change successfully fulfilled by ecs.'}"


@dataclass(slots=True)
class Ledger:
    """What has been done about one target: `base` is its count before it was last scaled out."""

    out_at: float = -math.inf
    in_at: float = -math.inf
    base: int = 0
    activities: list[Activity] = field(default_factory=list)

    def note(self, now: float, wanted: int, description: str, cause: str) -> Activity:
        """Add an activity, the newest first."""
        made = Activity(secrets.token_hex(16), now, wanted, description, cause)
        self.activities = [made, *self.activities][:KEPT]
        return made


def tracked(present: int, value: float, target: float) -> int:
    """Return how many tasks would have the target value of the metric, each its part of it."""
    return math.ceil(present * value / target - 1e-9)


def stepped(present: int, beyond: float, policy: Mapping[str, Any]) -> int:
    """Return how many tasks a step policy wants, the metric being so far beyond the threshold."""
    steps: Sequence[Mapping[str, Any]] = policy.get("StepAdjustments") or ()
    for step in steps:
        low = step.get("MetricIntervalLowerBound")
        high = step.get("MetricIntervalUpperBound")
        if (low is None or beyond >= low) and (high is None or beyond < high):
            return _adjusted(present, float(step["ScalingAdjustment"]), policy)
    return present


def _adjusted(present: int, by: float, policy: Mapping[str, Any]) -> int:
    kind = policy.get("AdjustmentType", "ChangeInCapacity")
    if kind == "ExactCapacity":
        return int(by)
    if kind == "PercentChangeInCapacity":
        exact = present * by / 100
        # Between -1 and 1 it is one task; else the fraction is dropped.
        by = math.copysign(1, exact) if 0 < abs(exact) < 1 else math.trunc(exact)
        least = int(policy.get("MinAdjustmentMagnitude") or 0)
        if by and abs(by) < least:
            by = math.copysign(least, by)
    return present + int(by)


def following(
    ledger: Ledger, present: int, now: float, waits: tuple[float, float], want: Callable[[int], int]
) -> int:
    """Return how many tasks there shall be now, by the cooldowns for scaling out and in.

    `want` returns what the policy wants if there were so many. While the cooldown for scaling out
    lasts, the policy is asked as if the last scale-out had not been, so that only more than that
    adds to it. Scaling out does not wait for the cooldown for scaling in.
    """
    out, in_ = waits
    cooling = now < ledger.out_at + out
    wanted = want(min(present, ledger.base) if cooling else present)
    if cooling and wanted <= present:
        wanted = min(present, want(present))
    return present if wanted < present and now < ledger.in_at + in_ else wanted


def moved(ledger: Ledger, present: int, wanted: int, now: float, out: float) -> None:
    """Remember that a target has been scaled; `out` is the cooldown for scaling out."""
    if wanted < present:
        ledger.in_at = now
        return
    if now >= ledger.out_at + out:
        ledger.base = present
    ledger.out_at = now
