"""Names of the load balancer: records, the certificate for them, and what remembers them."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.owner import NAMED
from provisioner.stack import Blueprint
from tests.support.blueprints import addresses, at, shop, wanted

SERVICES = """
services:
  app: {image: nginx:1, port: 80, routes: [{default: true}]}
  worker: {image: nginx:1}
"""
RECORD, CERTIFICATE = "route53.record_set", "acm.certificate"
APP, WILD = "app.shop.example", "*.shop.example"


def named(balancer: str, more: str = "") -> Blueprint:
    return shop(SERVICES + more, balancer=f"\nload_balancer: {{{balancer}}}\n")


def test_one_key_makes_the_record_the_certificate_and_the_listener() -> None:
    blueprint = named(f"domain: {APP}")
    assert addresses(blueprint, RECORD) == [f"{RECORD}/A/{APP}"]
    assert addresses(blueprint, CERTIFICATE) == [f"{CERTIFICATE}/{APP}"]
    assert addresses(blueprint, "elbv2.listener") == [
        "elbv2.listener/http",
        "elbv2.listener/https",
    ]
    assert wanted(blueprint, "elbv2.listener/https")["Certificates"] == [
        {"CertificateArn": f"${{{CERTIFICATE}/{APP}.Arn}}"}
    ]
    assert wanted(blueprint, f"{RECORD}/A/{APP}") == {
        "HostedZoneId": f"${{lookup.hosted_zone/{APP}.Id}}",
        "Name": APP,
        "Type": "A",
        "AliasTarget": {
            "HostedZoneId": "${elbv2.load_balancer/main.CanonicalHostedZoneId}",
            "DNSName": "${elbv2.load_balancer/main.DNSName}",
            "EvaluateTargetHealth": True,
        },
    }
    assert str(blueprint.outputs["url"]) == f"https://{APP}"


def test_a_name_leads_somewhere_only_when_something_answers() -> None:
    assert at(named(f"domain: {APP}"), f"{RECORD}/A/{APP}").after == ("ecs.service/app",)


def test_several_names_share_a_certificate_and_a_wildcard_its_record() -> None:
    blueprint = named(f"domain: ['{WILD}', shop.example]")
    assert addresses(blueprint, RECORD) == [f"{RECORD}/A/{WILD}", f"{RECORD}/A/shop.example"]
    found = wanted(blueprint, f"{CERTIFICATE}/{WILD}")
    assert found["SubjectAlternativeNames"] == ["shop.example"]
    assert found["HostedZones"] == {"shop.example": "${lookup.hosted_zone/shop.example.Id}"}
    assert [one.address for one in blueprint.lookups if one.kind == "hosted_zone"] == [
        "lookup.hosted_zone/shop.example"
    ]
    assert str(blueprint.outputs["url"]) == "https://shop.example"


def test_dualstack_has_a_record_for_each_kind_of_address() -> None:
    blueprint = named(f"domain: {APP}, ip_address_type: dualstack")
    assert addresses(blueprint, RECORD) == [f"{RECORD}/A/{APP}", f"{RECORD}/AAAA/{APP}"]
    assert wanted(blueprint, "elbv2.load_balancer/main")["IpAddressType"] == "dualstack"


@pytest.mark.parametrize(
    "balancer",
    [
        f"domain: {APP}, listeners: {{https: {{certificate: shop.example}}}}",
        f"domain: {{names: {APP}, request_certificate: false}}, listeners: {{http: {{port: 80}}}}",
    ],
    ids=["a certificate is there", "none is wanted"],
)
def test_no_certificate_is_requested_that_nobody_needs(balancer: str) -> None:
    blueprint = named(balancer)
    assert addresses(blueprint, CERTIFICATE) == []
    assert addresses(blueprint, RECORD) == [f"{RECORD}/A/{APP}"]
    scheme = "https" if "certificate: shop" in balancer else "http"
    assert str(blueprint.outputs["url"]) == f"{scheme}://{APP}"


def test_a_listener_called_https_gets_the_certificate_and_keeps_the_rest() -> None:
    rule = "{path: /x, fixed_response: {status_code: 410}}"
    blueprint = named(f"domain: {APP}, listeners: {{https: {{port: 8443, rules: [{rule}]}}}}")
    assert wanted(blueprint, "elbv2.listener/https")["Port"] == 8443
    assert addresses(blueprint, "elbv2.listener_rule") == ["elbv2.listener_rule/https/x"]


def test_a_certificate_is_requested_without_records_too() -> None:
    certificate = f"{{request: [{APP}], zone: Z1, key_algorithm: EC_prime256v1}}"
    blueprint = named(f"listeners: {{https: {{certificate: {certificate}}}}}")
    assert addresses(blueprint, RECORD) == []
    found = wanted(blueprint, f"{CERTIFICATE}/{APP}")
    assert found["KeyAlgorithm"] == "EC_prime256v1"
    assert found["HostedZones"] == {APP: f"${{lookup.hosted_zone/Z1/{APP}.Id}}"}
    assert str(blueprint.outputs["url"]) == f"https://{APP}"


@pytest.mark.parametrize(
    ("balancer", "private"),
    [
        (f"domain: {APP}", False),
        (f"domain: {{names: {APP}, zone: shop.example}}", False),
        (f"domain: {{names: {APP}, zone: Z1}}", True),
        (f"domain: {APP}, scheme: internal", True),
    ],
)
def test_a_private_zone_will_do_inside_or_when_it_is_meant(
    balancer: str,
    private: bool,
) -> None:
    blueprint = named(balancer)
    asked = [one.query for one in blueprint.lookups if one.kind == "hosted_zone"]
    assert [query["private"] for query in asked] == ([False, True] if private else [False])


def test_the_load_balancer_remembers_the_names() -> None:
    raw = """
resources:
  route53.record_set/mail: {HostedZoneId: Z1, Name: mail.shop.org, Type: A}
"""
    tags = at(named(f"domain: ['{WILD}', {APP}]", raw), "elbv2.load_balancer/main").tags
    assert {key: value for key, value in tags.items() if key.startswith(NAMED)} == dict.fromkeys(
        (f"{NAMED}shop.example", f"{NAMED}{APP}", f"{NAMED}mail.shop.org"), "true"
    )


def test_of_a_long_name_it_remembers_the_end() -> None:
    long = ".".join(["a" * 60, "b" * 60, "shop", "example"])
    balancer = f"domain: {{names: {long}, request_certificate: false}}, listeners: {{http: {{}}}}"
    tags: Any = at(named(balancer), "elbv2.load_balancer/main").tags
    assert tags == {f"{NAMED}{'b' * 60}.shop.example": "true"}


def test_without_a_name_nothing_is_looked_up_or_remembered() -> None:
    blueprint = named("listeners: {http: {port: 80}}")
    assert [one.kind for one in blueprint.lookups if one.kind == "hosted_zone"] == []
    assert at(blueprint, "elbv2.load_balancer/main").tags == {}
