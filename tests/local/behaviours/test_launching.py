"""What RunTask and services are refused: overrides, places, what is said of their tasks."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour
NONE = "runs none"
INVALID = "InvalidParameterException"
NOWHERE = "arn:aws:iam::123456789012:role/nowhere"


def started(aws: Aws, **request: Any) -> dict[str, Any]:
    """Return what RunTask is asked; the cluster and the definition are made."""
    aws.ecs.create_cluster(clusterName="c", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    if "taskDefinition" not in request:
        request["taskDefinition"] = aws.define()
    if "capacityProviderStrategy" not in request:
        request.setdefault("launchType", "FARGATE")
    return {"cluster": "c", "networkConfiguration": aws.network(), **request}


def web(**change: Any) -> dict[str, Any]:
    return {"containerOverrides": [{"name": "web", **change}]}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (
            {"memory": "9999"},
            "No Fargate configuration exists for given values: 256 CPU, 9999 memory. See the Amazon"
            " ECS documentation for the valid values.",
        ),
        ({"cpu": "much"}, "Invalid 'cpu' setting for task."),
        (
            web(memory=1024),
            "The 'memory' setting for container 'web' is greater than for the task.",
        ),
        (web(cpu=512), "The sum of the container CPU units is more than those of the task."),
        (
            {"ephemeralStorage": {"sizeInGiB": 10}},
            "Ephemeral storage size must be between 21 and 200 GiB.",
        ),
        (
            {"containerOverrides": [{"name": "x"}]},
            "Override for container named x is not a container in the TaskDefinition.",
        ),
        (
            web(command=["x" * 8192]),
            "Container Overrides length must be at most 8192",
        ),
    ],
)
@behaviour(
    "ECS API: TaskOverride",
    "Overrides make a size that Fargate has, of containers that there are, in 8192 characters",
    NONE,
)
def test_overrides_make_a_task_that_can_be(aws: Aws, overrides: dict[str, Any], words: str) -> None:
    assert aws.refused(INVALID, aws.ecs.run_task, **started(aws, overrides=overrides)) == words


def test_a_greater_size_has_room_for_greater_containers(aws: Aws) -> None:
    sizes = {"cpu": "1 vCPU", "memory": "2 GB", **web(cpu=512, memory=1024)}
    assert aws.ecs.run_task(**started(aws, overrides=sizes))["tasks"]


@pytest.mark.parametrize("field", ["taskRoleArn", "executionRoleArn"])
@behaviour("ECS guide: task-iam-roles", "RunTask needs roles that ECS can assume", NONE)
def test_a_task_needs_its_roles(aws: Aws, field: str) -> None:
    run, words = aws.ecs.run_task, f"ECS was unable to assume the role '{NOWHERE}'"
    request = started(aws, overrides={field: NOWHERE})
    assert aws.refused("ClientException", run, **request).startswith(words)
    request = started(aws, taskDefinition=aws.define(**{field: NOWHERE}))
    assert aws.refused("ClientException", run, **request).startswith(words)
    run(**{**request, "overrides": {field: aws.role()}})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"startedBy": "x" * 129}, "startedBy longer than 128."),
        ({"startedBy": "a b"}, "startedBy contains invalid characters."),
        ({"clientToken": "x" * 65}, "clientToken longer than 64."),
        ({"group": "service:web"}, "Invalid namespace for group."),
        (
            {"propagateTags": "SERVICE"},
            "SERVICE is not a valid value of propagateTags when running a task.",
        ),
        (
            {"launchType": "MOON"},
            "launchType should be one of [EC2,FARGATE,EXTERNAL,MANAGED_INSTANCES]",
        ),
        (
            {"tags": [{"key": str(number), "value": "x"} for number in range(51)]},
            "tags can have at most 50 items.",
        ),
    ],
)
@behaviour(
    "ECS API: RunTask", "What RunTask is told has the letters and the length of the API", NONE
)
def test_words_are_checked(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert aws.refused(INVALID, aws.ecs.run_task, **started(aws, **change)) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"placementConstraints": [{"type": "distinctInstance"}]},
            "Placement constraints are not supported with FARGATE launch type.",
        ),
        (
            {"placementStrategy": [{"type": "random"}]},
            "Placement strategies are not supported with FARGATE launch type.",
        ),
        (
            {
                "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}],
                "launchType": "FARGATE",
            },
            "Specifying both a launch type and capacity provider strategy is not supported. Remove"
            " one and try again.",
        ),
        (
            {
                "capacityProviderStrategy": [
                    {"capacityProvider": each, "base": 1, "weight": 1}
                    for each in ("FARGATE", "FARGATE_SPOT")
                ]
            },
            "Only one capacity provider in a capacity provider strategy can have a base defined.",
        ),
        (
            {
                "capacityProviderStrategy": [
                    {"capacityProvider": each} for each in ("FARGATE", "FARGATE_SPOT")
                ]
            },
            "At least one capacity provider must have a weight that is greater than 0.",
        ),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1001}]},
            "weight must be at most 1000.",
        ),
    ],
)
@behaviour("ECS API: RunTask", "Fargate places tasks itself, and one provider has a base", NONE)
def test_fargate_is_asked_for_capacity_only(aws: Aws, change: dict[str, Any], words: str) -> None:
    assert aws.refused(INVALID, aws.ecs.run_task, **started(aws, **change)) == words
    assert aws.refused(INVALID, aws.service, **change) == words


@behaviour("ECS API: AwsVpcConfiguration", "A task has at most 16 subnets", NONE)
def test_a_task_has_sixteen_subnets(aws: Aws) -> None:
    network = {"awsvpcConfiguration": {"subnets": aws.subnets() * 9}}
    request = started(aws, networkConfiguration=network)
    words = aws.refused(INVALID, aws.ecs.run_task, **request)
    assert words == "subnets can have at most 16 items."


def tags_of(aws: Aws, task: str) -> dict[str, str]:
    (found,) = aws.ecs.describe_tasks(cluster="c", tasks=[task], include=["TAGS"])["tasks"]
    return {each["key"]: each["value"] for each in found["tags"]}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("SERVICE", {"of": "service", "later": "yes"}),
        ("TASK_DEFINITION", {"of": "definition"}),
        ("NONE", {}),
    ],
)
@behaviour("ECS guide: ecs-using-tags", "Tasks have the tags of their service or definition", NONE)
def test_tags_are_propagated(aws: Aws, source: str, expected: dict[str, str]) -> None:
    definition = aws.define(tags=[{"key": "of", "value": "definition"}])
    service = aws.service(
        taskDefinition=definition,
        desiredCount=0,
        propagateTags=source,
        enableECSManagedTags=True,
        tags=[{"key": "of", "value": "service"}],
    )
    later = [{"key": "later", "value": "yes"}]
    aws.ecs.tag_resource(resourceArn=service["serviceArn"], tags=later)
    aws.ecs.update_service(cluster="c", service="web", desiredCount=1)
    aws.advance(60)
    (task,) = aws.ecs.list_tasks(cluster="c", serviceName="web")["taskArns"]
    own = {"aws:ecs:clusterName": "c", "aws:ecs:serviceName": "web"}
    assert tags_of(aws, task) == {**expected, **own}


@behaviour("ECS API: RunTask", "A task's own tags go before those of its definition", NONE)
def test_a_single_task_has_tags(aws: Aws) -> None:
    definition = aws.define(tags=[{"key": key, "value": "definition"} for key in "ab"])
    request = started(
        aws,
        taskDefinition=definition,
        propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True,
        tags=[{"key": "a", "value": "own"}],
    )
    (task,) = aws.ecs.run_task(**request)["tasks"]
    expected = {"a": "own", "b": "definition", "aws:ecs:clusterName": "c"}
    assert tags_of(aws, task["taskArn"]) == expected


@behaviour("ECS API: ListTagsForResource", "A task has tags while it runs", NONE)
def test_a_running_task_has_tags(aws: Aws) -> None:
    (task,) = aws.ecs.run_task(**started(aws))["tasks"]
    arn, listed = task["taskArn"], aws.ecs.list_tags_for_resource
    aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}])
    assert listed(resourceArn=arn)["tags"] == [{"key": "a", "value": "1"}]
    aws.ecs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert listed(resourceArn=arn)["tags"] == []
    aws.ecs.stop_task(cluster="c", task=arn)
    aws.advance(100)
    aws.refused(INVALID, listed, resourceArn=arn)
    aws.refused(INVALID, listed, resourceArn=f"{arn}0")
