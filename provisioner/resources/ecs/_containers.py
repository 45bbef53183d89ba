"""Task definitions in one form: what AWS fills in, drops or reorders when describing them.

Source: ECS RegisterTaskDefinition, DescribeTaskDefinition; the same defaults that AWS documents
for each parameter, and the reorderings users of other tools keep meeting as phantom differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULTS: Mapping[str, Any] = {"essential": True, "cpu": 0, "versionConsistency": "enabled"}
HEALTH_CHECK_DEFAULTS = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
NAMED = {"environment": "value", "secrets": "valueFrom"}
"""Lists whose order means nothing: compared by name, and under which key the value lies."""


def canonical_definition(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Containers by name, numbers as AWS spells them, defaults filled in."""
    plain = dict(properties)
    containers = properties.get("containerDefinitions") or ()
    plain["containerDefinitions"] = {c["name"]: canonical_container(c) for c in containers}
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
    for name, value in NAMED.items():
        if plain.get(name):  # wrapped, for an empty variable is not an absent one
            plain[name] = {item["name"]: {value: item.get(value, "")} for item in plain[name]}
    plain["portMappings"] = sorted(
        (_port(mapping) for mapping in plain.get("portMappings") or ()),
        key=lambda mapping: (mapping.get("containerPort") or 0, mapping["protocol"]),
    )
    if plain.get("healthCheck"):
        plain["healthCheck"] = {**HEALTH_CHECK_DEFAULTS, **plain["healthCheck"]}
    log = plain.get("logConfiguration")
    if log:
        plain["logConfiguration"] = {k: v for k, v in log.items() if v not in (None, [], {})}
    linux = plain.get("linuxParameters")
    if linux and "capabilities" in linux:
        sides = {k: sorted(v) for k, v in linux["capabilities"].items() if v}
        plain["linuxParameters"] = {**linux, "capabilities": sides}
    return plain


def _port(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Under awsvpc the host port is the container port."""
    plain = {"protocol": "tcp", **mapping}
    plain["hostPort"] = plain.get("hostPort") or plain.get("containerPort")
    return plain
