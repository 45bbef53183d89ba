"""Metric data, and what an alarm makes of it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: M of the
last N periods, and how missing ones count. Data counts from when it was put, in simulated time,
whatever its timestamp says.
"""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
# Seconds for which data is kept: no alarm here looks back further.
KEPT = 24 * 3600.0
# A percentile, as in p99.9.
PERCENTILE = "p"
COMPARED = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


class Metric(NamedTuple):
    """What is measured. `dimensions` are pairs of name and value, sorted."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


class Point(NamedTuple):
    """One or several values that were put at once."""

    at: float
    total: float
    least: float
    most: float
    number: float


_at = operator.attrgetter("at")


def metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
    """Name a metric."""
    return Metric(namespace, name, tuple(sorted(dimensions.items())))


@dataclass(slots=True)
class Measures:
    """All data of a region, by metric, the oldest first. `newest` is when the last was put."""

    points: dict[Metric, list[Point]] = field(default_factory=dict)
    newest: float = -math.inf

    def put(self, what: Metric, point: Point) -> None:
        """Add data."""
        kept = self.points.setdefault(what, [])
        kept.append(point)
        self.newest = max(self.newest, point.at)
        if kept[0].at < point.at - 2 * KEPT:  # seldom, so that it costs nothing
            self.points[what] = [each for each in kept if each.at >= point.at - KEPT]

    def statistic(self, what: Metric, kind: str, start: float, end: float) -> float | None:
        """Return a statistic of what was put after `start` until `end`, None if nothing was."""
        all_ = self.points.get(what, [])
        found = all_[bisect_right(all_, start, key=_at) : bisect_right(all_, end, key=_at)]
        number = sum(each.number for each in found)
        if not number:
            return None
        if kind.startswith(PERCENTILE):
            means = sorted(each.total / each.number for each in found)
            return means[math.ceil(float(kind[1:]) / 100 * len(means)) - 1]
        total = sum(each.total for each in found)
        values: dict[str, float] = {
            "Sum": total,
            "Average": total / number,
            "SampleCount": number,
            "Minimum": min(each.least for each in found),
            "Maximum": max(each.most for each in found),
        }
        return values.get(kind, values["Average"])


@dataclass(frozen=True, slots=True)
class Watch:
    """How an alarm looks at a metric: `enough` of `periods` periods of `period` seconds breach."""

    what: Metric
    statistic: str
    period: float
    periods: int
    enough: int
    threshold: float
    comparison: str
    missing: str = "missing"

    @property
    def span(self) -> float:
        """As far back as it looks, in seconds."""
        return self.period * self.periods


class Judgement(NamedTuple):
    """A state, why, and the last value that there is."""

    state: State
    reason: str
    value: float | None


def judge(watch: Watch, measures: Measures, now: float, present: str) -> Judgement:
    """Return the state of an alarm, which is `present` so far."""
    found = [
        measures.statistic(
            watch.what, watch.statistic, now - (n + 1) * watch.period, now - n * watch.period
        )
        for n in range(watch.periods)
    ]
    values = [each for each in found if each is not None]
    compare, words = COMPARED[watch.comparison]
    if not values and watch.missing == "ignore":
        return Judgement(_state(present), "Unchanged: no data", None)
    if not values and watch.missing == "missing":
        text = f"Insufficient Data: {watch.periods} datapoints were unknown."
        return Judgement("INSUFFICIENT_DATA", text, None)
    breaching = [each for each in values if compare(each, watch.threshold)]
    absent = len(found) - len(values) if watch.missing == "breaching" else 0
    alarm = len(breaching) + absent >= watch.enough
    shown = breaching if alarm else values
    was = "was" if len(shown) == 1 else "were"
    many = f"{len(shown)} datapoint{'' if len(shown) == 1 else 's'} {shown} {was}"
    text = f"Threshold Crossed: {many}{'' if alarm else ' not'} {words} the threshold"
    return Judgement("ALARM" if alarm else "OK", f"{text} ({watch.threshold}).", _first(values))


def _first(values: Iterable[Any]) -> Any:
    return next(iter(values), None)


def _state(present: str) -> State:
    return "OK" if present == "OK" else "ALARM" if present == "ALARM" else "INSUFFICIENT_DATA"
