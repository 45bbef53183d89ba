"""One key gives the stack a name, and a certificate for it; its absence takes both away."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from provisioner.errors import Guarded, NotOwned
from tests.cloud.dns import Zone
from tests.cloud.sent import check_order
from tests.cloud.servers import credentials
from tests.cloud.world import World, changes, fields

NAME = "app.oaktree.example"
DOMAIN = f"load_balancer.domain={NAME}"
PLAIN = f"load_balancer.domain={{names: {NAME}, request_certificate: false}}"
BOTH = f"load_balancer.domain=[{NAME}, www.oaktree.example]"
ALIAS = f"route53.record_set/A/{NAME}"
CERTIFICATE = f"acm.certificate/{NAME}"
PROOF = f"_a031c60daf1c5a9d1d851972090e3496.{NAME}"
MAIL = "MX oaktree.example"


@pytest.fixture
def zone(world: World) -> Zone:
    """With a record that is nobody's business."""
    made = Zone(world.client, "oaktree.example")
    made.put("oaktree.example", "MX", "10 mail.oaktree.example")
    return made


def certificates(world: World) -> list[str]:
    acm = world.client("acm")
    return [one["CertificateArn"] for one in acm.list_certificates()["CertificateSummaryList"]]


def served(world: World) -> str:
    elbv2 = world.client("elbv2")
    arn = world.one("elbv2.listener/https").id
    (listener,) = elbv2.describe_listeners(ListenerArns=[arn])["Listeners"]
    found: str = listener["Certificates"][0]["CertificateArn"]
    return found


def test_a_name_comes_with_its_certificate_and_both_go(world: World, zone: Zone) -> None:
    world.apply()
    applied = world.apply(DOMAIN)
    check_order(applied.writes, "RequestCertificate", "CreateListener", "ModifyListener")
    (proof,) = [one for _, one in map(str.split, zone.names()) if one.startswith("_")]
    made = [f"A {NAME}", f"CNAME {proof}", MAIL]
    assert zone.names() == made
    assert zone.markers() == [f"a.app._provisioner.{zone.name}", f"cname.{marker_of(proof)}"]
    assert served(world) == certificates(world)[0]
    assert world.stack(DOMAIN).outputs(applied.report.outputs)["url"] == f"https://{NAME}"
    world.check_settled(DOMAIN)

    zone.point(NAME, "elsewhere.example")
    found = world.plan(DOMAIN)
    assert changes(found) == [f"update {ALIAS}"]
    assert fields(found, ALIAS)["AliasTarget.DNSName"][0] == "elsewhere.example"
    assert world.apply(DOMAIN).operations == ["ChangeResourceRecordSets"]
    world.check_settled(DOMAIN)

    zone.remove(NAME, "A")
    zone.remove(proof, "CNAME")
    assert set(changes(world.plan(DOMAIN))) == {f"update {ALIAS}", f"update {CERTIFICATE}"}
    world.apply(DOMAIN)
    assert zone.names() == made
    world.check_settled(DOMAIN)

    back = world.apply()
    check_order(back.writes, "DeleteListener", "DeleteCertificate")
    assert zone.names() == [MAIL]
    assert zone.markers() == []
    assert certificates(world) == []
    world.check_settled()
    world.teardown()
    assert world.owned() == {}


def marker_of(name: str) -> str:
    return f"{name.removesuffix('.oaktree.example')}._provisioner.oaktree.example"


@pytest.mark.parametrize("server_name", ["embedded", "ministack"])
def test_a_name_without_a_certificate(world: World, zone: Zone) -> None:
    """MiniStack does not know the certificates of a listener."""
    world.apply()
    waited = world.apply(PLAIN)
    assert zone.names() == [f"A {NAME}", MAIL]
    assert "GetChange" in [one.operation for one in waited.recording.calls]
    world.check_settled(PLAIN)
    zone.point(NAME, "elsewhere.example")
    assert changes(world.plan(PLAIN)) == [f"update {ALIAS}"]
    world.apply(PLAIN)
    world.check_settled(PLAIN)
    assert "ChangeResourceRecordSets" in world.apply().operations
    assert zone.names() == [MAIL]
    world.apply(PLAIN)
    world.teardown(PLAIN)
    assert zone.names() == [MAIL]
    assert zone.markers() == []


def test_another_name_is_another_certificate_and_the_listener_moves_first(
    world: World, zone: Zone
) -> None:
    world.apply(DOMAIN)
    (old,) = certificates(world)
    applied = world.apply(BOTH)
    check_order(applied.writes, "RequestCertificate", "ModifyListener", "DeleteCertificate")
    (new,) = certificates(world)
    assert served(world) == new != old
    assert len([one for one in zone.names() if one.startswith("CNAME")]) == 2
    world.check_settled(BOTH)
    world.teardown()
    assert zone.names() == [MAIL]
    assert zone.markers() == []


def test_a_record_of_somebody_else_is_refused_before_anything_is_made(
    world: World, zone: Zone
) -> None:
    zone.put(NAME, "CNAME", "old.example")
    done = world.cli("plan", "--set", DOMAIN)
    assert done.code == 4
    assert f"{ALIAS}: {NAME} exists" in done.err
    assert "nobody's" in done.err
    with pytest.raises(NotOwned):
        world.stack(DOMAIN).plan()


def test_a_name_that_was_led_elsewhere_is_not_torn_down_without_force(
    world: World, zone: Zone
) -> None:
    world.apply(DOMAIN)
    zone.point(NAME, "elsewhere.example")
    stack = world.stack(DOMAIN)
    plan = stack.teardown_plan()
    with pytest.raises(Guarded, match=r"somebody changed it: now it leads to elsewhere\.example"):
        stack.guard(plan)
    world.teardown(DOMAIN, force=True)
    assert zone.names() == [MAIL]


def test_what_another_certificate_needs_stays(world: World, zone: Zone) -> None:
    """Their validation records are the same, in every region."""
    world.apply(DOMAIN)
    elsewhere: Any = boto3.client(
        "acm", region_name="eu-west-1", endpoint_url=world.server.endpoint, **credentials()
    )
    arn = elsewhere.request_certificate(DomainName=f"*.{NAME}", ValidationMethod="DNS")
    world.teardown(DOMAIN)
    assert zone.names() == [f"CNAME {PROOF}", MAIL]
    elsewhere.delete_certificate(CertificateArn=arn["CertificateArn"])
    world.apply(DOMAIN)
    world.teardown(DOMAIN)
    assert zone.names() == [MAIL]


def test_no_zone_is_said_before_anything_is_made(world: World) -> None:
    done = world.cli("plan", "--set", "load_balancer.domain=app.nowhere.example")
    assert done.code == 4
    assert "no public hosted zone of this account holds app.nowhere.example" in done.err


def test_without_a_name_nobody_asks(world: World, zone: Zone) -> None:
    world.apply()
    stack = world.stack()
    with world.tap.recording() as recording:
        stack.plan()
    assert not {one.service for one in recording.calls} & {"route53", "acm"}
    assert zone.names() == [MAIL]
