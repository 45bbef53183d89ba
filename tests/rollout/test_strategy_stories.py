"""Blue/green, canary, pauses and alarms, from the spec to the verdict, the screen and the code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest

from provisioner.cli.carrying import RESULT_CODES
from provisioner.render import rollout as drawn
from provisioner.render import text
from provisioner.rollout.follow import proceed
from tests.rollout.conftest import BALANCED, CloudClock, Story, rollout

NOT_SERVING = 3
CANARY_PERCENT = 5
CANARY = "services.app.deployment={strategy: canary, step_bake_minutes: 2, bake_minutes: 1}"
PAUSED = (
    "services.app.deployment={strategy: blue-green, bake_minutes: 0, hooks:"
    " [{stages: POST_SCALE_UP, pause: true, timeout_minutes: 60}]}"
)
ALARMED = (
    "services.app.alarms=true",
    "services.app.deployment={strategy: blue-green, bake_minutes: 5, alarms: [5xx]}",
)


def spec(name: str) -> str:
    """A stack of its own: stories that go wrong leave others alone."""
    return BALANCED.replace("stack: balanced", f"stack: {name}")


def code(document: dict[str, Any]) -> int:
    json.dumps(document)
    return RESULT_CODES[document["result"]]


def ended(story: Story, name: str, tag: str, *settings: str) -> tuple[int, str, Any]:
    """The exit code, the last screen and the rollout of an apply."""
    document = story.apply(tag, *settings, spec=spec(name))
    return code(document), text.report(document, verb="apply"), rollout(document)


def shown(story: Story) -> list[str]:
    """Every line that the live view had."""
    return [line for event in story.heard if event.details for line in drawn.block(event.details)]


def answering(
    story: Story, action: Literal["CONTINUE", "ROLLBACK"]
) -> Callable[[dict[str, Any]], None]:
    """Somebody who answers the pause as soon as it waits."""

    def answer(details: dict[str, Any]) -> None:
        for hook in details["hooks"]:
            if hook["status"] == "AWAITING_ACTION":
                proceed(story.aws.writable(), details["deployment"], hook["id"], action)

    return answer


def interrupted_at_the_pause(story: Story, name: str) -> dict[str, Any]:
    """The second version waits at the pause, and nobody follows it any more."""
    story.answer = answering(story, "CONTINUE")
    assert ended(story, name, "1", PAUSED)[0] == 0

    def leave(details: dict[str, Any]) -> None:
        if any(hook["status"] == "AWAITING_ACTION" for hook in details["hooks"]):
            story.clock.stop()

    story.answer = leave
    document = story.apply("2", PAUSED, spec=spec(name))
    assert document["result"] == "interrupted"
    story.clock = CloudClock(story.endpoint)
    story.answer = lambda _: None
    return document


def test_teardown_at_a_pause_deletes_everything(story: Story) -> None:
    interrupted_at_the_pause(story, "leaving")
    stack = story.stack(spec("leaving"), "2", [PAUSED])
    report = stack.apply(stack.guard(stack.teardown_plan()))
    assert [(one.step.key, one.error) for one in report.outcomes if one.state != "done"] == []
    assert stack.teardown_plan().empty


def test_apply_at_a_pause_follows_it_again(story: Story) -> None:
    document = interrupted_at_the_pause(story, "resumed")
    story.answer = answering(story, "CONTINUE")
    exit_code, _, found = ended(story, "resumed", "2", PAUSED)
    assert (exit_code, found["verdict"]) == (0, "serving")
    assert found["deployment"] == rollout(document)["deployment"]


def test_another_version_at_a_pause_takes_the_place_of_the_one_that_waits(story: Story) -> None:
    interrupted_at_the_pause(story, "overtaken")
    story.answer = answering(story, "CONTINUE")
    exit_code, _, found = ended(story, "overtaken", "3", PAUSED)
    assert (exit_code, found["verdict"], found["new"]) == (0, "serving", "overtaken-task:3")
    assert story.stack(spec("overtaken"), "3", [PAUSED]).plan().empty


def test_a_canary_is_promoted_and_no_plan_meddles(story: Story) -> None:
    assert ended(story, "canary", "1", CANARY)[0] == 0
    meanwhile: list[Any] = []

    def plan(details: dict[str, Any]) -> None:
        if details["traffic"]["production"] == CANARY_PERCENT and not meanwhile:
            stack = story.stack(spec("canary"), "2", [CANARY])
            meanwhile.append(stack.plan_document(stack.plan()))

    story.answer, story.clock.stride = plan, 10
    exit_code, screen, found = ended(story, "canary", "2", CANARY)
    assert (exit_code, found["verdict"], found["strategy"]) == (0, "serving", "CANARY")
    assert "result: done" in screen
    lines = shown(story)
    assert any("5 % of production" in line for line in lines)
    (seen,) = meanwhile
    fields = [(one["address"], field["path"]) for one in seen["changes"] for field in one["fields"]]
    assert fields == [("ecs.service/app", "rollout")]
    assert any("100 % of production" in line for line in lines)


def test_a_canary_that_breaks_is_rolled_back(story: Story) -> None:
    assert ended(story, "broken", "1", CANARY)[0] == 0
    exit_code, screen, found = ended(story, "broken", "2--crash", CANARY)
    assert (exit_code, found["status"]) == (NOT_SERVING, "ROLLBACK_SUCCESSFUL")
    assert "result: not-serving" in screen
    assert f"{found['old']} serves again" in screen
    assert "| exiting with code 1" in screen


@pytest.mark.parametrize(
    ("action", "exit_code", "status"),
    [("CONTINUE", 0, "SUCCESSFUL"), ("ROLLBACK", NOT_SERVING, "ROLLBACK_SUCCESSFUL")],
)
def test_a_pause_ends_as_it_is_answered(
    story: Story, action: Literal["CONTINUE", "ROLLBACK"], exit_code: int, status: str
) -> None:
    name = f"pause-{action.lower()[:4]}"
    story.answer = answering(story, "CONTINUE")  # the first deployment waits, too
    assert ended(story, name, "1", PAUSED)[0] == 0
    story.answer = answering(story, action)
    ended_with, screen, found = ended(story, name, "2", PAUSED)
    assert (ended_with, found["status"]) == (exit_code, status)
    assert any("awaiting action" in line for line in shown(story))
    if action == "ROLLBACK":
        assert f"{found['old']} serves again" in screen


def test_an_alarm_of_the_service_turns_it_back(story: Story) -> None:
    assert ended(story, "alarmed", "1", *ALARMED)[0] == 0
    watch = story.client("cloudwatch")
    (alarm,) = watch.describe_alarms(AlarmNamePrefix="alarmed-5xx")["MetricAlarms"]

    def ring(details: dict[str, Any]) -> None:
        if details["stage"] == "BAKE_TIME":
            watch.set_alarm_state(
                AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="too many errors"
            )

    story.answer = ring
    exit_code, screen, found = ended(story, "alarmed", "2", *ALARMED)
    assert (exit_code, found["status"]) == (NOT_SERVING, "ROLLBACK_SUCCESSFUL")
    assert found["alarms"] == [alarm["AlarmName"]]
    assert f"alarms   {alarm['AlarmName']}: too many errors" in screen
