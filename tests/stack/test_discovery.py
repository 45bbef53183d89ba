"""Who calls whom in the spec, to names and open doors."""

from __future__ import annotations

from tests.support.blueprints import addresses, at, shop, wanted

BODY = """
services:
  app: {image: nginx:1, port: 80, connects_to: [api]}
  api: {image: nginx:1, port: 3000}
"""
DOOR = "ec2.security_group_rule/api-from-app"


def test_what_is_called_has_a_name_in_the_stack_s_namespace() -> None:
    blueprint = shop(BODY, environment="dev", balancer="")
    assert addresses(blueprint, "servicediscovery.service") == ["servicediscovery.service/api"]
    namespace = wanted(blueprint, "servicediscovery.namespace/main")
    assert namespace["Name"] == "shop-dev.internal"
    registry = [{"registryArn": "${servicediscovery.service/api.Arn}"}]
    assert wanted(blueprint, "ecs.service/api")["serviceRegistries"] == registry
    assert wanted(blueprint, "ecs.service/app")["serviceRegistries"] == []


def test_only_the_caller_may_reach_the_port_and_the_door_is_open_first() -> None:
    blueprint = shop(BODY, balancer="")
    door = wanted(blueprint, DOOR)
    assert (door["FromPort"], door["ToPort"], door["IsEgress"]) == (3000, 3000, False)
    assert door["GroupId"] == "${ec2.security_group/api.Id}"
    assert door["ReferencedGroupId"] == "${ec2.security_group/app.Id}"
    assert DOOR in at(blueprint, "ecs.service/app").after


def test_a_name_alone_opens_nothing() -> None:
    body = "services: {app: {image: nginx:1, port: 80, discovery: true}}\n"
    blueprint = shop(body + "discovery: {namespace: shop.internal, ttl_seconds: 5}", balancer="")
    name = wanted(blueprint, "servicediscovery.service/app")
    assert name["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 5}]
    assert wanted(blueprint, "servicediscovery.namespace/main")["Name"] == "shop.internal"
    assert addresses(blueprint, "ec2.security_group_rule") == []


def test_where_nobody_is_found_there_is_no_namespace() -> None:
    blueprint = shop("services: {app: {image: nginx:1}}", balancer="")
    assert addresses(blueprint, "servicediscovery.namespace") == []
    assert "provisioner:discovered" not in at(blueprint, "ecs.service/app").tags
