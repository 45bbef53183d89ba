"""How fast the cloud is: everything that takes AWS time is a function of this."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """`settle` is the seconds AWS takes to get anything done; `clock` tells those since 1970."""

    settle: float = 1.5
    clock: Callable[[], float] = time.time

    def now(self) -> float:
        """Return the time in whole milliseconds, as it is in AWS's answers."""
        return math.floor(self.clock() * 1000) / 1000
