from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.local.landing import VPCS

from .conftest import ENOUGH, Connect

DEFINITION = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [
        {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}
    ],
}


@pytest.fixture
def ecs(client: Connect) -> Any:
    api = client("ecs")
    api.create_cluster(clusterName="c", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    api.register_task_definition(**DEFINITION)
    return api


@pytest.fixture
def network(client: Connect) -> dict[str, Any]:
    names = [f"{VPCS[0]}-private-{zone}" for zone in "ab"]
    found = client("ec2").describe_subnets(Filters=[{"Name": "tag:Name", "Values": names}])
    return {"awsvpcConfiguration": {"subnets": [each["SubnetId"] for each in found["Subnets"]]}}


@pytest.fixture
def request_(network: dict[str, Any]) -> dict[str, Any]:
    return {
        "cluster": "c",
        "serviceName": "web",
        "taskDefinition": "web",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": network,
        "tags": [{"key": "a", "value": "b"}],
    }


def described(ecs: Any, *include: str) -> dict[str, Any]:
    answer = ecs.describe_services(cluster="c", services=["web"], include=list(include))
    service: dict[str, Any] = answer["services"][0]
    return service


@pytest.fixture
def settled(ecs: Any, advance: Callable[[float], None]) -> Callable[[], dict[str, Any]]:
    """Let pass as much time as a deployment takes."""

    def wait() -> dict[str, Any]:
        advance(ENOUGH)
        return described(ecs)

    return wait


def test_a_service_reaches_a_steady_state(
    ecs: Any, request_: dict[str, Any], settled: Callable[[], dict[str, Any]]
) -> None:
    created = ecs.create_service(**request_)["service"]
    assert (created["runningCount"], created["pendingCount"]) == (0, 2)
    service = settled()
    assert (service["runningCount"], service["pendingCount"]) == (2, 0)
    assert service["events"][0]["message"] == "(service web) has reached a steady state."
    ecs.get_waiter("services_stable").wait(cluster="c", services=["web"])
    cluster = ecs.describe_clusters(clusters=["c"])["clusters"][0]
    assert (cluster["activeServicesCount"], cluster["runningTasksCount"]) == (1, 2)


def test_defaults_are_filled_in(
    ecs: Any, request_: dict[str, Any], attached: Callable[[], str]
) -> None:
    balancers = [{"targetGroupArn": attached(), "containerName": "web", "containerPort": 80}]
    ecs.create_service(**request_, loadBalancers=balancers)
    service = described(ecs)
    expected = {
        "deploymentController": {"type": "ECS"},
        "schedulingStrategy": "REPLICA",
        "availabilityZoneRebalancing": "ENABLED",
        "platformVersion": "LATEST",
        "propagateTags": "NONE",
        "enableECSManagedTags": False,
        "enableExecuteCommand": False,
        "healthCheckGracePeriodSeconds": 0,
        "placementConstraints": [],
        "placementStrategy": [],
        "serviceRegistries": [],
    }
    assert {name: service.get(name) for name in expected} == expected
    configuration = service["deploymentConfiguration"]
    assert (configuration["maximumPercent"], configuration["minimumHealthyPercent"]) == (200, 100)
    assert configuration["deploymentCircuitBreaker"] == {"enable": False, "rollback": False}
    vpc = service["networkConfiguration"]["awsvpcConfiguration"]
    assert vpc["assignPublicIp"] == "DISABLED"
    assert len(vpc["securityGroups"]) == 1
    assert "tags" not in service
    assert described(ecs, "TAGS")["tags"] == request_["tags"]


def test_what_was_asked_for_is_kept(ecs: Any, request_: dict[str, Any]) -> None:
    breaker = {"enable": True, "rollback": True}
    asked = {
        "deploymentConfiguration": {"maximumPercent": 150, "deploymentCircuitBreaker": breaker},
        "enableExecuteCommand": True,
        "propagateTags": "SERVICE",
        "enableECSManagedTags": True,
        "platformVersion": "1.4.0",
        "availabilityZoneRebalancing": "DISABLED",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 2}],
    }
    del request_["launchType"]
    role = "arn:aws:iam::123456789012:role/web"
    ecs.register_task_definition(**DEFINITION, taskRoleArn=role)
    ecs.create_service(**request_, **asked)
    service = described(ecs)
    assert service.pop("deploymentConfiguration")["maximumPercent"] == 150
    del asked["deploymentConfiguration"]
    asked["capacityProviderStrategy"] = [
        {"capacityProvider": "FARGATE_SPOT", "weight": 2, "base": 0}
    ]
    assert {name: service.get(name) for name in asked} == asked
    assert "launchType" not in service


