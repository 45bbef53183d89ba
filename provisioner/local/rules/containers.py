"""What ECS refuses about the containers of a task definition, their ports, volumes and names.

API_ContainerDefinition, API_PortMapping and API_Volume of
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/. Texts without an issue as their source
are [unverified].
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .rule import Params, Place, Rule

CLIENT = "ClientException"
NAME = re.compile(r"[\w-]{1,255}", re.ASCII)
PORT_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")
IMAGE = re.compile(r"[\w:./#-]+(@sha256:[0-9A-Fa-f]{64})?", re.ASCII)
PORTS = range(1, 65_536)
# MiB: Docker reserves no less for a container.
LEAST_MEMORY = 6
MOST_FILES = 10


def _family(params: Params, _: Place) -> str | None:
    return _misnamed("Family", params["family"])


def _names(params: Params, _: Place) -> str | None:
    for each in _containers(params):
        if message := _misnamed("Container.name", each.get("name", "")):
            return message
        if not each.get("image"):
            return "Container.image should not be null or empty."
        if not IMAGE.fullmatch(each["image"]):
            return "Container.image contains invalid characters."
    return None


def _misnamed(what: str, name: str) -> str | None:
    if not name:
        return f"{what} should not be null or empty."
    return None if NAME.fullmatch(name) else f"{what} contains invalid characters."


def _volumes(params: Params, _: Place) -> str | None:
    names = [each.get("name", "") for each in params.get("volumes") or ()]
    for each in names:
        if message := _misnamed("Volume.name", each):
            return message
    return "Volume.name contains duplicates." if len(names) > len(set(names)) else None


def _file_systems(params: Params, _: Place) -> str | None:
    """An access point of EFS is reached encrypted, and is the root."""
    for each in params.get("volumes") or ():
        efs = each.get("efsVolumeConfiguration") or {}
        if not (efs.get("authorizationConfig") or {}).get("accessPointId"):
            continue
        if efs.get("transitEncryption") != "ENABLED":
            return "EFS transit encryption must be enabled if an access point is used."
        if efs.get("rootDirectory") not in {None, "", "/"}:
            return "The root directory must be omitted or / if an EFS access point is used."
    return None


def _hostname(params: Params, _: Place) -> str | None:
    if params.get("networkMode") == "awsvpc" and any(
        each.get("hostname") for each in _containers(params)
    ):
        return "The hostname parameter is not supported with the awsvpc network mode."
    return None


def _environment_files(params: Params, _: Place) -> str | None:
    for container in _containers(params):
        files = container.get("environmentFiles") or ()
        if len(files) > MOST_FILES:
            return f"environmentFiles can have at most {MOST_FILES} items."
        if any(not each["value"].endswith(".env") for each in files):
            return "An environment file must have the extension .env."
    return None


def _mounts(params: Params, _: Place) -> str | None:
    names = {each.get("name") for each in params.get("volumes") or ()}
    for container in _containers(params):
        for each in container.get("mountPoints") or ():
            if each.get("sourceVolume") not in names:
                return f"Unknown volume '{each.get('sourceVolume')}'."
    return None


def _volumes_from(params: Params, _: Place) -> str | None:
    known = {each.get("name") for each in _containers(params)}
    for container in _containers(params):
        for each in container.get("volumesFrom") or ():
            if each.get("sourceContainer") not in known:
                return f"Unknown container '{each.get('sourceContainer')}' in volumesFrom."
    return None


def _ports(params: Params, _: Place) -> str | None:
    for container in _containers(params):
        for each in container.get("portMappings") or ():
            if each.get("containerPort") not in PORTS:
                return f"Invalid 'containerPort' setting for container '{container['name']}'."
    return None


def _ports_once(params: Params, _: Place) -> str | None:
    """Containers of a task share its network with awsvpc: a port is one container's."""
    if params.get("networkMode") != "awsvpc":
        return None
    seen: set[tuple[str, int]] = set()
    for container in _containers(params):
        for each in container.get("portMappings") or ():
            key = (each.get("protocol", "tcp"), each["containerPort"])
            if key in seen:
                return f"{key[0].upper()} host port '{key[1]}' is mapped multiple times in task."
            seen.add(key)
    return None


