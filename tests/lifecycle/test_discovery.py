"""Services that find and reach each other, from the spec to the end."""

from __future__ import annotations

from typing import Any

from tests.cloud.sent import check_order
from tests.cloud.world import World, changes

WEB = "services.web={image: 'nginx:1', port: 80, connects_to: [app]}"


def cloud_map(world: World) -> tuple[list[str], list[dict[str, Any]]]:
    client = world.client("servicediscovery")
    names = [one["Name"] for one in client.list_namespaces()["Namespaces"]]
    return names, client.list_services()["Services"]


def registries(world: World) -> list[dict[str, Any]]:
    answer = world.client("ecs").describe_services(
        cluster="oaktree-cluster-dev", services=["oaktree-service-dev"]
    )
    found: list[dict[str, Any]] = answer["services"][0]["serviceRegistries"]
    return found


def test_a_service_that_is_called_gets_a_name_and_an_open_door(world: World) -> None:
    applied = world.apply(WEB)
    check_order(applied.writes, "CreatePrivateDnsNamespace", "CreateService")
    world.check_settled(WEB)
    names, services = cloud_map(world)
    assert names == ["oaktree-dev.internal"]
    assert [one["Name"] for one in services] == ["app"]
    assert registries(world) == [{"registryArn": services[0]["Arn"]}]
    assert "ec2.security_group_rule/app-from-web" in world.owned()


def test_what_is_spoilt_is_repaired(world: World) -> None:
    world.apply(WEB)
    _, (service,) = cloud_map(world)
    change = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 999}]}}
    world.client("servicediscovery").update_service(Id=service["Id"], Service=change)
    assert changes(world.plan(WEB)) == ["update servicediscovery.service/app"]
    world.apply(WEB)
    world.check_settled(WEB)


def test_without_callers_name_namespace_and_door_go(world: World) -> None:
    world.apply(WEB)
    gone = world.apply()
    assert cloud_map(world) == ([], [])
    assert registries(world) == []
    check_order(gone.writes, "UpdateService", "DeleteNamespace")
    assert "ec2.security_group_rule/app-from-web" not in world.owned()
    world.check_settled()


def test_teardown_leaves_nothing(world: World) -> None:
    world.apply(WEB)
    world.teardown(WEB)
    assert cloud_map(world) == ([], [])
    assert world.owned() == {}
