"""Headers that cannot be, and what is printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
services: {app: {image: nginx, port: 80, routes: [{default: true}]}}
load_balancer:
  listeners: {http: {port: 80}}
  """
CASES: dict[str, tuple[str, str]] = {
    "neither word nor mapping": (
        "security_headers: all",
        "load_balancer.security_headers: expected true, or a mapping, found text 'all'",
    ),
    "not a value": (
        'security_headers: {content_security_policy: "a\\nb"}',
        "load_balancer.security_headers.content_security_policy: expected a header's value of at"
        " most 1024 printable characters, found 'a\\nb'",
    ),
    "not a frame option": (
        "security_headers: {frame_options: ALLOW}",
        "load_balancer.security_headers.frame_options: expected DENY, SAMEORIGIN or none,"
        " found 'ALLOW'",
    ),
    "no origin": (
        "cors: {preflight: true}",
        "load_balancer.cors.allow_origin: missing; expected one origin such as"
        " https://shop.example, or *; more than one only the application can do",
    ),
    "not an origin": (
        "cors: {allow_origin: 'https://a.org/x'}",
        "load_balancer.cors.allow_origin: expected one origin such as https://shop.example, or *;"
        " more than one only the application can do, found 'https://a.org/x'",
    ),
    "too long": (
        "cors: {allow_origin: '*', max_age_seconds: 86401}",
        "load_balancer.cors.max_age_seconds: expected at most 86400, found 86401",
    ),
    "cookies for everybody": (
        "cors: {allow_origin: '*', allow_credentials: true}",
        "load_balancer.cors.allow_credentials: does not go with allow_origin *; browsers want a"
        " site by name",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_headers_that_cannot_be_are_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    text, said = CASES[name]
    (found,) = complaints(HEAD + text + "\n")
    assert found.split(": ", 1)[1] == said
