"""Who reaches whom."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.stack import Blueprint
from provisioner.stack.network import slug
from tests.support.blueprints import BALANCER, addresses, oaktree, shop, wanted

GROUP, RULE = "ec2.security_group", "ec2.security_group_rule"
TWO = """
services:
  app: {image: nginx:1, port: 80, routes: [{default: true}]}
  worker: {image: nginx:1}
  api: {image: nginx:1, port: 3000}
"""


def rules(blueprint: Blueprint) -> list[dict[str, Any]]:
    return [wanted(blueprint, address) for address in addresses(blueprint, RULE)]


def test_tasks_are_reached_from_the_load_balancer_alone() -> None:
    ingress = [
        rule
        for rule in rules(oaktree("dev"))
        if rule["GroupId"] == "${ec2.security_group/app.Id}" and not rule["IsEgress"]
    ]
    assert ingress == [
        {
            "GroupId": "${ec2.security_group/app.Id}",
            "IsEgress": False,
            "IpProtocol": "tcp",
            "FromPort": 5000,
            "ToPort": 5000,
            "CidrIpv4": None,
            "CidrIpv6": None,
            "ReferencedGroupId": "${ec2.security_group/load_balancer.Id}",
        }
    ]


def test_the_load_balancer_opens_connections_to_tasks_alone() -> None:
    blueprint = oaktree("dev")
    assert wanted(blueprint, f"{GROUP}/load_balancer")["OpenEgress"] is False
    egress = [rule for rule in rules(blueprint) if rule["IsEgress"]]
    assert [(rule["FromPort"], rule["ReferencedGroupId"]) for rule in egress] == [
        (5000, "${ec2.security_group/app.Id}")
    ]


def test_the_world_reaches_the_listeners() -> None:
    rule = wanted(oaktree("dev"), f"{RULE}/http-from-0.0.0.0-0")
    assert (rule["FromPort"], rule["ToPort"], rule["CidrIpv4"]) == (80, 80, "0.0.0.0/0")
    assert rule["GroupId"] == "${ec2.security_group/load_balancer.Id}"


def test_who_reaches_the_listeners_can_be_narrowed() -> None:
    balancer = BALANCER + "  ingress_cidrs: [10.0.0.0/8, '2001:db8::/32']\n"
    found = {
        address: (wanted(shop(TWO, balancer=balancer), address))
        for address in addresses(shop(TWO, balancer=balancer), RULE)
        if "http-from" in address
    }
    assert {a: (r["CidrIpv4"], r["CidrIpv6"]) for a, r in found.items()} == {
        f"{RULE}/http-from-10.0.0.0-8": ("10.0.0.0/8", None),
        f"{RULE}/http-from-2001-db8-v6-32": (None, "2001:db8::/32"),
    }


def test_every_listener_has_its_own_door() -> None:
    balancer = "\nload_balancer: {listeners: {http: {port: 80}, admin: {port: 8080}}}\n"
    ports = {
        address: wanted(shop(TWO, balancer=balancer), address)["FromPort"]
        for address in addresses(shop(TWO, balancer=balancer), RULE)
        if "-from-0" in address
    }
    assert ports == {f"{RULE}/http-from-0.0.0.0-0": 80, f"{RULE}/admin-from-0.0.0.0-0": 8080}


def test_a_service_nobody_sends_requests_to_has_a_group_without_doors() -> None:
    blueprint = shop(TWO)
    for name in ("worker", "api"):
        assert wanted(blueprint, f"{GROUP}/{name}")["OpenEgress"] is True
        assert not [address for address in addresses(blueprint, RULE) if name in address]


def test_without_a_load_balancer_there_are_only_the_services_groups() -> None:
    blueprint = shop("services: {app: {image: nginx:1, port: 80}}", balancer="")
    assert addresses(blueprint, GROUP) == [f"{GROUP}/app"]
    assert addresses(blueprint, RULE) == []


def test_a_service_may_be_called_load_balancer() -> None:
    blueprint = shop(TWO.replace("app:", "load-balancer:"))
    assert len(set(addresses(blueprint))) == len(addresses(blueprint))
    names = {wanted(blueprint, address)["GroupName"] for address in addresses(blueprint, GROUP)}
    assert len(names) == 4


def test_the_description_names_nothing_that_could_change() -> None:
    assert wanted(oaktree("dev"), f"{GROUP}/app")["Description"] == "Tasks of the service app"


LOOKUPS = {
    "internet-facing": (BALANCER, "public"),
    "internal": (BALANCER + "  scheme: internal\n", "private"),
    "no load balancer": ("", None),
}


@pytest.mark.parametrize(("balancer", "side"), LOOKUPS.values(), ids=LOOKUPS)
def test_the_network_is_looked_up_as_the_spec_says(balancer: str, side: str | None) -> None:
    body = "services: {app: {image: nginx:1, port: 80}}"
    query = shop(body, balancer=balancer).lookups[1].query
    assert query["vpc"] == {"id": "vpc-1", "tags": {}}
    assert query["private"] == {"ids": ["subnet-3", "subnet-4"], "tags": {}}
    assert query["public"] == {"ids": ["subnet-1", "subnet-2"], "tags": {}}
    assert query.get("balancer") == side


SLUGS = {
    "/api/*": "api-any",
    "/": "root",
    "*": "any",
    "10.0.0.0/8": "10.0.0.0-8",
    "::/0": "v6-0",
    "Shop.Example.COM": "shop.example.com",
}


@pytest.mark.parametrize(("words", "expected"), SLUGS.items())
def test_text_in_addresses_is_spelled_plainly(words: str, expected: str) -> None:
    assert slug(words) == expected


def test_a_health_check_on_a_port_of_its_own_is_let_through_as_well() -> None:
    blueprint = shop(
        "services: {app: {image: nginx:1, port: 80, health_check: {port: 9090},"
        " routes: [{default: true}]}}"
    )
    assert sorted(
        (rule["FromPort"], rule["IsEgress"]) for rule in rules(blueprint) if not rule["CidrIpv4"]
    ) == [(80, False), (80, True), (9090, False), (9090, True)]
