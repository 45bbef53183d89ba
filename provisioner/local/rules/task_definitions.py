"""What ECS refuses about task definitions.

Texts: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html and
fargate-tasks-services.html, towardsthecloud/aws-cdk-examples#1, pulumi-awsx#1220. Containers:
`containers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from .rule import Params, Place, Rule

CLIENT = "ClientException"
_GIB = 1024
# cpu -> memory in MiB that go with it (ECS API_RegisterTaskDefinition, cpu).
SIZES: dict[int, frozenset[int]] = {
    256: frozenset({512, 1024, 2048}),
    512: frozenset(range(_GIB, 4 * _GIB + 1, _GIB)),
    1024: frozenset(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: frozenset(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: frozenset(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: frozenset(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: frozenset(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
    32768: frozenset({60 * _GIB, 120 * _GIB, 244 * _GIB}),
}
DRIVERS = frozenset({"awslogs", "splunk", "awsfirelens"})
# Of a container, what Fargate does not have.
FORBIDDEN = (
    "disableNetworking", "dnsServers", "dnsSearchDomains", "dockerSecurityOptions", "extraHosts",
    "links",
)  # fmt: skip
# Of its linuxParameters, what Fargate does not have (ECS API: LinuxParameters).
NOT_LINUX = ("devices", "maxSwap", "sharedMemorySize", "swappiness")
# A number of a container: where it is, what it must be, what it is called.
RANGES: tuple[tuple[tuple[str, ...], range, str], ...] = (
    (("healthCheck", "interval"), range(5, 301), "Health check interval"),
    (("healthCheck", "timeout"), range(2, 121), "Health check timeout"),
    (("healthCheck", "retries"), range(1, 11), "Health check retries"),
    (("healthCheck", "startPeriod"), range(301), "Health check startPeriod"),
    (("stopTimeout",), range(121), "StopTimeout"),
    (("startTimeout",), range(2, 121), "StartTimeout"),
    (("restartPolicy", "restartAttemptPeriod"), range(60, 1801), "restartAttemptPeriod"),
    (("cpu",), range(1 << 31), "cpu"),
)
MOST_CONTAINERS = 10
STORAGE = range(21, 201)
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/.+|[\w+=,.@-]+")
_ECR = ".dkr.ecr."


def _fargate(check: Callable[[Params], str | None]) -> Callable[[Params, Place], str | None]:
    def only(params: Params, _: Place) -> str | None:
        return check(params) if "FARGATE" in params.get("requiresCompatibilities", ()) else None

    return only


def _size(params: Params) -> str | None:
    for field in ("cpu", "memory"):
        if not params.get(field):
            return f"Fargate requires that '{field}' be defined at the task level."
    return misfit(str(params["cpu"]), str(params["memory"]))


def misfit(cpu: str, memory: str) -> str | None:
    """Return why Fargate has no task of this size, nothing if it has."""
    units = {field: _units(text) for field, text in (("cpu", cpu), ("memory", memory))}
    for field, number in units.items():
        if number < 0:
            return f"Invalid '{field}' setting for task."
    if units["memory"] not in SIZES.get(units["cpu"], ()):
        return (
            f"No Fargate configuration exists for given values: {units['cpu']} CPU,"
            f" {units['memory']} memory. See the Amazon ECS documentation for the valid values."
        )
    return None


def _units(text: str) -> int:
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(vcpu|gb)?\s*", text, re.IGNORECASE)
    return int(float(found[1]) * (_GIB if found[2] else 1)) if found else -1


def _mode(params: Params) -> str | None:
    if params.get("networkMode", "awsvpc") != "awsvpc":
        return "Fargate only supports network mode 'awsvpc'."
    return None


def _hosts(params: Params) -> str | None:
    if params.get("placementConstraints"):
        return "Fargate compatible task definitions do not support placementConstraints"
    if any((each.get("host") or {}).get("sourcePath") for each in params.get("volumes") or ()):
        return "Fargate compatible task definitions do not support sourcePath"
    if any(each.get("dockerVolumeConfiguration") for each in params.get("volumes") or ()):
        return "Fargate compatible task definitions do not support dockerVolumeConfiguration"
    if params.get("ipcMode"):
        return "Fargate compatible task definitions do not support ipcMode"
    return None


def _features(params: Params) -> str | None:
    for each in _containers(params):
        if each.get("privileged"):
            return "Fargate compatible task definitions do not support privileged"
        for field in FORBIDDEN:
            if each.get(field):
                return f"Fargate compatible task definitions do not support {field}"
        linux = each.get("linuxParameters") or {}
        for field in NOT_LINUX:
            if linux.get(field) not in (None, []):
                return f"Fargate compatible task definitions do not support {field}"
        added = (linux.get("capabilities") or {}).get("add", [])
        if set(added) - {"SYS_PTRACE"}:
            return f"Fargate compatible task definitions do not support adding {added}"
        driver = each.get("logConfiguration", {}).get("logDriver")
        if driver and driver not in DRIVERS:
            return f"Fargate compatible task definitions do not support log driver {driver}"
    return None


def _execution_role(params: Params) -> str | None:
    if params.get("executionRoleArn"):
        return None
    words = "Fargate requires task definition to have execution role ARN to support"
    for each in _containers(params):
        if _ECR in each.get("image", ""):
            return f"{words} ECR images."
        if each.get("logConfiguration", {}).get("logDriver") == "awslogs":
            return f"{words} log driver awslogs."
        if each.get("secrets"):
            return f"{words} secrets."
    return None


def _stream_prefix(params: Params) -> str | None:
    for each in _containers(params):
        logs = each.get("logConfiguration", {})
        if logs.get("logDriver") == "awslogs":
            missing = {"awslogs-group", "awslogs-region", "awslogs-stream-prefix"} - set(
                logs.get("options") or ()
            )
            if missing:
                return f"Log driver awslogs requires options: {', '.join(sorted(missing))}."
    return None


def storage(params: Params) -> str | None:
    """Return why Fargate has no such ephemeral storage, nothing if it has."""
    size = (params.get("ephemeralStorage") or {}).get("sizeInGiB")
    if size is not None and size not in STORAGE:
        return "Ephemeral storage size must be between 21 and 200 GiB."
    return None


def overfull(params: Params) -> str | None:
    """Return why the containers do not fit into their task, nothing if they do."""
    used = sum(int(each.get("cpu") or 0) for each in _containers(params))
    if params.get("cpu") and used > _units(str(params["cpu"])):
        return "The sum of the container CPU units is more than those of the task."
    if not params.get("memory"):
        return None
    most = _units(str(params["memory"]))
    for each in _containers(params):
        if int(each.get("memory") or 0) > most:
            name = each.get("name")
            return f"The 'memory' setting for container '{name}' is greater than for the task."
    if sum(int(each.get("memoryReservation") or 0) for each in _containers(params)) > most:
        return "The sum of the container memory reservations is more than the memory of the task."
    return None


def _ranges(params: Params, _: Place) -> str | None:
    for each in _containers(params):
        for path, allowed, name in RANGES:
            value: Any = each
            for part in path:
                value = (value or {}).get(part)
            if value is not None and value not in allowed:
                return f"{name} must be between {allowed[0]} and {allowed[-1]}."
        command = each.get("healthCheck", {}).get("command")
        if command and command[0] not in {"CMD", "CMD-SHELL", "NONE"}:
            return "Container health check command must start with CMD or CMD-SHELL."
    return None


def _names(params: Params, _: Place) -> str | None:
    names = [each.get("name") for each in _containers(params)]
    if len(names) > MOST_CONTAINERS:
        return "Too many containers."
    if len(names) != len(set(names)):
        return "Container.name contains duplicates."
    essential = [each.get("essential", True) for each in _containers(params)]
    return (
        None if any(essential) else "A task definition must have at least one essential container."
    )


def _roles(params: Params, _: Place) -> str | None:
    for field in ("executionRoleArn", "taskRoleArn"):
        if params.get(field) and not _ROLE.fullmatch(params[field]):
            return "Role is not valid"
    return None


def _containers(params: Params) -> Iterator[dict[str, Any]]:
    yield from params.get("containerDefinitions") or ()


RULES = tuple(
    Rule("RegisterTaskDefinition", CLIENT, check, source)
    for check, source in (
        (_fargate(_mode), "ECS guide: fargate-tasks-services"),
        (_fargate(_size), "ECS guide: fargate-tasks-services"),
        (_fargate(_hosts), "ECS guide: fargate-tasks-services"),
        (_fargate(_features), "ECS guide: fargate-tasks-services"),
        (_fargate(_execution_role), "ECS guide: fargate-tasks-services"),
        (_fargate(_stream_prefix), "ECS guide: using_awslogs"),
        (_fargate(storage), "ECS API: EphemeralStorage"),
        (_fargate(overfull), "ECS guide: fargate-tasks-services"),
        (_ranges, "ECS API: HealthCheck"),
        (_names, "ECS API: ContainerDefinition"),
        (_roles, "ECS API: RegisterTaskDefinition"),
    )
)
