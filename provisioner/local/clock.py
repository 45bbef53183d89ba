"""The cloud's clock: simulated seconds, as real ones, faster, or moved by hand.

Everything that takes AWS time is measured in simulated seconds. Answers tell real time, so that a
client that compares them with its own clock is not surprised.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

REAL_TIME = 1.0
# PROVISIONER_LOCAL_SETTLE, the older way to say it: seconds in which a deployment is done.
SETTLES_IN = 100.0
FASTEST = 10_000.0
# The greatest speed that can be asked for.
LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From `simulated` on, at `real`, the clock goes at this speed; by hand, at the real one."""

    simulated: float
    real: float
    speed: float
    manual: bool


class Clock:
    """One clock for the whole cloud. It starts at the real time."""

    def __init__(
        self,
        speed: float = REAL_TIME,
        *,
        manual: bool = False,
        real: Callable[[], float] = time.time,
    ) -> None:
        self._real = real
        begun = real()
        self._stretches = [_Stretch(begun, begun, speed, manual)]

    @property
    def speed(self) -> float:
        """How many simulated seconds a real one has."""
        return self._stretches[-1].speed

    @property
    def manual(self) -> bool:
        """Whether it only moves by `advance`."""
        return self._stretches[-1].manual

    def now(self) -> float:
        """Return the simulated time, in whole milliseconds as it is in AWS's answers."""
        last = self._stretches[-1]
        passed = 0.0 if last.manual else (self._real() - last.real) * last.speed
        return math.floor((last.simulated + passed) * 1000) / 1000

    def at_least(self, simulated: float, real: float) -> float:
        """Return `simulated` seconds, or more where it races: those of so many real ones."""
        return simulated if self.manual else max(simulated, real * self.speed)

    def advance(self, seconds: float) -> float:
        """Move on; return the time then."""
        return self._turn(self.now() + seconds, self.speed, manual=self.manual)

    def set(self, speed: float | None = None, *, manual: bool | None = None) -> None:
        """Go at another speed from now on, or only by hand, or by itself again."""
        manual = self.manual if manual is None else manual
        self._turn(self.now(), self.speed if speed is None else speed, manual=manual)

    def wall(self, simulated: float) -> float:
        """Return the real time of a simulated one."""
        index = max(
            (i for i, each in enumerate(self._stretches) if each.simulated <= simulated), default=0
        )
        found = self._stretches[index]
        told = found.real + (simulated - found.simulated) / (1 if found.manual else found.speed)
        if index + 1 < len(self._stretches):
            told = min(told, self._stretches[index + 1].real)
        return told

    def when(self, simulated: float) -> datetime:
        """Return the real time of a simulated one, as answers have it."""
        return datetime.fromtimestamp(round(self.wall(simulated), 3), tz=UTC)

    def kept(self) -> list[tuple[float, float, float, bool]]:
        """Return what a saved state has of it: its stretches, the last of no length, from now."""
        now = (self.now(), self._real(), self.speed, self.manual)
        return [*map(astuple, self._stretches), now]

    def restore(self, kept: Sequence[tuple[float, float, float, bool]]) -> None:
        """Go on from when that was kept; no time has passed since."""
        *before, (now, _, speed, manual) = kept
        self._stretches = [_Stretch(*each) for each in before]
        self._stretches.append(_Stretch(now, self._real(), speed, manual))

    def _turn(self, now: float, speed: float, *, manual: bool) -> float:
        last = self._stretches[-1]
        by_hand = manual and last.manual
        real = last.real + now - last.simulated if by_hand else self._real()
        if by_hand and [each.manual for each in self._stretches[-2:]] == [True, True]:
            self._stretches.pop()  # one stretch of hand-made time goes on like the one before
        self._stretches.append(_Stretch(now, real, speed, manual))
        return now


def speed_of(environment: Mapping[str, str]) -> float:
    """Return the speed that the environment asks for. Raises ValueError."""
    if said := environment.get("PROVISIONER_LOCAL_SPEED"):
        return _number("PROVISIONER_LOCAL_SPEED", said)
    if said := environment.get("PROVISIONER_LOCAL_SETTLE"):
        settle = _number("PROVISIONER_LOCAL_SETTLE", said, least=0)
        return min(FASTEST, SETTLES_IN / max(settle, SETTLES_IN / FASTEST))
    return REAL_TIME


def _number(name: str, said: str, least: float = 1e-6) -> float:
    try:
        found = float(said)
    except ValueError:
        found = math.nan
    if not least <= found <= LIMIT:
        raise ValueError(f"{name}: expected a number over 0 and up to {LIMIT:,}; found {said!r}")
    return found
