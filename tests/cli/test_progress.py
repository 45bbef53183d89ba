"""The live region, drawn while many steps report at once."""

from __future__ import annotations

import threading
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from provisioner.cli.progress import Lines, Screen
from provisioner.engine.execute import Event
from provisioner.engine.kind import Effect
from provisioner.engine.step import Step

ROUNDS = 100


def test_steps_that_end_while_it_is_drawn_do_not_freeze_it() -> None:
    screen = Screen(Console(file=StringIO(), force_terminal=True, width=120), total=ROUNDS)

    def work(name: str) -> None:
        step = Step("create", f"ecs.cluster/{name}", "ecs.cluster", "", Effect.NONE)
        for _ in range(ROUNDS):
            screen.listen(Event("start", step))
            screen.listen(Event("waiting", step, "provisioning"))
            screen.listen(Event("done", step))

    def draw() -> None:
        for _ in range(ROUNDS):
            screen.live.refresh()

    screen.live.start()
    threads = [
        *(threading.Thread(target=work, args=(name,), daemon=True) for name in "abc"),
        threading.Thread(target=draw, daemon=True),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    screen.live.stop()
    assert screen.ended == 3 * ROUNDS


ROLLOUT: dict[str, Any] = {
    "verdict": "waiting", "status": "IN_PROGRESS", "strategy": "ROLLING", "stage": None,
    "old": "web:1", "new": "web:2",
    "tasks": {"desired": 2, "pending": 1, "running": 0, "healthy": None, "failed": 0},
    "circuit_breaker": None, "traffic": {"production": None, "test": None}, "targets": {},
    "target_reasons": [], "hooks": [], "alarms": [], "missing": "0 of 2 tasks run",
    "reason": None, "event": "(service web) has started 2 tasks", "notes": ["not allowed"],
}  # fmt: skip
SERVICE = Step("update", "ecs.service/web", "ecs.service", "", Effect.ROLLING)


def test_a_rollout_is_a_block_of_the_live_region() -> None:
    out = StringIO()
    screen = Screen(Console(file=out, force_terminal=True, width=90, height=20), total=1)
    with screen.live:
        screen.listen(Event("start", SERVICE))
        screen.listen(Event("waiting", SERVICE, "0 of 2 tasks run", details=ROLLOUT))
        screen.live.refresh()
        screen.listen(Event("done", SERVICE))
    drawn = out.getvalue()
    assert drawn.count("ecs.service/web: not allowed") == 1
    assert "rolling   web:1 → web:2   in progress" in drawn
    assert "tasks     desired 2  pending 1  running 0  failed 0" in drawn
    assert "event     (service web) has started 2 tasks" in drawn


def test_a_rollout_is_lines_elsewhere_and_notes_and_events_are_said_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Lines()
    for seconds in (1.0, 2.0, 3.0):
        lines.listen(Event("waiting", SERVICE, "0 of 2 tasks run", seconds, ROLLOUT))
    newer = {**ROLLOUT, "event": "(service web) has reached a steady state."}
    lines.listen(Event("waiting", SERVICE, "0 of 2 tasks run", 4.0, newer))
    said = [line.split(maxsplit=2)[2] for line in capsys.readouterr().err.splitlines()]
    assert said == [
        "not allowed",
        "(service web) has started 2 tasks",
        "still updating… 1s  web:1 → web:2  0 of 2 tasks run",
        "(service web) has reached a steady state.",
    ]
