"""Register, then describe as AWS answers it: no difference. Shapes: API_TaskDefinition."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import given
from provisioner.resources.ecs.task_definition import TaskDefinition
from provisioner.spec.load import load
from provisioner.stack import build
from tests.cloud.world import OAKTREE

KIND = TaskDefinition()
ROLE = "arn:aws:iam::123456789012:role/oaktree"
IMAGE = "123456789012.dkr.ecr.ap-southeast-1.amazonaws.com/oaktree-dev:latest"


@pytest.fixture
def wanted() -> dict[str, Any]:
    """OakTree's own, with its references known."""
    spec = load(OAKTREE, environment="dev", environ={}).spec
    resources = build(spec, environment="dev", region="ap-southeast-1").resources
    (found,) = [one for one in resources if one.kind == "ecs.task_definition"]
    container = {**found.properties["containerDefinitions"][0], "image": IMAGE}
    roles = {"executionRoleArn": ROLE, "taskRoleArn": ROLE}
    return {**deepcopy(dict(found.properties)), **roles, "containerDefinitions": [container]}


def described(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What DescribeTaskDefinition answers to what was registered."""
    definition: dict[str, Any] = given(deepcopy(dict(wanted)))
    for container in definition["containerDefinitions"]:
        container.setdefault("cpu", 0)
        container.setdefault("essential", True)
        for name in ("environment", "mountPoints", "volumesFrom", "portMappings", "systemControls"):
            container.setdefault(name, [])
        container["environment"] = container["environment"][::-1]
        for port in container["portMappings"]:
            port.setdefault("hostPort", port["containerPort"])
            port.setdefault("protocol", "tcp")
        if "healthCheck" in container:
            defaults = {"interval": 30, "timeout": 5, "retries": 3}
            container["healthCheck"] = {**defaults, **container["healthCheck"]}
        if "logConfiguration" in container:
            container["logConfiguration"].setdefault("secretOptions", [])
        if "capabilities" in container.get("linuxParameters", {}):
            sides: dict[str, Any] = {"add": [], "drop": []}
            capabilities = container["linuxParameters"]["capabilities"]
            container["linuxParameters"]["capabilities"] = {**sides, **capabilities}
    arn = f"arn:aws:ecs:ap-southeast-1:123456789012:task-definition/{definition['family']}:7"
    return {
        **definition,
        "taskDefinitionArn": arn,
        "revision": 7,
        "status": "ACTIVE",
        "volumes": [],
        "placementConstraints": [],
        "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.logging-driver.awslogs"}],
        "compatibilities": ["EC2", "FARGATE"],
        "registeredAt": "2026-01-01T00:00:00Z",
        "registeredBy": "arn:aws:iam::123456789012:user/somebody",
        "enableFaultInjection": False,
    }


def changed(wanted: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    live = KIND._live(answer, {})
    want, have = KIND.canonical(wanted), KIND.canonical(live.properties)
    return [".".join(change.path) for change in differences(want, have, KIND.rules)]


def test_what_aws_makes_of_oaktrees_is_no_difference(wanted: dict[str, Any]) -> None:
    assert changed(wanted, described(wanted)) == []


@pytest.mark.parametrize(
    ("registered", "answered"),
    [
        ({"cpu": ...}, {"cpu": 0}),
        ({"essential": ...}, {"essential": True}),
        ({"portMappings": [{"containerPort": 1}]},
         {"portMappings": [{"containerPort": 1, "hostPort": 1, "protocol": "tcp"}]}),
        ({"portMappings": []}, {"portMappings": []}),
        ({"portMappings": ...}, {"portMappings": []}),
        ({"portMappings": [{"containerPort": 2}, {"containerPort": 1}]},
         {"portMappings": [{"containerPort": 1, "hostPort": 1, "protocol": "tcp"},
                           {"containerPort": 2, "hostPort": 2, "protocol": "tcp"}]}),
        ({"environment": []}, {"environment": []}),
        ({"environment": [{"name": "A", "value": ""}]},
         {"environment": [{"name": "A", "value": ""}]}),
        ({"environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]},
         {"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}),
        ({"secrets": [{"name": "B", "valueFrom": "b"}, {"name": "A", "valueFrom": "a"}]},
         {"secrets": [{"name": "A", "valueFrom": "a"}, {"name": "B", "valueFrom": "b"}]}),
        ({"command": []}, {"command": ...}),
        ({"entryPoint": []}, {"entryPoint": ...}),
        ({"user": None}, {"user": ...}),
        ({"healthCheck": {"command": ["CMD", "x"]}},
         {"healthCheck": {"command": ["CMD", "x"], "interval": 30, "timeout": 5, "retries": 3}}),
        ({"healthCheck": {"command": ["CMD", "x"], "startPeriod": 0}},
         {"healthCheck": {"command": ["CMD", "x"], "interval": 30, "timeout": 5, "retries": 3}}),
        ({"healthCheck": None}, {"healthCheck": ...}),
        ({"linuxParameters": {"capabilities": {"drop": ["ALL"]}}},
         {"linuxParameters": {"capabilities": {"drop": ["ALL"], "add": []}}}),
        ({"linuxParameters": {"capabilities": {"drop": []}, "initProcessEnabled": True}},
         {"linuxParameters": {"initProcessEnabled": True}}),
        ({"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}},
         {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"},
                               "secretOptions": []}}),
        ({"mountPoints": []}, {"mountPoints": [], "volumesFrom": [], "systemControls": []}),
        ({}, {"versionConsistency": "enabled"}),
    ],
)  # fmt: skip
def test_what_aws_fills_in_is_no_difference(
    wanted: dict[str, Any], registered: dict[str, Any], answered: dict[str, Any]
) -> None:
    answer = described(wanted)
    _put(wanted["containerDefinitions"][0], registered)
    _put(answer["containerDefinitions"][0], answered)
    assert changed(wanted, answer) == []


@pytest.mark.parametrize(
    ("registered", "answered"),
    [
        ({"cpu": 256}, {"cpu": "256"}),
        ({"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}},
         {"runtimePlatform": ...}),
        ({"runtimePlatform": None},
         {"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}}),
        ({"volumes": []}, {"volumes": ...}),
        ({"ephemeralStorage": None}, {"ephemeralStorage": ...}),
        ({"requiresCompatibilities": ["FARGATE"]}, {"requiresCompatibilities": ["FARGATE"]}),
        ({"volumes": [{"name": "v"}]},
         {"volumes": [{"name": "v", "host": {}, "configuredAtLaunch": False}]}),
    ],
)  # fmt: skip
def test_what_aws_fills_in_beside_the_containers_is_none(
    wanted: dict[str, Any], registered: dict[str, Any], answered: dict[str, Any]
) -> None:
    answer = described(wanted)
    _put(wanted, registered)
    _put(answer, answered)
    assert changed(wanted, answer) == []


def test_the_order_of_containers_means_nothing(wanted: dict[str, Any]) -> None:
    wanted["containerDefinitions"].append({"name": "aside", "image": "aside:1"})
    answer = described(wanted)
    answer["containerDefinitions"].reverse()
    assert changed(wanted, answer) == []


@pytest.mark.parametrize(
    ("answered", "path"),
    [
        ({"environment": [{"name": "APP_ENV", "value": "dev"}]}, "environment.PORT"),
        ({"environment": [{"name": "APP_ENV", "value": "dev"}, {"name": "PORT", "value": "5000"},
                          {"name": "MORE", "value": "x"}]}, "environment.MORE"),
        ({"image": "other"}, "image"),
        ({"user": "0"}, "user"),
        ({"essential": False}, "essential"),
        ({"readonlyRootFilesystem": False}, "readonlyRootFilesystem"),
        ({"linuxParameters": {"initProcessEnabled": True,
                              "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}}},
         "linuxParameters.capabilities.add"),
        ({"linuxParameters": {"initProcessEnabled": True}}, "linuxParameters.capabilities"),
        ({"command": ["sleep"]}, "command"),
        ({"privileged": True}, ""),
    ],
)  # fmt: skip
def test_a_real_difference_is_one_where_the_property_is_ours(
    wanted: dict[str, Any], answered: dict[str, Any], path: str
) -> None:
    answer = described(wanted)
    _put(answer["containerDefinitions"][0], answered)
    found = changed(wanted, answer)
    prefix = "containerDefinitions.oaktree-app."
    assert found == ([prefix + path] if path else [])


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        ("healthCheck", {"command": ["CMD", "x"]}),
        ("user", "0"),
        ("command", ["sleep"]),
        ("stopTimeout", 30),
        ("cpu", 128),
        ("essential", False),
    ],
)
def test_what_is_taken_out_of_the_spec_is_a_difference(
    wanted: dict[str, Any], name: str, registered: Any
) -> None:
    container = wanted["containerDefinitions"][0]
    answer = described({**wanted, "containerDefinitions": [{**container, name: registered}]})
    container[name] = None
    assert changed(wanted, answer) == [f"containerDefinitions.oaktree-app.{name}"]


def test_a_container_that_somebody_added_is_a_difference(wanted: dict[str, Any]) -> None:
    answer = described(wanted)
    answer["containerDefinitions"].append({"name": "sidecar", "image": "x", "essential": False})
    assert changed(wanted, answer) == ["containerDefinitions.sidecar"]


def _put(target: dict[str, Any], values: dict[str, Any]) -> None:
    """Set values; `...` takes one away."""
    for name, value in values.items():
        if value is ...:
            target.pop(name, None)
        else:
            target[name] = value


FULL: dict[str, Any] = {
    "name": "full",
    "image": "full:1",
    "dependsOn": [
        {"containerName": "a", "condition": "START"},
        {"containerName": "b", "condition": "SUCCESS"},
    ],
    "ulimits": [
        {"name": "core", "softLimit": 1, "hardLimit": 1},
        {"name": "nofile", "softLimit": 5, "hardLimit": 5},
    ],
    "mountPoints": [
        {"sourceVolume": "d", "containerPath": "/a"},
        {"sourceVolume": "e", "containerPath": "/b", "readOnly": True},
    ],
    "systemControls": [{"namespace": "n.a", "value": "1"}, {"namespace": "n.b", "value": "2"}],
    "dockerLabels": {"team": "oak"},
    "restartPolicy": {"enabled": True},
    "linuxParameters": {"tmpfs": [{"containerPath": "/t", "size": 5}]},
    "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "x"}},
}
VOLUMES: list[dict[str, Any]] = [
    {"name": "d"},
    {"name": "e", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
]


def test_what_aws_fills_in_of_rare_settings_is_no_difference(wanted: dict[str, Any]) -> None:
    router = {"name": "router", "image": "r:1", "firelensConfiguration": {"type": "fluentbit"}}
    want = {**wanted, "containerDefinitions": [FULL, router], "volumes": VOLUMES}
    turned = {
        **FULL,
        **{name: FULL[name][::-1] for name in ("dependsOn", "ulimits", "systemControls")},
        "mountPoints": [
            FULL["mountPoints"][1],
            {**FULL["mountPoints"][0], "readOnly": False},
        ],
        "restartPolicy": {"enabled": True, "restartAttemptPeriod": 300, "ignoredExitCodes": []},
        "linuxParameters": {"tmpfs": [{"containerPath": "/t", "size": 5, "mountOptions": []}]},
        "logConfiguration": {**FULL["logConfiguration"], "secretOptions": []},
    }
    answer = described({**want, "containerDefinitions": [turned, {**router, "user": "0"}]})
    access = {"iam": "DISABLED"}
    answer["volumes"] = [
        {
            "name": "e",
            "efsVolumeConfiguration": {
                "fileSystemId": "fs-1",
                "rootDirectory": "/",
                "transitEncryption": "DISABLED",
                "authorizationConfig": access,
            },
        },
        {"name": "d", "host": {}, "configuredAtLaunch": False},
    ]
    answer["enableFaultInjection"] = False
    assert changed(want, answer) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dependsOn", "dependsOn"),
        ("dockerLabels", "dockerLabels"),
        ("ulimits", "ulimits"),
        ("mountPoints", "mountPoints"),
        ("restartPolicy", "restartPolicy"),
        ("systemControls", "systemControls"),
    ],
)
def test_what_leaves_the_spec_is_a_difference(wanted: dict[str, Any], name: str, path: str) -> None:
    empty: Any = None if name == "restartPolicy" else type(FULL[name])()
    answer = described({**wanted, "containerDefinitions": [FULL]})
    want = {**wanted, "containerDefinitions": [{**FULL, name: empty}]}
    found = changed(want, answer)
    assert found
    assert all(one.startswith(f"containerDefinitions.full.{path}") for one in found)


def test_a_volume_that_somebody_added_is_a_difference(wanted: dict[str, Any]) -> None:
    answer = {**described(wanted), "volumes": VOLUMES}
    assert changed({**wanted, "volumes": VOLUMES[:1]}, answer) == ["volumes.e"]
