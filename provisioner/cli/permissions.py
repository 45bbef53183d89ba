"""Commands about permissions: what a command needs, and the roles that a pipeline has."""

from __future__ import annotations

import json
from typing import Any

import click

from provisioner.access.policy import account_of, policies
from provisioner.api import region_for
from provisioner.cli import options
from provisioner.cli.options import Target
from provisioner.engine.policy import LIMIT, Purpose
from provisioner.errors import UsageError

ACCOUNT = options.option(
    "--account",
    metavar="ID",
    help="The account's number; without it AWS is asked who you are.",
)


@click.command("iam-policy")
@options.with_target
@ACCOUNT
@options.option(
    "--for",
    "purpose",
    type=click.Choice(["plan", "apply", "deploy", "teardown"]),
    required=True,
    help="The command that is to be allowed; deploy is another image and nothing else.",
)
@options.option("--part", type=click.IntRange(1), help="One of several policies, from 1.")
def iam_policy(target: Target, *, account: str | None, purpose: Purpose, part: int | None) -> None:
    """Print the IAM policy that a command needs for a spec, and no more than that.

    One JSON document; a list of them where it is longer than a managed policy can be.
    """
    loaded = target.load()
    number = account or account_of(target.aws(loaded))
    region = region_for(loaded.spec, target.region)
    found = policies(
        loaded.spec, purpose, environment=loaded.environment, region=region, account=number
    )
    if part is not None and part > len(found):
        raise UsageError(f"--part {part}: there are {len(found)}")
    if part is None and len(found) > 1:
        click.echo(
            f"More than {LIMIT:,} characters: these are {len(found)} policies;"
            " --part prints one of them.",
            err=True,
        )
    chosen: Any = found if part is None and len(found) > 1 else found[(part or 1) - 1]
    click.echo(json.dumps(chosen, indent=2))
