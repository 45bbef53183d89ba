"""Service Connect from the spec to the end."""

from __future__ import annotations

from typing import Any

from tests.cloud.sent import check_order
from tests.cloud.world import World, changes

API = "services.api={image: 'nginx:1', port: 3000, connect: true}"
CALLS = "services.app.connects_to=[api]"
GRPC = "services.api.connect={protocol: grpc}"
SERVICE = "ecs.service/api"


def described(world: World, name: str) -> dict[str, Any]:
    (found,) = world.client("ecs").describe_services(
        cluster="oaktree-cluster-dev", services=[name]
    )["services"]
    (primary,) = (one for one in found["deployments"] if one["status"] == "PRIMARY")
    connect: dict[str, Any] = primary.get("serviceConnectConfiguration", {})
    return connect


def offered(world: World) -> list[str]:
    found = world.client("servicediscovery").list_services()["Services"]
    return [one["Name"] for one in found]


def test_it_comes_and_settles_drifts_and_goes(world: World) -> None:
    applied = world.apply(API, CALLS)
    check_order(applied.writes, "CreatePrivateDnsNamespace", "CreateService")
    services = (one for one in applied.writes if one.operation == "CreateService")
    made = [one.arguments["serviceName"] for one in services]
    assert made == ["oaktree-api-service-dev", "oaktree-service-dev"]
    world.check_settled(API, CALLS)
    assert offered(world) == ["api-http"]
    assert described(world, "oaktree-api-service-dev")["services"][0]["portName"] == "api"
    assert described(world, "oaktree-service-dev")["enabled"]

    other = {**described(world, "oaktree-api-service-dev"), "services": []}
    world.client("ecs").update_service(
        cluster="oaktree-cluster-dev",
        service="oaktree-api-service-dev",
        serviceConnectConfiguration=other,
    )
    assert changes(world.plan(API, CALLS)) == [f"update {SERVICE}"]
    world.apply(API, CALLS)
    world.check_settled(API, CALLS)

    world.apply(API, CALLS, GRPC)
    assert offered(world) == ["api-grpc"]
    world.check_settled(API, CALLS, GRPC)

    gone = world.apply()
    check_order(gone.writes, "DeleteService", "DeleteNamespace")
    assert described(world, "oaktree-service-dev") == {}
    assert offered(world) == []
    world.check_settled()


def test_teardown_waits_for_what_ecs_takes_away(world: World) -> None:
    world.apply(API, CALLS)
    gone = world.teardown(API, CALLS)
    check_order(gone.writes, "DeleteService", "DeleteNamespace")
    assert world.client("servicediscovery").list_namespaces()["Namespaces"] == []
    assert offered(world) == []
    assert world.owned() == {}
