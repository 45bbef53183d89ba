"""Commands that look at services, and change nothing."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from provisioner.api import Stack
from provisioner.cli import options
from provisioner.cli.carrying import carry_out, print_json
from provisioner.cli.deploying import SERVICE
from provisioner.cli.signals import stop_on_signals
from provisioner.cli.target import Target, with_target
from provisioner.deploy import history, steps
from provisioner.engine.document import FORMAT_VERSION
from provisioner.engine.execute import PARALLELISM
from provisioner.errors import Interrupted
from provisioner.render import services, text

NOT_HEALTHY = 3
LOOK_EVERY_SECONDS = 5.0


@click.command()
@with_target
@options.JSON
@options.REPORT
@options.PROGRESS
@SERVICE
def wait(target: Target, *, service: str | None, as_json: bool, progress: str) -> int:
    """Wait for the newest deployments, whoever started them; the verdict is that of apply."""
    stack = target.stack()
    places = stack.services([service] if service else ())
    plan = stack.by_hand(places, [steps.wait(place) for place in places])
    return carry_out(stack, plan, "wait", as_json=as_json, parallelism=PARALLELISM, show=progress)


@click.command()
@with_target
@options.JSON
@options.option("--watch", is_flag=True, help="Again and again, until Ctrl-C.")
@options.option(
    "--exit-status", is_flag=True, help="Exit with 3 unless everything is there and healthy."
)
def status(target: Target, *, as_json: bool, watch: bool, exit_status: bool) -> int:
    """Show what exists of the stack, how its services are and what they roll out."""
    stack = target.stack()
    if watch:
        return _watch(stack, as_json=as_json)
    document = stack.status_document()
    if as_json:
        print_json(document)
    else:
        click.echo(text.status(document))
    return NOT_HEALTHY if exit_status and not document["healthy"] else 0


def _watch(stack: Stack, *, as_json: bool) -> int:
    """Redrawn on a terminal; one document or screen after the other everywhere else."""
    console = Console(highlight=False)
    with stop_on_signals(stack.clock) as stopped:
        if as_json or not console.is_terminal or console.is_dumb_terminal:
            return _repeat(stack, lambda document: _say(document, as_json=as_json), stopped)
        with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
            return _repeat(
                stack,
                lambda document: live.update(Text.from_ansi(text.status(document)), refresh=True),
                stopped,
            )


def _say(document: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(text.status(document) + "\n")


def _repeat(stack: Stack, show: Any, stopped: Any) -> int:
    while True:
        show(stack.status_document())
        try:
            stack.clock.sleep(LOOK_EVERY_SECONDS)
        except Interrupted:
            return int(stopped.exit_code)


@click.command()
@with_target
@options.JSON
@options.option(
    "--last",
    type=click.IntRange(1, 100),
    default=history.LAST,
    show_default=True,
    help="How many of each service.",
)
@SERVICE
def revisions(target: Target, *, service: str | None, as_json: bool, last: int) -> None:
    """List what was deployed, the newest first: image, commit, who, when, and what became of it."""
    stack = target.stack()
    places = stack.services([service] if service else ())
    found = {
        place.name: [one.to_dict() for one in history.revisions(stack.aws, place, last=last)]
        for place in places
    }
    if as_json:
        print_json({"format_version": FORMAT_VERSION, "services": found})
    else:
        click.echo("\n".join(services.revisions(found)))
