"""Names and requested certificates that cannot be, and what is printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
services: {app: {image: nginx, port: 80, routes: [{default: true}]}}
load_balancer:
  redirect_http: false
  listeners: {http: {port: 80}}
"""
AT = "load_balancer.domain"
WORDS = "a domain in lower case such as shop.example or *.shop.example"
DOMAINS: dict[str, tuple[str, list[str]]] = {
    "not a domain": (
        "Shop.example",
        [f"f:7:11: {AT}: expected {WORDS}, found 'Shop.example'"],
    ),
    "an address": (
        "[https://a.org]",
        [f"f:7:11: {AT}: expected {WORDS}, found 'https://a.org'"],
    ),
    "nothing": (
        "7",
        [
            f"f:7:11: {AT}: expected a domain, a list of domains, or"
            " `{names: …, zone: …}`, found the number 7"
        ],
    ),
    "not a zone": (
        "{names: a.org, zone: /hostedzone/Z1}",
        [
            f"f:7:32: {AT}.zone: expected a hosted zone's id (Z…), or its name such as"
            " shop.example, found '/hostedzone/Z1'"
        ],
    ),
    "a main name that is too long": (
        f"{'a' * 60}.example",
        [
            f"f:7:11: {AT}: expected a first name"
            f" of at most 64 characters, found '{'a' * 60}.example'"
        ],
    ),
}
CERTIFICATES: dict[str, tuple[str, list[str]]] = {
    "two ways": (
        "{request: a.org, domain: a.org}",
        ["certificate: expected exactly one of `arn`, `domain`, `request`"],
    ),
    "a zone of something found": (
        "{domain: a.org, zone: a.org}",
        ["certificate.zone: only a certificate with `request` has one"],
    ),
    "requested otherwise": (
        "{request: a.org}\n      extra_certificates: [{request: [a.org, b.org]}]",
        [
            "extra_certificates[0].request[0]: a.org is requested otherwise at"
            " load_balancer.listeners.https.certificate; use the same names"
        ],
    ),
    "an algorithm that there is not": (
        "{request: a.org, key_algorithm: RSA_1024}",
        [
            "certificate.key_algorithm: expected RSA_2048, EC_prime256v1 or EC_secp384r1,"
            " found text; did you mean `RSA_2048`?"
        ],
    ),
}


@pytest.mark.parametrize("name", DOMAINS)
def test_names_that_cannot_be_are_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    words, said = DOMAINS[name]
    assert complaints(f"{HEAD}  domain: {words}\n") == said


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_that_cannot_be_are_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    words, said = CERTIFICATES[name]
    head = HEAD.replace(
        "listeners: {http: {port: 80}}", "listeners:\n    http: {port: 80}\n    https:"
    )
    found = complaints(f"{head}      certificate: {words}\n")
    assert [one.split(": ", 1)[1] for one in found] == [
        f"load_balancer.listeners.https.{one}" for one in said
    ]
