"""A certificate turns the stack to HTTPS and back."""

from __future__ import annotations

import pytest

from tests.cloud.certificates import imported
from tests.cloud.sent import check_order
from tests.cloud.world import World, changes

DOMAIN = "oaktree.example"
HTTPS = f"load_balancer.listeners.https={{certificate: {DOMAIN}}}"
OLD = "ELBSecurityPolicy-2016-08"


@pytest.fixture
def certificate(world: World) -> str:
    """An issued one: imported certificates are."""
    return imported(world, DOMAIN)


def listeners(world: World) -> dict[int, str]:
    """Port to what the listener does with a request that no rule takes."""
    elbv2 = world.client("elbv2")
    arn = world.one("elbv2.load_balancer/main").id
    found = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    return {one["Port"]: one["DefaultActions"][0]["Type"] for one in found}


def test_one_key_encrypts_and_redirects_and_its_absence_undoes_it(
    world: World, certificate: str
) -> None:
    world.apply()
    applied = world.apply(HTTPS)
    assert listeners(world) == {80: "redirect", 443: "forward"}
    check_order(applied.writes, "CreateListener", "ModifyListener")
    assert applied.report.outputs["lookup.certificate/oaktree.example"]["Arn"] == certificate
    assert world.stack(HTTPS).outputs(applied.report.outputs)["url"] == f"https://{DOMAIN}"
    assert world.owned().keys() == world.addresses(HTTPS)
    world.check_settled(HTTPS)

    secure = world.one("elbv2.listener/https").id
    world.client("elbv2").modify_listener(ListenerArn=secure, SslPolicy=OLD)
    assert changes(world.plan(HTTPS)) == ["update elbv2.listener/https"]
    assert world.apply(HTTPS).operations == ["ModifyListener"]
    world.check_settled(HTTPS)

    back = world.apply()
    check_order(back.writes, "ModifyListener", "DeleteListener")
    assert listeners(world) == {80: "forward"}
    world.check_settled()
    world.teardown()
    assert world.owned() == {}


def test_a_newer_certificate_takes_the_place_of_the_old_one(world: World, certificate: str) -> None:
    world.apply(HTTPS)
    imported(world, DOMAIN)
    assert world.apply(HTTPS).operations == ["ModifyListener"]
    world.check_settled(HTTPS)
    world.client("acm").delete_certificate(CertificateArn=certificate)


def test_no_certificate_is_refused_before_anything_is_made(world: World) -> None:
    done = world.cli("plan", "--set", HTTPS)
    assert done.code == 4
    assert "load_balancer.listeners.https: no issued certificate" in done.err
