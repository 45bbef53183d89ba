"""What ECS answers about a task.

API_Task and API_Container of https://docs.aws.amazon.com/AmazonECS/latest/APIReference/.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .simulation.health import health_of
from .simulation.task import Container, Task

View = dict[str, Any]
STARTS = "TaskFailedToStart"


def task_view(task: Task, now: float, when: Callable[[float], datetime]) -> View:
    """One entry of DescribeTasks, without its tags."""
    definition, settings = task.definition, task.settings
    view: View = {
        "taskArn": task.arn,
        "clusterArn": task.cluster_arn,
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "group": task.group,
        "lastStatus": task.status,
        "desiredStatus": task.desired,
        "healthStatus": _health(task, now),
        "connectivity": "CONNECTED" if "connectivityAt" in task.stamps else "DISCONNECTED",
        "containers": [_container(each, task, now, when) for each in task.containers],
        "attachments": _attachments(task),
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "overrides": {
            "containerOverrides": [],
            "inferenceAcceleratorOverrides": [],
            **task.overrides,
        },
        "enableExecuteCommand": task.exec_enabled,
        "version": 1 + len(task.stamps),
        "createdAt": when(task.created),
        **{name: when(at) for name, at in task.stamps.items()},
        **{name: definition[name] for name in ("cpu", "memory") if name in definition},
    }
    if task.started_by:
        view["startedBy"] = task.started_by
    if task.reason:
        view |= {"stopCode": task.stop_code, "stoppedReason": task.reason}
    if task.provider:
        view["capacityProviderName"] = task.provider
    view["launchType"] = settings.get("launchType", "FARGATE" if task.provider else "EC2")
    if "platformVersion" in settings:
        latest = settings["platformVersion"] == "LATEST"
        view["platformVersion"] = "1.4.0" if latest else settings["platformVersion"]
        view["platformFamily"] = "Linux"
    if task.address:
        view["availabilityZone"] = task.address.zone
    return view


def _container(
    container: Container, task: Task, now: float, when: Callable[[float], datetime]
) -> View:
    view: View = {
        "containerArn": f"{task.arn.replace(':task/', ':container/')}/{container.name}",
        "taskArn": task.arn,
        "name": container.name,
        "image": container.image,
        "lastStatus": container.status,
        "healthStatus": health_of(container, task, now),
        "networkInterfaces": [],
        "networkBindings": [],
        "cpu": str(container.definition.get("cpu", 0)),
    }
    if task.address:
        view["networkInterfaces"] = [
            {"attachmentId": _attachment(task), "privateIpv4Address": task.address.ip}
        ]
    if container.digest and "pullStoppedAt" in task.stamps:
        view["imageDigest"] = container.digest
        view["runtimeId"] = f"{task.id}-{len(container.name):010d}"
    if task.exec_enabled:
        view["managedAgents"] = [_agent(container, task, when)]
    if container.exit_code is not None:
        view["exitCode"] = container.exit_code
    if container.reason:
        view["reason"] = container.reason
    return view


def _agent(container: Container, task: Task, when: Callable[[float], datetime]) -> View:
    """API_ManagedAgent: by it, sessions are opened in the container."""
    view: View = {"name": "ExecuteCommandAgent", "lastStatus": "PENDING"}
    if container.status != "PENDING":
        view["lastStatus"] = "RUNNING" if task.has_agent(container) else "STOPPED"
    if view["lastStatus"] == "RUNNING":
        view["lastStartedAt"] = when(task.started)
    return view


def _attachments(task: Task) -> list[View]:
    address = task.address
    if address is None:
        return []
    details = {
        "subnetId": address.subnet,
        "networkInterfaceId": address.id,
        "macAddress": address.mac,
        "privateIPv4Address": address.ip,
    }
    status = {"PROVISIONING": "ATTACHING", "STOPPED": "DELETED"}.get(task.status, "ATTACHED")
    return [
        {
            "id": _attachment(task),
            "type": "ElasticNetworkInterface",
            "status": status,
            "details": [{"name": name, "value": value} for name, value in details.items()],
        }
    ]


def _attachment(task: Task) -> str:
    raw = task.id
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def _health(task: Task, now: float) -> str:
    found = {
        health_of(each, task, now) for each in task.essential if "healthCheck" in each.definition
    }
    if "UNHEALTHY" in found:
        return "UNHEALTHY"
    return "HEALTHY" if found == {"HEALTHY"} else "UNKNOWN"
