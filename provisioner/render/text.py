"""Plans, reports and status for people, drawn from their documents.

Colours are ANSI codes; `click.echo` takes them out where they are not wanted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from provisioner.render.rollout import INDENT, LABEL, block, post_mortem

NO_CHANGES = "No changes. Live infrastructure matches the spec."
SYMBOLS = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red")}
STATES = {
    "done": ("done", "green"),
    "failed": ("FAILED", "red"),
    "skipped": ("skipped", "yellow"),
    "interrupted": ("interrupted", "yellow"),
}
WORD_WIDTH = max(len(word) for word, _ in STATES.values())
LONGEST_VALUE = 72
HARMLESS = ("none", "in-place")
NEW = "does not exist yet"
PLAIN_REASONS = (NEW, "teardown")
"""Reasons that go without saying."""


def plan(document: Mapping[str, Any], *, full: bool = False) -> str:
    """The plan, deletions last, the counts in the last line. `full` shows what new things get."""
    lines = [_title("plan", document), ""]
    for words in document.get("warnings", ()):
        lines += [click.style(f"warning: {words}", fg="yellow"), ""]
    changes = document["changes"]
    if not changes:
        return "\n".join([*lines, *_kept(document), NO_CHANGES, *_retained(document)])
    ordered = sorted(changes, key=lambda change: change["action"] == "delete")
    width = max(len(change["address"]) for change in changes)
    for change in ordered:
        lines.extend(_change(change, width=width, full=full))
    if document["unchanged"]:
        lines.append(click.style(f"  = {document['unchanged']} unchanged", dim=True))
    lines.extend(_kept(document))
    lines.extend(_retained(document))
    lines.append("")
    return "\n".join([*lines, summary(document)])


def _kept(document: Mapping[str, Any]) -> Iterable[str]:
    """What is left as it is because somebody else owns it."""
    for one in document.get("kept", ()):
        words = f"  = {one['address']}  kept: {one['path']} {_short(one['value'])}"
        yield click.style(f"{words} (owned by {one['by']})", dim=True)


def summary(document: Mapping[str, Any]) -> str:
    """`Plan: 1 to add, 2 to change, 0 to replace, 0 to delete.`, and the worst effect."""
    counts = document["summary"]
    words = (
        f"Plan: {counts['create']} to add, {counts['update']} to change, "
        f"{counts['replace']} to replace, {counts['delete']} to delete."
    )
    rolling = [c["address"] for c in document["changes"] if c["effect"] == "rolling"]
    if rolling:
        words += f" New tasks for {', '.join(rolling)}."
    lost = [c["address"] for c in document["changes"] if c["effect"] == "destroys-data"]
    if lost:
        words += click.style(f" Data is lost: {', '.join(lost)}.", fg="red", bold=True)
    return words


def report(document: Mapping[str, Any], *, verb: str) -> str:
    """What became of every step that is not simply done, the counts, and the outputs."""
    steps = document["steps"]
    lines = []
    for step in steps:
        if step["outcome"] == "done":
            continue
        word, colour = STATES[step["outcome"]]
        head = click.style(f"{word:<{WORD_WIDTH}}", fg=colour)
        lines.append(f"  {head} {step['action']} {step['address']}")
        lines += [f"      {line}" for line in (step["error"] or "").splitlines()]
    for rollout in document.get("rollouts", ()):
        if rollout["post_mortem"]:
            lines += ["", *post_mortem(rollout["post_mortem"]), ""]
    done = sum(step["outcome"] == "done" for step in steps)
    lines.append(f"{verb}: {done} of {len(steps)} steps done, result: {document['result']}.")
    return "\n".join([*lines, *_retained(document), *_outputs(document["outputs"])])


def retained(document: Mapping[str, Any]) -> str:
    """What stays, alone."""
    return "\n".join(_retained(document))


def outputs(values: Mapping[str, Any]) -> str:
    """The stack's outputs alone."""
    return "\n".join(_outputs(values)).lstrip("\n")


