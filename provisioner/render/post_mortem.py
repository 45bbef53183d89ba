"""Why a deployment failed, as Markdown: for a pipeline's summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

FENCE = re.compile(r"`{3,}")


def markdown(found: Mapping[str, Any]) -> str:
    """One section: the hints, then the evidence, logs folded away."""
    title = f"### {_plain(found['service'])} does not serve {_plain(found['version'])}".rstrip()
    parts = [title, "", _plain(found["first"]), ""]
    for hint in found["hints"]:
        parts.append(f"- **{_plain(hint['cause'])}**: {_plain(hint['advice'])}")
        parts += [f"  `{hint['command']}`"] if hint["command"] else []
    parts += ["", "| | |", "|---|---|"]
    parts += _rows("reason", [found["reason"]])
    for task in found["tasks"]:
        parts += _rows(f"task {task['id'][:8]}", [f"{task['stop_code']} {task['reason']}"])
        for one in task["containers"]:
            code = "never ran" if one["exit_code"] is None else f"exit code {one['exit_code']}"
            parts += _rows(one["name"], [f"{code} {one['reason']}".strip()])
    parts += _rows("targets", found["targets"])
    parts += _rows("alarms", (f"{one['name']} {one['reason']}" for one in found["alarms"]))
    parts += _rows("not read", found["notes"])
    for task in found["tasks"]:
        for one in task["containers"]:
            parts += _folded(f"Last lines of {one['name']} in {task['id'][:8]}", one["log"])
    parts += _folded("Events", found["events"])
    return "\n".join(parts) + "\n"


def _rows(label: str, told: Iterable[str]) -> list[str]:
    return [f"| {_plain(label)} | {_plain(words)} |" for words in told if words]


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    """Lines in a fence that none of them can close."""
    told = list(lines)
    if not told:
        return []
    longest = max((len(run) for line in told for run in FENCE.findall(line)), default=2)
    fence = "`" * (longest + 1)
    return [
        "", f"<details><summary>{_plain(title)}</summary>", "",
        fence, *told, fence, "", "</details>",
    ]  # fmt: skip


def _plain(words: str) -> str:
    """Words that cannot end the cell that they stand in, or become markup."""
    return re.sub(r"([|<>`*_\[\]])", r"\\\1", words).replace("\n", " ")
