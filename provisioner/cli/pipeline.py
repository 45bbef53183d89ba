"""What a pipeline says to people: a pull request's comment, a message in Slack."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from provisioner.cli import options
from provisioner.errors import UsageError
from provisioner.pipeline import github
from provisioner.pipeline.http import send
from provisioner.render import slack

STDIN = "-"
WEBHOOK = "SLACK_WEBHOOK_URL"
DRY_RUN = options.option("--dry-run", is_flag=True, help="Print what would be sent; send nothing.")


@click.command()
@click.argument("file", default=STDIN, help="Markdown; - is standard input.")
@options.option(
    "--key",
    default="plan",
    show_default=True,
    help="Which comment: the one of the same key is written anew.",
)
@options.option("--pull-request", type=int, metavar="NUMBER", help="Default: the job's own.")
@DRY_RUN
@options.with_output
def comment(file: str, *, key: str, pull_request: int | None, dry_run: bool) -> None:
    """Put Markdown on a pull request, in one comment that is kept current.

    GITHUB_TOKEN needs `pull-requests: write`.
    """
    markdown = _read(file)
    if dry_run:
        click.echo(f"{github.marker(key)}\n{markdown}")
        return
    click.echo(github.pull_request(os.environ, pull_request).upsert(markdown, key))


@click.group()
def notify() -> None:
    """Tell people how a deployment went."""


@notify.command("slack")
@options.option(
    "--status",
    type=click.Choice(list(slack.ICONS)),
    required=True,
    help="In Actions: ${{ job.status }}.",
)
@options.option("--title", default="Deployment", show_default=True, help="What it was.")
@options.option("--report", metavar="FILE", help="What `apply --json` printed.")
@DRY_RUN
@options.with_output
def to_slack(*, status: str, title: str, report: str | None, dry_run: bool) -> None:
    """Post a deployment to the incoming webhook in SLACK_WEBHOOK_URL."""
    message = slack.message(
        status, title=title, context=_context(os.environ), report=_report(report)
    )
    if dry_run:
        click.echo(json.dumps(message, indent=2, ensure_ascii=False))
        return
    webhook = os.environ.get(WEBHOOK, "").strip()
    if not webhook:
        raise UsageError(f"no webhook: set {WEBHOOK}")
    if not webhook.startswith(("https://", "http://")):
        raise UsageError(f"{WEBHOOK} is no address: expected https://…, without quotes")
    send("POST", webhook, message, who="Slack")


def _context(environ: Mapping[str, str]) -> dict[str, str]:
    """Who, what and where, from what GitHub Actions says of the job."""
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    repository = environ.get("GITHUB_REPOSITORY")
    found = {"by": environ.get("GITHUB_ACTOR"), "branch": environ.get("GITHUB_REF_NAME")}
    if repository:
        home = f"{server}/{repository}"
        sha, run = environ.get("GITHUB_SHA"), environ.get("GITHUB_RUN_ID")
        found["commit"] = f"{sha[:7]}|{home}/commit/{sha}" if sha else None
        found["run"] = f"{run}|{home}/actions/runs/{run}" if run else None
    return {name: value for name, value in found.items() if value}


def _report(file: str | None) -> Any:
    """The report, or None where the run never came to write one."""
    if not file or not Path(file).is_file():
        return None
    text = Path(file).read_text(encoding="utf-8")
    try:
        return json.loads(text) if text.strip() else None
    except ValueError as error:
        raise UsageError(f"{file} is no JSON document: {error}") from error


def _read(file: str) -> str:
    if file == STDIN:
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