def test_a_second_deployment_replaces_the_first(
    ecs: Any, request_: dict[str, Any], settled: Callable[[], dict[str, Any]]
) -> None:
    ecs.create_service(**request_)
    first = settled()["deployments"][0]
    ecs.register_task_definition(**DEFINITION)
    updated = ecs.update_service(cluster="c", service="web", taskDefinition="web")["service"]
    assert [each["status"] for each in updated["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert updated["deployments"][1]["id"] == first["id"]
    last = settled()
    assert last["deployments"][0]["id"] == updated["deployments"][0]["id"]
    assert last["taskDefinition"].endswith(":2")


def test_the_service_deployment_is_the_judge(
    ecs: Any, request_: dict[str, Any], settled: Callable[[], dict[str, Any]]
) -> None:
    service = ecs.create_service(**request_)["service"]
    number = service["deployments"][0]["id"].removeprefix("ecs-svc/")
    (brief,) = ecs.list_service_deployments(cluster="c", service="web")["serviceDeployments"]
    assert brief["serviceDeploymentArn"] == service["currentServiceDeployment"]
    assert (brief["status"], brief["targetServiceRevisionArn"].split("/")[-1]) == (
        "IN_PROGRESS",
        number,
    )
    settled()
    arns = [brief["serviceDeploymentArn"], "arn:none"]
    answer = ecs.describe_service_deployments(serviceDeploymentArns=arns)
    (rollout,) = answer["serviceDeployments"]
    assert rollout["status"] == "SUCCESSFUL"
    assert rollout["targetServiceRevision"]["runningTaskCount"] == 2
    assert rollout["sourceServiceRevisions"] == []
    assert rollout["deploymentConfiguration"]["strategy"] == "ROLLING"
    assert answer["failures"] == [{"arn": "arn:none", "reason": "MISSING"}]


def test_deployments_are_listed_by_state_and_time(
    ecs: Any, request_: dict[str, Any], settled: Callable[[], dict[str, Any]]
) -> None:
    ecs.create_service(**request_)
    settled()
    ecs.update_service(cluster="c", service="web", forceNewDeployment=True)
    asked = {"cluster": "c", "service": "web"}
    going = ecs.list_service_deployments(**asked, status=["IN_PROGRESS"])["serviceDeployments"]
    assert [each["status"] for each in going] == ["IN_PROGRESS"]
    second = timedelta(seconds=1)
    for begin, found in ((-second, going), (second, [])):
        after = {"after": going[0]["createdAt"] + begin}
        later = ecs.list_service_deployments(**asked, createdAt=after)["serviceDeployments"]
        assert [one for one in later if one in going] == found
    page = ecs.list_service_deployments(**asked, maxResults=1)
    rest = ecs.list_service_deployments(**asked, nextToken=page["nextToken"])
    assert [each["status"] for each in rest["serviceDeployments"]] == ["SUCCESSFUL"]


def test_a_revision_tells_what_it_consists_of(ecs: Any, request_: dict[str, Any]) -> None:
    service = ecs.create_service(**request_)["service"]
    arn = service["currentServiceRevisions"][0]["arn"]
    (revision,) = ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
    assert revision["taskDefinition"] == service["taskDefinition"]
    (image,) = revision["containerImages"]
    assert (image["containerName"], image["image"]) == ("web", "web:1")
    assert image["imageDigest"].startswith("sha256:")


def test_a_deleted_service_drains_before_its_name_is_free(
    ecs: Any, request_: dict[str, Any], settled: Callable[[], dict[str, Any]]
) -> None:
    ecs.create_service(**request_)
    with pytest.raises(ClientError, match="scaled above 0"):
        ecs.delete_service(cluster="c", service="web")
    assert ecs.delete_service(cluster="c", service="web", force=True)["service"]["status"] == (
        "DRAINING"
    )
    assert ecs.list_services(cluster="c")["serviceArns"] == []
    with pytest.raises(ClientError, match="still Draining"):
        ecs.create_service(**request_)
    assert settled()["status"] == "INACTIVE"
    with pytest.raises(ClientError, match="ServiceNotActiveException"):
        ecs.update_service(cluster="c", service="web", desiredCount=1)
    assert ecs.create_service(**request_)["service"]["status"] == "ACTIVE"


def test_creating_it_again_is_idempotent_or_refused(ecs: Any, request_: dict[str, Any]) -> None:
    first = ecs.create_service(**request_)["service"]
    again = ecs.create_service(**request_)["service"]
    assert again["deployments"][0]["id"] == first["deployments"][0]["id"]
    with pytest.raises(ClientError, match="not idempotent"):
        ecs.create_service(**{**request_, "desiredCount": 3})


def test_a_definition_is_shown_with_its_defaults(ecs: Any) -> None:
    health = {"command": ["CMD", "true"]}
    logs = {"logDriver": "splunk", "options": {}}
    container = {
        **DEFINITION["containerDefinitions"][0],  # type: ignore[dict-item]
        "healthCheck": health,
        "logConfiguration": logs,
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}},
    }
    tags = [{"key": "a", "value": "b"}]
    asked = {**DEFINITION, "containerDefinitions": [container], "enableFaultInjection": True}
    ecs.register_task_definition(**asked, tags=tags)
    answer = ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
    assert answer["tags"] == tags
    assert answer["taskDefinition"]["enableFaultInjection"]
    (shown,) = answer["taskDefinition"]["containerDefinitions"]
    assert shown["portMappings"] == [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
    assert shown["healthCheck"] == {**health, "interval": 30, "timeout": 5, "retries": 3}
    assert shown["logConfiguration"] == logs  # Terraform sees a difference in a filled list
    assert shown["linuxParameters"]["capabilities"] == {"add": [], "drop": ["ALL"]}
    assert (shown["cpu"], shown["essential"]) == (0, True)
    empty = ("environment", "mountPoints", "systemControls", "volumesFrom")
    assert {name: shown[name] for name in empty} == {name: [] for name in empty}


def test_a_family_means_its_latest_active_revision(ecs: Any) -> None:
    ecs.register_task_definition(**DEFINITION)
    ecs.deregister_task_definition(taskDefinition="web:2")
    assert ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["revision"] == 1
    deleted = ecs.delete_task_definitions(taskDefinitions=["web:2", "web:9"])
    assert [each["status"] for each in deleted["taskDefinitions"]] == ["DELETE_IN_PROGRESS"]
    assert len(deleted["failures"]) == 1
    assert ecs.register_task_definition(**DEFINITION)["taskDefinition"]["revision"] == 3
    for revision in (1, 3):
        ecs.deregister_task_definition(taskDefinition=f"web:{revision}")
    with pytest.raises(ClientError, match="Unable to describe"):
        ecs.describe_task_definition(taskDefinition="web")


def test_a_cluster_can_be_created_twice_and_changed(ecs: Any) -> None:
    insights = [{"name": "containerInsights", "value": "enabled"}]
    changed = ecs.update_cluster_settings(cluster="c", settings=insights)["cluster"]
    assert changed["settings"] == insights
    assert ecs.create_cluster(clusterName="c")["cluster"]["settings"] == insights
    ecs.delete_cluster(cluster="c")
    assert ecs.list_clusters()["clusterArns"] == []


def test_autoscaling_finds_the_service(client: Connect, ecs: Any, request_: dict[str, Any]) -> None:
    ecs.create_service(**request_)
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/c/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
    found = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert [each["ResourceId"] for each in found] == ["service/c/web"]
