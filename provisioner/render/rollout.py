"""A rollout for people, drawn from its document: as a block, or as one line.

The document is that of `rollouts[]` in docs/reference/json.md. Nothing here knows the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import click

INDENT = " " * 6
LABEL = 9
GROUP = re.compile(r"arn:[\w:-]+:targetgroup/([\w-]+)/\w+")
"""A target group's ARN, of which the name is enough for people."""
COLOURS = {"serving": "green", "not-serving": "red", "superseded": "yellow"}


def block(document: Mapping[str, Any]) -> list[str]:
    """The live view of one service: what is rolled out, its tasks, targets, traffic, last event."""
    rows = [
        (_strategy(document), _versions(document)),
        ("tasks", _tasks(document)),
        ("targets", _targets(document)),
        ("traffic", _traffic(document)),
        ("hooks", _hooks(document)),
        ("alarms", ", ".join(document["alarms"])),
        ("reason", document["reason"] or ""),
        ("event", GROUP.sub(r"\1", document["event"] or "")),
    ]
    return [f"{INDENT}{label:<{LABEL}} {words}" for label, words in rows if words]


def line(document: Mapping[str, Any]) -> str:
    """The same on one line: the versions, and what is still missing."""
    words = document["missing"] or document["verdict"]
    return "  ".join(part for part in (_arrow(document), words) if part)


def _strategy(document: Mapping[str, Any]) -> str:
    return str(document["strategy"]).lower().replace("_", "/")


def _arrow(document: Mapping[str, Any]) -> str:
    old, new = document["old"], document["new"]
    return f"{old} → {new}" if old and new and old != new else new or old or ""


def _versions(document: Mapping[str, Any]) -> str:
    stage = (document["stage"] or document["status"]).lower().replace("_", " ")
    colour = COLOURS.get(document["verdict"])
    verdict = click.style(document["verdict"], fg=colour) if colour else ""
    return "   ".join(part for part in (_arrow(document), stage, verdict) if part)


def _tasks(document: Mapping[str, Any]) -> str:
    tasks = document["tasks"]
    order = ("desired", "pending", "running", "healthy", "failed")
    words = "  ".join(f"{name} {tasks[name]}" for name in order if tasks[name] is not None)
    breaker = document["circuit_breaker"]
    if breaker and breaker["status"] != "DISABLED" and breaker["threshold"]:
        told = f"circuit breaker {breaker['failures']}/{breaker['threshold']}"
        words += f"   {click.style(told, fg='red') if breaker['failures'] else told}"
    return words


def _targets(document: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in document["targets"].items())
    return "; ".join([counts, *document["target_reasons"][:1]]) if counts else ""


def _traffic(document: Mapping[str, Any]) -> str:
    shares = document["traffic"].items()
    told = [f"{share:g} % of {name}" for name, share in shares if share is not None]
    return f"{', '.join(told)} goes to {document['new']}" if told else ""


def _hooks(document: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{one['id']} {one['status'].lower().replace('_', ' ')}" for one in document["hooks"]
    )


def post_mortem(found: Mapping[str, Any]) -> list[str]:
    """Why a deployment failed, as one block. Hints last: they are what to read first."""
    title = f"Why {found['service']} does not serve {found['version']}".rstrip()
    lines = [click.style(title, bold=True)]
    lines += _labelled("first", [found["first"]]) + _labelled("reason", [found["reason"]])
    for task in found["tasks"]:
        lines += _task(task)
    lines += _labelled("targets", found["targets"])
    lines += _labelled("alarms", (f"{one['name']}: {one['reason']}" for one in found["alarms"]))
    lines += _labelled("events", found["events"])
    lines += _labelled("not read", found["notes"])
    for hint in found["hints"]:
        lines.append(f"  {click.style('→', fg='yellow')} {hint['cause']}")
        lines.append(f"    {hint['advice']}")
        lines += [f"    $ {hint['command']}"] if hint["command"] else []
    return lines


def _labelled(label: str, told: Iterable[str]) -> list[str]:
    words = [GROUP.sub(r"\1", one) for one in told if one]
    return [f"  {label if not row else '':<{LABEL}}{one}" for row, one in enumerate(words)]


def _task(task: Mapping[str, Any]) -> list[str]:
    more = f" (and {task['like'] - 1} more like it)" if task["like"] > 1 else ""
    lived = f" after {task['lived']}" if task["lived"] else ""
    lines = [f"  task     {task['id']}{lived}: {task['stop_code']}{more}"]
    lines += _labelled("", [task["reason"]])
    for one in task["containers"]:
        code = "never ran" if one["exit_code"] is None else f"exit code {one['exit_code']}"
        repeated = one["reason"] in ("", task["reason"])
        lines.append(f"           {one['name']}: {code}{'' if repeated else ', ' + one['reason']}")
        lines += [f"           | {words}" for words in one["log"]]
        lines += [f"             ({one['note']})"] if one["note"] else []
    return lines
