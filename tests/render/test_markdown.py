"""Plans and reports as GitHub shows them, read by a CommonMark parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from provisioner.render import gfm, markdown
from tests.render.test_text import change, document, field

NASTY = "`````\n</details>\n@everyone [x](https://evil) | <!-- x -->\n```"
UPDATE = change(
    "update", "ecs.service/app", field("desiredCount", 1, 2), reason="differs", effect="rolling"
)
DELETE = change("delete", "elbv2.listener_rule/api", reason="no longer in the spec", name="prio 3")


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def fences(text: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == "fence"]


def markup(text: str) -> list[str]:
    """What is neither code nor plain words: HTML blocks, links, mentions."""
    found = [token.content.strip() for token in tokens(text) if token.type == "html_block"]
    for token in tokens(text):
        for child in token.children or ():
            if child.type not in {"text", "code_inline", "softbreak"}:
                found.append(child.tag or child.type)
            elif child.type == "text" and "@" in child.content:
                found.append(child.content)
    return found


def many(action: str, count: int, *, reason: str, value: str = "x" * 200) -> list[dict[str, Any]]:
    return [
        change(action, f"ecs.service/s{n}", field("a", None, value), reason=reason)
        for n in range(count)
    ]


def report(**facts: Any) -> dict[str, Any]:
    return {"result": "done", "steps": [], "outputs": {}, "retained": [], **facts}


def step(outcome: str, error: str | None = None) -> Mapping[str, Any]:
    return {"address": "ecs.service/app", "action": "update", "outcome": outcome, "error": error}


def test_a_plan_says_where_how_much_and_what() -> None:
    words = markdown.plan(document(UPDATE, DELETE, unchanged=3, update=1, delete=1))
    assert words.startswith("### `oaktree/dev` in `123456789012`, `eu-west-1`\n")
    assert "**Plan: 0 to add, 1 to change, 0 to replace, 1 to delete." in words
    assert "3 unchanged." in words
    gone, changed = fences(words)
    assert gone == "- elbv2.listener_rule/api prio 3 no longer in the spec\n"
    assert changed == "! ecs.service/app [rolling] differs\n      desiredCount: 1 -> 2\n"


def test_deletions_stand_before_the_fold_and_all_else_behind_it() -> None:
    words = markdown.plan(document(UPDATE, DELETE, update=1, delete=1))
    assert words.index("**To be deleted: 1**") < words.index("<details>")
    assert words.index("<details>") < words.index("ecs.service/app [rolling]")


def test_no_change_is_one_sentence() -> None:
    assert "No changes. Live infrastructure matches the spec." in markdown.plan(document())


def test_what_stays_and_what_somebody_else_keeps_is_said() -> None:
    kept = {"address": "ecs.service/app", "path": "desiredCount", "value": 4, "by": "autoscaling"}
    stays = {"address": "s3.bucket/logs", "name": "oaktree-logs", "reason": "retained"}
    words = markdown.plan({**document(), "kept": [kept], "retained": [stays]})
    assert "- kept: `ecs.service/app` `desiredCount` (owned by `autoscaling`)" in words
    assert "- stays: `s3.bucket/logs` `oaktree-logs`" in words


def test_a_hidden_value_stays_hidden() -> None:
    secret = field("environment.TOKEN", "old", "new", sensitive=True)
    words = markdown.plan(document(change("update", "ecs.task_definition/app", secret)))
    assert "environment.TOKEN: (hidden) -> (hidden)" in words


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (many("create", 3, reason="does not exist yet"), "a: "),
        (many("create", 400, reason="does not exist yet"), "ecs.service/s399"),
        (many("update", 400, reason="differs"), "ecs.service/s399"),
        (many("update", 5000, reason="differs"), "To be changed: 5000 (too many to name here)"),
        (many("delete", 900, reason="no longer in the spec"), "ecs.service/s899"),
    ],
)
def test_a_long_plan_loses_its_values_before_its_names(
    changes: list[dict[str, Any]], told: str
) -> None:
    words = markdown.plan(document(*changes))
    assert len(words) <= markdown.COMMENT_LIMIT
    assert told in words


def test_what_was_left_out_is_said() -> None:
    short = markdown.plan(document(*many("create", 3, reason="does not exist yet")))
    long = markdown.plan(document(*many("create", 400, reason="does not exist yet")))
    assert markdown.TOO_LONG not in short
    assert markdown.TOO_LONG in long


def test_deletions_are_named_even_where_nothing_else_has_room() -> None:
    rest = many("update", 5000, reason="differs")
    words = markdown.plan(document(*rest, DELETE))
    assert "- elbv2.listener_rule/api prio 3" in words


@pytest.mark.parametrize(
    "document_",
    [
        document(change("update", "a/b", field("x", NASTY, NASTY), reason=NASTY, name=NASTY)),
        document(change("delete", "a/b", reason=NASTY, name=NASTY)),
        {**document(), "warnings": [NASTY]},
        {**document(), "stack": NASTY},
    ],
)
def test_no_content_becomes_markup(document_: dict[str, Any]) -> None:
    ours = {"<details>\n<summary>To be changed: 1</summary>", "</details>", "strong"}
    assert set(markup(markdown.plan(document_))) <= ours | {"softbreak"}


@given(st.text(alphabet="`|<>@\\ \n*_a", max_size=40))
def test_inline_code_holds_anything(words: str) -> None:
    flat = re.sub(r"\s+", " ", words).strip()
    found = [
        child.content
        for token in tokens(gfm.code(words))
        for child in token.children or ()
        if child.type == "code_inline"
    ]
    assert found == ([flat] if flat else [])


@given(st.lists(st.text(alphabet="`~<>@ a", max_size=20), min_size=1, max_size=5))
def test_a_fence_holds_anything(lines: Iterable[str]) -> None:
    content = "\n".join(lines)
    assert fences("\n".join(gfm.fence(content))) == [
        "".join(f"{line}\n" for line in content.splitlines())
    ]


def test_a_report_says_what_failed_and_what_came_out() -> None:
    words = markdown.report(
        report(
            result="failed",
            steps=[step("done"), step("failed", "exit code 1\n```boom```")],
            outputs={"url": "http://x", "services": {"app": {"service_arn": "arn:a|b"}}},
        ),
        verb="apply",
    )
    assert words.startswith("### ❌ apply: failed, 1 of 2 steps\n")
    assert "- **failed** update `ecs.service/app`" in words
    assert fences(words) == ["exit code 1\n```boom```\n"]
    assert r"| `services.app.service_arn` | `arn:a\|b` |" in words


def test_a_report_that_is_too_long_loses_its_errors_but_no_step() -> None:
    steps = [step("failed", "x" * 1000)] * 100
    words = markdown.report(report(result="failed", steps=steps), verb="apply")
    assert len(words) <= markdown.COMMENT_LIMIT
    assert words.count("**failed**") == 100


def test_a_report_tells_why_a_deployment_failed() -> None:
    found: dict[str, Any] = {n: [] for n in ("tasks", "targets", "alarms", "events", "hints")}
    why = {
        "service": "web",
        "version": "",
        "first": "it crashed",
        "reason": "",
        "notes": [],
        **found,
    }
    rollouts = [{"post_mortem": None}, {"post_mortem": why}]
    words = markdown.report(report(result="not-serving", rollouts=rollouts), verb="apply")
    assert "\n### `web` does not serve\n\n`it crashed`\n" in words
