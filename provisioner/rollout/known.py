"""What the hints are filled in with: names and settings of the service that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.rollout import pushing
from provisioner.rollout.follow import Watched, target_groups
from provisioner.rollout.logs import group_of
from provisioner.rollout.records import Item
from provisioner.rollout.state import Rollout


def known(
    watched: Watched, service: Item, definition: Item, rollout: Rollout, endpoint: str
) -> dict[str, str]:
    """Values by the names that the table of hints uses; "" for what is not known.

    `endpoint` is where calls go instead of AWS, if they do.
    """
    containers = definition.get("containerDefinitions") or [{}]
    balancers = service.get("loadBalancers") or [{}]
    main = next(
        (c for c in containers if c.get("name") == balancers[0].get("containerName")),
        containers[0],
    )
    vpc = (service.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    groups = target_groups(service)
    grace = service.get("healthCheckGracePeriodSeconds")
    return {
        **of_definition(definition, main, endpoint),
        "cluster": watched.cluster.rpartition("/")[2],
        "service": watched.service,
        "port": str(balancers[0].get("containerPort", "")),
        "groups": " ".join(vpc.get("securityGroups", ())),
        "target_group": groups[0] if groups else "",
        "grace": f"{grace or 0} s",
        "alarms": " ".join(rollout.alarms),
    }


def of_definition(
    definition: Mapping[str, Any], main: Mapping[str, Any], endpoint: str
) -> dict[str, str]:
    """Those that a task definition tells, with one of its containers."""
    image = main.get("image", "")
    containers = definition.get("containerDefinitions", ())
    return {
        "endpoint": endpoint,
        "image": image,
        "image_command": pushing.look(image),
        "inspection": pushing.inspection(image, endpoint),
        "push": pushing.advice(image, endpoint),
        "architecture": (definition.get("runtimePlatform") or {}).get("cpuArchitecture", "X86_64"),
        "execution_role": definition.get("executionRoleArn", "").rpartition("/")[2],
        "memory": str(definition.get("memory", "")),
        "log_group": next((found for found in map(group_of, containers) if found), ""),
    }
