from __future__ import annotations

import pytest

from provisioner.local.clock import Clock, speed_of


class Real:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_goes_as_fast_as_it_is_told() -> None:
    real = Real()
    clock = Clock(10, real=real)
    real.now += 2
    assert clock.now() == 1020
    clock.set(100)
    real.now += 1
    assert clock.now() == 1120


def test_answers_tell_real_time() -> None:
    real = Real()
    clock = Clock(10, real=real)
    real.now += 2
    clock.set(100)
    real.now += 1
    assert [clock.wall(at) for at in (1010, 1020, 1070, 1120)] == [1001, 1002, 1002.5, 1003]
    assert clock.when(1120).timestamp() == 1003


def test_by_hand_it_stands_still_until_it_is_moved() -> None:
    real = Real()
    clock = Clock(10, manual=True, real=real)
    real.now += 5
    assert clock.now() == 1000
    assert clock.advance(300) == 1300
    assert clock.now() == clock.wall(1300) == 1300
    clock.set(2, manual=False)
    real.now += 1
    assert clock.now() == 1302


def test_a_jump_takes_no_real_time() -> None:
    real = Real()
    clock = Clock(1, real=real)
    clock.advance(3600)
    assert clock.wall(2000) == clock.wall(4600) == 1000


def test_what_lasts_an_hour_lasts_longer_where_hours_race() -> None:
    """Who waits for something asks now and then, by a clock of his own."""
    assert [Clock(speed).at_least(3600, 120) for speed in (1, 30, 2000)] == [3600, 3600, 240_000]
    assert Clock(2000, manual=True).at_least(3600, 120) == 3600


@pytest.mark.parametrize(
    ("environment", "speed"),
    [
        ({}, 1),
        ({"PROVISIONER_LOCAL_SPEED": "20"}, 20),
        ({"PROVISIONER_LOCAL_SETTLE": "0.5"}, 200),
        ({"PROVISIONER_LOCAL_SETTLE": "0"}, 10_000),
    ],
)
def test_the_environment_sets_the_speed(environment: dict[str, str], speed: float) -> None:
    assert speed_of(environment) == speed
