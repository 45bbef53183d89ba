"""What is not the stack's: a name that is taken stops the plan, everything else is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.errors import NotOwned
from tests.cloud.ground import NOT_FOUND, Ground
from tests.cloud.inventory import everything
from tests.cloud.servers import EVERY_SERVER
from tests.cloud.world import World

Make = Callable[[World], Any]
every_server = pytest.mark.parametrize("server_name", EVERY_SERVER)


def repository(world: World) -> Any:
    return world.client("ecr").create_repository(repositoryName="oaktree-dev")


def log_group(world: World) -> Any:
    return world.client("logs").create_log_group(logGroupName="/ecs/oaktree-dev")


def role(world: World) -> Any:
    return world.client("iam").create_role(
        RoleName="oaktree-task-dev-ap-southeast-1",
        AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}',
    )


def group(world: World) -> Any:
    return world.client("ec2").create_security_group(
        GroupName="oaktree-alb-sg-dev", Description="theirs", VpcId=Ground(world.client).vpc
    )


def balancer(world: World) -> Any:
    return Ground(world.client).balancer("oaktree-alb-dev")


def target_group(world: World) -> Any:
    return world.client("elbv2").create_target_group(
        Name="oaktree-tg-dev",
        Port=80,
        Protocol="HTTP",
        VpcId=Ground(world.client).vpc,
        TargetType="ip",
    )


def cluster(world: World) -> Any:
    return Ground(world.client).cluster("oaktree-cluster-dev")


def family(world: World) -> Any:
    return Ground(world.client).definition("oaktree-task-dev")


FOREIGN = (
    (repository, "ecr.repository/oaktree-dev: oaktree-dev exists"),
    (log_group, "logs.log_group/app: /ecs/oaktree-dev exists"),
    (role, "iam.role/app-task: oaktree-task-dev-ap-southeast-1 exists"),
    (group, "ec2.security_group/load_balancer: oaktree-alb-sg-dev exists"),
    (balancer, "elbv2.load_balancer/main: oaktree-alb-dev exists"),
    (target_group, "elbv2.target_group/app: oaktree-tg-dev exists"),
    (cluster, "ecs.cluster/main: oaktree-cluster-dev exists"),
    (family, "ecs.task_definition/app: oaktree-task-dev exists"),
)


@every_server
def test_all_names_that_are_taken_are_told_at_once_and_nothing_is_touched(world: World) -> None:
    for make, _ in FOREIGN:
        make(world)
    before = sorted(found.id for found in everything(world.client))
    done = world.cli("plan")
    assert done.code == 4, done.err
    assert [words for _, words in FOREIGN if words not in done.err] == []
    assert done.err.count("is nobody's: it has no ownership tags") == len(FOREIGN)
    assert done.out == ""
    applied = world.cli("apply", "--yes")
    assert applied.code == 4
    assert (done.recording.operations, applied.recording.operations) == ([], [])
    assert sorted(found.id for found in everything(world.client)) == before


@pytest.mark.parametrize(("make", "words"), FOREIGN, ids=lambda v: getattr(v, "__name__", ""))
def test_one_name_that_is_taken_is_enough(world: World, make: Make, words: str) -> None:
    make(world)
    stack = world.stack()
    with pytest.raises(NotOwned) as refused:
        stack.plan()
    assert [line.partition(" (")[0].strip() for line in str(refused.value).splitlines()[1:-1]] == [
        words
    ]


def test_a_service_of_that_name_in_our_cluster_is_not_ours(world: World) -> None:
    world.apply()
    owned, ecs = world.owned(), world.client("ecs")
    arn = owned["ecs.service/app"].id
    ecs.untag_resource(resourceArn=arn, tagKeys=["provisioner:stack", "provisioner:address"])
    with pytest.raises(NotOwned, match=r"ecs\.service/app: oaktree-service-dev exists"):
        world.stack().plan()


def test_another_stack_is_named(world: World) -> None:
    world.client("logs").create_log_group(
        logGroupName="/ecs/oaktree-dev", tags={"provisioner:stack": "elm/dev"}
    )
    with pytest.raises(NotOwned, match="and is the stack elm/dev"):
        world.stack().plan()


@every_server
def test_what_others_have_in_the_same_network_survives(world: World) -> None:
    ground, elbv2 = Ground(world.client), world.client("elbv2")
    ground.group()
    listener = ground.listener(ground.balancer())
    elbv2.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[NOT_FOUND],
    )
    ground.target_group()
    ground.cluster()
    ground.definition()
    ground.role()
    world.client("logs").create_log_group(logGroupName="/ecs/oaktree-dev-of-others")
    world.client("ecr").create_repository(repositoryName="oaktree-tools")
    before = sorted((found.kind, found.id) for found in everything(world.client))
    world.apply()
    world.teardown()
    assert sorted((found.kind, found.id) for found in everything(world.client)) == before


def test_two_environments_of_one_stack_leave_each_other_alone(world: World) -> None:
    staging = World(world.server, world.tap, world.directory, environment="staging")
    world.apply()
    dev = world.owned()
    staging.apply()
    world.check_settled()
    staging.check_settled()
    staging.teardown()
    assert staging.owned() == {}
    assert world.owned() == dev
    world.check_settled()


def foreign_rule(world: World) -> str:
    """A rule of somebody else on our listener."""
    (rule,) = world.client("elbv2").create_rule(
        ListenerArn=world.one("elbv2.listener/http").id,
        Priority=7,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[NOT_FOUND],
    )["Rules"]
    arn: str = rule["RuleArn"]
    return arn


def test_a_rule_of_others_on_our_listener_stays_as_it_is(world: World) -> None:
    world.apply()
    foreign_rule(world)
    world.check_settled()
    assert world.apply(image_tag="v2").operations == ["RegisterTaskDefinition", "UpdateService"]


@every_server
def test_a_rule_of_others_on_our_listener_is_in_the_way_of_a_teardown(world: World) -> None:
    world.apply()
    arn = foreign_rule(world)
    refused = world.cli("teardown", "--yes")
    assert refused.code == 4
    assert f"elbv2.listener/http: carries a rule that is not the stack's: priority 7, {arn}" in (
        refused.err
    )
    assert "--force" in refused.err
    assert refused.recording.operations == []
    assert world.cli("teardown", "--yes", "--force").code == 0
    assert world.owned() == {}