def _same_ports(params: Params, _: Place) -> str | None:
    if params.get("networkMode") != "awsvpc":
        return None
    for container in _containers(params):
        for each in container.get("portMappings") or ():
            if each.get("hostPort") not in {None, 0, each.get("containerPort")}:
                return (
                    "When networkMode=awsvpc, the host ports and container ports in port mappings"
                    " must match."
                )
    return None


def _port_names(params: Params, _: Place) -> str | None:
    names = [
        each["name"]
        for container in _containers(params)
        for each in container.get("portMappings") or ()
        if "name" in each
    ]
    if wrong := next((each for each in names if not PORT_NAME.fullmatch(each)), None):
        return f"PortMapping.name contains invalid characters: '{wrong}'."
    return "PortMapping.name contains duplicates." if len(names) > len(set(names)) else None


def _secrets(params: Params, _: Place) -> str | None:
    for container in _containers(params):
        plain = {each.get("name") for each in container.get("environment") or ()}
        for each in container.get("secrets") or ():
            if each["name"] in plain:
                return (
                    "The secret name must be unique and not shared with any new or existing"
                    f" environment variables set on the container, such as '{each['name']}'."
                )
            plain.add(each["name"])
    return None


def _nameless(params: Params, _: Place) -> str | None:
    for each in _containers(params):
        if not all(one.get("name", "").strip() for one in each.get("environment") or ()):
            return "Environment variable name cannot be null or blank."
    return None


def _memory(params: Params, _: Place) -> str | None:
    for each in _containers(params):
        most, soft = each.get("memory"), each.get("memoryReservation")
        words = f"Invalid setting for container '{each['name']}'."
        if any(value is not None and value < LEAST_MEMORY for value in (most, soft)):
            return f"{words} 'memory' and 'memoryReservation' must be at least {LEAST_MEMORY} MiB."
        if most is not None and soft is not None and soft > most:
            return f"{words} 'memoryReservation' must not be greater than 'memory'."
    return None


def _depends(params: Params, _: Place) -> str | None:
    by_name = {each.get("name"): each for each in _containers(params)}
    for each in by_name.values():
        for need in each.get("dependsOn") or ():
            other = by_name.get(need["containerName"])
            if other is None:
                name = need["containerName"]
                return f"Cannot depend on container + '{name}' because it does not exist"
            if need["condition"] == "HEALTHY" and "healthCheck" not in other:
                return "A HEALTHY dependency needs a health check on the container depended on."
            if need["condition"] in {"COMPLETE", "SUCCESS"} and other.get("essential", True):
                return (
                    "A dependency container with SUCCESS or COMPLETE condition cannot be an"
                    " essential container"
                )
    return None


def _cycle(params: Params, _: Place) -> str | None:
    """The containers that depend on nothing that is left go, until none is left or none can go."""
    needs = {
        each["name"]: {need["containerName"] for need in each.get("dependsOn") or ()}
        for each in _containers(params)
    }
    while free := [name for name, others in needs.items() if not others & needs.keys()]:
        for name in free:
            del needs[name]
    return "Container dependencies should not have a cycle" if needs else None


def _containers(params: Params) -> Iterator[Mapping[str, Any]]:
    yield from params.get("containerDefinitions") or ()


RULES = tuple(
    Rule("RegisterTaskDefinition", CLIENT, check, source)
    for check, source in (
        (_family, "amazon-ecs-cli#37"),
        (_names, "terraform-provider-aws#5950"),
        (_volumes, "ECS API: Volume"),
        (_file_systems, "ECS API: EFSAuthorizationConfig"),
        (_hostname, "ECS API: ContainerDefinition"),
        (_environment_files, "ECS API: ContainerDefinition"),
        (_mounts, "ansible#35751"),
        (_volumes_from, "ECS API: VolumeFrom"),
        (_ports, "aws-cli#7288"),
        (_same_ports, "ECS API: PortMapping"),
        (_ports_once, "amazon-ecs-agent#1220"),
        (_port_names, "ECS API: PortMapping"),
        (_nameless, "terraform-aws-template#2"),
        (_secrets, "ECS API: Secret"),
        (_memory, "ECS API: ContainerDefinition"),
        (_depends, "boto3#2436, hako#99"),
        (_cycle, "ECS API: ContainerDependency"),
    )
)
