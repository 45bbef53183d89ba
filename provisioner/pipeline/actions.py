"""GitHub Actions as seen from within a job: annotations, masks, the step's summary and outputs.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from provisioner.errors import Problem

SUMMARY_LIMIT = 1024 * 1024
"""Bytes of a step's summary that GitHub shows; a longer one is dropped whole."""
READ = re.compile(r"\$\{env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")


def active(environ: Mapping[str, str]) -> bool:
    """Whether this process runs in a job of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def annotation(problem: Problem, level: str, environ: Mapping[str, str]) -> str:
    """The workflow command that puts a problem beside its line in the pull request's files.

    GitHub knows files by their path within the repository.
    """
    file = Path(problem.file).resolve()
    workspace = Path(environ.get("GITHUB_WORKSPACE", ".")).resolve()
    known = file.relative_to(workspace) if file.is_relative_to(workspace) else file
    place = f"file={_property(str(known))},line={problem.line},col={problem.column}"
    message = f"{problem.path}: {problem.message}" if problem.path else problem.message
    return f"::{level} {place}::{_data(message)}"


def masks(source: str, environ: Mapping[str, str], credential: re.Pattern[str]) -> Iterable[str]:
    """The workflow commands that hide what a spec reads from variables with such names.

    Every line of a value by itself: the log is searched line by line.
    """
    names = {match["name"] for match in READ.finditer(source)}
    for name in sorted(name for name in names if credential.search(name)):
        for line in environ.get(name, "").splitlines():
            if line.strip():
                yield f"::add-mask::{_data(line)}"


def summarize(markdown: str, environ: Mapping[str, str]) -> None:
    """Add to the step's summary, where there is one and it has room."""
    file = environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    path = Path(file)
    there = path.stat().st_size if path.exists() else 0
    if there + len(markdown.encode()) < SUMMARY_LIMIT:
        with path.open("a", encoding="utf-8") as summary:
            summary.write(f"{markdown}\n")


def tell(outputs: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    """Set the step's outputs.

    The delimiter is a new one each time: a fixed one could be written by whoever has a value.
    """
    file = environ.get("GITHUB_OUTPUT")
    if not file:
        return
    with Path(file).open("a", encoding="utf-8") as out:
        for name, value in outputs.items():
            delimiter = f"end-{secrets.token_hex(16)}"
            out.write(f"{name}<<{delimiter}\n{_plain(value)}\n{delimiter}\n")


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
