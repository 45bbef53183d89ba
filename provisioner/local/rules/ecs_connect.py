"""What ECS refuses about Service Connect.

API_ServiceConnectConfiguration and API_ServiceConnectService of
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/. The texts are [unverified].
"""

from __future__ import annotations

from typing import Any

from provisioner.local.connected import namespace_id

from .rule import Params, Place, Rule


def _namespace(params: Params, place: Place) -> str | None:
    connect = params.get("serviceConnectConfiguration") or {}
    wanted = connect.get("namespace")
    if not (connect.get("enabled") and wanted):
        return None
    if namespace_id(place.of("servicediscovery"), wanted) is None:
        return f"Namespace {wanted} was not found."
    return None


def _services(params: Params, place: Place) -> str | None:
    """Every port is one of the task definition, and has one alias at most."""
    connect = params.get("serviceConnectConfiguration") or {}
    if connect.get("accessLogConfiguration") and not connect.get("logConfiguration"):
        return "accessLogConfiguration needs a logConfiguration."
    if "taskDefinition" not in params:
        return None
    known = _ports(place, params["taskDefinition"])
    for each in connect.get("services") or ():
        if each["portName"] not in known:
            return f"The portName {each['portName']} is not that of a port of the task definition."
        if len(each.get("clientAliases") or ()) > 1:
            return "clientAliases can have at most 1 item."
    return None


def _ports(place: Place, definition: str) -> set[str]:
    found: Any = place.of("ecs").describe_task_definition(definition)
    return {
        port["name"]
        for container in found.container_definitions
        for port in container.get("portMappings") or ()
        if port.get("name")
    }


RULES = tuple(
    Rule(operation, code, check, source)
    for operation in ("CreateService", "UpdateService")
    for code, check, source in (
        ("NamespaceNotFoundException", _namespace, f"ECS API: {operation}"),
        ("InvalidParameterException", _services, "ECS API: ServiceConnectService"),
    )
)
