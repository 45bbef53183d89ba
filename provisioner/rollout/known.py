"""What the hints are filled in with: names and settings of the service that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.rollout import pushing
from provisioner.rollout.follow import Watched, target_groups
from provisioner.rollout.logs import group_of
from provisioner.rollout.records import Item
from provisioner.rollout.state import Rollout

KILLED = (137, 143)
"""Exit codes of SIGKILL and SIGTERM."""


def known(
    watched: Watched,
    service: Item,
    definition: Item,
    rollout: Rollout,
    endpoint: str,
    *,
    dead: Iterable[Item] = (),
) -> dict[str, str]:
    """Values by the names that the table of hints uses; "" for what is not known.

    `endpoint` is where calls go instead of AWS, if they do. `dead` are the tasks that ended: the
    image that is meant is that of their container that failed, not always the application's.
    """
    containers = definition.get("containerDefinitions") or [{}]
    balancers = service.get("loadBalancers") or [{}]
    names = (_suspect(dead, containers), balancers[0].get("containerName"))
    main = next((c for n in names for c in containers if c.get("name") == n), containers[0])
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


def _suspect(dead: Iterable[Item], containers: Iterable[Mapping[str, Any]]) -> str:
    """The container whose image AWS complains of, or that ended badly by itself; "" for none."""
    images = {str(one.get("image", "")): str(one.get("name", "")) for one in containers}
    for task in dead:
        words = task.get("stoppedReason", "")
        if named := [image for image in images if image and image in words]:
            return images[max(named, key=len)]  # `shop:1` is within `my-shop:1`
        codes = {one["name"]: one.get("exitCode") for one in task["containers"]}
        if own := [name for name, code in codes.items() if code and code not in KILLED]:
            return str(own[0])
    return ""


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
