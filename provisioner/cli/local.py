"""`provisioner local …`: the embedded cloud from the command line."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from provisioner.cli.options import JSON, Number, option, with_output
from provisioner.engine.document import FORMAT_VERSION
from provisioner.errors import UsageError
from provisioner.local import clock, cloud, control

NOT_RUNNING = "it does not run; `provisioner local start` starts it"
TAIL_EVERY = 0.5
"""Seconds."""
PATIENCE = 60.0
"""Seconds until a large state is written or read."""


@click.group("local")
def LOCAL() -> None:  # noqa: N802  # a click group, added by name
    """The embedded cloud: AWS on loopback, without an account."""


@LOCAL.command()
@with_output
@JSON
@option("--port", type=click.IntRange(1, 65535), help="Listen there; the last port otherwise.")
@option(
    "--vpc",
    "vpcs",
    multiple=True,
    metavar="NAME",
    callback=lambda _, __, names: _named(names),
    help="Have a VPC of that name, too.",
)
@option(
    "--speed",
    type=Number(0, clock.LIMIT, min_open=True),
    help="Seconds of AWS in one of yours; 1, real time, at first.",
)
@option(
    "--strict-images/--any-image",
    "strict_images",
    default=None,
    help="Tasks fail whose image nobody has pushed to the cloud's own repositories.",
)
@option("--throttles/--no-throttles", default=None, help="Calls come out of AWS's token buckets.")
@option(
    "--read-latency-ms", type=Number(0, control.MOST_LATENCY), help="Hold answers to reads back."
)
@option(
    "--write-latency-ms", type=Number(0, control.MOST_LATENCY), help="Hold answers to writes back."
)
@option(
    "--consistency/--no-consistency",
    default=None,
    help="What is new is not there at once for everybody; so it is at first.",
)
@option(
    "--enforce-iam/--allow-everything",
    "enforce_iam",
    default=None,
    help="Assumed roles may do only what their policies allow.",
)
def start(
    *,
    as_json: bool,
    port: int | None,
    vpcs: tuple[str, ...],
    **settings: float | bool | None,
) -> None:
    """Start it, if it does not run; options hold for a running one, too."""
    options = {name: value for name, value in settings.items() if value is not None}
    directory = cloud.default_directory(os.environ)
    running = cloud.start(directory, port=port, vpcs=vpcs, options=options, fresh=cloud.AS_AWS)
    _show(running, as_json=as_json)


@LOCAL.command()
@with_output
@JSON
def status(*, as_json: bool) -> None:
    """Show where it listens."""
    _show(cloud.status(cloud.default_directory(os.environ)), as_json=as_json)


@LOCAL.command()
@with_output
def stop() -> None:
    """Stop it. What was in it is gone."""
    stopped = cloud.stop(cloud.default_directory(os.environ))
    click.echo("stopped" if stopped else "it does not run")


@LOCAL.command()
@with_output
def reset() -> None:
    """Empty it, without stopping it."""
    emptied = cloud.reset(cloud.default_directory(os.environ))
    click.echo("empty again" if emptied else "it does not run")


@LOCAL.command()
@with_output
@click.argument("kinds", nargs=-1, metavar="[KIND]...", help="`throttle`, `cut-after`, …; or none.")
@option("--at", type=click.IntRange(min=1), help="The so-many-th mutating call from now on.")
@option("--probability", type=Number(0, 1), help="How often, instead of `--at`.")
@option("--seed", type=int, help="Makes a probability repeatable.")
@option("--operations", default="*", show_default=True, help="A pattern like `ecs.Create*`.")
@option("--seconds", type=Number(0), default=60, help="How late `slow` answers.")
def fail(
    kinds: tuple[str, ...],
    *,
    at: int | None,
    probability: float | None,
    **settings: Any,
) -> None:
    """Have calls fail from now on; without a kind, no more.

    docs/reference/embedded-cloud.md lists the kinds.
    """
    if kinds and (at is None) == (probability is None):
        raise UsageError("say when: either --at or --probability")
    when = {"at": at} if at is not None else {"probability": probability}
    known = {name: value for name, value in settings.items() if value is not None}
    found = [{"kind": kind, **when, **known} for kind in kinds]
    _order("faults", {"faults": found})


@LOCAL.command()
@with_output
@click.argument("file", type=click.Path(path_type=Path), help="Where to; it is written over.")
def save(file: Path) -> None:
    """Write everything that is in it, and how it is set, to a file."""
    control.ask(_endpoint(), "save", {"file": str(file.absolute())}, timeout=PATIENCE)


@LOCAL.command()
@with_output
@click.argument("file", type=click.Path(path_type=Path), help="What `save` has written.")
def load(file: Path) -> None:
    """Have what is in such a file, in the place of what there is; its time goes on from then."""
    running = cloud.start(cloud.default_directory(os.environ))
    control.ask(running.endpoint, "load", {"file": str(file.absolute())}, timeout=PATIENCE)


@LOCAL.command()
@with_output
@click.argument("image", metavar="REPOSITORY:TAG", help="A repository of the stack, and a tag.")
def push(image: str) -> None:
    """Put an image into a repository, without Docker; what it does, its tag says."""
    for each in control.ask(_endpoint(), "push", {"image": image}):
        click.echo(f"{image}  {each['digest']}  {each['region']}")


@LOCAL.command()
@with_output
@JSON
@option("--tail", is_flag=True, help="Go on as calls come in, until interrupted.")
@option("--since", type=click.IntRange(min=0), default=0, help="After the call numbered so.")
def calls(*, as_json: bool, tail: bool, since: int) -> None:
    """Show the calls that it has answered: a line each, or a JSON object each."""
    endpoint = _endpoint()
    while True:
        for call in control.ask(endpoint, f"calls?since={since}"):
            since = call["seq"]
            click.echo(json.dumps(call) if as_json else _line(call))
        if not tail:
            return
        time.sleep(TAIL_EVERY)


@LOCAL.command()
@with_output
@click.argument("seconds", type=Number(0), help="Seconds of AWS's time.")
def advance(seconds: float) -> None:
    """Let AWS time pass at once."""
    _order("clock/advance", {"seconds": seconds})


def _named(names: tuple[str, ...]) -> tuple[str, ...]:
    if not all(map(str.strip, names)):
        raise click.BadParameter("a VPC has a name that is not empty")
    return names


def _order(path: str, asked: Mapping[str, Any]) -> None:
    try:
        control.ask(_endpoint(), path, asked)
    except control.Refused as error:  # by what the command line said alone
        raise UsageError(str(error)) from error


def _endpoint() -> str:
    found = cloud.status(cloud.default_directory(os.environ))
    if found is None:
        raise cloud.LocalError(NOT_RUNNING)
    return found.endpoint


def _line(call: Mapping[str, Any]) -> str:
    kind = "write" if call["write"] else "read"
    took = (call["end"] - call["start"]) * 1000
    words = f"{call['seq']:>6}  {kind:<5}  {took:7.1f} ms  {call['service']}.{call['operation']}"
    return f"{words}  {call['status']} {call['error']}".rstrip()


def _show(found: cloud.Cloud | None, *, as_json: bool) -> None:
    document: dict[str, Any] = {"format_version": FORMAT_VERSION, "running": found is not None}
    if found:
        document |= {**asdict(found), "directory": str(found.directory)}
    if as_json:
        click.echo(json.dumps(document, indent=2))
    elif found:
        click.echo(f"{found.endpoint}  account {found.account}, process {found.pid}")
    else:
        click.echo(NOT_RUNNING)
