"""It holds hundreds of services."""

from __future__ import annotations

import time

from .conftest import Stage, World


def test_two_hundred_services_of_five_tasks_are_quick() -> None:
    stage = Stage(World())
    begun = time.process_time()
    for number in range(200):
        stage.create(desired=5, name=f"web-{number}")
    stage.after(120)
    assert sum(task.status == "RUNNING" for task in stage.region.tasks()) == 200 * 5
    assert time.process_time() - begun < 5
