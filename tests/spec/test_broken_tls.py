"""HTTPS listeners that cannot be, and what is printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
services: {app: {image: nginx, port: 80, routes: [{default: true}]}}
load_balancer:
  redirect_http: false
  listeners:
    http: {port: 80}
    https:
"""
AT = "load_balancer.listeners.https"
CASES: dict[str, tuple[str, list[str]]] = {
    "no certificate": (
        "protocol: HTTPS\nport: 443",
        [f"f:8:5: {AT}.certificate: missing; HTTPS needs a domain, or the ARN of a certificate"],
    ),
    "a certificate in plain HTTP": (
        "certificate: a.org\nprotocol: HTTP",
        [f"f:9:20: {AT}.certificate: only a listener with protocol HTTPS has one"],
    ),
    "neither arn nor domain": (
        "certificate: {}",
        [f"f:9:20: {AT}.certificate: expected exactly one of `arn`, `domain`, `request`"],
    ),
    "not a domain": (
        "certificate: https://a.org",
        [
            f"f:9:20: {AT}.certificate: expected a domain in lower case such as"
            " shop.example or *.shop.example, found 'https://a.org'"
        ],
    ),
    "an arn of something else": (
        "certificate: 'arn:aws:s3:::bucket'",
        [
            f"f:9:20: {AT}.certificate: expected the ARN of a certificate in ACM or IAM,"
            " found 'arn:aws:s3:::bucket'"
        ],
    ),
    "not a policy": (
        "certificate: a.org\ntls_policy: modern",
        [
            f"f:10:19: {AT}.tls_policy: expected a policy such as"
            " ELBSecurityPolicy-TLS13-1-2-2021-06, found 'modern'"
        ],
    ),
    "verify without a trust store": (
        "certificate: a.org\nmutual_tls: verify",
        [f"f:10:19: {AT}.mutual_tls: missing; `verify` needs `trust_store_arn`"],
    ),
    "a trust store that nobody asks": (
        "certificate: a.org\n"
        "mutual_tls: {mode: passthrough, ignore_client_certificate_expiry: true}",
        [
            f"f:10:73: {AT}.mutual_tls.ignore_client_certificate_expiry: has no meaning with mode"
            " passthrough"
        ],
    ),
    "too many": (
        f"certificate: a.org\nextra_certificates: [{', '.join(['b.org'] * 26)}]",
        [f"f:10:27: {AT}.extra_certificates: expected at most 25 certificates, found 26"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_listeners_that_cannot_be_are_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    lines, said = CASES[name]
    assert complaints(HEAD + "".join(f"      {line}\n" for line in lines.splitlines())) == said


def test_two_defaults_that_end_on_one_listener(complaints: Callable[..., list[str]]) -> None:
    text = HEAD.replace("false", "true").replace(
        "[{default: true}]", "[{default: true}, {default: true, listener: https}]"
    )
    assert complaints(text + "      certificate: a.org\n") == [
        "f:3:78: services.app.routes[1].default: listener `https` already has a default:"
        " services.app.routes[0]"
    ]
