"""The containers and volumes of a task, in the words of RegisterTaskDefinition.

Every key is written out, empty where nothing is asked for: what leaves the spec leaves AWS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provisioner.spec.containers import BIND, Efs, LogRouter
from provisioner.spec.image import Image
from provisioner.spec.parts import MAIN, ROUTER, TRACING, containers, ports
from provisioner.spec.service import (
    Beside,
    Container,
    ContainerHealthCheck,
    InitContainer,
    Sidecar,
    Workload,
)
from provisioner.stack import images, tracing
from provisioner.stack.context import Context
from provisioner.stack.vault import value_from

ROOT = "0"
"""The user that FireLens' router has to be."""


def definitions(context: Context, name: str, workload: Workload) -> list[dict[str, Any]]:
    """Every container definition of a task, the main one first."""
    found = [
        _definition(context, name, workload, key, container)
        for _, key, container in containers(workload)
    ]
    if workload.log_router:
        found.append(_router(context, name, workload, workload.log_router))
    if workload.tracing.enabled:
        collector = tracing.collector(context, workload.tracing)
        found.append(_alone(context, name, workload, TRACING, collector))
    return found


def container_name(context: Context, name: str, workload: Workload, key: str = MAIN) -> str:
    """What a container is called in AWS; the application's carries the stack's name."""
    if key == MAIN:
        return workload.names.container or context.names.container(name)
    return key


def volumes(workload: Workload) -> list[dict[str, Any]]:
    """The task's volumes: the declared ones, and one for each writable directory."""
    declared: list[dict[str, Any]] = [
        {"name": name, "efsVolumeConfiguration": _efs(volume.efs) if volume.efs else None}
        for name, volume in workload.volumes.items()
    ]
    made = [
        {"name": writable(key, path), "efsVolumeConfiguration": None}
        for _, key, container in containers(workload)
        for path in container.writable
    ]
    return [*declared, *made]


def writable(key: str, path: str) -> str:
    """The name of the volume behind a writable directory of a container."""
    spelled = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")
    return f"{BIND}{key}-{spelled}"


def _definition(
    context: Context, name: str, workload: Workload, key: str, container: Container
) -> dict[str, Any]:
    first = isinstance(container, InitContainer)
    image = container.image if isinstance(container, Sidecar | InitContainer) else None
    plain = _plain(context, container)
    if key == MAIN:
        plain["environment"] = _pairs({**tracing.environment(context, name, workload),
                                       **container.environment})  # fmt: skip
    return {
        "name": container_name(context, name, workload, key),
        "image": images.reference(image or workload.image),
        **plain,
        "portMappings": [
            {"containerPort": port, "hostPort": port, "protocol": "tcp"}
            for port in ports(key, workload)
        ],
        "mountPoints": _mounts(key, container),
        "dependsOn": [
            {"containerName": container_name(context, name, workload, other), "condition": state}
            for other, state in needs(workload, key, container).items()
        ],
        "logConfiguration": _firelens(context, name, workload, workload.log_router)
        if workload.log_router and not first
        else _awslogs(context, name, workload),
    }


def needs(workload: Workload, key: str, container: Container) -> dict[str, str]:
    """What a container waits for: what is written, and the init containers before it."""
    before = list(workload.init_containers)
    if isinstance(container, InitContainer):
        before = before[: before.index(key)][-1:]
    waits: dict[str, str] = dict.fromkeys(before, "SUCCESS")
    if key == MAIN and workload.tracing.enabled:
        waits[TRACING] = "START"
    return {**waits, **container.depends_on}


def _plain(context: Context, container: Container) -> dict[str, Any]:
    """What follows from the container alone."""
    beside = container if isinstance(container, Beside) else None
    essential = not isinstance(container, InitContainer)
    if isinstance(container, Sidecar):
        essential = container.essential
    return {
        "essential": essential,
        "cpu": (beside.cpu if beside else 0) or None,
        "memory": beside.memory_mib if beside else None,
        "memoryReservation": beside.memory_reservation_mib if beside else None,
        "command": list(container.command),
        "entryPoint": list(container.entry_point),
        "workingDirectory": container.working_directory,
        "environment": _pairs(container.environment),
        "environmentFiles": [{"value": arn, "type": "s3"} for arn in container.environment_files],
        "secrets": _sources(context, container.secrets),
        "user": container.user,
        "readonlyRootFilesystem": container.read_only_root_filesystem,
        "linuxParameters": _linux(container),
        "ulimits": [
            {"name": limit, "softLimit": bounds.soft, "hardLimit": bounds.hard}
            for limit, bounds in sorted(container.ulimits.items())
        ],
        "systemControls": _pairs(container.system_controls, name="namespace"),
        "dockerLabels": dict(container.docker_labels),
        "startTimeout": container.start_timeout_seconds,
        "stopTimeout": container.stop_timeout_seconds,
        "restartPolicy": _restart(container),
        "versionConsistency": container.version_consistency
        if container.version_consistency == "disabled"
        else None,
        "healthCheck": _health(container.container_health_check),
    }


