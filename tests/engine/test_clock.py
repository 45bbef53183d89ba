"""Time, and how a run is stopped."""

from __future__ import annotations

import threading
import time

import pytest

from provisioner.engine.clock import Clock
from provisioner.errors import Interrupted
from tests.support.clock import FastClock


def test_real_time_passes() -> None:
    clock = Clock()
    before = clock.now()
    clock.sleep(0.01)
    assert clock.now() - before >= 0.01


def test_a_wait_ends_as_soon_as_it_is_stopped() -> None:
    clock = Clock()
    threading.Timer(0.01, clock.stop).start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        clock.sleep(60)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("clock", [Clock(), FastClock()], ids=["real", "fast"])
def test_a_stopped_clock_waits_no_more(clock: Clock) -> None:
    assert not clock.stopped
    clock.stop()
    assert clock.stopped
    with pytest.raises(Interrupted):
        clock.sleep(60)


def test_half_an_hour_takes_no_time() -> None:
    clock, began = FastClock(), time.monotonic()
    clock.sleep(1800)
    assert clock.now() == 1800
    assert time.monotonic() - began < 1
