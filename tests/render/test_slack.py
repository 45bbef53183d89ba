"""Messages as Slack takes them."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.render import slack

REPORT = {
    "result": "failed",
    "steps": [
        {"action": "create", "address": "ecs.cluster/main", "outcome": "done", "error": None},
        {"action": "update", "address": "ecs.service/app", "outcome": "failed", "error": "s3cret"},
    ],
    "outputs": {"url": "https://shop.example"},
}


def words(message: dict[str, Any]) -> list[str]:
    return [
        part["text"]
        for block in message["blocks"]
        for part in (block.get("elements") or [block["text"]])
    ]


@pytest.mark.parametrize(
    ("status", "head"),
    [
        ("success", "✅ oaktree prod succeeded"),
        ("failure", "❌ oaktree prod failed"),
        ("cancelled", "⏸️ oaktree prod was cancelled"),
    ],
)
def test_the_first_line_says_how_it_went(status: str, head: str) -> None:
    message = slack.message(status, title="oaktree prod", context={})
    assert message["text"] == head
    assert words(message) == [f"*{head}*"]


def test_a_report_gives_counts_failed_steps_and_the_address_but_no_values() -> None:
    message = slack.message("failure", title="x", context={}, report=REPORT)
    assert words(message)[1] == (
        "result: *failed*, 1 of 2 steps done\n"
        "• update `ecs.service/app`\n"
        "<https://shop.example|https://shop.example>"
    )
    assert "s3cret" not in str(message)


def test_who_and_where_stand_below_as_links_where_they_are_ones() -> None:
    context = {"by": "ada", "commit": "abc1234|https://host/commit/abc1234"}
    message = slack.message("success", title="x", context=context)
    assert words(message)[-1] == "by: ada  ·  commit: <https://host/commit/abc1234|abc1234>"


def test_nobody_is_mentioned_and_nothing_linked_by_a_name() -> None:
    message = slack.message("success", title="<!channel> & <https://evil|x>", context={})
    assert message["text"] == "✅ &lt;!channel&gt; &amp; &lt;https://evil|x&gt; succeeded"


def test_many_failed_steps_are_counted() -> None:
    steps = [REPORT["steps"][1]] * 12  # type: ignore[index]
    message = slack.message("failure", title="x", context={}, report={**REPORT, "steps": steps})
    assert "• and 2 more" in words(message)[1]
