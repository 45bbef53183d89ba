"""Commands on services that run: what they call, what they say, and their exit codes."""

from __future__ import annotations

import signal

import pytest

from provisioner.deploy import steps
from provisioner.local.control import ask
from provisioner.resources import KINDS
from tests.cli.conftest import Command
from tests.cloud.tap import Call
from tests.cloud.world import World

REPOSITORY = "oaktree-dev"
REGISTRY = "123456789012.dkr.ecr.ap-southeast-1.amazonaws.com"
AUTOSCALED = "services.app.autoscaling={min: 1, max: 2, cpu_percent: 50}"


@pytest.fixture
def applied(world: World) -> World:
    """The stack as its spec says."""
    world.apply()
    return world


def push(world: World, *tags: str) -> dict[str, str]:
    """Put an image under each tag; tag to digest."""
    found = {}
    for tag in tags:
        (made,) = ask(world.server.endpoint, "push", {"image": f"{REPOSITORY}:{tag}"})
        found[tag] = made["digest"]
    return found


def names(calls: list[Call]) -> list[str]:
    return [call.operation for call in calls]


def revision(world: World) -> str:
    """The task definition that the service was told to run last."""
    (found,) = world.client("ecs").describe_services(
        cluster="oaktree-cluster-dev", services=["oaktree-service-dev"]
    )["services"]
    return str(found["taskDefinition"]).rpartition("/")[2]


def image(world: World) -> str:
    found = world.client("ecs").describe_task_definition(taskDefinition=revision(world))
    return str(found["taskDefinition"]["containerDefinitions"][0]["image"])


def test_a_deployed_image_is_one_revision_and_one_update_and_can_be_taken_back(
    on: Command, world: World
) -> None:
    """One story: deploy, wait, revisions, rollback, restart, scale."""
    world.apply()
    digests = push(world, "2", "3")

    with world.tap.recording() as recording:
        ran = on("deploy", "--image", "app=nosuch", "-y")
    assert (ran.code, recording.operations) == (4, [])
    words = "push it first: provisioner local push oaktree-dev:nosuch"
    assert f"oaktree-dev has no image nosuch; {words}" in ran.err

    with world.tap.recording() as recording:
        ran = on("deploy", "--image", "app=2", "--dry-run")
    assert (ran.code, recording.operations) == (0, [])
    assert f"app/oaktree-app: 2 is {digests['2']}" in ran.err

    with world.tap.recording() as recording:
        ran = on(
            "deploy", "--image", "app=2", "-y", "--json", GITHUB_SHA="c0ffee", GITHUB_ACTOR="me"
        )
    assert ran.code == 0
    assert names(recording.writes) == ["RegisterTaskDefinition", "UpdateService"]
    assert ran.document["images"][0]["digest"] == digests["2"]
    assert ran.document["rollouts"][0]["verdict"] == "serving"
    assert image(world).endswith(f"oaktree-dev@{digests['2']}")

    ran = on("deploy", "--image", "app=2", "-y")
    assert (ran.code, ran.out) == (0, "Nothing to do: these images have been deployed already.\n")

    ran = on("wait", "--json")
    assert (ran.code, ran.document["rollouts"][0]["verdict"]) == (0, "serving")

    new, old = on("revisions", "--json").document["services"]["app"]
    assert (new["status"], new["commit"], new["who"]) == ("serving", "c0ffee", "me")
    assert new["tags"] == {"oaktree-app": "2"}
    assert (old["status"], old["revision"]) == ("was serving", "oaktree-task-dev:1")
    assert old["who"]
    assert "serving      20" in on("revisions").out

    with world.tap.recording() as recording:
        ran = on("rollback", "-y")
    assert (ran.code, names(recording.writes)) == (0, ["UpdateService"])
    assert "task-definition/oaktree-task-dev:1" in ran.out
    words = "oaktree-task-dev:2 → oaktree-task-dev:1, the last revision that served"
    assert words in ran.err
    assert revision(world) == "oaktree-task-dev:1"
    assert on("rollback", "-y", "app", "--to", "2").code == 0
    assert revision(world) == "oaktree-task-dev:2"

    with world.tap.recording() as recording:
        ran = on("restart", "-y")
    assert (ran.code, names(recording.writes)) == (0, ["UpdateService"])
    with world.tap.recording() as recording:
        ran = on("scale", "app=3", "-y")
    assert (ran.code, names(recording.writes)) == (0, ["UpdateService"])
    assert on("status", "--json").document["services"]["app"]["desired"] == 3
    ran = on("scale", "app=3", "-y")
    assert (ran.code, ran.out) == (0, "Nothing to do: so many tasks are wanted already.\n")


