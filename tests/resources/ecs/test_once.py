"""A task that must have run: what is tried again, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws
from provisioner.engine.model import Live
from provisioner.resources.ecs import _once
from provisioner.resources.ecs._once import TRIES, WHERE

ROLE = "ECS was unable to assume the role 'arn:aws:iam::1:role/a' that was provided for this task."
WANT = {
    WHERE: {"Cluster": "c", "Subnets": ["subnet-1"], "Group": "sg-1"},
    "containerDefinitions": [{"name": "web"}],
}
LIVE = Live("ecs.task_definition", "arn:1", {}, {}, {})


class Ecs:
    """Refuses so many times, then runs a task that goes well."""

    def __init__(self, words: str, times: int) -> None:
        self.words, self.times, self.ran = words, times, 0

    def run_task(self, **_: Any) -> dict[str, Any]:
        if self.times:
            self.times -= 1
            error = {"Code": "ClientException", "Message": self.words}
            raise ClientError({"Error": error}, "RunTask")
        self.ran += 1
        return {"tasks": [{"taskArn": "task/1"}]}

    def describe_tasks(self, **_: Any) -> dict[str, Any]:
        ended = {"lastStatus": "STOPPED", "containers": [{"name": "web", "exitCode": 0}]}
        return {"tasks": [ended]}

    def tag_resource(self, **_: Any) -> None:
        """It is remembered."""


class Connection:
    """What `pending` needs of an `Aws`."""

    def __init__(self, ecs: Ecs) -> None:
        self._ecs = ecs
        self._answers: dict[Hashable, Any] = {}

    def client(self, _: str) -> Ecs:
        return self._ecs

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
