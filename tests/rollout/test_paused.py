"""A deployment that waits at a PAUSE hook: answered, and followed to its end."""

from __future__ import annotations

import pytest

from provisioner.api import Stack
from provisioner.deploy import paused, steps
from provisioner.errors import PlanError
from tests.rollout.conftest import BALANCED, CloudClock, Story, rollout

FIRST = (
    BALANCED.replace("stack: balanced", "stack: paused")
    + """    deployment:
      strategy: blue-green
      bake_minutes: 0
"""
)
SPEC = FIRST + "      hooks: [{stages: PRE_PRODUCTION_TRAFFIC_SHIFT, pause: true}]\n"


def waiting(story: Story, tag: str) -> tuple[Stack, paused.Paused]:
    """A stack whose deployment waits, and where."""
    stack = story.stack(SPEC, tag)
    story.clock.after(400, story.clock.stop)
    assert rollout(stack.report_document(story.run(stack)))["verdict"] == "waiting"
    story.clock = CloudClock(story.endpoint)
    stack = story.stack(SPEC, tag)
    (found,) = paused.find(stack.aws, stack.services())
    return stack, found


def test_it_goes_on_or_back_as_it_is_told(story: Story) -> None:
    story.apply("1", spec=FIRST)
    stack, one = waiting(story, "2")
    assert one.words.startswith(f"{one.rollout.new} waits at ")
    paused.answer(stack.aws.writable(), one, "CONTINUE")
    document = stack.report_document(
        stack.apply(stack.by_hand([one.place], [steps.wait(one.place)]))
    )
    assert (document["result"], rollout(document)["verdict"]) == ("done", "serving")
    with pytest.raises(PlanError, match=r"no deployment waits for an answer:\n  ecs.service/app: "):
        paused.find(stack.aws, stack.services())

    stack, one = waiting(story, "3")
    paused.answer(stack.aws.writable(), one, "ROLLBACK")
    back = stack.by_hand([one.place], [steps.turned(one.place)])
    document = stack.report_document(stack.apply(back))
    found = rollout(document)
    assert (document["result"], found["status"]) == ("done", "ROLLBACK_SUCCESSFUL")
