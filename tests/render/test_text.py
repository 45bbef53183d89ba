"""Plans as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import click
import pytest

from provisioner.render import text

HEAD = {"stack": "oaktree/dev", "account": "123456789012", "region": "eu-west-1"}
TITLE = "provisioner plan  stack=oaktree/dev account=123456789012 region=eu-west-1"
GROUP_ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/oaktree-tg-dev/1"


def field(path: str, before: Any, after: Any, **facts: bool) -> dict[str, Any]:
    plain = {"sensitive": False, "known": True, "forces": False}
    return {"path": path, "before": before, "after": after, **plain, **facts}


def change(
    action: str,
    address: str,
    *fields: Mapping[str, Any],
    reason: str = "does not exist yet",
    effect: str = "none",
    name: str = "",
    replaces: str | None = None,
) -> dict[str, Any]:
    return {
        "action": action,
        "address": address,
        "reason": reason,
        "effect": effect,
        "name": name,
        "replaces": replaces,
        "fields": list(fields),
    }


def document(*changes: Mapping[str, Any], unchanged: int = 0, **counts: int) -> dict[str, Any]:
    summary = {"create": 0, "update": 0, "replace": 0, "delete": 0, **counts}
    return {
        **HEAD,
        "changes": list(changes),
        "unchanged": unchanged,
        "summary": summary,
        "retained": [],
    }


def golden(words: str) -> str:
    return dedent(words).strip("\n")


CREATE = document(
    change("create", "ecs.cluster/main", field("clusterName", None, "c"), name="oaktree-cluster"),
    change("create", "elbv2.listener/http"),
    create=2,
)
CREATED = """
    provisioner plan  stack=oaktree/dev account=123456789012 region=eu-west-1

      + ecs.cluster/main     oaktree-cluster
      + elbv2.listener/http

    Plan: 2 to add, 0 to change, 0 to replace, 0 to delete.
"""
CREATED_IN_FULL = """
    provisioner plan  stack=oaktree/dev account=123456789012 region=eu-west-1

      + ecs.cluster/main     oaktree-cluster
            clusterName: c
      + elbv2.listener/http

    Plan: 2 to add, 0 to change, 0 to replace, 0 to delete.
"""
UPDATE = document(
    change(
        "update",
        "ecs.service/app",
        field("desiredCount", 1, 2),
        field("taskDefinition", "arn:1", "${ecs.task_definition/app.Arn}", known=False),
        field("environment", None, {"B": [True, None], "A": "x"}),
        field("kmsKeyId", "key", None),
        field("body", "hello", ""),
        field("secret", "old", "new", sensitive=True),
        reason="desiredCount, taskDefinition differ",
        effect="rolling",
        name="oaktree-service-dev",
    ),
    unchanged=12,
    update=1,
)
UPDATED = """
    provisioner plan  stack=oaktree/dev account=123456789012 region=eu-west-1

      ~ ecs.service/app  oaktree-service-dev  desiredCount, taskDefinition differ  [rolling]
            desiredCount: 1 -> 2
            taskDefinition: arn:1 -> (known after apply)
            environment: {"A": "x", "B": [true, null]}
            kmsKeyId: key -> null
            body: hello -> ""
            secret: (hidden) -> (hidden)
      = 12 unchanged

    Plan: 0 to add, 1 to change, 0 to replace, 0 to delete. New tasks for ecs.service/app.
"""
REPLACE = document(
    change(
        "create",
        "elbv2.target_group/app",
        field("Name", "oaktree-tg-dev", "oaktree-tg-dev-0a1b2c"),
        field("Port", 5000, 6000, forces=True),
        reason="Port cannot be changed in place",
        name="oaktree-tg-dev-0a1b2c",
        replaces=GROUP_ARN,
    ),
    change(
        "delete",
        "elbv2.target_group/app",
        reason="superseded",
        name="oaktree-tg-dev",
        replaces=GROUP_ARN,
    ),
    change(
        "update",
        "elbv2.listener/http",
        field("DefaultActions.0.TargetGroupArn", GROUP_ARN, "${x}", known=False),
        reason="DefaultActions differs",
        effect="in-place",
    ),
    update=1,
    replace=1,
)
REPLACED = """
    provisioner plan  stack=oaktree/dev account=123456789012 region=eu-west-1

    -/+ elbv2.target_group/app  oaktree-tg-dev-0a1b2c  Port cannot be changed in place
            Name: oaktree-tg-dev -> oaktree-tg-dev-0a1b2c
            Port: 5000 -> 6000  # forces replacement
      ~ elbv2.listener/http  DefaultActions differs
            DefaultActions.0.TargetGroupArn: targetgroup/oaktree-tg-dev/1 -> (known after apply)
      - elbv2.target_group/app  oaktree-tg-dev  superseded

    Plan: 0 to add, 1 to change, 1 to replace, 0 to delete.
