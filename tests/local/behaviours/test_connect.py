"""What ECS does, and refuses, about Service Connect."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import CONTAINER, Aws

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
LOG = {"logDriver": "awslogs", "options": {}}


def connect(*names: str, **more: Any) -> dict[str, Any]:
    services = [{"portName": name, "clientAliases": [{"port": 80}]} for name in names]
    return {"enabled": True, "namespace": "shop", "services": services, **more}


def request(aws: Aws, configuration: dict[str, Any]) -> dict[str, Any]:
    ports = [{"containerPort": 80, "name": "web"}]
    definition = aws.define(containerDefinitions=[{**CONTAINER, "portMappings": ports}])
    return aws.service_request(taskDefinition=definition, serviceConnectConfiguration=configuration)


@behaviour("ECS API: CreateService", "A namespace of Service Connect exists", ACCEPTED)
def test_a_namespace_exists(aws: Aws) -> None:
    words = request(aws, connect("web"))
    aws.refused("NamespaceNotFoundException", aws.ecs.create_service, **words)


@behaviour(
    "ECS API: ServiceConnectService",
    "Service Connect offers named ports, with one alias, and logs",
    ACCEPTED,
)
@pytest.mark.parametrize(
    "configuration",
    [
        connect("other"),
        connect(services=[{"portName": "web", "clientAliases": [{"port": 1}, {"port": 2}]}]),
        connect("web", accessLogConfiguration={"format": "JSON"}),
    ],
    ids=["port", "aliases", "logs"],
)
def test_what_is_offered_fits_the_task(aws: Aws, configuration: dict[str, Any]) -> None:
    aws.client("servicediscovery").create_http_namespace(Name="shop")
    words = request(aws, configuration)
    aws.refused("InvalidParameterException", aws.ecs.create_service, **words)


@behaviour(
    "ECS API: ServiceConnectService",
    "ECS makes a Cloud Map service for what Service Connect offers",
    "makes none",
)
def test_cloud_map_services_come_and_go(aws: Aws) -> None:
    names = aws.client("servicediscovery")
    names.create_http_namespace(Name="shop")
    aws.ecs.create_service(**request(aws, connect("web", logConfiguration=LOG)))
    assert [each["Name"] for each in names.list_services()["Services"]] == ["web"]
    aws.ecs.update_service(
        cluster="c", service="web", serviceConnectConfiguration={"enabled": False}
    )
    assert names.list_services()["Services"] == []
