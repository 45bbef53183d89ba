"""Which hosted zone holds a domain, and the words when none does, or several."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.errors import LookupFailed
from provisioner.resources.lookups.hosted_zone import hosted_zone
from tests.cloud.dns import Zone
from tests.cloud.world import World

DOMAIN = "app.shop.example"


def find(world: World, zone: str | None = None, *, private: bool = False) -> dict[str, Any]:
    query = {"domain": DOMAIN, "zone": zone, "private": private, "field": "load_balancer.domain"}
    return dict(hosted_zone(world.aws.snapshot(), query))


def refusal(world: World, zone: str | None = None, *, private: bool = False) -> str:
    with pytest.raises(LookupFailed) as caught:
        find(world, zone, private=private)
    return str(caught.value)


def test_the_nearest_above_the_domain_is_taken(world: World) -> None:
    for name in ("example", "notshop.example", "www.shop.example"):
        Zone(world.client, name)
    near = Zone(world.client, "shop.example")
    assert find(world) == {"Id": near.id, "Name": "shop.example"}
    exact = Zone(world.client, DOMAIN)
    assert find(world)["Id"] == exact.id
    assert find(world, "shop.example")["Id"] == find(world, near.id)["Id"] == near.id


def test_a_private_twin_counts_only_where_one_will_do(world: World) -> None:
    public = Zone(world.client, "shop.example")
    private = Zone(world.client, "shop.example", private=True)
    assert find(world)["Id"] == public.id
    assert find(world, private.id)["Id"] == public.id  # for a validation record
    assert find(world, private.id, private=True)["Id"] == private.id
    words = refusal(world, private=True)
    assert words.startswith("load_balancer.domain: app.shop.example could be in 2 hosted zones: ")
    assert f"shop.example ({private.id}, private)" in words
    assert words.endswith("; name one by its id")


def test_what_is_there_instead_is_said(world: World) -> None:
    given = Zone(world.client, "oaktree.example")  # the landing zone's
    world.client("route53").delete_hosted_zone(Id=given.id)
    assert refusal(world) == (
        "load_balancer.domain: no public hosted zone of this account holds app.shop.example;"
        " there is none at all"
    )
    other = Zone(world.client, "shop.org")
    there = f"shop.org ({other.id}, public)"
    assert refusal(world, "shop.example") == (
        "load_balancer.domain: no hosted zone called shop.example in this account;"
        f" there are: {there}"
    )
    assert "no hosted zone with the id Z1" in refusal(world, "Z1")
    assert refusal(world, "shop.org") == (
        f"load_balancer.domain: app.shop.example does not belong into the hosted zone {there}"
    )
