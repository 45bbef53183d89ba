"""OakTree in staging and in prod, and the small examples: applied, settled, torn down."""

from __future__ import annotations

import pytest

from provisioner.errors import Guarded, PlanError
from tests.cloud.dns import Zone
from tests.cloud.inventory import everything
from tests.cloud.servers import ROOT
from tests.cloud.world import World

BUCKET = "s3.bucket/alb-logs"
PROTECTION = "load_balancer.deletion_protection=false"
IN_PROD = (
    "acm.certificate/oaktree.example", "application_autoscaling.scaling_policy/app/concurrency",
    "cloudwatch.alarm/app-loop-delay", "cloudwatch.dashboard/main", "elbv2.listener/https",
    "route53.record_set/A/oaktree.example", BUCKET, "secretsmanager.secret/database-url",
    "servicediscovery.service/app", "sns.topic/alarms", "wafv2.web_acl/main",
    "wafv2.web_acl_association/main",
)  # fmt: skip


def of(world: World, environment: str | None, name: str = "oaktree") -> World:
    spec = ROOT / "specs" / f"{name}.yaml"
    return World(world.server, world.tap, world.directory, spec=spec, environment=environment)


@pytest.mark.slow
def test_prod_has_what_a_careful_stack_has_and_is_hard_to_tear_down(world: World) -> None:
    zone = Zone(world.client, "oaktree.example")
    prod = of(world, "prod")
    applied = prod.apply()
    assert set(IN_PROD) <= prod.addresses()
    outputs = prod.stack().report_document(applied.report)["outputs"]
    assert outputs["url"] == "https://oaktree.example"
    prod.check_settled()
    listeners = world.client("elbv2").describe_listeners(
        LoadBalancerArn=prod.one("elbv2.load_balancer/main").id
    )["Listeners"]
    assert {one["Port"]: one["DefaultActions"][0]["Type"] for one in listeners} == {
        80: "redirect", 443: "forward",
    }  # fmt: skip

    refused = prod.cli("teardown", "-y")
    assert refused.code == 4
    assert "deletion protection is on" in refused.err
    with pytest.raises(Guarded):
        prod.teardown()

    prod.apply(PROTECTION)
    prod.teardown(PROTECTION, force=True)
    assert set(prod.owned()) == {BUCKET}
    assert [name for name in zone.names() if not name.startswith("CNAME _")] == []


def test_prod_works_in_its_own_account_alone(world: World) -> None:
    with pytest.raises(PlanError, match="999999999999"):
        of(world, "prod").plan("account=999999999999")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "environment"), [("oaktree", "staging"), ("two-services", None)])
def test_an_example_comes_settles_and_goes(
    world: World, name: str, environment: str | None
) -> None:
    here = () if environment else ("network.vpc.tags.Name=oaktree-vpc-dev",)
    example = of(world, environment, name)
    before = sorted((found.kind, found.id) for found in everything(world.client))
    example.apply(*here)
    example.check_settled(*here)
    example.teardown(*here)
    assert sorted((found.kind, found.id) for found in everything(world.client)) == before
