"""It holds hundreds of services: what it does grows with them, and no faster."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

from .conftest import Stage, World


def calls(action: Callable[[], object]) -> int:
    """Count the calls of Python functions: work that no machine does faster than another."""
    counted = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return counted


def grown(services: int, desired: int = 5) -> Stage:
    stage = Stage(World())
    for number in range(services):
        stage.create(desired=desired, name=f"web-{number}")
    stage.after(120)
    return stage


def test_two_hundred_services_of_five_tasks_run() -> None:
    stage = grown(200)
    assert sum(task.status == "RUNNING" for task in stage.region.tasks()) == 200 * 5
    assert all(service.steady for service in stage.region.services.values())


def test_work_grows_with_the_number_of_services() -> None:
    few, many = (calls(lambda size=size: grown(size)) for size in (20, 200))  # type: ignore[misc]
    assert many < 11 * few


def test_one_service_of_many_tasks_does_not_make_work_explode() -> None:
    few, many = (calls(lambda size=size: grown(1, size)) for size in (50, 500))  # type: ignore[misc]
    assert many < 15 * few


def test_nothing_to_do_is_no_work() -> None:
    stage = grown(200)
    assert calls(lambda: stage.after(60)) < 100


def test_one_that_changes_does_not_wake_the_others() -> None:
    few, many = grown(20), grown(200)
    for stage in (few, many):
        stage.update(taskDefinition="new")
    assert calls(lambda: many.after(600)) < 1.1 * calls(lambda: few.after(600))


def test_a_long_history_does_not_slow_a_service_down() -> None:
    stage = grown(1)

    def deploy() -> None:
        stage.update(forceNewDeployment=True)
        stage.after(8000)

    first = calls(deploy)
    for _ in range(30):
        deploy()
    assert calls(deploy) < 1.2 * first
