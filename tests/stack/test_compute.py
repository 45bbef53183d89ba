"""Repositories, log groups, the cluster, task definitions and services."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.stack import Blueprint
from tests.support.blueprints import BALANCER, addresses, at, shop, wanted

PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter"
TASK, SERVICE = "ecs.task_definition/app", "ecs.service/app"


def app(body: str = "", balancer: str = "", image: str = "nginx:1") -> Blueprint:
    """One service with these settings."""
    return shop(f"services: {{app: {{image: {image}, {body}}}}}", balancer=balancer)


def container(body: str = "", image: str = "nginx:1") -> dict[str, Any]:
    (found,) = wanted(app(body, image=image), TASK)["containerDefinitions"]
    return dict(found)


CONTAINER: dict[str, tuple[str, str, Any]] = {
    "command": ("command: [serve, --fast]", "command", ["serve", "--fast"]),
    "entry point": ("entry_point: [/init]", "entryPoint", ["/init"]),
    "no command": ("", "command", []),
    "no port": ("", "portMappings", []),
    "stop timeout": ("stop_timeout_seconds: 60", "stopTimeout", 60),
    "no health check": ("", "healthCheck", None),
    "user of the image": ("", "user", None),
    "environment in the order of names": (
        "environment: {B: 2, A: '1'}",
        "environment",
        [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    ),
    "secrets in the order of names": (
        f"secrets: {{B: '{PARAMETER}/b', A: '{PARAMETER}/a'}}",
        "secrets",
        [
            {"name": "A", "valueFrom": f"{PARAMETER}/a"},
            {"name": "B", "valueFrom": f"{PARAMETER}/b"},
        ],
    ),
    "health check in AWS's form": (
        "container_health_check: {command: [CMD, 'true']}",
        "healthCheck",
        {
            "command": ["CMD", "true"],
            "interval": 30,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 0,
        },
    ),
    "capabilities that stay": (
        "drop_capabilities: [NET_RAW], init_process: false",
        "linuxParameters",
        {
            "capabilities": {"add": [], "drop": ["NET_RAW"]},
            "initProcessEnabled": False,
            "tmpfs": [],
        },
    ),
}


@pytest.mark.parametrize(("body", "field", "value"), CONTAINER.values(), ids=CONTAINER)
def test_the_container_has(body: str, field: str, value: Any) -> None:
    assert container(body)[field] == value


IMAGES = {
    "elsewhere": ("public.ecr.aws/x/y:1", "public.ecr.aws/x/y:1"),
    "ours by tag": (
        "{repository: shop, tag: '7'}",
        "${ecr.repository/shop.Uri}${lookup.image/shop.7}",
    ),
    "ours, the latest": (
        "{repository: shop}",
        "${ecr.repository/shop.Uri}${lookup.image/shop.latest}",
    ),
}


@pytest.mark.parametrize(("image", "uri"), IMAGES.values(), ids=IMAGES)
def test_the_image_is(image: str, uri: str) -> None:
    assert container(image=image)["image"] == uri


class TestTaskDefinition:
    """Sizes as AWS spells them."""

    def test_sizes_are_texts(self) -> None:
        found = wanted(app("cpu: 1024, memory_mib: 2048"), TASK)
        assert (found["cpu"], found["memory"]) == ("1024", "2048")

    def test_the_platform_is_written_out(self) -> None:
        assert wanted(app("architecture: ARM64"), TASK)["runtimePlatform"] == {
            "cpuArchitecture": "ARM64",
            "operatingSystemFamily": "LINUX",
        }

    def test_more_storage_is_asked_for_only_where_it_is_written(self) -> None:
        assert wanted(app(), TASK)["ephemeralStorage"] is None
        found = wanted(app("ephemeral_storage_gib: 50"), TASK)
        assert found["ephemeralStorage"] == {"sizeInGiB": 50}

    def test_it_follows_its_log_group(self) -> None:
        assert at(app(), TASK).after == ("logs.log_group/app",)


GRACE = {
    "a minute where nothing is said": ("", 60),
    "the start period where it is longer": (
        "container_health_check: {command: ok, start_period_seconds: 200}",
        200,
    ),
    "a minute where the start period is shorter": (
        "container_health_check: {command: ok, start_period_seconds: 5}",
        60,
    ),
    "what is written": ("health_check_grace_period_seconds: 7", 7),
    "nothing, where that is written": ("health_check_grace_period_seconds: 0", 0),
}


class TestService:
    """How tasks are run and rolled out."""

    def test_it_needs_no_port_and_no_load_balancer(self) -> None:
        found = wanted(app(), SERVICE)
        assert found["loadBalancers"] == []
        assert "healthCheckGracePeriodSeconds" not in found
        assert at(app(), SERVICE).after == ()

    def test_a_capacity_provider_strategy_takes_the_place_of_the_launch_type(self) -> None:
        shares = "[{capacity_provider: FARGATE, base: 1}, {capacity_provider: FARGATE_SPOT}]"
        found = wanted(app(f"capacity_provider_strategy: {shares}"), SERVICE)
        assert found["launchType"] is None
        assert found["capacityProviderStrategy"] == [
            {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0},
        ]
        assert wanted(app(), SERVICE)["capacityProviderStrategy"] == []

    def test_a_platform_version_is_sent_only_where_it_is_written(self) -> None:
        assert "platformVersion" not in wanted(app(), SERVICE)
        assert wanted(app("platform_version: 1.4.0"), SERVICE)["platformVersion"] == "1.4.0"

    @pytest.mark.parametrize(
        ("breaker", "expected"),
        [
            ("{enabled: true}", {"enable": True, "rollback": True}),
            ("{enabled: true, rollback: false}", {"enable": True, "rollback": False}),
            ("{enabled: false}", {"enable": False, "rollback": False}),
        ],
    )
    def test_without_a_circuit_breaker_nothing_rolls_back(
        self, breaker: str, expected: dict[str, bool]
    ) -> None:
        found = wanted(app(f"deployment: {{circuit_breaker: {breaker}}}"), SERVICE)
        assert found["deploymentConfiguration"]["deploymentCircuitBreaker"] == expected

    @pytest.mark.parametrize(("body", "seconds"), GRACE.values(), ids=GRACE)
    def test_the_load_balancers_verdict_waits(self, body: str, seconds: int) -> None:
        body = f"port: 80, routes: [{{default: true}}], {body}"
        found = wanted(app(body, BALANCER), SERVICE)
        assert found["healthCheckGracePeriodSeconds"] == seconds


class TestRepository:
    """Made once, whoever uses it."""

    TWO = """
    services:
      app: {image: {repository: shop, tag: '1'}}
      worker: {image: {repository: shop, tag: '2'}}
    """

    def test_two_services_share_one(self) -> None:
        assert addresses(shop(self.TWO, balancer=""), "ecr.repository") == ["ecr.repository/shop"]

    def test_an_image_from_elsewhere_needs_none(self) -> None:
        assert addresses(app(), "ecr.repository") == []

    def test_old_images_go(self) -> None:
        image = "{repository: shop, keep_images: 7}"
        rules = wanted(app(image=image), "ecr.repository/shop")["lifecyclePolicy"]["rules"]
        assert [(rule["rulePriority"], rule["selection"]) for rule in rules] == [
            (
                1,
                {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": 14,
                },
            ),
            (2, {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 7}),
        ]

    def test_its_settings_are_those_of_the_image(self) -> None:
        image = "{repository: shop, tag_mutability: IMMUTABLE, scan_on_push: false, tag: '1'}"
        found = wanted(app(image=image), "ecr.repository/shop")
        assert found["imageTagMutability"] == "IMMUTABLE"
        assert found["imageScanningConfiguration"] == {"scanOnPush": False}


def test_the_cluster_has_both_kinds_of_capacity_and_no_default() -> None:
    assert wanted(app(), "ecs.cluster/main") == {
        "clusterName": "shop-cluster",
        "settings": {"containerInsights": "enabled"},
        "configuration": {"executeCommandConfiguration": {}},
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [],
    }


def test_logs_expire_when_the_spec_says() -> None:
    assert wanted(app("logs: {retention_days: 7}"), "logs.log_group/app")["retentionInDays"] == 7
