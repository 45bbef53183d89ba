"""Time that passes when somebody sleeps, and takes none."""

from __future__ import annotations

import threading
from collections.abc import Callable

from provisioner.engine.clock import Clock
from provisioner.errors import Interrupted


class FastClock(Clock):
    """`sleep` moves `now`; a stopped clock ends every sleep with Interrupted."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._lock = threading.Lock()
        # What happens elsewhere while somebody sleeps.
        self.then: Callable[[], object] = lambda: None

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        if self.stopped:
            raise Interrupted("stopped while waiting")
        with self._lock:
            self._now += seconds
        self.then()
