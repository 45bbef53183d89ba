"""What is said of the causes that are known."""

from __future__ import annotations

import re

import pytest

from provisioner.rollout.hints import MOST, find
from provisioner.rollout.patterns import PATTERNS, Fact, Where
from provisioner.rollout.pushing import advice, command, inspection, look

INIT = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource"
ASM = f"{INIT} retrieval failed: unable to retrieve secret from asm: service call has been retried"
ROLE = "arn:aws:sts::1:assumed-role/exec/1 is not authorized to perform"
CASES: list[tuple[str, Where, str]] = [
    ("wrong-architecture", "log", "exec /usr/local/bin/app: exec format error"),
    (
        "wrong-architecture",
        "stopped",
        "CannotPullContainerError: image Manifest does not contain descriptor matching platform"
        " 'linux/amd64'",
    ),
    ("rate-limit", "stopped", "CannotPullContainerError: toomanyrequests: Rate exceeded"),
    (
        "image-permission",
        "stopped",
        f"{INIT} retrieval failed: unable to retrieve ecr registry auth: AccessDeniedException:"
        f" User: {ROLE}: ecr:GetAuthorizationToken on resource: *",
    ),
    (
        "image-missing",
        "stopped",
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to"
        " resolve ref registry.example/web:9: registry.example/web:9: not found",
    ),
    (
        "no-route",
        "stopped",
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to"
        " resolve ref 1.dkr.ecr.eu-west-1.amazonaws.com/web:1: failed to do request: Head"
        ' "https://1.dkr.ecr": dial tcp 10.0.0.1:443: i/o timeout',
    ),
    (
        "no-route",
        "stopped",
        f"{INIT} retrieval failed: unable to retrieve ecr registry auth: service call has been"
        " retried 3 time(s): RequestError: send request failed caused by: dial tcp: i/o timeout",
    ),
    ("secret-missing", "stopped", f"{ASM} 1 time(s): ResourceNotFoundException: can't find it"),
    (
        "secret-key-missing",
        "stopped",
        f"{INIT}: retrieved secret from Secrets Manager did not contain json key password",
    ),
    (
        "secret-permission",
        "stopped",
        f"{ASM} 1 time(s): AccessDeniedException: User: {ROLE}: secretsmanager:GetSecretValue",
    ),
    (
        "log-group-missing",
        "stopped",
        "ResourceInitializationError: failed to validate logger args: create stream has been"
        " retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The"
        " specified log group does not exist. : exit status 1",
    ),
    (
        "log-permission",
        "stopped",
        "ResourceInitializationError: failed to validate logger args: create stream has been"
        " retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User:"
        f" {ROLE}: logs:CreateLogStream",
    ),
    (
        "assume-role",
        "event",
        "(service web) failed to launch a task with (error ECS was unable to assume the role"
        " 'arn:aws:iam::1:role/exec' that was provided for this task.",
    ),
    ("out-of-memory", "stopped", "OutOfMemoryError: Container killed due to memory usage"),
    ("spot", "stopped", "SpotInterruption Your Spot Task was interrupted."),
    (
        "capacity",
        "event",
        "(service web) was unable to place a task. Reason: Capacity is unavailable at this time.",
    ),
    ("addresses", "event", "subnet-1 has insufficient free addresses to satisfy the request"),
    ("quota", "event", "You've reached the limit on the number of vCPUs you can run"),
    (
        "percentages",
        "event",
        "(service web) was unable to stop or start tasks during a deployment because of the"
        " service deployment configuration.",
    ),
    ("command-not-found", "stopped", 'exec: "serve": executable file not found in $PATH'),
    ("port-taken", "log", "OSError: [Errno 98] Address already in use"),
    ("low-port", "log", "bind() to 0.0.0.0:80 failed (13: Permission denied)"),
    ("read-only", "log", "OSError: [Errno 30] Read-only file system: '/var/cache'"),
    ("database", "log", "could not translate host name db to address"),
    ("health-redirect", "target", "Health checks failed with these codes: [301]"),
    ("health-path", "event", "(reason Health checks failed with these codes: [404])"),
    ("health-login", "target", "Health checks failed with these codes: [401]"),
    ("health-status", "target", "Health checks failed with these codes: [503]"),
    ("not-reachable", "event", "unhealthy in (target-group w) due to (reason Request timed out)"),
    ("wrong-port", "target", "web: Target.FailedHealthChecks - Health checks failed"),
    ("not-attached", "target", "web: Target.NotInUse"),
    ("container-health", "stopped", "Task failed container health checks"),
    ("health", "stopped", "Task failed ELB health checks in (target-group web)"),
    ("alarm", "alarm", "errors"),
    ("killed", "exit", "137"),
    ("ended", "exit", "0"),
    ("crash", "exit", "1"),
    ("runtime", "stopped", "CannotStartContainerError: failed to get container status"),
]  # fmt: skip


