"""Service Connect: who is called by which name, who calls, and what ECS is told of both."""

from __future__ import annotations

from typing import Any

from provisioner.stack import Blueprint
from tests.support.blueprints import addresses, at, shop, wanted

BODY = """
services:
  web: {image: nginx:1, port: 80, connects_to: [api]}
  api: {image: nginx:1, port: 3000, connect: %s}
"""
AUTHORITY = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/1"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


def made(connect: str = "true", more: str = "") -> Blueprint:
    return shop(BODY % connect + more, environment="dev", balancer="")


def configuration(blueprint: Blueprint, service: str) -> dict[str, Any]:
    found: dict[str, Any] = wanted(blueprint, f"ecs.service/{service}")[
        "serviceConnectConfiguration"
    ]
    return found


def container(blueprint: Blueprint, service: str) -> dict[str, Any]:
    definition = wanted(blueprint, f"ecs.task_definition/{service}")
    found: dict[str, Any] = definition["containerDefinitions"][0]
    return found


def test_one_key_gives_a_service_its_own_name() -> None:
    found = made()
    assert configuration(found, "api") == {
        "enabled": True,
        "namespace": "${servicediscovery.namespace/main.Arn}",
        "services": [
            {
                "portName": "api",
                "discoveryName": "api-http",
                "clientAliases": [{"port": 3000, "dnsName": "api"}],
            }
        ],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "/ecs/shop-api-dev",
                "awslogs-region": "eu-west-1",
                "awslogs-stream-prefix": "connect",
            },
        },
    }
    (port,) = container(found, "api")["portMappings"]
    assert (port["name"], port["appProtocol"]) == ("api", "http")


def test_who_calls_it_takes_part_and_comes_after_it() -> None:
    found = made()
    assert configuration(found, "web")["services"] == []
    assert "name" not in container(found, "web")["portMappings"][0]
    assert "ecs.service/api" in at(found, "ecs.service/web").after
    assert container(found, "web")["dockerLabels"] == {"provisioner.connects-to": "api"}
    assert "ec2.security_group_rule/api-from-web" in addresses(found)


def test_it_needs_no_name_of_the_other_kind() -> None:
    found = made()
    assert addresses(found, "servicediscovery.service") == []
    assert wanted(found, "ecs.service/api")["serviceRegistries"] == []
    assert addresses(found, "servicediscovery.namespace") == ["servicediscovery.namespace/main"]


def test_who_takes_no_part_has_nothing_of_it() -> None:
    found = made("false")
    assert configuration(found, "api") == configuration(found, "web") == {}
    assert container(found, "web")["dockerLabels"] == {}
    assert "ecs.service/api" not in at(found, "ecs.service/web").after
    assert addresses(found, "servicediscovery.service") == ["servicediscovery.service/api"]


def test_a_service_without_a_port_only_calls() -> None:
    found = shop("services: {job: {image: 'nginx:1', connect: true}}", balancer="")
    assert configuration(found, "job")["services"] == []


def test_services_that_call_each_other_wait_for_nobody() -> None:
    found = shop(
        """
        services:
          a: {image: nginx:1, port: 1, connect: true, connects_to: [b]}
          b: {image: nginx:1, port: 2, connect: true, connects_to: [a]}
          c: {image: nginx:1, connects_to: [a]}
        """,
        balancer="",
    )
    after = {name: at(found, f"ecs.service/{name}").after for name in "abc"}
    assert [one for one in (*after["a"], *after["b"]) if one.startswith("ecs.")] == []
    assert "ecs.service/a" in after["c"]


def test_everything_can_be_said() -> None:
    tls = f"{{certificate_authority: '{AUTHORITY}', kms_key: '{KEY}'}}"
    found = made(
        "{name: items.shop, port: 80, protocol: grpc, ingress_port: 9000, access_logs: json,"
        f" idle_timeout_seconds: 60, request_timeout_seconds: 5, tls: {tls}}}"
    )
    (service,) = configuration(found, "api")["services"]
    assert service == {
        "portName": "api",
        "discoveryName": "api-grpc",
        "clientAliases": [{"port": 80, "dnsName": "items.shop"}],
        "timeout": {"idleTimeoutSeconds": 60, "perRequestTimeoutSeconds": 5},
        "ingressPortOverride": 9000,
        "tls": {
            "issuerCertificateAuthority": {"awsPcaAuthorityArn": AUTHORITY},
            "roleArn": "${iam.role/api-connect.Arn}",
            "kmsKey": KEY,
        },
    }
    access = configuration(found, "api")["accessLogConfiguration"]
    assert access == {"format": "JSON", "includeQueryParameters": "DISABLED"}
    assert wanted(found, "ec2.security_group_rule/api-from-web")["FromPort"] == 9000
    (policy,) = wanted(found, "iam.role/api-connect")["ManagedPolicyArns"]
    assert policy.endswith(
        ":iam::aws:policy/service-role/"
        "AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"
    )


def test_tcp_is_what_ecs_assumes() -> None:
    found = made("{protocol: tcp, logs: false}")
    assert "appProtocol" not in container(found, "api")["portMappings"][0]
    assert "logConfiguration" not in configuration(found, "api")


def test_a_namespace_and_a_role_of_others_are_used() -> None:
    tls = f"{{certificate_authority: '{AUTHORITY}', role: theirs}}"
    found = made(f"{{tls: {tls}}}", "discovery: {connect_namespace: common}")
    assert configuration(found, "web")["namespace"] == "common"
    assert addresses(found, "servicediscovery.namespace") == []
    assert "iam.role/api-connect" not in addresses(found)
    assert "provisioner:discovered" not in at(found, "ecs.service/api").tags
    (service,) = configuration(found, "api")["services"]
    assert service["tls"]["roleArn"] == "${lookup.role/theirs.Arn}"