def deploy_behind_our_back(world: World, tag: str) -> str:
    """Somebody's revision with another image, and their UpdateService; the revision."""
    ecs = world.client("ecs")
    theirs = ecs.describe_task_definition(taskDefinition=revision(world))["taskDefinition"]
    keys = ("family", "cpu", "memory", "networkMode", "requiresCompatibilities",
            "executionRoleArn", "containerDefinitions")  # fmt: skip
    request = {key: theirs[key] for key in keys}
    request["containerDefinitions"][0]["image"] = f"nginx:{tag}"
    made = ecs.register_task_definition(**request)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(
        cluster="oaktree-cluster-dev", service="oaktree-service-dev", taskDefinition=made
    )
    return str(made).rpartition("/")[2]


def test_a_running_deployment_is_stopped_and_the_verdict_is_told_afterwards(
    on: Command, world: World
) -> None:
    world.apply()
    theirs = deploy_behind_our_back(world, "2--pull-20000s")
    ran = on("rollback", "--dry-run", "--json")
    (decision,) = ran.document["rollbacks"]
    assert decision["stops"]
    assert decision["words"] == (
        f"the deployment of {theirs} is stopped, and ECS goes back to oaktree-task-dev:1"
    )
    with world.tap.recording() as recording:
        ran = on("rollback", "-y", "--json")
    assert (ran.code, names(recording.writes)) == (0, ["StopServiceDeployment"])
    assert ran.document["rollouts"][0]["status"] == "ROLLBACK_SUCCESSFUL"
    assert revision(world) == "oaktree-task-dev:1"

    ran = on("wait", "--json")
    assert (ran.code, ran.document["result"]) == (3, "not-serving")
    assert on("status", "--exit-status").code == 0  # the old version serves, and is well
    with world.tap.recording() as recording:
        ran = on("rollback", "-y")
    assert (ran.code, recording.operations) == (0, [])
    assert f"{theirs} failed, and oaktree-task-dev:1 serves again" in ran.err
    ran = on("revisions", "--json")
    assert [one["status"] for one in ran.document["services"]["app"]] == ["failed", "serving"]


def test_a_deployed_image_that_crashes_is_3_and_the_old_one_is_named_as_serving(
    on: Command, world: World
) -> None:
    world.apply()
    push(world, "2--crash")
    ran = on("deploy", "--image", "app=2--crash", "-y", "--json")
    assert ran.code == 3
    told = ran.document["outputs"]["services"]["app"]["task_definition_arn"]
    assert told.endswith(":task-definition/oaktree-task-dev:1")
    assert ran.document["rollouts"][0]["post_mortem"]["hints"]


def test_a_first_version_that_failed_is_not_told_to_serve(on: Command, world: World) -> None:
    assert on("apply", "-y", "--var", "image_tag=1--crash").code == 3
    (only,) = on("revisions", "--json").document["services"]["app"]
    assert only["status"] == "failed"
    assert on("apply", "-y", "--var", "image_tag=2").code == 0
    found = on("revisions", "--json").document["services"]["app"]
    assert [one["status"] for one in found] == ["serving", "failed"]


def test_a_rollback_after_one_that_failed_leaves_the_good_one_where_it_is(
    on: Command, world: World
) -> None:
    """`deploy || rollback` in a pipeline must not ship the version before the good one."""
    world.apply()
    push(world, "2", "3--crash")
    assert on("deploy", "--image", "app=2", "-y").code == 0
    assert on("deploy", "--image", "app=3--crash", "-y").code == 3
    with world.tap.recording() as recording:
        ran = on("rollback", "-y")
    assert (ran.code, recording.operations) == (0, [])
    assert "oaktree-task-dev:3 failed, and oaktree-task-dev:2 serves again" in ran.err
    assert revision(world) == "oaktree-task-dev:2"


