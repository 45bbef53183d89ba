from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]


def container(**more: Any) -> dict[str, Any]:
    return {
        "name": "web",
        "image": "web:1",
        "essential": True,
        "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
        "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        **more,
    }


LOG_OPTIONS = {
    "awslogs-group": "/ecs/web",
    "awslogs-region": "ap-southeast-1",
    "awslogs-stream-prefix": "web",
}


@pytest.fixture
def definition(bench: Bench, ground: Ground) -> Make:
    role = ground.role()

    def wanted(*containers: dict[str, Any], **changes: Any) -> Resource:
        properties = {
            "family": f"{bench.name}-web",
            "cpu": "256",
            "memory": "512",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "executionRoleArn": role,
            "taskRoleArn": role,
            "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            "ephemeralStorage": None,
            "containerDefinitions": list(containers) or [container()],
        }
        resource = Resource("ecs.task_definition", "web", properties, {"team": "oak"})
        return changed(resource, changes)

    return wanted


def revisions(bench: Bench) -> list[int]:
    """The active ones."""
    arns = bench.client("ecs").list_task_definitions(familyPrefix=f"{bench.name}-web")
    return [int(arn.rpartition(":")[2]) for arn in arns["taskDefinitionArns"]]


def test_it_is_registered_with_its_tags_and_without_what_is_not_given(
    bench: Bench, definition: Make
) -> None:
    wanted = definition()
    properties = {k: v for k, v in wanted.properties.items() if v is not None}
    check_sent(
        bench.apply(wanted),
        only("RegisterTaskDefinition", **properties, tags=bench.tags(wanted, "key", "value")),
    )


@pytest.mark.parametrize(
    "other",
    [
        {"image": "web:2"},
        {"environment": [{"name": "A", "value": "1"}]},
        {"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]},
        {"command": ["serve"]},
        {"user": "1000"},
        {"readonlyRootFilesystem": True},
        {"linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True}},
        {"stopTimeout": 60},
        {"portMappings": [{"containerPort": 81, "hostPort": 81, "protocol": "tcp"}]},
        {"secrets": [{"name": "S", "valueFrom": "arn:aws:ssm:eu-west-1:123456789012:parameter/s"}]},
        {"healthCheck": {"command": ["CMD-SHELL", "true"]}},
        {"logConfiguration": {"logDriver": "awslogs", "options": LOG_OPTIONS}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_content_is_one_more_revision_and_going_back_is_none(
    bench: Bench, definition: Make, other: dict[str, Any]
) -> None:
    bench.apply(definition())
    check_sent(
        bench.apply(definition(container(**other))),
        sent("RegisterTaskDefinition", containerDefinitions=[other]),
    )
    assert sorted(revisions(bench)) == [1, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"cpu": "512", "memory": "1024"},
        {"runtimePlatform": {"cpuArchitecture": "ARM64"}},
        {"ephemeralStorage": {"sizeInGiB": 40}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_size_is_one_more_revision(
    bench: Bench, definition: Make, changes: dict[str, Any]
) -> None:
    bench.apply(definition())
    bench.check(definition(**changes), writes=[sent("RegisterTaskDefinition", **changes)])


def test_the_order_of_names_means_nothing(bench: Bench, definition: Make) -> None:
    bench.apply(definition())
    other = container(environment=container()["environment"][::-1])
    bench.check_settled(definition(other))


def test_the_last_five_superseded_revisions_are_kept(bench: Bench, definition: Make) -> None:
    for number in range(1, 8):
        writes = bench.apply(definition(container(image=f"web:{number}")))
    check_sent(
        writes,
        sent("RegisterTaskDefinition"),
        sent("DeregisterTaskDefinition", taskDefinition=_arn(bench, 1)),
        sent("DeleteTaskDefinitions", taskDefinitions=[_arn(bench, 1)]),
    )
    assert sorted(revisions(bench)) == [2, 3, 4, 5, 6, 7]


def _arn(bench: Bench, revision: int) -> str:
    place = f"arn:aws:ecs:{bench.aws.region}:123456789012"
    return f"{place}:task-definition/{bench.name}-web:{revision}"


def test_a_revision_that_ci_registered_is_not_ours_and_stays(
    bench: Bench, definition: Make, ground: Ground
) -> None:
    bench.apply(definition())
    theirs = ground.definition(f"{bench.name}-web")
    bench.check_settled(definition())
    check_sent(
        bench.apply(),
        sent("DeregisterTaskDefinition", taskDefinition=_arn(bench, 1)),
        sent("DeleteTaskDefinitions"),
    )
    assert revisions(bench) == [int(theirs.rpartition(":")[2])]


def test_one_that_was_deregistered_is_registered_again(bench: Bench, definition: Make) -> None:
    bench.apply(definition())
    bench.client("ecs").deregister_task_definition(taskDefinition=_arn(bench, 1))
    bench.check(definition(), writes=[sent("RegisterTaskDefinition")])


def test_an_edited_tag_is_shown_and_put_back(bench: Bench, definition: Make) -> None:
    def spoil(ecs: Any, live: Any) -> None:
        ecs.tag_resource(resourceArn=live.id, tags=[{"key": "team", "value": "birch"}])

    bench.check_drift(
        definition(),
        spoil,
        shown={"tags.team": ("birch", "oak")},
        writes=[sent("TagResource", tags=[{"key": "team", "value": "oak"}])],
    )


def test_deleting_it_twice_is_fine(bench: Bench, definition: Make) -> None:
    bench.apply(definition())
    bench.delete_twice(definition())


def test_another_tag_is_set_without_another_revision(bench: Bench, definition: Make) -> None:
    bench.check_retag(definition(), sent("TagResource", tags=[{"key": "team", "value": "tree"}]))
