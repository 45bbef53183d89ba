"""Task definitions in one form: what AWS fills in, drops or reorders when describing them.

Source: ECS RegisterTaskDefinition, DescribeTaskDefinition; the same defaults that AWS documents
for each parameter, and the reorderings users of other tools keep meeting as phantom differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULTS: Mapping[str, Any] = {"essential": True, "cpu": 0, "versionConsistency": "enabled"}
RESTART_SECONDS = 300
HEALTH_CHECK_DEFAULTS = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
NAMED = {
    "environment": ("name", "value"),
    "secrets": ("name", "valueFrom"),
    "systemControls": ("namespace", "value"),
    "dependsOn": ("containerName", "condition"),
}
"""Lists whose order means nothing: compared by this key, and under which one the value lies."""
CLOSED = (*NAMED, "dockerLabels", "logConfiguration.options", "firelensConfiguration.options")
"""Mappings of a container, once canonical, in which nothing may be that is not declared."""
FIRELENS_USER = "0"
"""FireLens' router runs as root; ECS writes it into the definition where nothing is said."""
MODES = {"transitEncryption": "DISABLED", "rootDirectory": "/"}
"""What an EFS volume has where nothing is said."""


def canonical_definition(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Containers by name, numbers as AWS spells them, defaults filled in."""
    plain = dict(properties)
    containers = properties.get("containerDefinitions") or ()
    plain["containerDefinitions"] = {c["name"]: canonical_container(c) for c in containers}
    plain["volumes"] = {v["name"]: _volume(v) for v in properties.get("volumes") or ()}
    plain["enableFaultInjection"] = properties.get("enableFaultInjection") or None
    for size in ("cpu", "memory"):
        if plain.get(size) is not None:
            plain[size] = str(plain[size])
    if "runtimePlatform" in plain:
        platform = plain["runtimePlatform"] or {}
        plain["runtimePlatform"] = {
            "cpuArchitecture": platform.get("cpuArchitecture", "X86_64"),
            "operatingSystemFamily": platform.get("operatingSystemFamily", "LINUX"),
        }
    return plain


def canonical_container(container: Mapping[str, Any]) -> dict[str, Any]:
    """One container definition."""
    plain = {**container, **{k: v for k, v in DEFAULTS.items() if container.get(k) is None}}
    for name, (key, value) in NAMED.items():
        if plain.get(name):  # wrapped, for an empty variable is not an absent one
            plain[name] = {item[key]: {value: item.get(value, "")} for item in plain[name]}
    plain["portMappings"] = sorted(
        (_port(mapping) for mapping in plain.get("portMappings") or ()),
        key=lambda mapping: (mapping.get("containerPort") or 0, mapping["protocol"]),
    )
    if plain.get("healthCheck"):
        plain["healthCheck"] = {**HEALTH_CHECK_DEFAULTS, **plain["healthCheck"]}
    log = plain.get("logConfiguration")
    if log:
        plain["logConfiguration"] = {k: v for k, v in log.items() if v not in (None, [], {})}
        options = plain["logConfiguration"].get("secretOptions")
        if options:
            plain["logConfiguration"]["secretOptions"] = sorted(options, key=lambda o: o["name"])
    linux = plain.get("linuxParameters")
    if linux:
        plain["linuxParameters"] = _linux(linux)
    _lists(plain)
    if plain.get("restartPolicy"):
        plain["restartPolicy"] = _restart(plain["restartPolicy"])
    if plain.get("firelensConfiguration") and not plain.get("user"):
        plain["user"] = FIRELENS_USER
    return plain


def _lists(plain: dict[str, Any]) -> None:
    """Lists of mappings that AWS may reorder, in one order and with their defaults."""
    mounts = plain.get("mountPoints")
    if mounts:
        full = [{**mount, "readOnly": bool(mount.get("readOnly"))} for mount in mounts]
        plain["mountPoints"] = sorted(full, key=lambda mount: str(mount.get("containerPath")))
    if plain.get("ulimits"):
        plain["ulimits"] = sorted(plain["ulimits"], key=lambda limit: str(limit["name"]))


def _linux(linux: Mapping[str, Any]) -> dict[str, Any]:
    plain = dict(linux)
    if "capabilities" in plain:
        sides = plain["capabilities"] or {}
        full = {side: sorted(sides.get(side) or ()) for side in ("add", "drop")}
        plain["capabilities"] = full if any(full.values()) else {}
    mounts = plain.get("tmpfs") or ()
    plain["tmpfs"] = sorted(
        ({**mount, "mountOptions": sorted(mount.get("mountOptions") or ())} for mount in mounts),
        key=lambda mount: str(mount["containerPath"]),
    )
    return plain


def _restart(policy: Mapping[str, Any]) -> dict[str, Any] | None:
    """One that is switched off is none."""
    if not policy.get("enabled"):
        return None
    return {
        "enabled": True,
        "ignoredExitCodes": sorted(policy.get("ignoredExitCodes") or ()),
        "restartAttemptPeriod": policy.get("restartAttemptPeriod") or RESTART_SECONDS,
    }


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    """A volume without its name: what it lies on, nothing for an empty directory."""
    plain = {k: v for k, v in volume.items() if k != "name" and v not in (None, [], {}, False)}
    efs = plain.get("efsVolumeConfiguration")
    if efs:
        access = efs.get("authorizationConfig") or {}
        plain["efsVolumeConfiguration"] = {
            **MODES,
            **{k: v for k, v in efs.items() if v is not None},
            "authorizationConfig": {
                "accessPointId": access.get("accessPointId"),
                "iam": access.get("iam") or "DISABLED",
            },
        }
    return {"on": plain or "task storage"}


def _port(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Under awsvpc the host port is the container port."""
    plain = {"protocol": "tcp", **mapping}
    plain["hostPort"] = plain.get("hostPort") or plain.get("containerPort")
    return plain