"""
DELETE = document(
    change("delete", "ecs.service/app", reason="teardown", effect="destroys", name="service"),
    change(
        "delete",
        "logs.log_group/app",
        reason="no longer in the spec",
        effect="destroys-data",
        name="/ecs/oaktree-dev",
    ),
    delete=2,
)
DELETED = """
    provisioner plan  stack=oaktree/dev account=123456789012 region=eu-west-1

      - ecs.service/app     service
      - logs.log_group/app  /ecs/oaktree-dev  no longer in the spec

    Plan: 0 to add, 0 to change, 0 to replace, 2 to delete. Data is lost: logs.log_group/app.
"""
UNCHANGED = """
    provisioner plan  stack=oaktree/dev account=123456789012 region=eu-west-1

    No changes. Live infrastructure matches the spec.
"""
PLANS: dict[str, tuple[dict[str, Any], str]] = {
    "create": (CREATE, CREATED),
    "update": (UPDATE, UPDATED),
    "replace": (REPLACE, REPLACED),
    "delete": (DELETE, DELETED),
    "no changes": (document(unchanged=17), UNCHANGED),
}


@pytest.mark.parametrize(("plan", "expected"), PLANS.values(), ids=PLANS)
def test_a_plan(plan: dict[str, Any], expected: str) -> None:
    assert click.unstyle(text.plan(plan)) == golden(expected)


def test_a_plan_in_full_shows_what_new_things_get() -> None:
    assert click.unstyle(text.plan(CREATE, full=True)) == golden(CREATED_IN_FULL)


def test_additions_are_green_changes_yellow_and_deletions_red() -> None:
    assert "\x1b[32m  + ecs.cluster/main" in text.plan(CREATE)
    assert "\x1b[33m  ~ ecs.service/app" in text.plan(UPDATE)
    assert "\x1b[31m  - ecs.service/app" in text.plan(DELETE)
    assert "\x1b[32m-/+ elbv2.target_group/app" in text.plan(REPLACE)
    assert "\x1b[31m  # forces replacement\x1b[0m" in text.plan(REPLACE)


def test_a_plan_does_not_depend_on_being_the_engines_own() -> None:
    """A saved plan of yesterday can be drawn today."""
    later = {**CREATE, "format_version": 1, "environment": None, "unheard_of": True}
    assert text.plan(later) == text.plan(CREATE)


@pytest.mark.parametrize(
    "drawn", [text.plan(UPDATE), text.plan(REPLACE)], ids=["update", "replace"]
)
def test_colours_are_there_and_can_be_taken_out(drawn: str) -> None:
    assert "\x1b[" in drawn
    assert "\x1b" not in click.unstyle(drawn)


SHORT = {
    "text": ("a", "a"),
    "nothing": (None, "null"),
    "an empty text": ("", '""'),
    "a truth": (True, "true"),
    "a mapping by name": ({"b": 1, "a": [2]}, '{"a": [2], "b": 1}'),
    "an ARN by its last part": (GROUP_ARN, "targetgroup/oaktree-tg-dev/1"),
    "something like an ARN": ("arn:aws:x", "arn:aws:x"),
    "as long as it may be": ("x" * 72, "x" * 72),
    "too long, cut in the middle": ("a" * 60 + "b" * 60, "a" * 35 + "…" + "b" * 35),
}


@pytest.mark.parametrize(("value", "expected"), SHORT.values(), ids=SHORT)
def test_values_are_shown_on_one_line(value: Any, expected: str) -> None:
    line = click.unstyle(text.plan(document(change("update", "a/b", field("X", None, value)))))
    assert f"X: {expected}" in line.splitlines()[3]
    assert line.splitlines()[3].endswith(expected)
