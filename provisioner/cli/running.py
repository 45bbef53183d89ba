"""Commands that go inside: logs, tasks run once, a shell in a container."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from typing import Any

import click

from provisioner.cli import options
from provisioner.cli.carrying import need_approval, print_json
from provisioner.cli.signals import left_to_the_child, stop_on_signals
from provisioner.cli.target import Target, with_target
from provisioner.deploy import lines, once, session
from provisioner.engine.document import FORMAT_VERSION
from provisioner.errors import Interrupted, UsageError

LOOK_EVERY_SECONDS = 2.0
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PLUGIN = "session-manager-plugin"


def _seconds(_context: click.Context, _option: click.Parameter, text: str) -> float:
    """`90s`, `10m`, `2h`, `1d`."""
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if found is None:
        raise click.BadParameter(f"{text}: expected a duration such as 90s, 10m, 2h or 1d")
    return float(found[1]) * UNITS[found[2]]


@click.command()
@with_target
@options.JSON
@options.option("--service", "services", multiple=True, help="Only of this one; repeatable.")
@options.option("-f", "--follow", is_flag=True, help="Go on with what comes in, until Ctrl-C.")
@options.option(
    "--since", default="10m", show_default=True, callback=_seconds, help="How far back: 90s, 2h."
)
@options.option("--previous", is_flag=True, help="Only of tasks that run no more.")
@options.option("--filter", "pattern", default="", help="A filter pattern of CloudWatch Logs.")
def logs(
    target: Target,
    *,
    services: tuple[str, ...],
    follow: bool,
    since: float,
    previous: bool,
    pattern: str,
    as_json: bool,
) -> int:
    """Show what containers print, merged by time; with --json one object per line."""
    stack = target.stack()
    sources = []
    for place in stack.services(services):
        running = session.running(stack.aws, place) if previous else []
        sources.append(
            lines.Source(
                place.name,
                place.definition.properties["containerDefinitions"],
                others={one["taskArn"].rpartition("/")[2] for one in running},
            )
        )
    begin = time.time() - since
    with stop_on_signals(stack.clock) as stopped:
        while True:
            for line in lines.merged(stack.aws, sources, begin, pattern):
                _tell(line, as_json=as_json)
            if not follow:
                return 0
            begin = max(begin, time.time() - lines.LATE_SECONDS)
            try:
                stack.clock.sleep(LOOK_EVERY_SECONDS)
            except Interrupted:
                return stopped.exit_code


def _tell(line: lines.Line, *, as_json: bool, err: bool = False) -> None:
    if as_json:
        click.echo(json.dumps(line.to_dict()), err=err)
        return
    where = click.style(f"{line.service}/{line.task[:8]}/{line.container}", fg="cyan")
    click.echo(f"{line.when:%H:%M:%S} {where} {line.message}", err=err)


@click.command()
@with_target
@options.JSON
@options.YES
@options.NO_INPUT
@options.option("--detach", is_flag=True, help="Start it, and leave.")
@click.argument("task", help="Its name under `tasks:`.")
@click.argument("command", nargs=-1, help="After `--`: instead of the task's own command.")
def run(
    target: Target,
    *,
    task: str,
    command: tuple[str, ...],
    detach: bool,
    as_json: bool,
    yes: bool,
    no_input: bool,
) -> int:
    """Run a task of `tasks:` once and follow its log. Its exit code is ours; 1 if it never ran."""
    need_approval("run", yes=yes, no_input=no_input)
    stack = target.stack()
    job = stack.job(task, command)
    words = f"{job.definition.rpartition('/')[2]}{': ' if command else ''}{' '.join(command)}"
    if not yes and not click.confirm(f"Run {words}?", err=True):
        click.echo("Nothing was started.", err=True)
        return 1
    began = time.time() - lines.LATE_SECONDS
    arn = once.start(stack.aws.writable(), job)
    click.echo(f"{task}: {arn.rpartition('/')[2]} of {words}", err=True)
    if detach:
        if as_json:
            print_json({"format_version": FORMAT_VERSION, "task": arn})
        return 0
    with stop_on_signals(stack.clock) as stopped:
        try:
            ended = once.follow(
                stack.aws, job, arn, clock=stack.clock, since=began,
                tell=lambda line: _tell(line, as_json=False, err=as_json),
            )  # fmt: skip
        except Interrupted:
            click.echo(f"{task} goes on at AWS: {arn}", err=True)
            return stopped.exit_code
    if as_json:
        print_json({"format_version": FORMAT_VERSION, **ended.to_dict()})
    if ended.exit_code is None:
        click.echo(f"{task} never ran: {ended.reason}", err=True)
        return 1
    click.echo(f"{task} exited with {ended.exit_code}", err=True)
    return ended.exit_code


@click.command("exec")
@with_target
@options.option("--service", default="", help="Its name in the spec, where there are several.")
@options.option("--container", default="", help="Another than the application's.")
@click.argument("command", nargs=-1, required=True, help="After `--`; /bin/sh for a shell.")
def execute(target: Target, *, service: str, container: str, command: tuple[str, ...]) -> int:
    """Run a command in a container that runs, with the Session Manager plugin of AWS."""
    plugin = shutil.which(PLUGIN)
    if plugin is None:
        raise UsageError(
            f"{PLUGIN} is not installed; AWS Systems Manager user guide, “Install the Session"
            " Manager plugin for the AWS CLI”, says how to get it"
        )
    stack = target.stack()
    places = stack.services([service] if service else ())
    if len(places) != 1:
        raise UsageError(f"which one? --service {' or '.join(one.name for one in places)}")
    opened = session.open_session(stack.aws.writable(), places[0], container, command)
    return _hand_over(plugin, opened, stack.aws.region, target.profile or "")


def _hand_over(plugin: str, opened: session.Opened, region: str, profile: str) -> int:
    """The plugin takes these words in this order; Ctrl-C is for the command, not for us."""
    words: list[Any] = [
        plugin, json.dumps(opened.session), region, "StartSession", profile,
        json.dumps({"Target": opened.target}), opened.endpoint,
    ]  # fmt: skip
    with left_to_the_child():
        return subprocess.run(words, check=False).returncode
