"""Reports, outputs and status as people see them."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import click
import pytest

from provisioner.render import text


def golden(words: str) -> str:
    return dedent(words).strip("\n")


def step(address: str, outcome: str, error: str | None = None) -> dict[str, Any]:
    return {
        "address": address,
        "action": "create",
        "outcome": outcome,
        "seconds": 1.0,
        "error": error,
    }


DONE = {
    "result": "done",
    "steps": [step("ecs.cluster/main", "done"), step("ecs.service/app", "done")],
    "retained": [],
    "outputs": {
        "url": "http://oaktree.example",
        "services": {"app": {"service_arn": "arn:aws:ecs:…:service/app"}},
    },
}
PARTLY = {
    "result": "partial",
    "steps": [
        step("ecs.cluster/main", "done"),
        step("ecs.service/app", "failed", "CreateService: Invalid\nsecond line"),
        step("elbv2.listener/http", "skipped", "needs create ecs.service/app, which is failed"),
        step("ecr.repository/app", "interrupted", "stopped while waiting"),
    ],
    "retained": [
        {"address": "s3.bucket/logs", "name": "oaktree-alb-logs", "reason": "it is tagged a=b"}
    ],
    "outputs": {},
}
REPORTS: dict[str, tuple[dict[str, Any], str]] = {
    "done": (
        DONE,
        """
        apply: 2 of 2 steps done, result: done.

        Outputs:
          url                       http://oaktree.example
          services.app.service_arn  arn:aws:ecs:…:service/app
        """,
    ),
    "partly": (
        PARTLY,
        """
          FAILED      create ecs.service/app
              CreateService: Invalid
              second line
          skipped     create elbv2.listener/http
              needs create ecs.service/app, which is failed
          interrupted create ecr.repository/app
              stopped while waiting
        apply: 1 of 4 steps done, result: partial.
          = s3.bucket/logs  oaktree-alb-logs  stays: it is tagged a=b
        """,
    ),
    "nothing to do": (
        {"result": "done", "steps": [], "retained": [], "outputs": {}},
        "apply: 0 of 0 steps done, result: done.",
    ),
}


@pytest.mark.parametrize(("report", "expected"), REPORTS.values(), ids=REPORTS)
def test_a_report(report: dict[str, Any], expected: str) -> None:
    lines = click.unstyle(text.report(report, verb="apply")).splitlines()
    wanted = golden(expected).rstrip().splitlines()
    assert [line.rstrip() for line in lines] == wanted


def test_a_failure_is_red() -> None:
    assert "\x1b[31mFAILED" in text.report(PARTLY, verb="apply")


def test_outputs_can_stand_alone() -> None:
    assert click.unstyle(text.outputs({"url": "http://x"})) == "Outputs:\n  url  http://x"
    assert click.unstyle(text.outputs({"arn": None})) == "Outputs:\n  arn  unknown"
    assert click.unstyle(text.outputs({"ids": ["a", "b"]})) == "Outputs:\n  ids  a, b"
    assert text.outputs({}) == ""


ROLLING: dict[str, Any] = {
    "verdict": "waiting", "status": "IN_PROGRESS", "strategy": "ROLLING", "stage": "SCALE_UP",
    "old": "oaktree:6", "new": "oaktree:7",
    "tasks": {"desired": 2, "pending": 1, "running": 1, "healthy": None, "failed": 0},
    "circuit_breaker": None, "traffic": {"production": None, "test": None},
    "targets": {"healthy": 1, "initial": 1}, "target_reasons": [], "hooks": [], "alarms": [],
    "missing": "1 of 2 tasks run", "reason": None, "event": "the newest",
}  # fmt: skip
STATUS: dict[str, Any] = {
    "stack": "oaktree/dev",
    "account": "123456789012",
    "region": "eu-west-1",
    "services": {
        "app": {
            "running": 1,
            "desired": 2,
            "rollout": "IN_PROGRESS",
            "task_definition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/oaktree:7",
            "deployment": ROLLING,
            "events": [
                {"when": "2026-01-02T03:04:05+00:00", "message": "the oldest"},
                {"when": "2026-01-02T03:05:05+00:00", "message": "the newest"},
            ],
        },
        "worker": {
            "running": 0,
            "desired": 0,
            "rollout": "",
            "task_definition": "worker:1",
            "deployment": {
                **ROLLING,
                "tasks": dict.fromkeys(ROLLING["tasks"]),
                "targets": {},
                "old": None,
                "new": None,
                "stage": None,
                "status": "COMPLETED",
            },
            "events": [],
        },
    },
    "resources": [
        {
            "address": "ecs.cluster/main",
            "id": "arn:aws:ecs:eu-west-1:123456789012:cluster/oaktree-cluster-dev",
        },
        {"address": "iam.role/app-task", "id": "oaktree-task"},
    ],
    "missing": ["elbv2.listener/http"],
    "outputs": {"url": "http://oaktree.example"},
}


def test_status_is_one_screen() -> None:
    assert click.unstyle(text.status(STATUS)) == golden(
        """
        provisioner status  stack=oaktree/dev account=123456789012 region=eu-west-1

          app              1/2 running   in_progress   task-definition/oaktree:7
              rolling   oaktree:6 → oaktree:7   scale up
              tasks     desired 2  pending 1  running 1  failed 0
              targets   1 healthy, 1 initial
              events    03:04:05  the oldest
                        03:05:05  the newest

          worker           0/0 running   -   worker:1
              rolling   completed

          = ecs.cluster/main     cluster/oaktree-cluster-dev
          = iam.role/app-task    oaktree-task
          ! elbv2.listener/http  missing

        Outputs:
          url  http://oaktree.example
        """
    )


def test_status_of_nothing_says_so() -> None:
    empty = {**STATUS, "services": {}, "resources": [], "outputs": {}}
    assert click.unstyle(text.status(empty)).splitlines()[2:] == ["Nothing of this stack exists."]


@pytest.mark.parametrize(
    "drawn", [text.report(PARTLY, verb="x"), text.status(STATUS)], ids=["report", "status"]
)
def test_colours_are_there_and_can_be_taken_out(drawn: str) -> None:
    assert "\x1b[" in drawn
    assert "\x1b" not in click.unstyle(drawn)
