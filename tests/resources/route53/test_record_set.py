from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.model import Live, Resource
from provisioner.engine.owner import NAMED, STACK
from provisioner.errors import Guarded, NotOwned, PlanError
from provisioner.local.control import ask
from provisioner.resources.route53 import _common
from provisioner.resources.route53.record_set import CHANGE, RecordSet
from tests.cloud.bench import Bench, changed
from tests.cloud.dns import Zone
from tests.cloud.ground import Ground

Make = Callable[..., Resource]
KIND = RecordSet()
TARGET = "web-1234567890.eu-west-1.elb.amazonaws.com"
BALANCERS = "Z32O12XQLNTSW2"
_numbers = count(1)


@pytest.fixture
def zone(bench: Bench, ground: Ground) -> Zone:
    """One that a load balancer of the stack remembers."""
    made = Zone(bench.client, f"z{next(_numbers)}.example")
    tags = {STACK: bench.name, f"{NAMED}www.{made.name}": "true"}
    bench.client("elbv2").create_load_balancer(
        Name=f"{bench.name}-alb",
        Subnets=ground.subnets("public"),
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    return made


@pytest.fixture
def alias(bench: Bench, zone: Zone) -> Make:
    (balancer,) = bench.client("elbv2").describe_load_balancers(Names=[f"{bench.name}-alb"])[
        "LoadBalancers"
    ]
    target = {
        "HostedZoneId": balancer["CanonicalHostedZoneId"],
        "DNSName": balancer["DNSName"].lower(),
        "EvaluateTargetHealth": True,
    }

    def wanted(name: str = "app", **changes: Any) -> Resource:
        full = f"{name}.{zone.name}" if name else zone.name
        properties = {"HostedZoneId": zone.id, "Name": full, "Type": "A", "AliasTarget": target}
        made = Resource("route53.record_set", f"A/{full}", properties, {"team": "oak"})
        return changed(made, changes)

    return wanted


def marker(name: str, zone: Zone) -> str:
    return f"{name}._provisioner.{zone.name}"


def test_it_is_made_with_its_marker_in_one_batch(bench: Bench, zone: Zone, alias: Make) -> None:
    assert [call.operation for call in bench.apply(alias())] == ["ChangeResourceRecordSets"]
    assert zone.names() == [f"A app.{zone.name}"]
    assert zone.markers() == [marker("a.app", zone)]
    text = zone.records()[marker("a.app", zone), "TXT"]["ResourceRecords"][0]["Value"]
    assert f'"provisioner:record=A app.{zone.name}"' in text
    assert f'"provisioner:stack={bench.name}"' in text
    assert f'"provisioner:address=route53.record_set/A/app.{zone.name}"' in text
    assert f'"provisioner:region={bench.aws.region}"' in text


@pytest.mark.parametrize(("name", "mark"), [("", "a"), ("*", "a._any"), ("*.b", "a._any.b")])
def test_the_name_of_the_zone_and_wildcards_have_markers_too(
    bench: Bench, zone: Zone, alias: Make, name: str, mark: str
) -> None:
    bench.apply(alias(name))
    assert zone.markers() == [marker(mark, zone)]
    bench.apply()
    assert zone.names() == []


def test_a_name_like_that_of_the_markers_hides_none(bench: Bench, zone: Zone, alias: Make) -> None:
    """`-` comes before the dot: it stands between the markers and where they begin."""
    zone.put(f"_provisioner-x.{zone.name}", "TXT", '"x"')
    bench.apply(alias())
    bench.apply()
    assert zone.names() == [f"TXT _provisioner-x.{zone.name}"]


def test_another_target_is_an_update(bench: Bench, alias: Make) -> None:
    bench.apply(alias())
    calls = bench.apply(alias(AliasTarget={"DNSName": "other.example"}))
    assert [call.operation for call in calls] == ["ChangeResourceRecordSets"]


def test_values_in_another_order_are_the_same(bench: Bench, zone: Zone) -> None:
    properties = {"HostedZoneId": zone.id, "Name": f"v.{zone.name}", "Type": "A", "TTL": 60}
    values = [{"Value": "192.0.2.1"}, {"Value": "192.0.2.2"}]
    one = Resource("route53.record_set", "v", {**properties, "ResourceRecords": values})
    bench.apply(one)
    bench.check_settled(changed(one, {"ResourceRecords": values[::-1]}))
    bench.apply(changed(one, {"TTL": 300}))
    assert bench.find(one).properties["TTL"] == 300


@pytest.mark.parametrize("kind", ["A", "CNAME"])
def test_what_is_nobodys_is_never_written_over(
    bench: Bench, zone: Zone, alias: Make, kind: str
) -> None:
    """A CNAME is alone at its name."""
    zone.put(f"app.{zone.name}", kind, "192.0.2.1" if kind == "A" else "old.example")
    with pytest.raises(NotOwned, match="nobody's"):
        bench.plan(alias())


@pytest.mark.parametrize("kind", ["TXT", "MX"])
def test_other_types_may_be_there(bench: Bench, zone: Zone, alias: Make, kind: str) -> None:
    zone.put(f"app.{zone.name}", kind, '"x"' if kind == "TXT" else "10 mail.example")
    bench.apply(alias())
    bench.apply()
    assert zone.names() == [f"{kind} app.{zone.name}"]


def test_another_stacks_is_left_alone_and_named(bench: Bench, zone: Zone, alias: Make) -> None:
    other = Bench(f"{bench.name}-other", bench.world, bench.kind)
    other.apply(alias())
    with pytest.raises(NotOwned, match=f"the stack {other.name}"):
        bench.plan(alias())
    bench.apply(alias("www"))
    bench.apply()
    assert zone.names() == [f"A app.{zone.name}"]


def test_the_same_stack_in_another_region_is_another(bench: Bench, zone: Zone, alias: Make) -> None:
    bench.apply(alias())
    mark = marker("a.app", zone)
    text = zone.records()[mark, "TXT"]["ResourceRecords"][0]["Value"]
    zone.put(mark, "TXT", text.replace(bench.aws.region, "eu-north-1"))
    with pytest.raises(NotOwned, match=f"the stack {bench.name} in eu-north-1"):
        bench.plan(alias())


def led_elsewhere(zone: Zone, name: str) -> None:
    zone.point(name, "other.example")


def deleted(zone: Zone, name: str) -> None:
    zone.remove(name, "A")


@pytest.mark.parametrize("spoil", [led_elsewhere, deleted])
def test_drift_is_shown_and_repaired(
    bench: Bench, zone: Zone, alias: Make, spoil: Callable[[Zone, str], None]
) -> None:
    bench.apply(alias())
    spoil(zone, f"app.{zone.name}")
    (step,) = bench.plan(alias()).steps
    assert {change.field for change in step.changes} == {"AliasTarget"}
    bench.apply(alias())
    assert zone.names() == [f"A app.{zone.name}"]


def test_one_that_somebody_led_elsewhere_is_not_deleted_without_force(
    bench: Bench, zone: Zone, alias: Make
) -> None:
    bench.apply(alias(), alias("www"))
    zone.point(f"app.{zone.name}", "other.example")
    with pytest.raises(Guarded, match=r"now it leads to other\.example"):
        bench.apply(alias("www"))
    bench.apply(alias("www"), force=True)
    assert zone.names() == [f"A www.{zone.name}"]


def test_one_whose_marker_alone_is_left_is_cleaned_up(
    bench: Bench, zone: Zone, alias: Make
) -> None:
    bench.apply(alias(), alias("www"))
    zone.remove(f"app.{zone.name}", "A")
    bench.apply(alias("www"))
    assert zone.markers() == [marker("a.www", zone)]


def test_another_zone_is_a_replacement_that_must_be_allowed(
    bench: Bench, zone: Zone, alias: Make
) -> None:
    inner = Zone(bench.client, f"app.{zone.name}")
    bench.apply(alias())
    moved = alias(HostedZoneId=inner.id)
    with pytest.raises(PlanError, match="--replace"):
        bench.plan(moved)
    bench.apply(moved, replaceable=[moved.address])
    assert (zone.names(), inner.names()) == ([], [f"A app.{zone.name}"])


def test_deleting_it_twice_is_fine(bench: Bench, alias: Make) -> None:
    bench.apply(alias())
    bench.delete_twice(alias())


def test_another_address_is_written_into_the_marker(bench: Bench, zone: Zone, alias: Make) -> None:
    bench.apply(alias())
    one = alias()
    renamed = Resource(one.kind, "moved", one.properties)
    assert [call.operation for call in bench.apply(renamed)] == ["ChangeResourceRecordSets"]
    text = zone.records()[marker("a.app", zone), "TXT"]["ResourceRecords"][0]["Value"]
    assert '"provisioner:address=route53.record_set/moved"' in text


def test_one_made_in_between_is_not_written_over(bench: Bench, zone: Zone, alias: Make) -> None:
    wanted = alias()
    zone.put(f"app.{zone.name}", "A", "192.0.2.1")
    with pytest.raises(ClientError, match="already exists"):
        KIND.create(bench.aws.writable(), wanted.properties, {})
    assert zone.markers() == []


def test_it_is_waited_for_until_all_name_servers_know(bench: Bench, alias: Make) -> None:
    wanted = alias()
    made = KIND.create(bench.aws.writable(), wanted.properties, {})
    assert made.outputs[CHANGE]
    ask(bench.world.server.endpoint, "clock/advance", {"seconds": 300})
    with bench.tap.recording() as recording:
        assert KIND.pending(bench.aws, made, wanted.properties) == ""
    assert [call.operation for call in recording.calls] == ["GetChange"]


def test_a_stack_without_records_asks_nothing_of_route_53(bench: Bench) -> None:
    with bench.tap.recording() as recording:
        bench.observe()
    assert "route53" not in {call.service for call in recording.calls}


def test_what_aws_answers_is_no_difference() -> None:
    """Names end with a dot, `*` is an octal number, the console adds `dualstack.`."""
    real = {
        "Name": "\\052.Shop.example.",
        "Type": "A",
        "ResourceRecords": [],
        "AliasTarget": {
            "HostedZoneId": BALANCERS,
            "DNSName": f"dualstack.{TARGET}.",
            "EvaluateTargetHealth": True,
        },
    }
    live: Live = KIND._live("Z1", real, {})
    target = {"HostedZoneId": BALANCERS, "DNSName": TARGET.upper(), "EvaluateTargetHealth": True}
    want = {"HostedZoneId": "Z1", "Name": "*.shop.example", "Type": "A", "AliasTarget": target}
    assert live.properties == KIND.canonical(want)
    assert _common.digest(live.properties) == _common.digest(KIND.canonical(want))
