"""Ctrl-C and SIGTERM leave at once while nothing is written.

While a plan is carried out, the first asks the run to stop, and the second leaves at once.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from provisioner.engine.clock import Clock

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
STOPPING = (
    "stopping: calls under way are finished, nothing new begins. "
    "Run the same command again to go on; repeat the signal to leave at once."
)


def leave_on_signals() -> None:
    """Leave at once: calls under way only read, and one that hangs would hold the process."""

    def leave(number: int, _frame: FrameType | None) -> None:
        os.write(2, b"interrupted\n")
        os._exit(CODES[signal.Signals(number)])

    for number in CODES:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as in a shell's background
            signal.signal(number, leave)


class Stopped:
    """Which signal stopped the run; 0 for none."""

    exit_code = 0


@contextmanager
def stop_on_signals(clock: Clock) -> Iterator[Stopped]:
    """Stop the clock at the first signal. Calls under way end; nothing new begins."""
    stopped = Stopped()

    def handle(number: int, _frame: FrameType | None) -> None:
        code = CODES[signal.Signals(number)]
        if stopped.exit_code:
            os._exit(code)
        stopped.exit_code = code
        clock.stop()
        _say(STOPPING)

    before = {number: signal.signal(number, handle) for number in CODES}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def left_to_the_child() -> Iterator[None]:
    """Ctrl-C is for a child on the same terminal: leaving would take the terminal from it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # SIG_IGN would be the child's, too
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _say(words: str) -> None:
    try:
        click.echo(words, err=True)
    except RuntimeError:  # the signal came amid a write, and a buffered stream refuses a second
        os.write(2, f"{words}\n".encode())
