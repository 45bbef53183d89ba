"""Commands about permissions: what a command needs, and the roles that a pipeline has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import click

from provisioner.access.github import AUDIENCE, ISSUER, PipelineRole, Repository, Setting, roles
from provisioner.access.pipeline import abolish, establish
from provisioner.access.policy import account_of, policies
from provisioner.api import region_for
from provisioner.cli import options
from provisioner.cli.target import Target, with_target
from provisioner.engine.policy import LIMIT, Purpose
from provisioner.errors import UsageError

ACCOUNT = options.option(
    "--account",
    metavar="ID",
    help="The account's number; without it AWS is asked who you are.",
)


@click.command("iam-policy")
@with_target
@ACCOUNT
@options.option(
    "--for",
    "purpose",
    type=click.Choice(get_args(Purpose)),
    required=True,
    help="The command that is to be allowed; deploy is what services run, and nothing else.",
)
@options.option("--part", type=click.IntRange(1), help="One of several policies, from 1.")
def iam_policy(target: Target, *, account: str | None, purpose: Purpose, part: int | None) -> None:
    """Print the IAM policy that a command needs for a spec, and no more than that.

    One JSON document; a list of them where it is longer than a managed policy can be.
    """
    loaded = target.load()
    _check(account, loaded.spec.account)
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


@click.command("github-role")
@with_target
@ACCOUNT
@options.option("--repository", metavar="OWNER/NAME", required=True, help="The one on GitHub.")
@options.option("--owner-id", metavar="ID", default="", help="The owner's number on GitHub.")
@options.option("--repository-id", metavar="ID", default="", help="The repository's number.")
@options.option("--branch", default="main", show_default=True, help="The one that is deployed.")
@options.option(
    "--github-environment",
    metavar="NAME",
    help="The GitHub environment whose jobs may apply; by default -e.",
)
@options.option("--apply", "make", is_flag=True, help="Make the roles so, instead of printing.")
@options.option("--delete", "remove", is_flag=True, help="Delete them; the provider stays.")
def github_role(
    target: Target,
    *,
    account: str | None,
    repository: str,
    owner_id: str,
    repository_id: str,
    branch: str,
    github_environment: str | None,
    make: bool,
    remove: bool,
) -> None:
    """Print or make the IAM roles that a repository's GitHub Actions act in, without keys.

    One reads, for plans of pull requests and of the main branch; one applies, in jobs of a GitHub
    environment alone; one pushes images from the main branch.
    """
    if make and remove:
        raise UsageError("--apply and --delete: one of them")
    loaded = target.load()
    _check(account, loaded.spec.account)
    aws = None if account and not (make or remove) else target.aws(loaded)
    found_account = account_of(aws) if aws else ""
    if account and found_account not in {"", account}:
        raise UsageError(f"--account {account}: these credentials are for {found_account}")
    setting = Setting(
        loaded.spec,
        loaded.environment,
        region_for(loaded.spec, target.region),
        found_account or str(account),
        branch,
        github_environment or loaded.environment or "",
    )
    if not setting.approval:
        raise UsageError("--github-environment: the spec has no -e that it could be called like")
    found = roles(setting, _repository(repository, owner_id, repository_id))
    if aws is None or not (make or remove):
        click.echo(json.dumps(_document(setting, found), indent=2))
        return
    done = establish(aws, setting, found) if make else abolish(aws, setting, found)
    _tell(done)


def _check(account: str | None, expected: str | None) -> None:
    """Raises UsageError for what is no account, or not the one that the spec is for."""
    if not account or account == "*":
        return
    if not re.fullmatch(r"[0-9]{12}", account):
        raise UsageError(f"--account {account}: expected twelve digits, or *")
    if expected not in {None, account}:
        raise UsageError(f"--account {account}: the spec is for {expected} alone")


def _repository(name: str, owner_id: str, identifier: str) -> Repository:
    owner, slash, rest = name.partition("/")
    if not (owner and slash and rest) or "/" in rest or set(name) & set("*?: @"):
        raise UsageError(f"--repository {name}: expected OWNER/NAME")
    if bool(owner_id) != bool(identifier):
        raise UsageError("--owner-id and --repository-id: both or none")
    if not owner_id:
        click.echo(
            "Without --owner-id and --repository-id the roles do not know repositories made,"
            " renamed or moved after July 2026, whose tokens have these numbers:"
            f" gh api repos/{name} --jq '.owner.id, .id'",
            err=True,
        )
    return Repository(owner, rest, owner_id, identifier)


def _document(setting: Setting, found: list[PipelineRole]) -> dict[str, Any]:
    return {
        "provider": {
            "Arn": setting.provider,
            "Url": f"https://{ISSUER}",
            "ClientIDList": [AUDIENCE],
        },
        "roles": {
            role.name: {
                "AssumeRolePolicyDocument": role.trust,
                "ManagedPolicies": list(role.policies),
            }
            for role in found
        },
    }


def _tell(done: Iterator[str]) -> None:
    something = False
    for words in done:
        something = True
        click.echo(words)
    if not something:
        click.echo("Nothing to do.")