@pytest.mark.parametrize(("hint", "where", "text"), CASES)
def test_a_known_cause_is_told_first(hint: str, where: Where, text: str) -> None:
    assert find([Fact(where, text)], {})[0].id == hint


def test_every_hint_has_a_case() -> None:
    assert {one.id for one in PATTERNS} == {hint for hint, _, _ in CASES}


def test_no_route_is_not_taken_for_a_missing_permission() -> None:
    text = next(text for hint, _, text in CASES[6:7])
    assert [one.id for one in find([Fact("stopped", text)], {})] == ["no-route"]


def test_three_particular_ones_are_enough() -> None:
    facts = [
        Fact("exit", "1"),
        Fact("log", "Read-only file system"),
        Fact("log", "Address already in use"),
        Fact("log", "exec format error"),
    ]
    assert [one.id for one in find(facts, {})] == ["wrong-architecture", "port-taken", "read-only"]
    assert MOST == 3


def test_the_general_is_told_where_nothing_particular_is_known() -> None:
    facts = [Fact("exit", "1"), Fact("log", "connection refused")]
    assert [one.id for one in find(facts, {})] == ["database", "crash"]
    more = [*facts, Fact("stopped", "OutOfMemoryError")]
    assert [one.id for one in find(more, {})] == ["out-of-memory"]


def test_names_are_filled_in_and_what_is_not_known_is_told_as_such() -> None:
    (hint,) = find([Fact("target", "Request timed out")], {"port": "8080", "groups": ""})
    assert "0.0.0.0:8080" in hint.advice
    assert hint.command == "aws ec2 describe-security-groups --group-ids <groups>"


def test_no_fact_no_hint() -> None:
    assert find([], {}) == ()


@pytest.mark.parametrize(
    ("image", "command"),
    [
        ("nginx:9", "docker manifest inspect nginx:9"),
        ("1.dkr.ecr/x", "docker manifest inspect 1.dkr.ecr/x"),
        ("{0}:1", "aws ecr describe-images --repository-name a/web --image-ids imageTag=1"),
        ("{0}", "aws ecr describe-images --repository-name a/web --image-ids imageTag=latest"),
        (
            "{0}@sha256:ab",
            "aws ecr describe-images --repository-name a/web --image-ids imageDigest=sha256:ab",
        ),
        (
            "{0}:1@sha256:ab",
            "aws ecr describe-images --repository-name a/web --image-ids imageDigest=sha256:ab",
        ),
    ],
)
def test_the_command_that_shows_whether_an_image_is_there(image: str, command: str) -> None:
    repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/web"
    assert look(image.format(repository)) == command


def test_what_the_table_fills_in_is_known() -> None:
    names = {n for p in PATTERNS for n in re.findall(r"{(\w+)}", p.cause + p.advice + p.command)}
    assert names <= {
        "cluster", "service", "task", "lived", "image", "image_command", "push", "inspection",
        "architecture", "execution_role", "memory", "log_group", "port", "groups",
        "target_group", "grace", "alarms",
    }  # fmt: skip


EMBEDDED = "http://127.0.0.1:4566"
WEB = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/web"


@pytest.mark.parametrize(
    ("image", "endpoint", "expected"),
    [
        (f"{WEB}:1", "", f"docker push {WEB}:1"),
        (f"{WEB}:1", "https://ecs.example.org", f"docker push {WEB}:1"),
        (f"{WEB}:1", EMBEDDED, "provisioner local push a/web:1"),
        (WEB, "http://localhost:1", "provisioner local push a/web:latest"),
        ("nginx:1", EMBEDDED, "docker push nginx:1"),
    ],
)
def test_what_pushes_an_image_fits_the_place(image: str, endpoint: str, expected: str) -> None:
    assert command(image, endpoint) == expected


def test_nobody_is_told_to_push_what_is_not_ours_or_has_a_digest() -> None:
    assert advice("nginx:1", EMBEDDED) == advice(f"{WEB}@sha256:ab", "") == "push it"
    assert advice(f"{WEB}:1", EMBEDDED) == "push it (provisioner local push a/web:1)"


def test_commands_go_where_everything_else_goes() -> None:
    names = {"execution_role": "r", "endpoint": EMBEDDED, "inspection": ""}
    (hint,) = find([Fact("stopped", "no basic auth credentials")], names)
    assert hint.command == f"aws iam list-role-policies --role-name r --endpoint-url {EMBEDDED}"
    (hint,) = find([Fact("log", "exec format error")], names)
    assert hint.command == ""
    assert inspection(f"{WEB}:1", EMBEDDED) == ""
    assert inspection(f"{WEB}:1", "") == f"docker manifest inspect {WEB}:1"