def test_a_scaling_does_not_wait_for_somebody_s_deployment(on: Command, world: World) -> None:
    world.apply()
    deploy_behind_our_back(world, "2--pull-20000s")
    ran = on("scale", "app=3", "-y", "--json")
    assert (ran.code, ran.document["rollouts"]) == (0, [])


def test_every_command_is_as_patient_as_the_spec_says(world: World) -> None:
    world.apply()
    stack = world.stack("services.app.deployment.timeout_minutes=7")
    (place,) = stack.services(())
    made = [steps.restart(place), steps.wait(place), steps.roll_to(place, "other", "because")]
    wanted = [one.resource.properties for one in made if one.resource]
    assert [KINDS["ecs.service"].patience_for(one) for one in wanted] == [420] * 3


def test_an_image_that_is_there_already_and_does_not_serve_yet_is_followed(
    on: Command, applied: World
) -> None:
    """A pipeline's second try must not call a success what is not over."""
    deploy_behind_our_back(applied, "2--pull-20000s")
    ran = on("deploy", "--image", "app=nginx:2--pull-20000s", "--dry-run", "--json")
    (step,) = ran.document["changes"]
    assert (step["address"], step["reason"]) == ("ecs.service/app", "waited for")


def test_an_image_that_failed_with_nothing_to_go_back_to_is_tried_again(on: Command) -> None:
    image = "nginx:1--crash"
    assert on("apply", "-y", "--set", f"services.app.image={image}").code == 3
    ran = on("deploy", "--image", f"app={image}", "--dry-run", "--json")
    (step,) = ran.document["changes"]
    assert (step["address"], step["reason"]) == ("ecs.service/app", "it failed")
    assert on("deploy", "--image", f"app={image}", "-y").code == 3


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["deploy", "--image", "app"], 64, "expected SERVICE=TAG"),
        (["deploy", "--image", "web=1"], 64, "no service web; its services: app"),
        (["deploy", "--image", "app=nginx:1", "--image", "app/oaktree-app=nginx:2"], 64,
         "names a container of app twice"),
        (["restart", "web"], 64, "no service web"),
        (["scale", "app=many"], 64, "expected SERVICE=N"),
        (["scale", "app=1", "--set", AUTOSCALED], 64,
         "belongs to autoscaling"),
        (["deploy", "--image", "app=sha256:00"], 64, "the digest is sha256:00; expected"),
        (["deploy", "--image", "app=nginx@sha256:00"], 64, "expected sha256: and 64 hexadecimal"),
        (["deploy", "--image", "app=oaktree-dev:nosuch"], 4, "oaktree-dev has no image nosuch"),
        (["deploy", "--image", f"app=oaktree-dev@sha256:{0:064}"], 4, "oaktree-dev has no image"),
        (["deploy", "--image", f"app={REGISTRY}/nosuchrepo:v1"], 4,
         "there is no repository nosuchrepo in account 123456789012, ap-southeast-1"),
        (["deploy", "--image", "app/nosuch=1"], 64, "its containers: oaktree-app"),
        (["rollback", "app", "--to", "other:1"], 64, "expected a revision of oaktree-task-dev"),
        (["rollback", "app", "--to", "99"], 4, "oaktree-task-dev:99 is not there any more"),
        (["rollback", "app", "--to", "1"], 4, "has oaktree-task-dev:1 already"),
        (["continue"], 4, "no deployment waits for an answer"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    on: Command, applied: World, arguments: list[str], code: int, words: str
) -> None:
    verb, *rest = arguments
    with applied.tap.recording() as recording:
        ran = on(verb, *rest, "-y")
    assert (ran.code, recording.operations) == (code, [])
    assert words in ran.err


def test_another_registry_is_not_asked_and_that_is_said(on: Command, applied: World) -> None:
    ran = on("deploy", "--image", "app=nginx:1.29", "--dry-run", "--json")
    assert "nginx is no repository of ECR: it is taken as it is" in ran.err
    assert ran.document["images"][0]["after"] == "nginx:1.29"


def deployed(on: Command, version: str, *more: str) -> str:
    """The reference that a version becomes."""
    ran = on("deploy", "--image", f"app={version}", "--dry-run", "--json", *more)
    assert ran.code == 0, ran.err
    return str(ran.document["images"][0]["after"])


