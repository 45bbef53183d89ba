"""Carrying out a plan on the command line: approval, progress, the report and its exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from provisioner.api import Stack
from provisioner.cli import in_actions, options
from provisioner.cli.progress import progress
from provisioner.cli.rollouts import left_behind
from provisioner.cli.signals import stop_on_signals
from provisioner.engine.execute import Report
from provisioner.engine.step import Plan
from provisioner.errors import Interrupted, UsageError
from provisioner.render import text

GO_ON = frozenset({"apply", "teardown", "deploy", "scale", "wait"})
"""Commands that go on when they are said again; a second `rollback` would go back from the first's.
"""
RESULT_CODES = {"done": 0, "failed": 1, "not-serving": 3, "partial": 5}


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, indent=2))


def keep(document: Any) -> None:
    """Write a document of what was done to the file of `--report`, if there is one."""
    file = click.get_current_context().meta.get(options.REPORTED)
    if file is not None:
        file.write(json.dumps(document, indent=2) + "\n")


def need_approval(verb: str, *, yes: bool, no_input: bool) -> None:
    """Raises UsageError where an answer is needed, and nobody is there to give it."""
    if not yes and not options.interactive(no_input=no_input):
        raise UsageError(f"nobody is there to ask: {verb} needs -y (or --yes, --auto-approve)")


def carry_out(
    stack: Stack,
    found: Plan,
    verb: str,
    *,
    as_json: bool,
    parallelism: int,
    show: str,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Carry out a plan, with progress, and tell what became of it. Returns the exit code.

    `more` goes into the document.
    """
    with (
        stop_on_signals(stack.clock, again=verb in GO_ON) as stopped,
        progress(show, total=len(found.steps)) as listen,
    ):
        report = stack.apply(found, listen=listen, parallelism=parallelism)
    document = {**stack.report_document(report), **(more or {})}
    code = finish(document, report, verb=verb, as_json=as_json)
    # Only Ctrl-C comes from somebody who can answer; who sends SIGTERM does not wait long.
    no_input = stopped.exit_code != Interrupted.exit_code or as_json
    may_ask = options.interactive(no_input=no_input or options.given("no_input"))
    left_behind(stack, document, resume=options.again(_again(verb)), may_ask=may_ask)
    return stopped.exit_code or code


def finish(document: dict[str, Any], report: Report, *, verb: str, as_json: bool) -> int:
    """Print a report. Returns the exit code."""
    if verb == "teardown":
        document["outputs"] = {}
    in_actions.finished(document, verb)
    keep(document)
    if as_json:
        print_json(document)
    elif report.outcomes:
        click.echo(text.report(document, verb=verb))
    else:
        click.echo(text.outputs(document["outputs"]))
    if report.denied and report.result == "failed":
        return 77
    return RESULT_CODES.get(report.result, 1)


def _again(verb: str) -> str:
    """The command that follows it to its end: what is no reconciling must not be begun anew."""
    return "" if verb in ("apply", "teardown") else "wait"
