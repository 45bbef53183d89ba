"""What the hints are filled in with: names and settings of the service that failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from provisioner.rollout.follow import Watched, target_groups
from provisioner.rollout.logs import group_of
from provisioner.rollout.records import Item
from provisioner.rollout.state import Rollout

if TYPE_CHECKING:
    from provisioner.rollout.post_mortem import Task

REGISTRY = re.compile(r"\d{12}\.dkr[.-]ecr\.[^/]+/(?P<repository>[^:@]+)(?P<rest>[:@].*)?")


def known(
    watched: Watched, service: Item, definition: Item, rollout: Rollout, task: Task
) -> dict[str, str]:
    """Values by the names that the table of hints uses; "" for what is not known."""
    containers = definition.get("containerDefinitions") or [{}]
    balancers = service.get("loadBalancers") or [{}]
    main = next(
        (c for c in containers if c.get("name") == balancers[0].get("containerName")),
        containers[0],
    )
    vpc = (service.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    groups = target_groups(service)
    image = main.get("image", "")
    grace = service.get("healthCheckGracePeriodSeconds")
    return {
        "cluster": watched.cluster.rpartition("/")[2],
        "service": watched.service,
        "task": task.id,
        "lived": task.lived or "not long",
        "image": image,
        "image_command": image_command(image),
        "push": push(image),
        "architecture": (definition.get("runtimePlatform") or {}).get("cpuArchitecture", "X86_64"),
        "execution_role": definition.get("executionRoleArn", "").rpartition("/")[2],
        "memory": str(definition.get("memory", "")),
        "log_group": next((found for found in map(group_of, containers) if found), ""),
        "port": str(balancers[0].get("containerPort", "")),
        "groups": " ".join(vpc.get("securityGroups", ())),
        "target_group": groups[0] if groups else "",
        "grace": f"{grace or 0} s",
        "alarms": " ".join(rollout.alarms),
    }


def push(image: str) -> str:
    """How to bring an image there, where that is ours to do."""
    ours = REGISTRY.fullmatch(image) and "@" not in image
    return f"push it (docker push {image})" if ours else "push it"


def image_command(image: str) -> str:
    """The command that shows whether an image is there."""
    found = REGISTRY.fullmatch(image)
    if found is None:
        return f"docker manifest inspect {image}"
    rest = found["rest"] or ":latest"
    kind = "imageDigest" if "@" in rest else "imageTag"
    repository, value = found["repository"], rest.removeprefix("@").removeprefix(":")
    value = value.rpartition("@")[2]
    return f"aws ecr describe-images --repository-name {repository} --image-ids {kind}={value}"
