"""A task that is followed: its lines, and how it ends."""

from __future__ import annotations

from typing import Any, cast

from provisioner.deploy.lines import Line
from provisioner.deploy.once import LINES_COME_IN_SECONDS, Job, follow
from provisioner.engine.aws import Aws
from provisioner.engine.clock import Clock

LOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "x",
    },
}  # fmt: skip
JOB = Job("migrate", "c", "web:1", [{"name": "web", "logConfiguration": LOGS}], [], "sg-1")
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/c/1"


class Slow(Clock):
    """Does not wait, but knows how long it would have."""

    passed = 0.0

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Late:
    """An account in which a task has ended, and whose logs show it after a while."""

    def __init__(self, clock: Slow, code: int | None) -> None:
        self.clock, self.code, self.ended = clock, code, 0.5

    def client(self, _: str) -> Late:
        return self

    def describe_tasks(self, **_: Any) -> dict[str, Any]:
        over = self.clock.passed >= self.ended
        codes = {"exitCode": self.code} if over and self.code is not None else {}
        status = "STOPPED" if over else "RUNNING"
        one = {"taskArn": TASK, "lastStatus": status, "containers": [{"name": "web", **codes}]}
        return {"tasks": [{**one, "stoppedReason": "it was so" if over else ""}]}

    def pages(self, *_: str, **__: Any) -> list[dict[str, Any]]:
        stream = {"eventId": "1", "logStreamName": "x/web/1", "timestamp": 1, "message": "failed"}
        return [stream] if self.clock.passed >= self.ended + LINES_COME_IN_SECONDS else []


def followed(code: int | None) -> tuple[int | None, list[str], float]:
    clock, lines = Slow(), list[Line]()
    aws = cast("Aws", Late(clock, code))
    ended = follow(aws, JOB, TASK, clock=clock, since=0, tell=lines.append)
    return ended.exit_code, [line.message for line in lines], clock.passed


def test_the_last_lines_are_told_although_they_come_after_the_exit_code() -> None:
    code, lines, _ = followed(7)
    assert (code, lines) == (7, ["failed"])


def test_one_that_never_ran_has_none_to_wait_for() -> None:
    code, lines, seconds = followed(None)
    assert (code, lines) == (None, [])
    assert seconds < LINES_COME_IN_SECONDS
