"""Things of others that a stack uses: neither made, nor changed, nor removed."""

from __future__ import annotations

import pytest

from provisioner.engine.owner import STACK
from tests.cloud.ground import Ground
from tests.cloud.inventory import everything
from tests.cloud.servers import ROOT
from tests.cloud.world import World

OWN = {
    "cluster": ("cluster={existing: oaktree-cluster-dev}",),
    "balancer": (
        "load_balancer={existing: oaktree-alb-dev, listeners: {http: {existing: 80}}}",
        "services.app.routes=[{path: /api/*}]",
    ),
    "repository": ("services.app.image.existing=true",),
    "role": ("services.app.task_role={existing: oaktree-task-dev-ap-southeast-1}",),
}
"""Things that the stack has made, named as if they were somebody else's."""
EXAMPLE = ROOT / "specs" / "existing-network.yaml"
SETTINGS = (
    "services.app.image={repository: theirs, existing: true, tag: v1}",
    "services.app.logs={name: /theirs, existing: true}",
)


def test_what_is_there_already_is_used_and_left_alone(world: World) -> None:
    role = Ground(world.client).role()
    world.client("ecr").create_repository(repositoryName="theirs")
    world.client("logs").create_log_group(logGroupName="/theirs")
    before = sorted((found.kind, found.id) for found in everything(world.client))
    settings = (
        *SETTINGS,
        f"services.app.execution_role.existing={role}",
        f"services.app.task_role={{existing: {role.rsplit('/', 1)[1]}}}",
    )
    world.apply(*settings)
    owned = world.owned()
    kinds = {address.split("/")[0] for address in owned}
    assert kinds & {"iam.role", "logs.log_group", "ecr.repository"} == set()
    arn = owned["ecs.task_definition/app"].id
    task = world.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    assert (task["executionRoleArn"], task["taskRoleArn"]) == (role, role)
    (container,) = task["containerDefinitions"]
    assert container["image"].endswith(".amazonaws.com/theirs:v1")
    assert container["logConfiguration"]["options"]["awslogs-group"] == "/theirs"
    world.check_settled(*settings)
    world.teardown(*settings)
    assert sorted((found.kind, found.id) for found in everything(world.client)) == before


def test_the_example_is_applied_beside_what_it_names(world: World) -> None:
    iam, trust = world.client("iam"), '{"Version":"2012-10-17","Statement":[%s]}'
    allowed = (
        '{"Effect":"Allow","Action":"sts:AssumeRole",'
        '"Principal":{"Service":"ecs-tasks.amazonaws.com"}}'
    )
    for name in ("web-execution", "web-task"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust % allowed)
    world.client("ecr").create_repository(repositoryName="shared/web")
    world.client("logs").create_log_group(logGroupName="/shared/web")
    here = "network.vpc.tags.Name=oaktree-vpc-dev"
    web = World(world.server, world.tap, world.directory, spec=EXAMPLE, environment=None)
    before = sorted((found.kind, found.id) for found in everything(world.client))
    web.apply(here)
    web.check_settled(here)
    web.teardown(here)
    assert sorted((found.kind, found.id) for found in everything(world.client)) == before


def test_two_stacks_share_a_cluster_and_one_goes(world: World) -> None:
    Ground(world.client).cluster("shared")
    staging = World(world.server, world.tap, world.directory, environment="staging")
    here = "cluster={existing: shared}"
    world.apply(here)
    staging.apply(here)
    world.check_settled(here)
    staging.check_settled(here)
    kept = world.owned()
    assert "ecs.cluster/main" not in kept
    assert "/shared/" in kept["ecs.service/app"].id
    staging.teardown(here)
    assert staging.owned() == {}
    assert world.owned() == kept
    world.check_settled(here)
    world.teardown(here)
    (cluster,) = world.client("ecs").describe_clusters(clusters=["shared"])["clusters"]
    assert (cluster["status"], cluster["activeServicesCount"]) == ("ACTIVE", 0)


@pytest.mark.parametrize("settings", OWN.values(), ids=OWN)
def test_what_the_stack_made_is_not_deleted_while_it_is_used(
    world: World, settings: tuple[str, ...]
) -> None:
    world.apply()
    done = world.cli("plan", *(word for one in settings for word in ("--set", one)))
    assert done.code == 4
    assert "uses what the stack has made itself" in done.err


def test_what_the_stack_made_can_be_handed_over(world: World) -> None:
    handed = "services.app.logs={name: /ecs/oaktree-dev, existing: true}"
    world.apply()
    arn = world.owned()["logs.log_group/app"].id
    assert world.cli("plan", "--set", handed).code == 4
    world.client("logs").untag_resource(resourceArn=arn, tagKeys=[STACK])
    world.apply(handed)
    world.check_settled(handed)
    world.teardown(handed)
    groups = world.client("logs").describe_log_groups()["logGroups"]
    assert "/ecs/oaktree-dev" in [group["logGroupName"] for group in groups]
