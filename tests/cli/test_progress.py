"""The live region, drawn while many steps report at once."""

from __future__ import annotations

import threading
from io import StringIO

from rich.console import Console

from provisioner.cli.progress import Screen
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
