from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import NotOwned
from provisioner.resources.wafv2.ip_set import IpSet
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]
KIND = IpSet()


@pytest.fixture
def addresses(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "Name": f"{bench.name}-allow",
            "Scope": "REGIONAL",
            "IPAddressVersion": "IPV4",
            "Description": "Friends",
            "Addresses": ["192.0.2.0/24", "198.51.100.7/32"],
        }
        return changed(Resource("wafv2.ip_set", "allow", properties, {"team": "oak"}), changes)

    return wanted


def test_it_is_made_with_its_tags_in_one_call(bench: Bench, addresses: Make) -> None:
    wanted = addresses()
    check_sent(
        bench.apply(wanted),
        only("CreateIPSet", **wanted.properties, Tags=bench.tags(wanted)),
    )


@pytest.mark.parametrize(
    ("change", "sent_addresses"),
    [
        ({"Addresses": ["192.0.2.0/24"]}, ["192.0.2.0/24"]),
        ({"Addresses": []}, []),
        ({"Description": "Others"}, ["192.0.2.0/24", "198.51.100.7/32"]),
    ],
    ids=["fewer", "none", "description"],
)
def test_a_change_sends_everything_with_a_fresh_token(
    bench: Bench, addresses: Make, change: dict[str, Any], sent_addresses: list[str]
) -> None:
    bench.apply(addresses())
    bench.check(addresses(**change), writes=[sent("UpdateIPSet", Addresses=sent_addresses)])


def test_what_is_not_declared_is_kept(bench: Bench, addresses: Make) -> None:
    bench.apply(addresses())
    less = addresses(Description=..., Addresses=["192.0.2.0/24"])
    bench.check(less, writes=[sent("UpdateIPSet", Description="Friends")])


@pytest.mark.parametrize(
    "found",
    [
        ["198.51.100.7/32", "192.0.2.0/24"],
        ["192.0.2.0/24", "198.51.100.7/32"],
    ],
)
def test_the_order_does_not_matter(addresses: Make, found: list[str]) -> None:
    want = addresses().properties
    live = {**want, "Addresses": found}
    assert differences(KIND.canonical(want), KIND.canonical(live), KIND.rules) == ()


@pytest.mark.parametrize(
    "spelled", ["2001:0db8:0000:0000:0000:0000:0000:0000/32", "2001:DB8::/32", "2001:db8::/32"]
)
def test_a_block_is_the_same_however_aws_writes_it(spelled: str) -> None:
    want, live = {"Addresses": ["2001:db8::/32"]}, {"Addresses": [spelled]}
    assert KIND.canonical(want) == KIND.canonical(live)


def emptied(wafv2: Any, live: Live) -> None:
    place = {"Name": live.properties["Name"], "Scope": "REGIONAL", "Id": live.outputs["Id"]}
    token = wafv2.get_ip_set(**place)["LockToken"]
    wafv2.update_ip_set(**place, Addresses=["203.0.113.0/24"], LockToken=token)


def test_drift_is_shown_and_repaired(bench: Bench, addresses: Make) -> None:
    blocks = ["192.0.2.0/24", "198.51.100.7/32"]
    shown = {"Addresses": (["203.0.113.0/24"], blocks)}
    bench.check_drift(addresses(), emptied, shown=shown, writes=[sent("UpdateIPSet")])


def test_deleting_it_twice_is_fine(bench: Bench, addresses: Make) -> None:
    bench.apply(addresses())
    bench.delete_twice(addresses())


def test_another_tag_is_set_without_the_rest(bench: Bench, addresses: Make) -> None:
    bench.check_retag(addresses(), sent("TagResource", Tags=[{"Key": "team", "Value": "tree"}]))


def test_one_of_somebody_else_is_refused(bench: Bench, addresses: Make) -> None:
    wanted = addresses()
    bench.client("wafv2").create_ip_set(**wanted.properties)
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(wanted)


def test_another_version_is_another_set(bench: Bench, addresses: Make) -> None:
    bench.apply(addresses())
    six = addresses(IPAddressVersion="IPV6", Addresses=["2001:db8::/32"])
    check_sent(bench.apply(six), sent("CreateIPSet"), sent("DeleteIPSet"))
