"""Why a task stops or does not start: stop codes, reasons, exit codes, last words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from provisioner.local.simulation.fate import WORDS
from provisioner.local.simulation.reasons import GIVES_UP_AFTER, NO_ECR, patience
from provisioner.local.simulation.script import filled
from provisioner.local.simulation.task import Container, Task

from .conftest import GROUP, Stage, World, settled

behaviour = pytest.mark.behaviour
NEVER = "stops none"
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"
ROLE = "arn:aws:iam::123456789012:role/web-execution"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"
EXITED = "Essential container in task exited"


class Real(World):
    """A world with images of ECR, a role, logs and a secret; `image` is another one."""

    image = ""

    def definition(self, arn: str) -> Mapping[str, Any]:
        logs = {"awslogs-group": "/web", "awslogs-region": "eu-west-1"}
        container = {
            "name": "web",
            "image": self.image or f"{ECR}:{arn}",
            "essential": True,
            "logConfiguration": {"logDriver": "awslogs", "options": logs},
            "secrets": [{"name": "DB", "valueFrom": f"{SECRET}:password::"}],
        }
        return {"executionRoleArn": ROLE, "containerDefinitions": [container]}


@pytest.fixture
def world() -> World:
    return Real()


def first(stage: Stage, tag: str, **request: Any) -> Task:
    """Return the first task of a service with that tag, once it has stopped."""
    stage.create(tag, desired=1, **request)
    task = stage.service.tasks[0]
    stage.until(lambda _: task.status == "STOPPED")
    return task


@pytest.mark.parametrize(
    ("tag", "code", "reason", "last"),
    [
        ("crash", 1, "", ["Error: something is not as it should be", "exiting with code 1"]),
        ("exit-3", 3, "", ["exiting with code 3"]),
        ("exit-0-after-90s", 0, "", ["exiting with code 0"]),
        ("oom", 137, "OutOfMemoryError: Container killed due to memory usage", []),
        ("wrong-arch", 255, "", ["exec /usr/local/bin/app: exec format error"]),
    ],
)
@behaviour(
    "ECS guide: stopped-task-error-codes",
    "What ends by itself is EssentialContainerExited, with exit code, reason and logs",
    NEVER,
)
def test_what_ends_by_itself(
    stage: Stage, tag: str, code: int, reason: str, last: list[str]
) -> None:
    task = first(stage, tag)
    (container,) = task.containers
    assert (task.stop_code, task.reason) == ("EssentialContainerExited", EXITED)
    assert (container.exit_code, container.reason) == (code, reason)
    assert stage.world.logs[1:] == last


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        (
            "missing",
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to"
            f" resolve ref {ECR}:missing: {ECR}:missing: not found",
        ),
        (
            "other-platform",
            "CannotPullContainerError: pull image manifest has been retried 7 time(s): image"
            " Manifest does not contain descriptor matching platform 'linux/amd64'",
        ),
        (
            "no-network",
            "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot"
            " pull registry auth from Amazon ECR: There is a connection issue between the task and"
            " Amazon ECR. Check your task network configuration.",
        ),
        (
            "no-pull-permission",
            "is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no"
            " identity-based policy allows the ecr:GetAuthorizationToken action",
        ),
        (
            "no-secrets-permission",
            f"failed to fetch secret {SECRET} from secrets manager: operation error Secrets"
            " Manager: GetSecretValue, https response error StatusCode: 400",
        ),
        (
            "no-logs-permission",
            "ResourceInitializationError: failed to validate logger args: create stream has been"
            " retried 1 times: failed to create Cloudwatch log stream",
        ),
    ],
)
@behaviour(
    "ECS guide: resource-initialization-error, task_cannot_pull_image",
    "What does not start is TaskFailedToStart, and the service's events say why",
    NEVER,
)
def test_what_does_not_start(stage: Stage, tag: str, words: str) -> None:
    task = first(stage, tag)
    assert task.stop_code == "TaskFailedToStart"
    assert words in task.reason
    assert "{" not in task.reason
    assert f"was unable to place a task. Reason: {task.reason}." in "".join(stage.messages)
    assert task.containers[0].exit_code is None
    assert stage.world.logs == []


def test_a_refused_role_is_named_as_its_session(stage: Stage) -> None:
    task = first(stage, "no-secrets-permission")
    session = f"arn:aws:sts::123456789012:assumed-role/web-execution/{task.id}"
    assert f"User: {session} is not authorized" in task.reason


def test_what_cannot_be_reached_is_waited_for(stage: Stage, world: World) -> None:
    world.cut_off = "no way: i/o timeout"
    task = first(stage, "ok")
    assert task.reason == "no way: i/o timeout"
    assert task.stamps["stoppingAt"] > GIVES_UP_AFTER
    assert patience("not found") == 0


@pytest.mark.parametrize(
    ("image", "ref", "url"),
    [
        ("nginx:no-network", "docker.io/library/nginx:no-network",
         "https://registry-1.docker.io/v2/library/nginx/manifests/no-network"),
        ("me/app:no-network", "docker.io/me/app:no-network",
         "https://registry-1.docker.io/v2/me/app/manifests/no-network"),
        ("ghcr.io/me/app:no-network", "ghcr.io/me/app:no-network",
         "https://ghcr.io/v2/me/app/manifests/no-network"),
    ],
)  # fmt: skip
def test_other_registries_are_named_as_they_are_asked(
    stage: Stage, image: str, ref: str, url: str
) -> None:
    assert isinstance(stage.world, Real)
    stage.world.image = image
    task = first(stage, "ok")
    assert f'failed to resolve ref {ref}: failed to do request: Head "{url}"' in task.reason


@pytest.mark.parametrize(("tag", "path"), [("status-404", "/"), ("status-500", "/")])
@behaviour(
    "ECS guide: service-event-messages-list", "A failed health check is told with its code", NEVER
)
def test_a_failed_check_is_told(
    stage: Stage, balanced: dict[str, Any], tag: str, path: str
) -> None:
    task = first(stage, tag, **balanced)
    code = tag.removeprefix("status-")
    assert task.reason == f"Task failed ELB health checks in (target-group {GROUP})"
    told = f"due to (reason Health checks failed with these codes: [{code}])"
    assert told in "".join(stage.messages)
    assert f"GET {path} {code}" in stage.world.logs


@behaviour(
    "ECS guide: service-event-messages-list",
    "Without Fargate capacity a service tells so, and tries again",
    "always has some",
)
def test_no_capacity_is_an_event_and_no_task(stage: Stage) -> None:
    stage.create("no-capacity--only-2-times", desired=2)
    assert stage.service.tasks == []
    assert stage.messages == [
        "(service web) was unable to place a task. Reason: Capacity is unavailable at this time."
        " Please try again later or in a different availability zone."
    ]
    assert stage.last.failed == 0
    stage.until(settled)
    assert len(stage.running) == 2


@behaviour(
    "ECS guide: fargate-capacity-providers", "Spot that is not there is not replaced", "knows none"
)
def test_spot_alone_may_be_missing(stage: Stage) -> None:
    half = [
        {"capacityProvider": "FARGATE", "base": 1, "weight": 0},
        {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 1},
    ]
    stage.create("no-spot", desired=3, capacityProviderStrategy=half)
    stage.after(300)
    assert [task.provider for task in stage.running] == ["FARGATE"]


@behaviour(
    "ECS guide: fargate-capacity-providers",
    "A Spot interruption stops a task by SIGTERM, within two minutes",
    NEVER,
)
def test_spot_takes_a_task_back(stage: Stage, balanced: dict[str, Any]) -> None:
    task = first(stage, "spot-after-60s--only-1-times", **balanced)
    assert (task.stop_code, task.reason) == ("SpotInterruption", "Your Spot Task was interrupted.")
    assert task.containers[0].exit_code == 0
    assert task.stamps["executionStoppedAt"] - task.stamps["stoppingAt"] <= 120
    assert "SIGTERM, bye" in stage.world.logs


def test_every_example_is_a_word_of_its_own() -> None:
    for word in WORDS:
        last = word.example.split("--")[-1]
        assert re.fullmatch(word.pattern, last), word.example


def test_a_region_is_read_from_the_image() -> None:
    container = Container("web", f"{ECR}:1", None, {}, fate=None)  # type: ignore[arg-type]  # not read
    assert "https://api.ecr.eu-west-1.amazonaws.com/" in filled(NO_ECR, {}, container)
