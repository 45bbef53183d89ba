"""A deployment as a Slack message: counts and names, never values.

https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ICONS = {"success": "✅", "failure": "❌", "cancelled": "⏸️"}
VERBS = {"success": "succeeded", "failure": "failed", "cancelled": "was cancelled"}
LONGEST = 2900
"""Characters; Slack takes 3000 in a section."""
MOST_STEPS = 10


def message(
    status: str,
    *,
    title: str,
    context: Mapping[str, str],
    report: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The payload of an incoming webhook.

    `status` is success, failure or cancelled; `context` names who, what and links, in that order;
    `report` is what `apply --json` printed.
    """
    head = f"{ICONS[status]} {escape(title)} {VERBS[status]}"
    blocks = [_section(f"*{head}*")]
    if report:
        blocks.append(_section(_report(report)))
    if context:
        words = "  ·  ".join(f"{name}: {_link(value)}" for name, value in context.items())
        blocks.append({"type": "context", "elements": [_text(words)]})
    return {"text": head, "blocks": blocks}


def escape(words: str) -> str:
    """Words that Slack does not read as markup, mentions or links.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _report(report: Mapping[str, Any]) -> str:
    steps = report["steps"]
    done = sum(step["outcome"] == "done" for step in steps)
    lines = [f"result: *{escape(report['result'])}*, {done} of {len(steps)} steps done"]
    failed = [step for step in steps if step["outcome"] == "failed"]
    lines += [f"• {step['action']} `{escape(step['address'])}`" for step in failed[:MOST_STEPS]]
    if len(failed) > MOST_STEPS:
        lines.append(f"• and {len(failed) - MOST_STEPS} more")
    url = report["outputs"].get("url")
    if url:
        lines.append(_link(url))
    return "\n".join(lines)


def _link(value: str) -> str:
    """A link where it is one; `label|https://…` gives it a label."""
    label, _, address = value.rpartition("|")
    if not address.startswith(("http://", "https://")):
        return escape(value)
    return f"<{escape(address)}|{escape(label or address)}>"


def _section(words: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(words)}


def _text(words: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": words[:LONGEST]}
