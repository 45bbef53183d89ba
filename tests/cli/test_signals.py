from __future__ import annotations

import io
import signal
import sys

import pytest

from provisioner.cli.signals import STOPPING, stop_on_signals
from provisioner.engine.clock import Clock


class Interrupted(io.RawIOBase):
    """A stderr during whose every write a signal arrives."""

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        signal.raise_signal(signal.SIGINT)
        return len(bytes(data))  # type: ignore[call-overload]


def test_a_signal_amid_a_write_of_progress_stops_the_run_in_order(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stream = io.TextIOWrapper(io.BufferedWriter(Interrupted()))
    monkeypatch.setattr(sys, "stderr", stream)
    clock = Clock()
    with stop_on_signals(clock) as stopped:
        stream.write("[12:00:00Z] elbv2.load_balancer/app  creating…\n")
        stream.flush()
    monkeypatch.undo()
    assert stopped.exit_code == 130
    assert clock.stopped
    assert capfd.readouterr().err.strip() == STOPPING
