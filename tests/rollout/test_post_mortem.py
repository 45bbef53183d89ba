"""What is gathered of a failed deployment, and what is told where some of it may not be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.engine.document import HIDDEN
from provisioner.rollout.follow import Watched
from provisioner.rollout.logs import LONGEST, clean, tail
from provisioner.rollout.patience import extra_seconds
from provisioner.rollout.post_mortem import EVENTS_SHOWN, explain, gather
from provisioner.rollout.state import Rollout
from tests.rollout.fakes import ARN, NEW, OLD, Fake, at, service
from tests.support.aws import refusal

WATCHED = Watched(f"{ARN}:cluster/c", "web", "ecs-svc/2", NEW)
FAILED = Rollout(
    WATCHED.cluster, "web", "not-serving", "ROLLBACK_SUCCESSFUL", number="2", new="web:2",
    old="web:1", reason="the circuit breaker", since=at(2),
)  # fmt: skip
LOGGED = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/ecs/web", "awslogs-stream-prefix": "ecs", "awslogs-region": "eu-west-1"
    },
}  # fmt: skip
CONTAINER = {
    "name": "web",
    "image": "web:2",
    "logConfiguration": LOGGED,
    "environment": [
        {"name": "DB_PASSWORD", "value": "hunter22"},
        {"name": "MODE", "value": "production"},
    ],
}
DEFINITION = {
    "taskDefinition": {
        "taskDefinitionArn": NEW,
        "memory": "512",
        "executionRoleArn": "arn:aws:iam::1:role/exec",
        "containerDefinitions": [CONTAINER],
    }
}


def task(identifier: str, minute: float = 3, **more: Any) -> dict[str, Any]:
    return {
        "taskArn": f"{ARN}:task/c/{identifier}",
        "taskDefinitionArn": NEW,
        "startedBy": "ecs-svc/2",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "startedAt": at(minute - 1),
        "stoppingAt": at(minute),
        "stoppedAt": at(minute + 1),
        "containers": [{"name": "web", "exitCode": 3}],
        **more,
    }


TASKS = [
    task("second", 4),
    task("first", 3),
    task("normal", 2, stoppedReason="Scaling activity initiated by (deployment ecs-svc/1)"),
    task("old", 1, startedBy="ecs-svc/1", taskDefinitionArn=OLD),
    task("unhealthy", 5, stopCode="ServiceSchedulerInitiated",
         stoppedReason="Task failed ELB health checks in (target-group web)",
         containers=[{"name": "web", "exitCode": 0}]),
]  # fmt: skip
EVENTS = [
    {"message": "newest", "createdAt": at(6)},
    {"message": "newest", "createdAt": at(5)},
    {"message": "with it", "createdAt": at(2)},
    {"message": "before it", "createdAt": at(1)},
]


def aws(**answers: Any) -> Any:
    """Everything can be read, but for what is said otherwise."""
    every: dict[str, Any] = {
        "describe_services": {"services": [service(events=EVENTS)]},
        "list_tasks": {"taskArns": ["a"]},
        "describe_tasks": {"tasks": TASKS},
        "describe_task_definition": DEFINITION,
        "get_log_events": {"events": [{"message": "pw is hunter22\n"}, {"message": "bye"}]},
    }
    return Fake(**{**every, **answers})


def test_it_tells_what_failed_first_and_each_way_once() -> None:
    found = gather(aws(), WATCHED, FAILED)
    assert [(one.id, one.like, one.lived) for one in found.tasks] == [
        ("first", 2, "60 s"), ("unhealthy", 1, "60 s"),
    ]  # fmt: skip
    assert found.first == "task first: web exited with 3, and 1 more like it"
    assert found.events == ("with it", "newest")
    assert {hint.id for hint in found.hints} == {"health", "crash"}
    assert found.notes == ()


COMES_AND_GOES = [
    {"message": f"(service web) {words}", "createdAt": at(6)}
    for number in range(20)
    for words in (
        f"deregistered 1 targets in (target-group {number})",
        "has begun draining connections on 1 tasks.",
        f"has stopped 1 running tasks: (task {number}).",
        f"registered 1 targets in (target-group {number})",
        f"has started 1 tasks: (task {number}).",
    )
]


def test_tasks_that_come_and_go_do_not_bury_the_event_that_says_why() -> None:
    events = [*COMES_AND_GOES, *EVENTS]
    found = gather(aws(describe_services={"services": [service(events=events)]}), WATCHED, FAILED)
    assert found.events == ("with it", "newest")


def test_where_no_event_says_why_those_that_there_are_are_shown() -> None:
    only = aws(describe_services={"services": [service(events=COMES_AND_GOES)]})
    assert len(gather(only, WATCHED, FAILED).events) == EVENTS_SHOWN


def test_log_lines_hide_what_is_known_to_be_a_credential() -> None:
    (container,) = gather(aws(), WATCHED, FAILED).tasks[0].containers
    assert container.log == (f"pw is {HIDDEN}", "bye")


def test_log_lines_are_those_of_the_dead_container() -> None:
    asked: list[dict[str, Any]] = []

    def answer(**arguments: Any) -> dict[str, Any]:
        asked.append(arguments)
        return {"events": []}

    gather(aws(get_log_events=answer), WATCHED, FAILED)
    assert asked[0] == {
        "logGroupName": "/ecs/web", "logStreamName": "ecs/web/first", "limit": 20,
        "startFromHead": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "hint"),
    [((1, 0), "crash"), ((1, 137), "crash"), ((143, 0), "ended"), ((137, None), "killed")],
)
def test_containers_that_were_stopped_beside_it_tell_nothing(
    codes: tuple[int, int | None], hint: str
) -> None:
    containers = [
        {"name": name, **({} if code is None else {"exitCode": code})}
        for name, code in zip(("web", "beside"), codes, strict=True)
    ]
    found = gather(
        aws(describe_tasks={"tasks": [task("a", containers=containers)]}), WATCHED, FAILED
    )
    assert [one.id for one in found.hints] == [hint]


DENIED = refusal("AccessDeniedException")
PARTS: dict[str, tuple[dict[str, Any], str]] = {
    "the service": ({"describe_services": DENIED}, "ecs:DescribeServices: AccessDeniedException"),
    "its tasks": (
        {"list_tasks": DENIED}, "ecs:ListTasks, ecs:DescribeTasks: AccessDeniedException",
    ),
    "their definition": (
        {"describe_task_definition": DENIED}, "ecs:DescribeTaskDefinition: AccessDeniedException",
    ),
}  # fmt: skip


SIDE = {"name": "side", "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/side-web:2"}
OF_ECR = {**CONTAINER, "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:2"}
NOT_PULLED = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve"
    f" ref {SIDE['image']}: {SIDE['image']}: not found"
)


@pytest.mark.parametrize(
    ("ended", "image"),
    [
        (task("a", stopCode="TaskFailedToStart", stoppedReason=NOT_PULLED,
              containers=[{"name": "web"}, {"name": "side"}]), "side-web"),
        (task("a", stopCode="TaskFailedToStart", stoppedReason=NOT_PULLED.replace("side-", ""),
              containers=[{"name": "web"}, {"name": "side"}]), "web"),
        (task("a", containers=[{"name": "web", "exitCode": 143}, {"name": "side", "exitCode": 1,
              "reason": "exec format error"}]), "side-web"),
        (task("a", containers=[{"name": "web", "exitCode": 1, "reason": "exec format error"},
                               {"name": "side", "exitCode": 0}]), "web"),
    ],
    ids=["the sidecar's is missing", "the application's is", "the sidecar's is wrong", "mine is"],
)  # fmt: skip
def test_the_image_of_a_hint_is_that_of_the_container_that_failed(ended: Any, image: str) -> None:
    containers = {"containerDefinitions": [OF_ECR, SIDE]}
    two = {"taskDefinition": {**DEFINITION["taskDefinition"], **containers}}
    answers = {"describe_tasks": {"tasks": [ended]}, "describe_task_definition": two}
    (hint,) = gather(aws(**answers), WATCHED, FAILED).hints
    words = f"{hint.cause} {hint.advice} {hint.command}"
    assert f"/{image}:2" in words


@pytest.mark.parametrize(("answers", "note"), PARTS.values(), ids=PARTS)
def test_what_may_not_be_read_is_named_and_the_rest_is_told(
    answers: dict[str, Any], note: str
) -> None:
    found = gather(aws(**answers), WATCHED, FAILED)
    assert found.notes == (note,)
    assert found.first


def test_nothing_at_all_may_be_read() -> None:
    names = ("describe_services", "list_tasks", "describe_task_definition", "describe_alarms")
    found = gather(aws(**dict.fromkeys(names, DENIED)), WATCHED, FAILED)
    assert found.first == "the circuit breaker"
    assert len(found.notes) == 3


LOGS: dict[str, tuple[dict[str, Any], Any, str]] = {
    "no stream": (LOGGED, refusal("ResourceNotFoundException"), "it has logged nothing"),
    "no line": (LOGGED, {"events": []}, "it has logged nothing"),
    "denied": (LOGGED, DENIED, "logs:GetLogEvents does not answer: AccessDeniedException"),
    "another driver": (
        {"logDriver": "awsfirelens"}, {}, "its log driver is awsfirelens: no lines can be read",
    ),
    "none": ({}, {}, "its log driver is none: no lines can be read"),
    "another region": (
        {"logDriver": "awslogs", "options": {
            "awslogs-stream-prefix": "ecs", "awslogs-region": "us-east-1"}},
        {}, "its log is in us-east-1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("logging", "answer", "note"), LOGS.values(), ids=LOGS)
def test_no_lines_have_a_reason(logging: dict[str, Any], answer: Any, note: str) -> None:
    container = {"name": "web", "logConfiguration": logging}
    assert tail(aws(get_log_events=answer), container, "t").note == note


def test_a_line_cannot_move_the_cursor_or_fill_the_screen() -> None:
    assert clean("\x1b[31mred\x1b[0m\r\x07 one\ntwo", ()) == "red one ⏎ two"
    assert len(clean("x" * 1000, ())) == LONGEST + 1


def test_alarms_come_first() -> None:
    alarmed = Rollout("c", "web", "not-serving", number="2", alarms=("b", "a"))
    answer = {"MetricAlarms": [{"AlarmName": "a", "StateReason": "too many"}]}
    found = gather(aws(describe_alarms=answer), WATCHED, alarmed)
    assert [(one.name, one.reason) for one in found.alarms] == [("a", "too many"), ("b", "")]
    assert found.first == "the alarm a went off"


def test_there_is_nothing_to_explain_of_a_success_or_of_another_s_deployment() -> None:
    for verdict in ("serving", "superseded"):
        document = explain(aws(), WATCHED, Rollout("c", "web", verdict))
        assert document["post_mortem"] is None


def test_the_document_is_json_s_types() -> None:
    document = explain(aws(), WATCHED, FAILED)
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize(
    ("configuration", "minutes"),
    [
        ({}, 0),
        ({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}, 5),
        ({"strategy": "LINEAR", "bakeTimeInMinutes": 5}, 65),
        (
            {"strategy": "LINEAR", "linearConfiguration": {
                "stepPercent": 30.0, "stepBakeTimeInMinutes": 2}},
            8,
        ),
        ({"strategy": "CANARY"}, 10),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryBakeTimeInMinutes": 0}}, 0),
        ({"lifecycleHooks": [{"lifecycleStages": ["PRE_SCALE_UP", "POST_SCALE_UP"]}]}, 2880),
        (
            {"lifecycleHooks": [{"timeoutConfiguration": {"timeoutInMinutes": 30}}]},
            30,
        ),
    ],
)  # fmt: skip
def test_bake_times_and_hooks_are_waited_for(configuration: Any, minutes: float) -> None:
    assert extra_seconds(configuration) == minutes * 60
