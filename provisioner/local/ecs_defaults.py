"""What ECS fills in where a request leaves it open, as its Describe answers show it.

Sources: the parameters' documentation in
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html and
API_ContainerDefinition.html, and what Terraform's provider had to normalise
(internal/service/ecs/container_definitions.go).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Shape = Mapping[str, Any]

EMPTY_LISTS = ("environment", "mountPoints", "portMappings", "systemControls", "volumesFrom")
HEALTH_CHECK = {"interval": 30, "timeout": 5, "retries": 3}
# Network modes in which a container's port is the host's port.
SAME_PORT = frozenset({"awsvpc", "host"})
# Percent of the desired tasks: a service that may not exceed it cannot move a task.
FULL = 100
# Of a CreateService request, what is not a setting of the service.
NOT_SETTINGS = frozenset({"clientToken", "cluster", "role", "serviceName", "tags"})


def container(definition: Shape, network_mode: str) -> dict[str, Any]:
    """Return a container definition as DescribeTaskDefinition shows it."""
    full: dict[str, Any] = {
        "cpu": 0,
        "essential": True,
        **{name: [] for name in EMPTY_LISTS},
        **definition,
    }
    full["portMappings"] = [_port(port, network_mode) for port in full["portMappings"]]
    if "healthCheck" in full:
        full["healthCheck"] = HEALTH_CHECK | full["healthCheck"]
    if "capabilities" in full.get("linuxParameters", {}):
        capabilities = {"add": [], "drop": [], **full["linuxParameters"]["capabilities"]}
        full["linuxParameters"] = {**full["linuxParameters"], "capabilities": capabilities}
    return full


def _port(mapping: Shape, network_mode: str) -> dict[str, Any]:
    full = {"protocol": "tcp", **mapping}
    if "containerPort" in full and not full.get("hostPort"):
        full["hostPort"] = full["containerPort"] if network_mode in SAME_PORT else 0
    return full


def service(
    request: Shape, *, cluster_strategy: Sequence[Shape], default_groups: Sequence[str], role: str
) -> dict[str, Any]:
    """Return the settings of a service that CreateService was asked for.

    `cluster_strategy` is the cluster's default capacity provider strategy, `default_groups` the
    VPC's default security group, `role` ECS's service-linked role.
    """
    asked = {name: value for name, value in request.items() if name not in NOT_SETTINGS}
    full: dict[str, Any] = {
        "schedulingStrategy": "REPLICA",
        "desiredCount": 0,
        "loadBalancers": [],
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": False,
        "enableExecuteCommand": False,
        "propagateTags": "NONE",
        **asked,
        "deploymentConfiguration": configuration(asked.get("deploymentConfiguration", {})),
    }
    _capacity(full, cluster_strategy)
    if "networkConfiguration" in full:
        full["networkConfiguration"] = network(full["networkConfiguration"], default_groups)
    if full["loadBalancers"]:
        full.setdefault("healthCheckGracePeriodSeconds", 0)
        full["roleArn"] = request.get("role", role)
    movable = full["deploymentConfiguration"]["maximumPercent"] > FULL
    spread = movable and full["schedulingStrategy"] == "REPLICA"
    full.setdefault("availabilityZoneRebalancing", "ENABLED" if spread else "DISABLED")
    return full


def configuration(asked: Shape) -> dict[str, Any]:
    """Complete a deployment configuration."""
    return {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
        **asked,
    }


def network(asked: Shape, default_groups: Sequence[str]) -> dict[str, Any]:
    """Complete a network configuration."""
    vpc = {
        "securityGroups": list(default_groups),
        "assignPublicIp": "DISABLED",
        **asked.get("awsvpcConfiguration", {}),
    }
    return {**asked, "awsvpcConfiguration": vpc}


def strategy(asked: Sequence[Shape]) -> list[dict[str, Any]]:
    """Complete a capacity provider strategy."""
    return [{"weight": 0, "base": 0, **item} for item in asked]


def _capacity(settings: dict[str, Any], cluster_strategy: Sequence[Shape]) -> None:
    """Settle where tasks run: what was asked for, else the cluster's default, else EC2."""
    if not settings.get("launchType"):
        items = settings.get("capacityProviderStrategy") or cluster_strategy
        settings["capacityProviderStrategy"] = strategy(items)
    if not settings.get("capacityProviderStrategy"):
        settings.pop("capacityProviderStrategy", None)
        settings.setdefault("launchType", "EC2")
    providers = {item["capacityProvider"] for item in settings.get("capacityProviderStrategy", ())}
    if settings.get("launchType") == "FARGATE" or providers & {"FARGATE", "FARGATE_SPOT"}:
        settings.setdefault("platformVersion", "LATEST")
        settings["platformFamily"] = "Linux"
