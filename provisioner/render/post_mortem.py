"""Why a deployment failed, as Markdown: for a pipeline's summary or a comment.

What AWS and the application say stands in code. The words of the hints are ours, and so is the code
in them; what they are filled in with are names that AWS has taken, or `<name>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.render.gfm import cell, code, fence


def markdown(found: Mapping[str, Any]) -> str:
    """One section: the hints, then the evidence, logs folded away."""
    title = f"### {code(found['service'])} does not serve {code(found['version'])}".rstrip()
    parts = [title, "", code(found["first"]), ""]
    for hint in found["hints"]:
        parts.append(f"- **{_ours(hint['cause'])}**: {_ours(hint['advice'])}")
        parts += [f"  {code(hint['command'])}"] if hint["command"] else []
    parts += ["", "| | |", "|---|---|"]
    parts += _rows("reason", [found["reason"]])
    for task in found["tasks"]:
        parts += _rows(f"task {task['id'][:8]}", [f"{task['stop_code']} {task['reason']}"])
        for one in task["containers"]:
            ended = "never ran" if one["exit_code"] is None else f"exit code {one['exit_code']}"
            parts += _rows(one["name"], [f"{ended} {one['reason']}".strip()])
    parts += _rows("targets", found["targets"])
    parts += _rows("alarms", (f"{one['name']} {one['reason']}" for one in found["alarms"]))
    parts += _rows("not read", found["notes"])
    for task in found["tasks"]:
        for one in task["containers"]:
            parts += _folded(f"Last lines of {one['name']} in {task['id'][:8]}", one["log"])
    parts += _folded("Events", found["events"])
    return "\n".join(parts) + "\n"


def _ours(words: str) -> str:
    """Plain words, with whatever stands between two backticks as code."""
    parts = re.split(r"(`[^`]*`)", words)
    parts[::2] = [re.sub(r"([\\|<>`*_\[\]])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def _rows(label: str, told: Iterable[str]) -> list[str]:
    """`label` is ours, or has a name that ECS takes: letters, digits, `-` and `_`."""
    return [f"| {_ours(label)} | {cell(words)} |" for words in told if words]


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    """Lines in a fence that none of them can close. `title` is of ours and of ECS's names."""
    told = list(lines)
    if not told:
        return []
    return [
        "", f"<details><summary>{title}</summary>", "",
        *fence("\n".join(told)), "", "</details>",
    ]  # fmt: skip
