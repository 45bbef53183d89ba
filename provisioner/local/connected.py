"""The Cloud Map services that ECS makes for Service Connect, and takes away with its services.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectService.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from moto.servicediscovery.models import ServiceDiscoveryBackend

from .simulation.service import Service

# What ECS's own Cloud Map services are known by here.
MADE_BY_ECS = "ecs-service-connect"


def keep(backend: ServiceDiscoveryBackend, services: Iterable[Service]) -> None:
    """Have one Cloud Map service for each that a service offers and no other of ECS's own."""
    wanted = {
        (namespace, name)
        for service in services
        if service.status != "INACTIVE"
        for namespace, name in _offered(backend, service)
    }
    ours = {
        (each.namespace_id, each.name): identifier
        for identifier, each in backend.services.items()
        if each.creator_request_id == MADE_BY_ECS
    }
    for identifier in (ours[key] for key in ours.keys() - wanted):
        del backend.services[identifier]
    for namespace, name in sorted(wanted - ours.keys()):
        backend.create_service(name, namespace, MADE_BY_ECS, "", {}, {}, {}, [], "HTTP")


def namespace_id(backend: ServiceDiscoveryBackend, name_or_arn: str) -> str | None:
    """Find a namespace."""
    return next(
        (
            identifier
            for identifier, each in backend.namespaces.items()
            if name_or_arn in (each.name, each.arn)
        ),
        None,
    )


def _offered(backend: ServiceDiscoveryBackend, service: Service) -> Iterator[tuple[str, str]]:
    connect: dict[str, Any] = service.settings.get("serviceConnectConfiguration") or {}
    home = namespace_id(backend, str(connect.get("namespace", "")))
    if not connect.get("enabled") or home is None:
        return
    for each in connect.get("services") or ():
        yield home, each.get("discoveryName") or each["portName"]
