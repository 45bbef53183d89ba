"""A teardown leaves nothing of the stack's, in an order that AWS accepts."""

from __future__ import annotations

import pytest

from tests.cloud.images import push
from tests.cloud.inventory import everything
from tests.cloud.sent import check_order
from tests.cloud.servers import EVERY_SERVER
from tests.cloud.world import World

every_server = pytest.mark.parametrize("server_name", EVERY_SERVER)


@every_server
def test_nothing_is_left_and_the_second_time_nothing_is_done(world: World) -> None:
    before = list(everything(world.client))
    world.apply()
    done = world.cli("teardown", "--yes", "--json")
    assert (done.code, done.document["result"]) == (0, "done"), done.err
    assert world.owned() == {}
    assert list(everything(world.client)) == before

    again = world.cli("teardown", "--yes")
    assert (again.code, again.recording.operations) == (0, [])
    assert "Nothing to do" in again.out


@every_server
def test_every_user_lets_go_before_the_used_goes(world: World) -> None:
    """Else each delete would be refused: by `DependencyViolation`, `ResourceInUse` and others."""
    world.apply()
    calls = world.teardown().writes
    check_order(calls, "DeleteService", "DeleteTargetGroup")
    check_order(calls, "DeleteService", "DeleteCluster")
    check_order(calls, "DeleteService", "DeregisterTaskDefinition", "DeleteTaskDefinitions")
    check_order(calls, "DeleteService", "DeleteRole")
    check_order(calls, "DeleteService", "DeleteLogGroup")
    check_order(calls, "DeleteService", "DeleteRepository")
    check_order(calls, "DeleteService", "DeleteRule", "DeleteListener", "DeleteTargetGroup")
    check_order(calls, "DeleteListener", "DeleteLoadBalancer", "DeleteSecurityGroup")
    check_order(calls, "RevokeSecurityGroupIngress", "DeleteSecurityGroup")
    check_order(calls, "RevokeSecurityGroupEgress", "DeleteSecurityGroup")
    check_order(calls, "DeregisterTaskDefinition", "DeleteRole")


def test_a_service_is_gone_before_the_next_thing_is_deleted(world: World) -> None:
    """Its tasks drain for a while; until then they use everything else."""
    world.apply()
    world.teardown()
    names = [call.operation for call in world.tap.calls()]
    deleted = names.index("DeleteService")
    following = next(
        number for number, call in enumerate(world.tap.calls()) if number > deleted and call.write
    )
    assert "DescribeServices" in names[deleted:following]


def test_superseded_revisions_and_replaced_things_go_as_well(world: World) -> None:
    world.apply(image_tag="v1")
    world.apply("services.app.port=8080", image_tag="v2")
    world.apply("services.app.port=9090", image_tag="v3")
    world.teardown()
    assert world.owned() == {}
    families = world.client("ecs").list_task_definitions(status="ACTIVE")
    assert families["taskDefinitionArns"] == []


def test_what_left_the_spec_without_being_applied_goes_as_well(world: World) -> None:
    world.apply("services.odd={image: 'busybox:1', logs: {name: /somewhere/else}}")
    world.teardown()
    assert world.owned() == {}


def test_the_network_need_not_be_there(world: World) -> None:
    world.apply()
    settings = ("network.vpc={tags: {Name: gone}}",)
    world.teardown(*settings)
    assert world.owned() == {}


@every_server
def test_a_repository_with_images_is_only_emptied_by_force(world: World) -> None:
    world.apply()
    push(world.client("ecr"), "oaktree-dev", "v1", "v2")
    refused = world.cli("teardown", "--yes")
    assert refused.code == 4
    assert "ecr.repository/oaktree-dev: holds 2 images" in refused.err
    assert refused.recording.operations == []
    assert world.owned().keys() == world.addresses()
    world.teardown(force=True)
    assert world.owned() == {}


@every_server
def test_a_protected_balancer_is_only_deleted_by_force(world: World) -> None:
    protected = "load_balancer.deletion_protection=true"
    world.apply(protected)
    refused = world.cli("teardown", "--yes")
    assert refused.code == 4
    assert "elbv2.load_balancer/main: deletion protection is on" in refused.err
    assert refused.recording.operations == []
    world.teardown(force=True)
    assert world.owned() == {}


@pytest.mark.parametrize("gone", ["ecs", "elbv2"])
def test_what_somebody_deleted_already_is_no_hindrance(world: World, gone: str) -> None:
    world.apply()
    owned = world.owned()
    if gone == "ecs":
        world.client("ecs").delete_service(
            cluster="oaktree-cluster-dev", service="oaktree-service-dev", force=True
        )
    else:
        world.client("elbv2").delete_load_balancer(
            LoadBalancerArn=owned["elbv2.load_balancer/main"].id
        )
    world.teardown()
    assert world.owned() == {}
