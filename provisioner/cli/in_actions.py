"""What every command tells GitHub Actions by itself, when it runs in a job there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import click

from provisioner.engine.document import SECRET_NAME
from provisioner.errors import Problem
from provisioner.pipeline import actions
from provisioner.render import markdown
from provisioner.spec.source import read


def planned(document: Mapping[str, Any]) -> None:
    """The plan into the step's summary, its counts and its fingerprint into the outputs."""
    if not actions.active(os.environ):
        return
    actions.summarize(markdown.plan(document), os.environ)
    counts = document["summary"]
    actions.tell(
        {
            "has_changes": bool(document["changes"]),
            **{name: counts[name] for name in ("create", "update", "replace", "delete")},
            "fingerprint": document["fingerprint"],
        },
        os.environ,
    )


def finished(document: Mapping[str, Any], verb: str) -> None:
    """What became of a run into the summary, its result and the stack's URL into the outputs."""
    if not actions.active(os.environ):
        return
    actions.summarize(markdown.report(document, verb=verb), os.environ)
    url = document["outputs"].get("url", "")
    actions.tell({"result": document["result"], "url": url}, os.environ)


def hide(spec: str) -> None:
    """Mask what the spec reads from variables named like credentials, before anything is said."""
    if actions.active(os.environ):
        for command in actions.masks(read(spec), os.environ, SECRET_NAME):
            click.echo(command, err=True)


def annotate(problems: Iterable[Problem], level: str) -> None:
    """Put problems beside their lines."""
    if actions.active(os.environ):
        for problem in problems:
            click.echo(actions.annotation(problem, level, os.environ), err=True)
