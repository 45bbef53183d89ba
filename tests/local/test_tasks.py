"""Tasks over the wire: run, watched, stopped, failing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.local.cloud import Cloud
from provisioner.local.control import LocalError, ask
from provisioner.local.landing import VPCS

from .conftest import ENOUGH, TRUST, Connect

Advance = Callable[[float], None]


@pytest.fixture
def ecs(client: Connect) -> Any:
    api = client("ecs")
    api.create_cluster(clusterName="c")
    client("logs").create_log_group(logGroupName="/web")
    client("iam").create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)
    return api


@pytest.fixture
def network(client: Connect) -> dict[str, Any]:
    names = [f"{VPCS[0]}-private-{zone}" for zone in "ab"]
    found = client("ec2").describe_subnets(Filters=[{"Name": "tag:Name", "Values": names}])
    return {"awsvpcConfiguration": {"subnets": [each["SubnetId"] for each in found["Subnets"]]}}


def define(ecs: Any, image: str, **container: Any) -> str:
    options = {
        "awslogs-group": "/web",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "x",
    }
    arn: str = ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn="arn:aws:iam::123456789012:role/web",
        containerDefinitions=[
            {
                "name": "web",
                "image": image,
                "logConfiguration": {"logDriver": "awslogs", "options": options},
                **container,
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    return arn


@pytest.fixture
def run(ecs: Any, network: dict[str, Any]) -> Callable[..., str]:
    def start(image: str, container: dict[str, Any] | None = None, **more: Any) -> str:
        arn: str = ecs.run_task(
            cluster="c",
            taskDefinition=define(ecs, image, **(container or {})),
            launchType="FARGATE",
            networkConfiguration=network,
            **more,
        )["tasks"][0]["taskArn"]
        return arn

    return start


def described(ecs: Any, arn: str) -> dict[str, Any]:
    task: dict[str, Any] = ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"][0]
    return task


def test_a_task_runs_until_it_is_stopped(
    ecs: Any, client: Connect, run: Callable[..., str], advance: Advance
) -> None:
    arn = run("nginx:1", startedBy="me")
    task = described(ecs, arn)
    assert (task["lastStatus"], task["startedBy"], task["group"]) == (
        "PROVISIONING",
        "me",
        "family:web",
    )
    eni = next(
        d["value"] for d in task["attachments"][0]["details"] if d["name"] == "networkInterfaceId"
    )
    advance(60)
    task = described(ecs, arn)
    assert (task["lastStatus"], task["connectivity"]) == ("RUNNING", "CONNECTED")
    assert ecs.list_tasks(cluster="c")["taskArns"] == [arn]
    ecs.stop_task(cluster="c", task=arn, reason="enough")
    advance(60)
    ecs.get_waiter("tasks_stopped").wait(cluster="c", tasks=[arn])
    task = described(ecs, arn)
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough")
    assert task["containers"][0]["exitCode"] == 0
    assert ecs.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"] == [arn]
    advance(60)
    with pytest.raises(ClientError, match="InvalidNetworkInterfaceID"):
        client("ec2").describe_network_interfaces(NetworkInterfaceIds=[eni])
    advance(3700)
    assert ecs.describe_tasks(cluster="c", tasks=[arn])["failures"][0]["reason"] == "MISSING"


def test_a_task_that_says_nothing_of_its_end_ends_well(
    ecs: Any, run: Callable[..., str], advance: Advance
) -> None:
    """Who follows a migration would wait for ever else."""
    arn = run("nginx:1")
    advance(60)
    assert described(ecs, arn)["lastStatus"] == "RUNNING"
    advance(60)
    task = described(ecs, arn)
    assert (task["stopCode"], task["containers"][0]["exitCode"]) == ("EssentialContainerExited", 0)


def test_where_an_hour_races_a_task_that_has_stopped_is_still_there_to_be_asked_for(
    ecs: Any, cloud: Cloud, run: Callable[..., str]
) -> None:
    arn = run("nginx:exit-3")
    ask(cloud.endpoint, "settings", {"manual": False, "speed": 1_000_000})
    try:
        while (task := described(ecs, arn))["lastStatus"] != "STOPPED":
            pass
        time.sleep(0.02)  # more than five hours
        assert described(ecs, arn)["taskArn"] == task["taskArn"]
    finally:
        ask(cloud.endpoint, "settings", {"manual": True, "speed": 1})


def test_a_crash_leaves_an_exit_code_and_its_last_words(
    ecs: Any, client: Connect, run: Callable[..., str], advance: Advance
) -> None:
    arn = run("nginx:exit-3")
    advance(ENOUGH)
    task = described(ecs, arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["containers"][0]["exitCode"] == 3
    stream = f"x/web/{arn.rpartition('/')[2]}"
    events = client("logs").get_log_events(logGroupName="/web", logStreamName=stream)["events"]
    assert [each["message"] for each in events] == [
        "web starts from nginx:exit-3",
        "exiting with code 3",
    ]


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:missing", "CannotPullContainerError"),
        ("a:no-network", "i/o timeout"),
        ("a:1.2--no-secrets-permission", "secretsmanager:GetSecretValue"),
    ],
)
def test_a_task_that_cannot_start_tells_why(
    ecs: Any, run: Callable[..., str], advance: Advance, image: str, words: str
) -> None:
    arn = run(image)
    advance(ENOUGH)
    task = described(ecs, arn)
    assert task["stopCode"] == "TaskFailedToStart"
    assert words in task["stoppedReason"]
    assert "{" not in task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


def test_a_log_group_that_is_not_there_fails_the_task(
    ecs: Any, client: Connect, run: Callable[..., str], advance: Advance
) -> None:
    client("logs").delete_log_group(logGroupName="/web")
    arn = run("nginx:1")
    advance(ENOUGH)
    assert "The specified log group does not exist" in described(ecs, arn)["stoppedReason"]


@pytest.mark.behaviour(
    "ECS: API_Secret", "A task whose secret or parameter does not exist fails to start", "has none"
)
def test_a_secret_that_is_not_there_fails_the_task(
    ecs: Any, client: Connect, run: Callable[..., str], advance: Advance
) -> None:
    made = client("secretsmanager").create_secret(Name="s", SecretString='{"a": "b"}')["ARN"]
    for name in ("/app/a", "b"):
        client("ssm").put_parameter(Name=name, Value="1", Type="String")
    owner = "eu-west-1:123456789012"
    there = [made, f"{made}:a::", "/app/a", "b", f"arn:aws:ssm:{owner}:parameter/app/a"]
    absent = {
        f"arn:aws:secretsmanager:{owner}:secret:other-AbCdEf": "can't find the specified secret",
        "/app/other": "invalid parameters: /app/other",
        f"arn:aws:ssm:{owner}:parameter/other": "invalid parameters: /other",
    }
    sources = [*there, *absent]
    secrets = [[{"name": "A", "valueFrom": each}] for each in sources]
    arns = [run("nginx:exit-0-after-86400s", {"secrets": each}) for each in secrets]
    advance(ENOUGH)
    tasks = [described(ecs, arn) for arn in arns]
    assert [each["lastStatus"] for each in tasks[: len(there)]] == ["RUNNING"] * len(there)
    for task, words in zip(tasks[len(there) :], absent.values(), strict=True):
        assert task["stopCode"] == "TaskFailedToStart"
        assert task["stoppedReason"].startswith("ResourceInitializationError: ")
        assert words in task["stoppedReason"]


def test_images_of_our_own_repositories_must_be_there_if_it_is_strict(
    ecs: Any, cloud: Cloud, client: Connect, run: Callable[..., str], advance: Advance
) -> None:
    ask(cloud.endpoint, "settings", {"strict_images": True})
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1"
    try:
        absent, elsewhere = run(image), run("nginx:1")
        advance(ENOUGH)
        assert f"{image}: not found" in described(ecs, absent)["stoppedReason"]
        assert "startedAt" in described(ecs, elsewhere)
        client("ecr").create_repository(repositoryName="app")
        assert ask(cloud.endpoint, "push", {"image": "app:1"})[0]["region"] == "eu-west-1"
        present = run(image)
        advance(ENOUGH)
        assert "startedAt" in described(ecs, present)
    finally:
        ask(cloud.endpoint, "settings", {"strict_images": False})


def test_the_environment_and_the_control_endpoint_decide_too(
    ecs: Any, cloud: Cloud, run: Callable[..., str], advance: Advance
) -> None:
    own = run(
        "nginx:1",
        overrides={
            "containerOverrides": [
                {"name": "web", "environment": [{"name": "LOCAL_FATE", "value": "exit-4"}]}
            ]
        },
    )
    ask(cloud.endpoint, "settings", {"fates": {"red*": "exit-5"}})
    try:
        told = run("redis:7")
    finally:
        ask(cloud.endpoint, "settings", {"fates": {}})
    advance(ENOUGH)
    codes = [described(ecs, arn)["containers"][0]["exitCode"] for arn in (own, told)]
    assert codes == [4, 5]


def test_only_what_has_a_repository_can_be_pushed(cloud: Cloud) -> None:
    for image, words in (("nowhere:1", "no repository"), ("UPPER", "NAME:TAG")):
        with pytest.raises(LocalError, match=words):
            ask(cloud.endpoint, "push", {"image": image})
