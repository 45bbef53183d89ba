"""Plans and reports as GitHub-flavoured Markdown, for comments and step summaries.

What comes from a spec or from AWS stands in code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

import click

from provisioner.render import post_mortem, text
from provisioner.render.gfm import cell, code, fence

COMMENT_LIMIT = 65_536 - 136
"""Characters that GitHub takes in a comment (its error: "body is too long"), but for the line that
`comment` knows its own by."""
ALL = 1_000_000
LONGEST_VALUE = 240
MARKS = {"create": "+", "update": "!", "delete": "-"}
TITLES = {"delete": "To be deleted", "update": "To be changed", "create": "To be created"}
OUTCOMES = {
    "done": "✅",
    "rolled-back": "↩️",
    "interrupted": "⏸️",
}
TOO_LONG = "_Not every detail fits here; the job's log shows the whole plan._"

Change = Mapping[str, Any]


class Detail(IntEnum):
    """How much of a plan is told, least first."""

    COUNTS = 0
    NAMES = 1
    CHANGED_VALUES = 2
    EVERY_VALUE = 3

    def has_values(self, change: Change) -> bool:
        """Whether the change's values are told."""
        new = change["reason"] == text.NEW
        return self == Detail.EVERY_VALUE or (self == Detail.CHANGED_VALUES and not new)


def plan(document: Mapping[str, Any], *, limit: int = COMMENT_LIMIT) -> str:
    """The plan within `limit` characters: deletions first and in full view, all else folded.

    Where it is too long, the values of what is new go first, then all values, then the names of
    what is new or changed; deletions are named as far as the limit allows at all.
    """
    for detail in sorted(Detail, reverse=True):
        whole = _plan(document, detail)
        if len(whole) <= limit:
            return whole
    deletions = sum(change["action"] == "delete" for change in document["changes"])
    while len(whole := _plan(document, Detail.COUNTS, deletions)) > limit and deletions:
        deletions //= 2
    return whole


def report(document: Mapping[str, Any], *, verb: str, limit: int = COMMENT_LIMIT) -> str:
    """What became of a run: the result, what is not done and why, the outputs."""
    whole = _report(document, verb, errors=True)
    return whole if len(whole) <= limit else _report(document, verb, errors=False)


def _report(document: Mapping[str, Any], verb: str, *, errors: bool) -> str:
    steps = document["steps"]
    done = sum(step["outcome"] == "done" for step in steps)
    mark = OUTCOMES.get(document["result"], "❌")
    lines = [f"### {mark} {verb}: {document['result']}, {done} of {len(steps)} steps", ""]
    for step in steps:
        if step["outcome"] != "done":
            lines += [f"- **{step['outcome']}** {step['action']} {code(step['address'])}", ""]
            if errors and step["error"]:
                lines += [*(f"  {line}" for line in fence(step["error"])), ""]
    lines += _staying(document)
    told = [one["post_mortem"] for one in document.get("rollouts", ()) if one["post_mortem"]]
    if errors:
        lines += [line for one in told for line in ("", *post_mortem.markdown(one).splitlines())]
    rows = [f"| {cell(name)} | {cell(value)} |" for name, value in text.flat(document["outputs"])]
    if rows:
        lines += ["", "| | |", "|---|---|", *rows]
    return "\n".join(lines).rstrip() + "\n"


def _plan(document: Mapping[str, Any], detail: Detail, shown: int = ALL) -> str:
    changes = document["changes"]
    where = f"{code(document['account'])}, {code(document['region'])}"
    lines = [f"### {code(document['stack'])} in {where}", ""]
    if not changes:
        lines += [text.NO_CHANGES, ""]
    else:
        lines += [f"**{click.unstyle(text.summary(document))}**", ""]
    for words in document.get("warnings", ()):
        lines += ["> [!WARNING]", *(f"> {line}" for line in fence(words)), ""]
    for action, title in TITLES.items():
        some = [change for change in changes if change["action"] == action]
        if some:
            lines += [*_section(action, f"{title}: {len(some)}", some[:shown], detail), ""]
    lines += _staying(document)
    if document["unchanged"]:
        lines.append(f"{document['unchanged']} unchanged.")
    if not all(map(detail.has_values, changes)):
        lines += ["", TOO_LONG]
    return "\n".join(lines).rstrip() + "\n"


def _staying(document: Mapping[str, Any]) -> list[str]:
    """What is left as it is: another's values, and things that outlive the stack."""
    return [
        *(
            f"- kept: {code(one['address'])} {code(one['path'])} (owned by {code(one['by'])})"
            for one in document.get("kept", ())
        ),
        *(
            f"- stays: {code(one['address'])} {code(one['name'])}"
            for one in document.get("retained", ())
        ),
    ]


def _section(action: str, title: str, some: list[Change], detail: Detail) -> Iterable[str]:
    if action == "delete":
        yield from (f"**{title}**", "")
        yield from fence("\n".join(_lines(some, Detail.NAMES)), "diff")
    elif detail == Detail.COUNTS:
        yield f"{title} (too many to name here)"
    else:
        yield from ("<details>", f"<summary>{title}</summary>", "")
        yield from fence("\n".join(_lines(some, detail)), "diff")
        yield from ("", "</details>")


def _lines(some: list[Change], detail: Detail) -> Iterable[str]:
    for change in some:
        notes = [f"[{change['effect']}]"] if change["effect"] not in text.HARMLESS else []
        notes += [] if change["reason"] in text.PLAIN_REASONS else [change["reason"]]
        head = " ".join((MARKS[change["action"]], change["address"], change["name"], *notes))
        yield " ".join(head.split())
        if detail.has_values(change):
            yield from map(_field, change["fields"])


def _field(field: Mapping[str, Any]) -> str:
    before, after = text.sides(field, _value)
    forced = "  # forces replacement" if field["forces"] else ""
    arrow = f"{before} -> {after}" if field["before"] is not None else after
    return f"      {field['path']}: {arrow}{forced}"


def _value(value: Any) -> str:
    words = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(words) > LONGEST_VALUE:
        half = LONGEST_VALUE // 2 - 1
        words = f"{words[:half]}…{words[-half:]}"
    return words
