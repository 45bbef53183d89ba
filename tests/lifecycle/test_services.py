"""More services than one: they come and go without touching each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cloud.servers import EVERY_SERVER
from tests.cloud.world import World, changes

every_server = pytest.mark.parametrize("server_name", EVERY_SERVER)

SECOND = (
    "services.api={image: {repository: oaktree-api, tag: v1}, port: 3000, routes: [{path: /v2/*}]}"
)
OWN = {
    "ec2.security_group/api",
    "ec2.security_group_rule/api-from-load-balancer",
    "ec2.security_group_rule/load-balancer-to-api",
    "ecr.repository/oaktree-api",
    "ecs.service/api",
    "ecs.task_definition/api",
    "elbv2.listener_rule/http/api-v2-any",
    "elbv2.target_group/api",
    "iam.role/api-execution",
    "iam.role/api-task",
    "logs.log_group/api",
}


@every_server
def test_a_second_service_comes_and_goes_alone(world: World) -> None:
    world.apply()
    before = world.owned()
    added = world.apply(SECOND)
    with_both = world.owned()
    new = with_both.keys() - before.keys()
    assert new == set(world.addresses(SECOND)) - world.addresses()
    assert {found.id for found in before.values()} <= {found.id for found in with_both.values()}
    _check_untouched(added.writes, {found.id for found in before.values()})
    world.check_settled(SECOND)

    plan = world.plan()
    assert {change["address"] for change in plan["changes"]} == new
    assert {change["action"] for change in plan["changes"]} == {"delete"}
    assert {change["reason"] for change in plan["changes"]} == {"no longer in the spec"}
    removed = world.apply()
    assert world.owned() == before
    _check_untouched(removed.writes, {found.id for found in before.values()})
    world.check_settled()


def _check_untouched(writes: list[Any], first: set[str]) -> None:
    """No write was aimed at anything of the first service; the shared things may be named.

    A security-group rule is a thing of its own, but the group it lies in is named in the call.
    """
    shared = ("ListenerArn", "GroupId", "cluster", "IpPermissions", "LoadBalancerArn")
    for call in writes:
        aimed = {k: v for k, v in call.arguments.items() if k not in shared}
        hit = [identifier for identifier in first if identifier in str(aimed)]
        assert hit == [], call


def test_what_comes_is_all_of_it_and_nothing_else(world: World) -> None:
    assert world.addresses(SECOND) - world.addresses() == OWN


def test_a_service_that_goes_is_unhooked_before_it_is_deleted(world: World) -> None:
    world.apply(SECOND)
    operations = world.apply().operations
    assert operations.index("DeleteService") < operations.index("DeleteTargetGroup")
    assert operations.index("DeleteRule") < operations.index("DeleteTargetGroup")
    assert operations.index("DeleteService") < operations.index("DeleteLogGroup")
    assert operations.index("DeleteService") < operations.index("DeleteRole")
    assert operations.index("RevokeSecurityGroupIngress") < operations.index("DeleteSecurityGroup")


def test_a_service_without_requests_needs_no_balancer(world: World) -> None:
    worker = "services.worker={image: 'busybox:1'}"
    added = world.apply(worker)
    assert "elbv2.target_group/worker" not in world.owned()
    assert added.report.result == "done"
    world.check_settled(worker)


@pytest.mark.slow
def test_forty_services_are_one_apply_and_one_empty_plan(world: World, tmp_path: Path) -> None:
    services: dict[str, Any] = {
        f"s{number:02}": {
            "image": {"repository": f"forty-s{number:02}", "tag": "v1"},
            "port": 3000 + number,
            "desired_count": 1,
            "routes": [{"path": f"/s{number:02}/*"}],
        }
        for number in range(40)
    }
    spec = {
        "stack": "forty",
        "region": "ap-southeast-1",
        "network": {
            "vpc": {"tags": {"Name": "oaktree-vpc-dev"}},
            "public_subnets": {"tags": {"Tier": "public"}},
            "private_subnets": {"tags": {"Tier": "private"}},
        },
        "load_balancer": {"listeners": {"http": {"port": 80}}},
        "services": services,
    }
    path = tmp_path / "forty.yaml"
    path.write_text(yaml.safe_dump(spec))
    forty = World(world.server, world.tap, tmp_path, spec=path, environment=None)
    applied = forty.apply()
    assert len(applied.report.outcomes) == len(forty.addresses())
    assert changes(forty.plan()) == []
    assert forty.owned().keys() == forty.addresses()
    forty.teardown()
    assert forty.owned() == {}