def _linux(container: Container) -> dict[str, Any]:
    return {
        "capabilities": {
            "add": list(container.add_capabilities),
            "drop": list(container.drop_capabilities),
        },
        "initProcessEnabled": container.init_process,
        "tmpfs": [
            {"containerPath": path, "size": size, "mountOptions": []}
            for path, size in sorted(container.tmpfs.items())
        ],
    }


def _restart(container: Container) -> dict[str, Any] | None:
    policy = container.restart
    if policy is None or not policy.enabled:
        return None
    return {
        "enabled": True,
        "ignoredExitCodes": sorted(policy.ignored_exit_codes),
        "restartAttemptPeriod": policy.attempt_period_seconds,
    }


def _health(check: ContainerHealthCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "command": list(check.command),
        "interval": check.interval_seconds,
        "timeout": check.timeout_seconds,
        "retries": check.retries,
        "startPeriod": check.start_period_seconds,
    }


def _mounts(key: str, container: Container) -> list[dict[str, Any]]:
    declared = [
        {"sourceVolume": one.volume, "containerPath": path, "readOnly": one.read_only}
        for path, one in container.mounts.items()
    ]
    made = [
        {"sourceVolume": writable(key, path), "containerPath": path, "readOnly": False}
        for path in container.writable
    ]
    return sorted([*declared, *made], key=lambda mount: str(mount["containerPath"]))


def _efs(efs: Efs) -> dict[str, Any]:
    return {
        "fileSystemId": efs.file_system,
        "rootDirectory": efs.root_directory,
        "transitEncryption": _switch(on=efs.transit_encryption),
        "authorizationConfig": {
            "accessPointId": efs.access_point,
            "iam": _switch(on=efs.iam),
        },
    }


def _switch(*, on: bool) -> str:
    return "ENABLED" if on else "DISABLED"


def _awslogs(context: Context, name: str, workload: Workload) -> dict[str, Any]:
    """The mode is written out: AWS changed its default, and an account can change it again."""
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": log_group(context, name, workload),
            "awslogs-region": context.names.region,
            "awslogs-stream-prefix": workload.logs.stream_prefix,
            "mode": workload.logs.mode,
        },
    }


def log_group(context: Context, name: str, workload: Workload) -> str:
    """The name of a workload's log group."""
    return workload.logs.name or context.names.log_group(name)


def _firelens(context: Context, name: str, workload: Workload, router: LogRouter) -> dict[str, Any]:
    usual = {
        "Name": "cloudwatch_logs",
        "region": context.names.region,
        "log_group_name": log_group(context, name, workload),
        "log_stream_prefix": f"{workload.logs.stream_prefix}/",
        "auto_create_group": "false",
    }
    return {
        "logDriver": "awsfirelens",
        "options": dict(router.options) or usual,
        "secretOptions": _sources(context, router.secret_options),
    }


def _alone(
    context: Context, name: str, workload: Workload, key: str, container: Sidecar
) -> dict[str, Any]:
    """A container that we bring along: nothing leads to it but what the task has of itself."""
    return {
        "name": key,
        "image": images.reference(container.image),
        **_plain(context, container),
        "portMappings": [],
        "mountPoints": [],
        "dependsOn": [],
        "logConfiguration": _awslogs(context, name, workload),
    }


def _router(context: Context, name: str, workload: Workload, router: LogRouter) -> dict[str, Any]:
    """FireLens' router: it must be root, and writes its configuration; it cannot log to itself."""
    itself = Sidecar(
        image=Image(uri=router.image),
        essential=router.essential,
        memory_mib=router.memory_mib,
        user=ROOT,
        read_only_root_filesystem=False,
        drop_capabilities=[],
    )
    options = {"enable-ecs-log-metadata": str(router.ecs_metadata).lower()}
    if router.config_file:
        options |= {"config-file-type": "file", "config-file-value": router.config_file}
    return _alone(context, name, workload, ROUTER, itself) | {
        "firelensConfiguration": {"type": "fluentbit", "options": options}
    }


def _pairs(
    values: Mapping[str, str], *, name: str = "name", value: str = "value"
) -> list[dict[str, str]]:
    return [{name: key, value: values[key]} for key in sorted(values)]


def _sources(context: Context, secrets: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": key, "valueFrom": value_from(context, secrets[key])} for key in sorted(secrets)
    ]
