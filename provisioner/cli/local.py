"""`provisioner local …`: the embedded cloud from the command line."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

import click

from provisioner.cli.options import JSON, option, with_output
from provisioner.engine.document import FORMAT_VERSION
from provisioner.local import cloud


@click.group("local")
def LOCAL() -> None:  # noqa: N802  # a click group, added by name
    """The embedded cloud: AWS on loopback, without an account."""


@LOCAL.command()
@with_output
@JSON
@option("--port", type=click.IntRange(1, 65535), help="Listen there; the last port otherwise.")
@option("--vpc", "vpcs", multiple=True, metavar="NAME", help="Have a VPC of that name, too.")
def start(*, as_json: bool, port: int | None, vpcs: tuple[str, ...]) -> None:
    """Start it, if it does not run."""
    _show(cloud.start(cloud.default_directory(os.environ), port=port, vpcs=vpcs), as_json=as_json)


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


def _show(found: cloud.Cloud | None, *, as_json: bool) -> None:
    document: dict[str, Any] = {"format_version": FORMAT_VERSION, "running": found is not None}
    if found:
        document |= {**asdict(found), "directory": str(found.directory)}
    if as_json:
        click.echo(json.dumps(document, indent=2))
    elif found:
        click.echo(f"{found.endpoint}  account {found.account}, process {found.pid}")
    else:
        click.echo("it does not run; `provisioner local start` starts it")
