"""Time as a parameter, so that a wait of fifteen minutes can be tested in none."""

from __future__ import annotations

import threading
import time

from provisioner.errors import Interrupted


class Clock:
    """Real time. Waiting ends early, with Interrupted, once `stop` was called."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises Interrupted as soon as the run was asked to stop."""
        if self._stopped.wait(seconds):
            raise Interrupted("stopped while waiting")

    def stop(self) -> None:
        """End every wait, now and later."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the run was asked to stop."""
        return self._stopped.is_set()
