"""HTTPS: who listens, who redirects, and where routes are served."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.spec.tls import TLS_POLICY
from provisioner.stack import Blueprint
from tests.support.blueprints import addresses, at, shop, wanted

LISTENER, RULE = "elbv2.listener", "elbv2.listener_rule"
ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
STORE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/clients/1"
SERVICES = """
services:
  app: {image: nginx:1, port: 80, routes: [{default: true}, {path: /a}]}
"""
REDIRECT = {
    "Type": "redirect",
    "RedirectConfig": {
        "Protocol": "HTTPS",
        "Port": "443",
        "Host": "#{host}",
        "Path": "/#{path}",
        "Query": "#{query}",
        "StatusCode": "HTTP_301",
    },
}
TO_APP = {"Type": "forward", "TargetGroupArn": "${elbv2.target_group/app.Arn}"}


def secured(listeners: str, others: str = "") -> Blueprint:
    balancer = f"\nload_balancer: {{listeners: {{{listeners}}}{others}}}\n"
    return shop(SERVICES, balancer=balancer)


def default(blueprint: Blueprint, name: str) -> dict[str, Any]:
    (action,) = wanted(blueprint, f"{LISTENER}/{name}")["DefaultActions"]
    return dict(action)


@pytest.mark.parametrize(
    "listeners",
    ["https: {certificate: shop.example}", "http: {port: 80}, https: {certificate: shop.example}"],
    ids=["one key", "beside plain http"],
)
def test_a_certificate_makes_https_and_a_redirect_to_it(listeners: str) -> None:
    blueprint = secured(listeners)
    assert addresses(blueprint, LISTENER) == [f"{LISTENER}/http", f"{LISTENER}/https"]
    assert default(blueprint, "http") == REDIRECT
    assert default(blueprint, "https") == TO_APP
    assert addresses(blueprint, RULE) == [f"{RULE}/https/app-a"]
    https = wanted(blueprint, f"{LISTENER}/https")
    assert (https["Port"], https["Protocol"], https["SslPolicy"]) == (443, "HTTPS", TLS_POLICY)
    assert https["Certificates"] == [{"CertificateArn": "${lookup.certificate/shop.example.Arn}"}]
    assert https["MutualAuthentication"] == {"Mode": "off"}


def test_nobody_is_redirected_to_a_listener_that_is_not_there_yet() -> None:
    blueprint = secured("https: {certificate: shop.example}")
    assert at(blueprint, f"{LISTENER}/http").after == (f"{LISTENER}/https",)


def test_the_world_reaches_both_ports() -> None:
    blueprint = secured("https: {certificate: shop.example}")
    rules = addresses(blueprint, "ec2.security_group_rule")
    assert "ec2.security_group_rule/https-from-0.0.0.0-0" in rules
    assert "ec2.security_group_rule/http-from-0.0.0.0-0" in rules


def test_without_the_redirect_plain_http_is_served_as_it_is_written() -> None:
    blueprint = secured(
        f"http: {{port: 80}}, https: {{certificate: '{ARN}'}}", ", redirect_http: false"
    )
    assert default(blueprint, "http") == TO_APP
    assert addresses(blueprint, RULE) == [f"{RULE}/http/app-a"]


def test_without_the_redirect_nothing_listens_on_port_80() -> None:
    body = SERVICES.replace("{default: true}", "{default: true, listener: https}").replace(
        "{path: /a}", "{path: /a, listener: https}"
    )
    balancer = "\nload_balancer: {redirect_http: false, listeners: {https: {certificate: a.org}}}\n"
    assert addresses(shop(body, balancer=balancer), LISTENER) == [f"{LISTENER}/https"]


def test_a_default_of_its_own_and_another_port_are_left_alone() -> None:
    own = "http: {port: 80, default: {fixed_response: {status_code: 410}}}"
    body = SERVICES.replace("{default: true}", "{default: true, listener: https}")
    listeners = f"{own}, admin: {{port: 8080}}, https: {{certificate: a.org}}"
    blueprint = shop(body, balancer=f"\nload_balancer: {{listeners: {{{listeners}}}}}\n")
    assert default(blueprint, "http")["Type"] == "fixed-response"
    assert default(blueprint, "admin")["Type"] == "fixed-response"


def test_the_redirect_goes_to_the_port_of_the_listener() -> None:
    action = default(secured("https: {port: 8443, certificate: a.org}"), "http")
    assert action["RedirectConfig"]["Port"] == "8443"


def test_plain_http_says_nothing_of_certificates() -> None:
    http = wanted(secured("http: {port: 80}"), f"{LISTENER}/http")
    assert not http.keys() & {"SslPolicy", "Certificates", "MutualAuthentication"}


def test_further_certificates_and_verified_clients() -> None:
    blueprint = secured(
        f"https: {{certificate: a.org, extra_certificates: ['{ARN}', a.org, b.org],"
        f" mutual_tls: {{trust_store_arn: '{STORE}'}}}}"
    )
    https = wanted(blueprint, f"{LISTENER}/https")
    assert https["ExtraCertificates"] == [
        ARN,
        "${lookup.certificate/a.org.Arn}",
        "${lookup.certificate/b.org.Arn}",
    ]
    assert https["MutualAuthentication"] == {
        "Mode": "verify",
        "TrustStoreArn": STORE,
        "IgnoreClientCertificateExpiry": False,
        "AdvertiseTrustStoreCaNames": "off",
    }
    names = [one.name for one in blueprint.lookups if one.kind == "certificate"]
    assert names == ["a.org", "b.org"]


@pytest.mark.parametrize(
    ("certificate", "url"),
    [
        ("shop.example", "https://shop.example"),
        ("'*.shop.example'", "https://${elbv2.load_balancer/main.DNSName}"),
        (f"'{ARN}'", "https://${elbv2.load_balancer/main.DNSName}"),
    ],
    ids=["domain", "wildcard", "arn"],
)
def test_the_url_is_https(certificate: str, url: str) -> None:
    assert str(secured(f"https: {{certificate: {certificate}}}").outputs["url"]) == url


def test_the_url_names_an_unusual_port() -> None:
    blueprint = secured("https: {port: 8443, certificate: a.org}")
    assert str(blueprint.outputs["url"]) == "https://a.org:8443"
