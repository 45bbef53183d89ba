"""Tags are looked up and pinned while planning; an image can be somebody else's."""

from __future__ import annotations

import pytest

from provisioner.local.control import ask
from tests.cloud.world import World, changes, fields

TASK = "ecs.task_definition/app"
IMAGE = "containerDefinitions.oaktree-app.image"
EXTERNAL = "services.app.manage.image=external"
CLUSTER, SERVICE = "oaktree-cluster-dev", "oaktree-service-dev"


def push(world: World, tag: str) -> str:
    (made,) = ask(world.server.endpoint, "push", {"image": f"oaktree-dev:{tag}"})
    return str(made["digest"])


def test_a_tag_is_pinned_and_pushed_again_is_a_change(world: World) -> None:
    plan = world.apply().plan
    (warning,) = plan["warnings"]
    assert warning.startswith("the repository oaktree-dev has no image latest yet")
    assert world.plan()["warnings"] == []  # it registers nothing
    first = push(world, "latest")
    found = fields(world.plan(), TASK)[IMAGE]
    assert [value.rpartition("/")[2] for value in found] == [
        "oaktree-dev:latest", f"oaktree-dev@{first}",
    ]  # fmt: skip
    applied = world.apply()
    assert applied.operations == ["RegisterTaskDefinition", "UpdateService"]
    assert applied.plan["warnings"] == []
    world.check_settled()

    again = push(world, "latest")
    after = fields(world.plan(), TASK)[IMAGE][1]
    assert after.endswith(f"@{again}")
    assert first != again


def test_another_tag_of_the_same_image_and_another_commit_change_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SHA", "c0ffee")
    world.apply()
    digest = push(world, "1")
    world.apply(image_tag="1")
    tags = world.client("ecs").describe_task_definition(
        taskDefinition="oaktree-task-dev", include=["TAGS"]
    )["tags"]
    found = {tag["key"]: tag["value"] for tag in tags}
    assert found["provisioner:by/tag/oaktree-app"] == "1"
    assert found["provisioner:by/commit"] == "c0ffee"
    ecr = world.client("ecr")
    (same,) = ecr.batch_get_image(repositoryName="oaktree-dev", imageIds=[{"imageDigest": digest}])[
        "images"
    ]
    ecr.put_image(
        repositoryName="oaktree-dev", imageTag="stable", imageManifest=same["imageManifest"]
    )
    monkeypatch.setenv("GITHUB_SHA", "decade")
    world.check_settled(image_tag="stable")


def theirs(world: World, image: str) -> str:
    """Another's pipeline: their revision, without tags, and their deployment."""
    ecs = world.client("ecs")
    found = ecs.describe_task_definition(taskDefinition="oaktree-task-dev")["taskDefinition"]
    left_out = {
        "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
        "registeredAt", "registeredBy",
    }  # fmt: skip
    request = {key: value for key, value in found.items() if key not in left_out}
    request["containerDefinitions"][0]["image"] = image
    made = ecs.register_task_definition(**request)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=made)
    return str(made)


def test_an_external_image_is_kept_and_carried_over(world: World) -> None:
    world.apply(EXTERNAL)
    theirs(world, "nginx:1.29")
    plan = world.plan(EXTERNAL)
    assert changes(plan) == []
    assert [(one["address"], one["value"], one["by"]) for one in plan["kept"]] == [
        (TASK, "nginx:1.29", "manage: image")
    ]
    applied = world.apply(EXTERNAL, "services.app.memory_mib=1024")
    assert applied.operations == ["RegisterTaskDefinition", "UpdateService"]
    (container,) = world.client("ecs").describe_task_definition(taskDefinition="oaktree-task-dev")[
        "taskDefinition"
    ]["containerDefinitions"]
    assert container["image"] == "nginx:1.29"


def test_an_external_image_that_was_rolled_back_is_not_deployed_again(world: World) -> None:
    """The family's newest revision is one that ECS has turned back from."""
    world.apply(EXTERNAL)
    for image in ("nginx:1.29", "nginx:1.30--crash"):
        theirs(world, image)
        ask(world.server.endpoint, "clock/advance", {"seconds": 3600})
    plan = world.plan(EXTERNAL)
    assert changes(plan) == []
    assert [one["value"] for one in plan["kept"]] == ["nginx:1.29"]
