"""The Cloud Map services of Service Connect: ECS makes them, and takes them away."""

from __future__ import annotations

from typing import Any

import pytest
from moto.servicediscovery.models import ServiceDiscoveryBackend

from provisioner.local import connected
from provisioner.local.simulation.service import Service


@pytest.fixture
def names() -> ServiceDiscoveryBackend:
    backend = ServiceDiscoveryBackend("eu-west-1", "123456789012")
    backend.create_http_namespace("shop", "1", "", [])
    return backend


def service(**connect: Any) -> Service:
    settings = {"serviceConnectConfiguration": connect, "desiredCount": 1}
    return Service("arn:service", "arn:cluster", "web", settings, {}, 0.0)


def found(names: ServiceDiscoveryBackend) -> list[str]:
    return sorted(each.name for each in names.services.values())


OFFERS = [{"portName": "web", "discoveryName": "web-http"}, {"portName": "admin"}]


@pytest.mark.parametrize("how", ["name", "arn"])
def test_each_offered_port_is_a_service(names: ServiceDiscoveryBackend, how: str) -> None:
    (namespace,) = names.namespaces.values()
    one = service(enabled=True, namespace=getattr(namespace, how), services=OFFERS)
    connected.keep(names, [one])
    connected.keep(names, [one])
    assert found(names) == ["admin", "web-http"]


def test_they_go_with_the_service_and_others_stay(names: ServiceDiscoveryBackend) -> None:
    (namespace,) = names.namespaces
    names.create_service("own", namespace, "x", "", {}, {}, {}, [], "HTTP")
    one = service(enabled=True, namespace="shop", services=OFFERS)
    connected.keep(names, [one])
    one.status = "DRAINING"
    connected.keep(names, [one])
    assert found(names) == ["admin", "own", "web-http"]
    one.status = "INACTIVE"
    connected.keep(names, [one])
    assert found(names) == ["own"]


def test_nothing_is_offered_in_no_namespace(names: ServiceDiscoveryBackend) -> None:
    connected.keep(names, [service(enabled=True, namespace="other", services=OFFERS), service()])
    assert found(names) == []
