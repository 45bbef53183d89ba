"""Services that call what cannot be called: what is printed for them, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services:
  api: {image: nginx, port: 80}
  mute: {image: nginx}
"""
AT = "services.app.connects_to"


@pytest.mark.parametrize(
    ("called", "line"),
    [
        ("[db]", f"f:6:37: {AT}[0]: no service is called `db`; there is api or mute"),
        ("[app]", f"f:6:37: {AT}[0]: a service does not connect to itself"),
        ("[api, api]", f"f:6:42: {AT}[1]: `api` stands here twice"),
        ("[mute]", f"f:6:37: {AT}[0]: `mute` listens on no port; give it `port`"),
    ],
    ids=["nobody", "itself", "twice", "no port"],
)
def test_what_cannot_be_called_is_told(
    complaints: Callable[..., list[str]], called: str, line: str
) -> None:
    assert complaints(HEAD + f"  app: {{image: nginx, connects_to: {called}}}\n") == [line]


def test_a_namespace_is_a_domain(complaints: Callable[..., list[str]]) -> None:
    assert complaints(HEAD + "discovery: {namespace: Shop}\n") == [
        "f:6:24: discovery.namespace: expected a DNS name in lower case such as shop.internal,"
        " found 'Shop'"
    ]


CONNECT = "services.app.connect"


@pytest.mark.parametrize(
    ("service", "line"),
    [
        (
            "connect: {name: x}",
            f"{CONNECT}.name: a service without a `port` is called by nobody; it only calls others",
        ),
        (
            "port: 1, connect: {protocol: tcp, request_timeout_seconds: 3}",
            f"{CONNECT}.request_timeout_seconds: tcp knows no requests; only idle_timeout_seconds"
            " goes with it",
        ),
        (
            "connect: {logs: false, access_logs: json}",
            f"{CONNECT}.access_logs: needs `logs`: access logs go where they go",
        ),
        (
            "connect: {access_log_queries: true}",
            f"{CONNECT}.access_log_queries: says something about `access_logs` only",
        ),
        (
            "port: 1, connect: {name: other, port: 80}",
            f"{CONNECT}: other:80 is already what services.other.connect is called by",
        ),
        (
            "port: 1, connect: {name: -a}",
            f"{CONNECT}.name: expected a name of at most 127 lower-case letters, digits and ._-,"
            " no hyphen first, found '-a'",
        ),
        (
            "port: 1, connect: {tls: {certificate_authority: x}}",
            f"{CONNECT}.tls.certificate_authority: expected the ARN of a certificate authority of"
            " AWS Private CA, found 'x'",
        ),
        ("connect: maybe", f"{CONNECT}: expected true or false, found text 'maybe'"),
    ],
    ids=["nobody", "tcp", "no log", "queries", "taken", "name", "authority", "neither"],
)
def test_what_service_connect_cannot_do_is_told(
    complaints: Callable[..., list[str]], service: str, line: str
) -> None:
    text = HEAD + "  other: {image: nginx, port: 80, connect: true}\n"
    (found,) = complaints(f"{text}  app: {{image: nginx, {service}}}\n")
    assert found.split(": ", 1)[1] == line


def test_a_namespace_of_others_is_a_name_or_an_arn(complaints: Callable[..., list[str]]) -> None:
    assert complaints(HEAD + "discovery: {connect_namespace: a b}\n") == [
        "f:6:32: discovery.connect_namespace: expected a namespace's name, or its ARN, found 'a b'"
    ]
