"""Progress on stderr: a live region on a terminal, appended lines everywhere else."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from provisioner.engine.execute import Event, Listen, ignore
from provisioner.engine.step import Step
from provisioner.render import rollout

DOING = {"create": "creating", "update": "updating", "delete": "deleting"}
MARKS = {
    "done": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("·", "yellow"),
    "interrupted": ("!", "yellow"),
}
WIDTH = 50
HEARTBEAT_SECONDS = 10.0
UNCHANGED_SECONDS = 30.0


@contextmanager
def progress(mode: str, *, total: int) -> Iterator[Listen]:
    """A listener for `execute`. `mode` is auto, tty, plain or none."""
    context = click.get_current_context(silent=True)
    plain = True if context and context.color is False else None
    console = Console(stderr=True, highlight=False, no_color=plain)
    if mode == "auto":
        live = sys.stderr.isatty() and not console.is_dumb_terminal and not os.environ.get("CI")
        mode = "tty" if live else "plain"
    if mode == "none":
        yield ignore
    elif mode == "tty":
        screen = Screen(console, total)
        with screen.live:
            yield screen.listen
    else:
        yield Lines().listen


class Lines:
    """One line when a step begins, changes its words or ends; a heartbeat while it waits."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, float]] = {}
        self._noted: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def listen(self, event: Event) -> None:
        """Print what the event has to say, if it is new or the last word was long ago."""
        with self._lock:
            for words in (*self._notes(event), self._words(event)):
                if words:
                    stamp = datetime.now(UTC).strftime("%H:%M:%SZ")
                    click.echo(f"[{stamp}] {event.step.address:<{WIDTH}} {words}", err=True)

    def _notes(self, event: Event) -> Iterator[str]:
        """What could not be read, once, and each event of the service, once."""
        if event.phase == "waiting" and event.details is not None:
            told = [*event.details["notes"], event.details["event"] or ""]
            yield from _fresh(self._noted, event, told)

    def _words(self, event: Event) -> str:
        doing = DOING[event.step.action]
        if event.phase == "start":
            return f"{doing}…"
        if event.phase == "waiting":
            message = rollout.line(event.details) if event.details else event.message
            last, when = self._said.get(event.step.key, ("", 0.0))
            quiet = HEARTBEAT_SECONDS if last != message else UNCHANGED_SECONDS
            if last and time.monotonic() - when < quiet:
                return ""
            self._said[event.step.key] = (message, time.monotonic())
            return f"still {doing}… {event.seconds:.0f}s  {message}"
        if event.phase == "done":
            return f"{event.step.action}d in {event.seconds:.1f}s"
        return f"{event.phase}: {event.message}"


def _fresh(noted: set[tuple[str, str]], event: Event, told: Iterable[str]) -> list[str]:
    """Those of the words that the step has not said yet; they are remembered."""
    new = [words for words in told if words and (event.step.key, words) not in noted]
    noted.update((event.step.key, words) for words in new)
    return new


class Screen:
    """What runs now, each with its age and what it waits for; what has ended scrolls up."""

    def __init__(self, console: Console, total: int) -> None:
        self.console, self.total, self.ended = console, total, 0
        self._running: dict[str, tuple[Step, float, str]] = {}
        self._rollouts: dict[str, Mapping[str, Any]] = {}
        self._noted: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._spinner = Spinner("dots")
        self.live = Live(
            get_renderable=self._draw, console=console, refresh_per_second=8, transient=True
        )

    def listen(self, event: Event) -> None:
        """Follow the event."""
        notes: list[str] = []
        with self._lock:
            if event.phase == "start":
                self._running[event.step.key] = (event.step, time.monotonic(), "")
            elif event.phase == "waiting":
                step, began, _ = self._running[event.step.key]
                self._running[event.step.key] = (step, began, event.message)
                if event.details is not None:
                    self._rollouts[event.step.key] = event.details
                    notes = _fresh(self._noted, event, event.details["notes"])
            else:
                self._running.pop(event.step.key, None)
                self.ended += 1
        # Without the lock: the console has one that the drawing holds.
        for words in notes:
            self.console.print(Text(f" ! {event.step.address}: {words}", style="yellow"))
        if event.phase in MARKS:
            self.console.print(self._end(event))

    def _end(self, event: Event) -> Text:
        mark, colour = MARKS[event.phase]
        tail = f"{event.seconds:6.1f}s" if event.phase == "done" else event.message
        verb = f"{event.step.action}d" if event.phase == "done" else event.step.action
        return Text.assemble(
            (f" {mark} ", colour), f"{verb:<8} {event.step.address:<{WIDTH}} ", (tail, "dim")
        )

    def _draw(self) -> Group:
        with self._lock:
            running = list(self._running.values())
            rollouts = dict(self._rollouts)
        now = time.monotonic()
        frame = self._spinner.render(now)
        lines = []
        for step, began, words in running:
            details = rollouts.get(step.key)
            tail = f"{now - began:6.1f}s" if details else f"{now - began:6.1f}s  {words}"
            lines.append(
                Text.assemble(
                    " ", frame if isinstance(frame, Text) else str(frame),
                    f" {DOING[step.action]:<8} {step.address:<{WIDTH}} ", (tail, "dim"),
                )
            )  # fmt: skip
            lines += map(_cut, rollout.block(details) if details else ())
        return Group(*lines, Text(f"   {self.ended} of {self.total} steps", style="dim"))


def _cut(line: str) -> Text:
    """A line of the block on one line of the terminal, however long its event is."""
    text = Text.from_ansi(line)
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
