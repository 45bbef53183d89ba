"""What a task definition must be."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import CONTAINER, Aws

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/web", "awslogs-region": "eu-west-1"}}
ROLE = "arn:aws:iam::123456789012:role/web"


def container(**change: Any) -> dict[str, Any]:
    return {"containerDefinitions": [{**CONTAINER, **change}]}


def checked(**change: Any) -> dict[str, Any]:
    return container(healthCheck={"command": ["CMD", "true"], **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            {"memory": "9999"},
            "No Fargate configuration exists",
            id="size",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "cpu and memory go together as the table says",
                ACCEPTED,
            ),
        ),
        pytest.param(
            {"memory": "2 GB", "cpu": "4 vCPU"},
            "No Fargate configuration exists",
            id="units",
            marks=behaviour(
                "ECS guide: task_definition_parameters",
                "vCPU and GB are understood as sizes",
                ACCEPTED,
            ),
        ),
        pytest.param(
            {"networkMode": "bridge"},
            "only supports network mode",
            id="mode",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "Fargate needs the network mode awsvpc",
                ACCEPTED,
            ),
        ),
        pytest.param(
            container(privileged=True),
            "privileged",
            id="privileged",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "Fargate has no privileged containers",
                ACCEPTED,
            ),
        ),
        pytest.param(
            container(links=["a"]),
            "links",
            id="links",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "Fargate has no links, dnsServers, extraHosts, disableNetworking",
                ACCEPTED,
            ),
        ),
        pytest.param(
            {"volumes": [{"name": "v", "host": {"sourcePath": "/data"}}]},
            "sourcePath",
            id="host volume",
            marks=behaviour(
                "ECS guide: fargate-tasks-services", "Fargate has no paths of a host", ACCEPTED
            ),
        ),
        pytest.param(
            {"placementConstraints": [{"type": "memberOf", "expression": "a == b"}]},
            "placementConstraints",
            id="placement",
            marks=behaviour(
                "ECS guide: fargate-tasks-services", "Fargate knows no placement", ACCEPTED
            ),
        ),
        pytest.param(
            container(linuxParameters={"capabilities": {"add": ["NET_ADMIN"]}}),
            "adding",
            id="capabilities",
            marks=behaviour(
                "ECS API: KernelCapabilities", "Fargate adds no capability but SYS_PTRACE", ACCEPTED
            ),
        ),
        pytest.param(
            container(portMappings=[{"containerPort": 80, "hostPort": 81}]),
            "must match",
            id="ports",
            marks=behaviour(
                "ECS API: PortMapping", "With awsvpc the host port is the container port", ACCEPTED
            ),
        ),
        pytest.param(
            container(logConfiguration={"logDriver": "syslog"}),
            "log driver",
            id="driver",
            marks=behaviour(
                "ECS API: LogConfiguration",
                "Fargate has the log drivers awslogs, splunk and awsfirelens",
                ACCEPTED,
            ),
        ),
        pytest.param(
            container(logConfiguration=LOGS),
            "execution role ARN to support log driver",
            id="logs-role",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "awslogs on Fargate needs an execution role",
                ACCEPTED,
            ),
        ),
        pytest.param(
            {**container(logConfiguration=LOGS), "executionRoleArn": ROLE},
            "awslogs-stream-prefix",
            id="prefix",
            marks=behaviour(
                "ECS guide: using_awslogs", "awslogs on Fargate needs a stream prefix", ACCEPTED
            ),
        ),
        pytest.param(
            container(image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1"),
            "ECR images",
            id="ecr-role",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "An ECR image on Fargate needs an execution role",
                ACCEPTED,
            ),
        ),
        pytest.param(
            {"ephemeralStorage": {"sizeInGiB": 20}},
            "between 21 and 200",
            id="storage",
            marks=behaviour(
                "ECS API: EphemeralStorage", "Ephemeral storage is 21 to 200 GiB", ACCEPTED
            ),
        ),
        pytest.param(
            container(cpu=512),
            "sum of the container CPU",
            id="cpu-sum",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "Containers have no more CPU than their task",
                ACCEPTED,
            ),
        ),
        pytest.param(
            container(memory=1024),
            "'memory' setting for container 'web' is greater",
            id="memory-sum",
            marks=behaviour(
                "ECS guide: fargate-tasks-services",
                "A container has no more memory than its task",
                ACCEPTED,
            ),
        ),
        pytest.param(
            checked(interval=4),
            "interval must be between 5 and 300",
            id="interval",
            marks=behaviour(
                "ECS API: HealthCheck", "A health check's interval is 5 to 300 s", ACCEPTED
            ),
        ),
        pytest.param(
            checked(retries=11),
            "retries must be between 1 and 10",
            id="retries",
            marks=behaviour("ECS API: HealthCheck", "A health check has 1 to 10 retries", ACCEPTED),
        ),
        pytest.param(
            container(healthCheck={"command": ["curl"]}),
            "CMD",
            id="command",
            marks=behaviour(
                "ECS API: HealthCheck",
                "A health check's command begins with CMD or CMD-SHELL",
                ACCEPTED,
            ),
        ),
        pytest.param(
            container(stopTimeout=121),
            "StopTimeout",
            id="stop",
            marks=behaviour(
                "ECS API: ContainerDefinition", "stopTimeout is at most 120 s", ACCEPTED
            ),
        ),
        pytest.param(
            container(essential=False),
            "essential",
            id="essential",
            marks=behaviour(
                "ECS API: ContainerDefinition", "One container at least is essential", ACCEPTED
            ),
        ),
        pytest.param(
            {"containerDefinitions": [CONTAINER, CONTAINER]},
            "duplicates",
            id="twice",
            marks=behaviour(
                "ECS API: ContainerDefinition", "Names of containers are unique", ACCEPTED
            ),
        ),
        pytest.param(
            container(dependsOn=[{"containerName": "x", "condition": "START"}]),
            "Cannot depend on container",
            id="depends",
            marks=behaviour(
                "ECS API: ContainerDependency",
                "A container depends only on containers of its task",
                ACCEPTED,
            ),
        ),
        pytest.param(
            {"taskRoleArn": "not a role"},
            "Role is not valid",
            id="role",
            marks=behaviour(
                "ECS API: RegisterTaskDefinition", "A role is a name or an ARN of a role", ACCEPTED
            ),
        ),
    ],
)
def test_a_definition_is_refused(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert words in aws.refused("ClientException", aws.define, **change)


SECRET = {"name": "A", "valueFrom": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}


def two(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    named = {"name": "other", "image": "nginx:1", "essential": False}
    return {"containerDefinitions": [{**CONTAINER, **one}, {**named, **other}]}


def needs(name: str, condition: str = "START") -> dict[str, Any]:
    return {"dependsOn": [{"containerName": name, "condition": condition}]}


def named(name: str) -> list[dict[str, Any]]:
    return [{"containerPort": port, "name": name} for port in (80, 81)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cpu": "much"}, "Invalid 'cpu' setting for task."),
        ({"family": "a b"}, "Family contains invalid characters."),
        ({"family": ""}, "Family should not be null or empty."),
        (container(name="we b"), "Container.name contains invalid characters."),
        (container(name="w" * 256), "Container.name contains invalid characters."),
        (container(name=""), "Container.name should not be null or empty."),
        (container(image=""), "Container.image should not be null or empty."),
        (container(image="nginx 1"), "Container.image contains invalid characters."),
        ({"volumes": [{"name": "a b"}]}, "Volume.name contains invalid characters."),
        ({"volumes": [{"name": "v"}] * 2}, "Volume.name contains duplicates."),
        (
            container(volumesFrom=[{"sourceContainer": "x"}]),
            "Unknown container 'x' in volumesFrom.",
        ),
        (
            container(memory=128, memoryReservation=256),
            "Invalid setting for container 'web'. 'memoryReservation' must not be greater than"
            " 'memory'.",
        ),
        (
            container(memory=4),
            "Invalid setting for container 'web'. 'memory' and 'memoryReservation' must be at"
            " least 6 MiB.",
        ),
        (
            two({"memoryReservation": 400}, {"memoryReservation": 400}),
            "The sum of the container memory reservations is more than the memory of the task.",
        ),
    ],
)
@behaviour(
    "ECS API: ContainerDefinition",
    "Names, images and volumes have AWS's letters, memory is what a task has",
    ACCEPTED,
)
def test_letters_and_memory_are_checked(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert aws.refused("ClientException", aws.define, **change) == words


EFS = {"fileSystemId": "fs-12345678", "authorizationConfig": {"accessPointId": "fsap-1"}}
FILES = [{"type": "s3", "value": "arn:aws:s3:::shop/a.env"}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (container(dockerSecurityOptions=["no-new-privileges"]), "dockerSecurityOptions"),
        (container(linuxParameters={"sharedMemorySize": 64}), "sharedMemorySize"),
        (container(linuxParameters={"maxSwap": 0}), "maxSwap"),
        ({"ipcMode": "task"}, "ipcMode"),
        ({"volumes": [{"name": "v", "dockerVolumeConfiguration": {"scope": "task"}}]}, "docker"),
        ({"volumes": [{"name": "v", "efsVolumeConfiguration": EFS}]}, "transit encryption"),
        (
            {
                "volumes": [
                    {
                        "name": "v",
                        "efsVolumeConfiguration": {
                            **EFS, "transitEncryption": "ENABLED", "rootDirectory": "/data",
                        },
                    }
                ]
            },
            "root directory",
        ),
        (container(hostname="web"), "hostname"),
        (container(environmentFiles=FILES * 11), "environmentFiles can have at most 10 items."),
        (container(environmentFiles=[{**FILES[0], "value": "a.txt"}]), "extension .env"),
        (container(startTimeout=121), "StartTimeout must be between 2 and 120."),
        (
            container(restartPolicy={"enabled": True, "restartAttemptPeriod": 10}),
            "restartAttemptPeriod must be between 60 and 1800.",
        ),
        (container(cpu=-1), "cpu must be between"),
    ],
)  # fmt: skip
@behaviour(
    "ECS API: LinuxParameters",
    "Fargate has no devices, swap, shared memory, Docker volumes; access points need encryption",
    ACCEPTED,
)
def test_what_fargate_lacks_is_refused(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert words in aws.refused("ClientException", aws.define, **change)


@pytest.mark.parametrize("volumes", [[], [{"name": "other"}]])
@behaviour("ansible#35751", "A container mounts volumes of its task", ACCEPTED)
def test_unknown_volumes_are_not_mounted(aws: Aws, volumes: list[dict[str, str]]) -> None:
    mounts = container(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])
    words = aws.refused("ClientException", aws.define, volumes=volumes, **mounts)
    assert words == "Unknown volume 'data'."
    aws.define(volumes=[{"name": "data"}], **mounts)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            two({}, {"portMappings": [{"containerPort": 80}]}),
            "TCP host port '80' is mapped multiple times in task.",
        ),
        (
            container(portMappings=[{"containerPort": 70_000}]),
            "Invalid 'containerPort' setting for container 'web'.",
        ),
        (container(portMappings=named("http")), "PortMapping.name contains duplicates."),
        (
            container(portMappings=named("HTTP")[:1]),
            "PortMapping.name contains invalid characters: 'HTTP'.",
        ),
        (
            {
                "requiresCompatibilities": ["EC2"],
                **container(portMappings=[{"containerPort": 80, "hostPort": 81}]),
            },
            "When networkMode=awsvpc, the host ports and container ports in port mappings must"
            " match.",
        ),
    ],
)
@behaviour("amazon-ecs-agent#1220", "A port is there, has one container and one name", ACCEPTED)
def test_ports_are_given_once(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert aws.refused("ClientException", aws.define, **change) == words


def test_a_port_may_have_both_protocols(aws: Aws) -> None:
    both = [{"containerPort": 53, "protocol": each} for each in ("tcp", "udp")]
    aws.define(**container(portMappings=both))


@behaviour(
    "ECS API: Secret", "A secret has a name that no other variable of the container has", ACCEPTED
)
@pytest.mark.parametrize(
    "change",
    [
        {"secrets": [SECRET] * 2},
        {"secrets": [SECRET], "environment": [{"name": "A", "value": "1"}]},
    ],
)
def test_secrets_have_names_of_their_own(aws: Aws, change: dict[str, Any]) -> None:
    request = {"executionRoleArn": ROLE, **container(**change)}
    words = aws.refused("ClientException", aws.define, **request)
    assert words.startswith("The secret name must be unique")
    assert words.endswith("such as 'A'.")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (two(needs("other"), needs("web")), "Container dependencies should not have a cycle"),
        (two(needs("web"), {}), "Container dependencies should not have a cycle"),
        (
            two({}, needs("web", "SUCCESS")),
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential"
            " container",
        ),
    ],
)
@behaviour(
    "boto3#2436",
    "Containers wait for each other in no circle, nor for an end that ends all",
    ACCEPTED,
)
def test_dependencies_can_be_met(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert aws.refused("ClientException", aws.define, **change) == words


def test_a_chain_of_dependencies_is_no_cycle(aws: Aws) -> None:
    aws.define(**two(needs("other", "COMPLETE"), {}))


@behaviour(
    "ECS API: ContainerDefinition",
    "Describe shows hostPort, protocol, cpu 0, essential and empty lists",
    "shows what was sent",
)
def test_a_definition_is_shown_with_its_defaults(aws: Aws) -> None:
    shown = aws.ecs.describe_task_definition(taskDefinition=aws.define())["taskDefinition"]
    (web,) = shown["containerDefinitions"]
    assert web["portMappings"] == [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
    assert (web["cpu"], web["essential"], web["environment"]) == (0, True, [])


@behaviour(
    "ECS API: RegisterTaskDefinition",
    "The same content is registered again as another revision",
    "does so, too",
)
def test_registering_does_not_deduplicate(aws: Aws) -> None:
    assert [aws.define().rpartition(":")[2] for _ in range(2)] == ["1", "2"]


@behaviour(
    "ECS API: DescribeTaskDefinition",
    "A family means its latest ACTIVE revision",
    "means the latest of any status",
)
def test_a_family_is_its_latest_active_revision(aws: Aws) -> None:
    first, second = aws.define(), aws.define()
    aws.ecs.deregister_task_definition(taskDefinition=second)
    found = aws.ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert found["taskDefinitionArn"] == first


@behaviour(
    "ECS API: DeleteTaskDefinitions",
    "Revision numbers are not given again after a deletion",
    "gives them again",
)
def test_revision_numbers_go_on(aws: Aws) -> None:
    first = aws.define()
    aws.ecs.deregister_task_definition(taskDefinition=first)
    aws.ecs.delete_task_definitions(taskDefinitions=[first])
    assert aws.define().endswith(":2")


@behaviour("ECS API: DeleteTaskDefinitions", "Only an INACTIVE revision is deleted", "refuses, too")
def test_an_active_revision_is_not_deleted(aws: Aws) -> None:
    answer = aws.ecs.delete_task_definitions(taskDefinitions=[aws.define()])
    assert len(answer["failures"]) == 1


@behaviour("terraform-aws-template#2", "A variable has a name", "accepts none")
def test_a_variable_has_a_name(aws: Aws) -> None:
    container = {**CONTAINER, "environment": [{"name": "", "value": "v"}]}
    words = aws.refused("ClientException", aws.define, containerDefinitions=[container])
    assert words == "Environment variable name cannot be null or blank."
