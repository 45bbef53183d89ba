"""Containers beside the main one, volumes, and what the roles need for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.stack import Blueprint
from tests.support.blueprints import shop, wanted

TASK, SERVICE = "ecs.task_definition/app", "ecs.service/app"
ACCOUNT = "${lookup.account.Account}"
PARTITION = "${lookup.account.Partition}"


def app(body: str, balancer: str = "", more: str = "") -> Blueprint:
    return shop(f"services: {{app: {{image: nginx:1, {body}}}}}\n{more}", balancer=balancer)


def containers(body: str) -> dict[str, dict[str, Any]]:
    return {c["name"]: c for c in wanted(app(body), TASK)["containerDefinitions"]}


def allowed(blueprint: Blueprint, address: str) -> dict[str, list[str]]:
    policies = wanted(blueprint, address)["InlinePolicies"].values()
    return {
        action: one["Resource"]
        for document in policies
        for one in document["Statement"]
        for action in one["Action"]
    }


FIELDS: dict[str, tuple[str, str, Any]] = {
    "ulimits": (
        "ulimits: {nofile: 5, core: {soft: 1, hard: 2}}",
        "ulimits",
        [
            {"name": "core", "softLimit": 1, "hardLimit": 2},
            {"name": "nofile", "softLimit": 5, "hardLimit": 5},
        ],
    ),
    "system controls": (
        "system_controls: {net.core.somaxconn: 1024}",
        "systemControls",
        [{"namespace": "net.core.somaxconn", "value": "1024"}],
    ),
    "labels": ("docker_labels: {a: 1}", "dockerLabels", {"a": "1"}),
    "restart": (
        "restart: true",
        "restartPolicy",
        {"enabled": True, "ignoredExitCodes": [], "restartAttemptPeriod": 300},
    ),
    "no restart": ("restart: false", "restartPolicy", None),
    "a tag that may move": ("version_consistency: disabled", "versionConsistency", "disabled"),
    "environment files": (
        "environment_files: ['arn:aws:s3:::bkt/a.env']",
        "environmentFiles",
        [{"value": "arn:aws:s3:::bkt/a.env", "type": "s3"}],
    ),
    "writable": (
        "writable: [/tmp]",
        "mountPoints",
        [{"sourceVolume": "writable-main-tmp", "containerPath": "/tmp", "readOnly": False}],
    ),
    "mounts": (
        "volumes: {d: {}}, mounts: {/d: {volume: d, read_only: true}}",
        "mountPoints",
        [{"sourceVolume": "d", "containerPath": "/d", "readOnly": True}],
    ),
    "where it works": ("working_directory: /app", "workingDirectory", "/app"),
}


@pytest.mark.parametrize(("body", "field", "value"), FIELDS.values(), ids=FIELDS)
def test_the_container_has(body: str, field: str, value: Any) -> None:
    assert containers(body)["shop-app"][field] == value


def test_directories_in_memory_are_open_to_every_user() -> None:
    linux = containers("tmpfs: {/tmp: 64}")["shop-app"]["linuxParameters"]
    assert linux["tmpfs"] == [{"containerPath": "/tmp", "size": 64, "mountOptions": []}]


def test_init_containers_run_one_after_the_other_and_before_all_others() -> None:
    found = containers(
        "init_containers: {a: {}, b: {image: x:1}}, sidecars: {s: {image: y:1}},"
        " depends_on: {s: START}"
    )
    waits = {
        name: {one["containerName"]: one["condition"] for one in container["dependsOn"]}
        for name, container in found.items()
    }
    assert waits == {
        "a": {},
        "b": {"a": "SUCCESS"},
        "s": {"a": "SUCCESS", "b": "SUCCESS"},
        "shop-app": {"a": "SUCCESS", "b": "SUCCESS", "s": "START"},
    }
    assert [found[name]["essential"] for name in "abs"] == [False, False, True]
    assert [found[name]["image"] for name in "abs"] == ["nginx:1", "x:1", "y:1"]


def test_requests_go_to_the_sidecar_that_has_the_port() -> None:
    blueprint = app(
        "port: 80, routes: [{default: true}], sidecars: {proxy: {image: x, ports: [80]}}",
        balancer="load_balancer: {listeners: {http: {port: 80}}}\n",
    )
    (target,) = wanted(blueprint, SERVICE)["loadBalancers"]
    assert (target["containerName"], target["containerPort"]) == ("proxy", 80)
    found = {c["name"]: c for c in wanted(blueprint, TASK)["containerDefinitions"]}
    assert found["shop-app"]["portMappings"] == []
    assert [m["containerPort"] for m in found["proxy"]["portMappings"]] == [80]


EFS = "volumes: {d: {efs: {file_system: fs-01234567, access_point: fsap-01234567}}}"


def test_a_file_system_is_encrypted_on_the_way_and_asks_the_role() -> None:
    (volume,) = wanted(app(f"{EFS}, mounts: {{/d: d}}"), TASK)["volumes"]
    assert volume["efsVolumeConfiguration"] == {
        "fileSystemId": "fs-01234567",
        "rootDirectory": "/",
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": "fsap-01234567", "iam": "ENABLED"},
    }


@pytest.mark.parametrize(
    ("mount", "actions"),
    [
        ("{/d: d}", ["ClientMount", "ClientWrite"]),
        ("{/d: {volume: d, read_only: true}}", ["ClientMount"]),
    ],
)
def test_the_task_role_may_mount_what_it_mounts(mount: str, actions: list[str]) -> None:
    found = allowed(app(f"{EFS}, mounts: {mount}"), "iam.role/app-task")
    system = f"arn:{PARTITION}:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-01234567"
    assert found == {f"elasticfilesystem:{action}": [system] for action in actions}


def test_exec_gives_the_task_role_four_channels_and_its_records() -> None:
    more = (
        "cluster: {execute_command: {log_group: /exec, s3_bucket: b,"
        " kms_key: 'arn:aws:kms:eu-west-1:123456789012:key/1'}}\n"
    )
    blueprint = app("enable_execute_command: true, read_only_root_filesystem: false", more=more)
    found = allowed(blueprint, "iam.role/app-task")
    assert [action for action in found if action.startswith("ssmmessages:")] == [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ]
    assert found["kms:Decrypt"] == ["arn:aws:kms:eu-west-1:123456789012:key/1"]
    assert found["logs:PutLogEvents"] == [
        f"arn:{PARTITION}:logs:eu-west-1:{ACCOUNT}:log-group:/exec:*"
    ]
    assert found["s3:PutObject"] == [f"arn:{PARTITION}:s3:::b/*"]
    assert wanted(blueprint, SERVICE)["enableExecuteCommand"] is True
    sessions = wanted(blueprint, "ecs.cluster/main")["configuration"]["executeCommandConfiguration"]
    assert sessions["logging"] == "OVERRIDE"
    assert sessions["logConfiguration"]["cloudWatchLogGroupName"] == "/exec"


def test_environment_files_are_read_by_the_execution_role() -> None:
    found = allowed(
        app("environment_files: ['arn:aws:s3:::bkt/x/a.env']"), "iam.role/app-execution"
    )
    assert found["s3:GetObject"] == ["arn:aws:s3:::bkt/x/a.env"]
    assert found["s3:GetBucketLocation"] == ["arn:aws:s3:::bkt"]


class TestLogRouter:
    """FireLens."""

    def test_it_is_root_writes_and_logs_elsewhere(self) -> None:
        router = containers("log_router: true")["log-router"]
        assert router["user"] == "0"
        assert router["readonlyRootFilesystem"] is False
        assert router["logConfiguration"]["logDriver"] == "awslogs"
        assert router["firelensConfiguration"] == {
            "type": "fluentbit",
            "options": {"enable-ecs-log-metadata": "true"},
        }

    def test_everything_that_keeps_running_prints_through_it(self) -> None:
        found = containers("log_router: true, sidecars: {s: {image: x}}, init_containers: {i: {}}")
        drivers = {name: c["logConfiguration"]["logDriver"] for name, c in found.items()}
        assert drivers == {
            "shop-app": "awsfirelens",
            "s": "awsfirelens",
            "i": "awslogs",
            "log-router": "awslogs",
        }

    def test_without_options_it_writes_to_the_services_log_group(self) -> None:
        blueprint = app("log_router: true")
        group = f"arn:{PARTITION}:logs:eu-west-1:{ACCOUNT}:log-group:/ecs/shop:*"
        assert allowed(blueprint, "iam.role/app-task")["logs:PutLogEvents"] == [group]

    def test_a_secret_option_is_read_by_the_execution_role(self) -> None:
        arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/key"
        blueprint = app(
            f"log_router: {{options: {{Name: datadog}}, secret_options: {{apikey: '{arn}'}}}}"
        )
        assert allowed(blueprint, "iam.role/app-execution")["ssm:GetParameters"] == [arn]
        assert allowed(blueprint, "iam.role/app-task") == {}
        main = wanted(blueprint, TASK)["containerDefinitions"][0]["logConfiguration"]
        assert main["options"] == {"Name": "datadog"}
        assert main["secretOptions"] == [{"name": "apikey", "valueFrom": arn}]


class TestTracing:
    """A collector that cannot take the application down."""

    def test_it_is_not_essential_and_limited_and_started_again(self) -> None:
        collector = containers("tracing: true")["tracing"]
        assert collector["essential"] is False
        assert (collector["memory"], collector["cpu"]) == (128, 32)
        assert collector["restartPolicy"]["enabled"] is True
        assert collector["image"].startswith(
            "public.ecr.aws/aws-observability/aws-otel-collector:v"
        )
        assert collector["portMappings"] == []

    def test_the_application_waits_for_its_start_alone(self) -> None:
        main = containers("tracing: true")["shop-app"]
        assert main["dependsOn"] == [{"containerName": "tracing", "condition": "START"}]

    def test_the_collector_listens_inside_the_task_and_keeps_below_its_limit(self) -> None:
        (content,) = [
            one["value"]
            for one in containers("tracing: {memory_mib: 200}")["tracing"]["environment"]
            if one["name"] == "AOT_CONFIG_CONTENT"
        ]
        config = json.loads(content)
        assert config["receivers"]["otlp"]["protocols"]["http"]["endpoint"] == "localhost:4318"
        assert config["processors"]["memory_limiter"]["limit_mib"] == 150
        traces = config["service"]["pipelines"]["traces"]
        assert traces["processors"][0] == "memory_limiter"
        assert traces["exporters"] == ["awsxray"]
        assert {*traces["receivers"], *traces["processors"], *traces["exporters"]} == {
            *config["receivers"], *config["processors"], *config["exporters"]
        }  # fmt: skip

    def test_the_application_is_told_and_its_own_words_are_stronger(self) -> None:
        main = containers("tracing: true, environment: {OTEL_SERVICE_NAME: mine}")["shop-app"]
        told = {one["name"]: one["value"] for one in main["environment"]}
        assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://localhost:4318"
        assert told["OTEL_PROPAGATORS"] == "xray,tracecontext,baggage"
        assert told["OTEL_SERVICE_NAME"] == "mine"

    def test_the_task_role_may_send_traces(self) -> None:
        found = allowed(app("tracing: true"), "iam.role/app-task")
        assert set(found) == {
            "xray:GetSamplingRules",
            "xray:GetSamplingStatisticSummaries",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        }

    def test_the_daemon_is_there_for_old_applications(self) -> None:
        found = containers("tracing: {mode: legacy}")
        assert "aws-xray-daemon" in found["tracing"]["image"]
        told = {one["name"]: one["value"] for one in found["shop-app"]["environment"]}
        assert told["AWS_XRAY_DAEMON_ADDRESS"] == "127.0.0.1:2000"

    def test_nothing_is_there_without_it(self) -> None:
        assert list(containers("tracing: false")) == ["shop-app"]
