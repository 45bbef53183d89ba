"""A task that must have run: what is tried again, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws
from provisioner.engine.model import Live
from provisioner.errors import StepFailed
from provisioner.resources.ecs import _once
from provisioner.resources.ecs._once import TRIES, WHERE

ROLE = "ECS was unable to assume the role 'arn:aws:iam::1:role/a' that was provided for this task."
WANT = {
    WHERE: {"Cluster": "c", "Subnets": ["subnet-1"], "Group": "sg-1"},
    "containerDefinitions": [{"name": "web"}],
}
LIVE = Live("ecs.task_definition", "arn:1", {}, {}, {})


class Ecs:
    """Refuses so many times, then runs a task that ends with this code."""

    def __init__(self, words: str, times: int, code: int = 0) -> None:
        self.words, self.times, self.ran, self.code = words, times, 0, code
        self.left: list[dict[str, Any]] = []
        """Tasks that run already."""
        self.seen: list[str] = []

    def run_task(self, **_: Any) -> dict[str, Any]:
        if self.times:
            self.times -= 1
            error = {"Code": "ClientException", "Message": self.words}
            raise ClientError({"Error": error}, "RunTask")
        self.ran += 1
        return {"tasks": [{"taskArn": "task/1"}]}

    def describe_tasks(self, *, tasks: list[str], **_: Any) -> dict[str, Any]:
        if self.left and tasks == [task["taskArn"] for task in self.left]:
            return {"tasks": self.left}
        self.seen = tasks
        ended = {"name": "web", "exitCode": self.code}
        arns = {"taskArn": tasks[0], "clusterArn": "cluster/c"}
        return {"tasks": [{**arns, "lastStatus": "STOPPED", "containers": [ended]}]}

    def tag_resource(self, **_: Any) -> None:
        """It is remembered."""


class Connection:
    """What `pending` needs of an `Aws`."""

    def __init__(self, ecs: Ecs) -> None:
        self._ecs = ecs
        self._answers: dict[Hashable, Any] = {}

    def client(self, _: str) -> Ecs:
        return self._ecs

    def pages(self, *_: str, desiredStatus: str, **__: Any) -> list[str]:  # noqa: N803  AWS's name
        left = [task for task in self._ecs.left if task["desiredStatus"] == desiredStatus]
        return [str(task["taskArn"]) for task in left]

    @property
    def endpoint(self) -> str:
        return ""

    def once(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]


def connection(ecs: Ecs) -> Aws:
    return cast("Aws", Connection(ecs))


def pending(aws: Aws) -> str:
    return _once.pending(aws, LIVE, WANT, lambda: False)


def test_a_role_that_is_too_new_is_waited_for() -> None:
    ecs = Ecs(ROLE, 2)
    aws = connection(ecs)
    for _ in range(2):
        assert pending(aws) == f"AWS says not yet: {ROLE}"
    assert pending(aws) == ""
    assert ecs.ran == 1


@pytest.mark.parametrize(("words", "tries"), [(ROLE, TRIES), ("TaskDefinition is inactive", 0)])
def test_what_stays_refused_is_told(words: str, tries: int) -> None:
    aws = connection(Ecs(words, TRIES + 1))
    for _ in range(tries):
        assert pending(aws)
    with pytest.raises(ClientError, match=words[:20]):
        pending(aws)


@pytest.mark.parametrize(
    ("definition", "by", "ran"),
    [
        ("arn:1", _once.STARTED_BY, 0),
        ("arn:0", _once.STARTED_BY, 1),
        ("arn:1", "somebody", 1),
    ],
)
def test_what_an_interrupted_run_left_behind_is_followed(
    definition: str, by: str, ran: int
) -> None:
    ecs = Ecs("", 0)
    task = {"taskArn": "task/0", "taskDefinitionArn": definition, "startedBy": by}
    task["desiredStatus"] = "RUNNING"
    ecs.left = [task, {**task, "taskArn": "task/00", "startedBy": "another"}]
    assert pending(connection(ecs)) == ""
    assert (ecs.ran, ecs.seen) == (ran, ["task/1" if ran else "task/0"])


def test_the_last_lines_of_one_that_failed_are_given_time_to_come_in() -> None:
    aws = connection(Ecs("", 0, code=7))
    assert pending(aws) == "task 1 has exited with 7"
    with pytest.raises(StepFailed, match="task 1 exited with 7"):
        pending(aws)