def status(document: Mapping[str, Any]) -> str:
    """One screen: services, then what is there and what is missing."""
    lines = [_title("status", document), ""]
    for name, service in document["services"].items():
        lines.append(
            f"  {name:<16} {service['running']}/{service['desired']} running"
            f"   {service['rollout'].lower() or '-'}   {_short(service['task_definition'])}"
        )
        lines += [*block({**service["deployment"], "event": ""}), *_events(service["events"]), ""]
    if not document["resources"]:
        return "\n".join([*lines, "Nothing of this stack exists."])
    there = [item["address"] for item in document["resources"]]
    width = max(map(len, (*there, *document["missing"])))
    lines.extend(
        f"  = {item['address']:<{width}}  {_short(item['id'])}" for item in document["resources"]
    )
    lines.extend(
        click.style(f"  ! {missing:<{width}}  missing", fg="yellow")
        for missing in document["missing"]
    )
    return "\n".join([*lines, *_outputs(document["outputs"])])


def _events(events: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The last ones of a service, the oldest first."""
    for row, one in enumerate(events):
        when = one["when"][11:19]
        label = "" if row else "events"
        yield click.style(f"{INDENT}{label:<{LABEL}} {when}  {one['message']}", dim=True)


def _title(verb: str, document: Mapping[str, Any]) -> str:
    words = (
        f"provisioner {verb}  stack={document['stack']} account={document['account']} "
        f"region={document['region']}"
    )
    return click.style(words, bold=True)


def _change(change: Mapping[str, Any], *, width: int, full: bool) -> Iterable[str]:
    symbol, colour = SYMBOLS[change["action"]]
    if change["replaces"]:
        symbol = "-/+" if change["action"] == "create" else "-"
    note = "" if change["reason"] in PLAIN_REASONS else change["reason"]
    if change["effect"] not in HARMLESS and change["action"] != "delete":
        note += f"  [{change['effect']}]"
    head = f"{symbol:>3} {change['address']:<{width}}  {_short(change['name'])}".rstrip()
    yield click.style(head, fg=colour) + (click.style(f"  {note}", dim=True) if note else "")
    new = change["action"] == "create" and change["reason"] == NEW
    if change["action"] != "delete" and (full or not new):
        yield from map(_field, change["fields"])


def _retained(document: Mapping[str, Any]) -> Iterable[str]:
    """What stays although nobody wants it, and why."""
    for thing in document["retained"]:
        yield f"  = {thing['address']}  {_short(thing['name'])}  stays: {thing['reason']}"


def _field(field: Mapping[str, Any]) -> str:
    before, after = sides(field, _short)
    arrow = f"{before} -> {after}" if field["before"] is not None else after
    forced = click.style("  # forces replacement", fg="red") if field["forces"] else ""
    return f"        {field['path']}: {arrow}{forced}"


def sides(field: Mapping[str, Any], words: Callable[[Any], str]) -> tuple[str, str]:
    """Before and after, as far as they are known and anybody's business."""
    if field["sensitive"]:
        return "(hidden)", "(hidden)"
    before, after = (words(field[side]) or '""' for side in ("before", "after"))
    return before, after if field["known"] else "(known after apply)"


def _outputs(values: Mapping[str, Any]) -> list[str]:
    pairs = list(flat(values))
    if not pairs:
        return []
    width = max(len(name) for name, _ in pairs)
    return ["", click.style("Outputs:", bold=True), *(f"  {n:<{width}}  {v}" for n, v in pairs)]


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Nested values by their dotted names."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", ", ".join(map(str, value))
        else:
            yield f"{prefix}{name}", "unknown" if value is None else str(value)


def _short(value: Any) -> str:
    """A value on one line: ARNs by their last part, long ones cut in the middle."""
    words = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    if words.startswith("arn:") and words.count(":") >= 5:  # noqa: PLR2004  # an ARN's parts
        words = words.split(":", 5)[5]
    if len(words) > LONGEST_VALUE:
        half = LONGEST_VALUE // 2 - 1
        words = f"{words[:half]}…{words[-half:]}"
    return words