def test_the_name_of_the_repository_alone_means_it_whatever_runs(
    on: Command, applied: World
) -> None:
    """As `revisions` and `local push` write it; an image of Docker Hub's has that name as well."""
    digest = push(applied, "2")["2"]
    pinned = f"{REGISTRY}/{REPOSITORY}@{digest}"
    named = (f"{REPOSITORY}:2", f"{REPOSITORY}@{digest}", f"{REPOSITORY}:2@{digest}")
    alone = ("2", digest)
    assert {deployed(on, version) for version in (*named, *alone)} == {pinned}

    elsewhere = f"docker.io/library/{REPOSITORY}:2"
    assert on("deploy", "--image", f"app={elsewhere}", "-y").code == 0
    assert image(applied) == elsewhere
    assert {deployed(on, version) for version in (*named, *alone)} == {pinned}
    assert on("deploy", "--image", "app=9", "-y").code == 4


def test_what_the_spec_leaves_to_others_is_a_version_of_what_runs(
    on: Command, world: World
) -> None:
    external = "services.app.manage.image=external"
    world.apply(external)
    digest = push(world, "2")["2"]
    deploy_behind_our_back(world, "1.29")
    assert deployed(on, "2", "--set", external) == "nginx:2"
    mine = deployed(on, f"{REPOSITORY}:2", "--set", external)
    assert mine == f"{REGISTRY}/{REPOSITORY}@{digest}"


ASIDE = "services.app.sidecars={aside: {image: {repository: oaktree-dev, tag: side}}}"


def test_a_tag_is_shown_only_with_the_digest_that_was_found_by_it(
    on: Command, world: World
) -> None:
    """The spec's tag is not that of a digest which was deployed, nor of what runs beside it."""
    world.apply(ASIDE)
    digests = push(world, "2", "3")
    for version, tags in (
        (f"app/aside={digests['3']}", {"oaktree-app": "latest"}),
        ("app=2", {"oaktree-app": "2"}),
        (f"app={digests['3']}", {}),
        ("app/aside=2", {"aside": "2"}),
    ):
        assert on("deploy", "--image", version, "-y", "--set", ASIDE).code == 0
        newest, *_ = on("revisions", "--json", "--set", ASIDE).document["services"]["app"]
        assert newest["tags"] == tags


def test_what_does_not_exist_yet_is_4_and_not_healthy(on: Command) -> None:
    ran = on("restart", "-y")
    assert ran.code == 4
    assert "there is no service oaktree-service-dev yet; apply makes it" in ran.err
    assert on("status", "--exit-status").code == 3


@pytest.mark.parametrize("verb", ["rollback", "restart", "continue"])
def test_nobody_there_to_ask_is_64(on: Command, verb: str) -> None:
    assert on(verb, "--no-input").code == 64


def test_status_is_shown_again_and_again_until_it_is_told_to_stop(applied: World) -> None:
    with applied.start("status", "--watch", "--json") as running:
        assert running.stdout
        starts = (line for line in running.stdout if line == "{\n")
        assert [next(starts), next(starts)] == ["{\n", "{\n"]
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    assert running.returncode == 143


GREEN = "services.app.deployment={strategy: blue-green, bake_minutes: 0%s}"
PAUSE = ", hooks: [{stages: POST_SCALE_UP, pause: true}]"


@pytest.mark.parametrize(
    ("more", "status"), [((), "SUCCESSFUL"), (("--rollback",), "ROLLBACK_SUCCESSFUL")]
)
def test_a_pause_is_answered_and_followed(
    on: Command, world: World, more: tuple[str, ...], status: str
) -> None:
    one_route = "services.app.routes=[{default: true}]"
    world.apply(one_route, GREEN % "")
    paused = ("--set", one_route, "--set", GREEN % PAUSE)
    changed = (*paused, "--var", "image_tag=2", "--progress", "plain")
    with world.start("apply", "-y", *changed) as running:
        assert running.stderr
        assert any("waits for" in line for line in running.stderr)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    with world.tap.recording() as recording:
        ran = on("continue", "-y", "--json", *more, *paused)
    assert (ran.code, recording.operations) == (0, ["ContinueServiceDeployment"])
    assert ran.document["rollouts"][0]["status"] == status
    assert "waits at post scale up" in ran.err
