"""Listener attributes and the preflight rule, from the load balancer's keys."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.owner import MARK
from provisioner.stack import Blueprint
from tests.support.blueprints import addresses, at, shop, wanted

SERVICES = "services: {app: {image: nginx:1, port: 80, routes: [{default: true}, {path: /a}]}}"
HTTP, HTTPS = "elbv2.listener/http", "elbv2.listener/https"
PREFIX = "routing.http.response."


def with_keys(*keys: str, listeners: str = "{http: {port: 80}}") -> Blueprint:
    lines = "".join(f"  {key}\n" for key in keys)
    return shop(SERVICES + "\n", balancer=f"\nload_balancer:\n  listeners: {listeners}\n{lines}")


def added(blueprint: Blueprint, address: str = HTTP) -> dict[str, Any]:
    attributes = wanted(blueprint, address)["Attributes"]
    short = {
        key.removeprefix(PREFIX).removesuffix(".header_value"): attributes[key]
        for key in attributes
    }
    return {key: value for key, value in short.items() if value}


@pytest.mark.parametrize("keys", [(), ("security_headers: false",)])
def test_without_the_keys_nothing_is_added_or_looked_at(keys: tuple[str, ...]) -> None:
    blueprint = with_keys(*keys)
    assert added(blueprint) == {"server.enabled": "true"}
    assert MARK not in at(blueprint, HTTP).tags


def test_one_word_is_enough() -> None:
    blueprint = with_keys(
        "security_headers: true", listeners="{https: {certificate: shop.example}}"
    )
    plain = {
        "server.enabled": "false",
        "x_content_type_options": "nosniff",
        "x_frame_options": "SAMEORIGIN",
    }
    assert added(blueprint) == plain
    assert added(blueprint, HTTPS) == {**plain, "strict_transport_security": "max-age=31536000"}
    assert at(blueprint, HTTP).tags[MARK] == "set"


def test_every_header_can_be_said_or_left_to_the_application() -> None:
    blueprint = with_keys(
        "security_headers: {hide_server: false, content_type_options: none, frame_options: DENY,"
        " content_security_policy: \"default-src 'self'\"}"
    )
    assert added(blueprint) == {
        "server.enabled": "true",
        "x_frame_options": "DENY",
        "content_security_policy": "default-src 'self'",
    }


def test_cors_is_written_as_browsers_read_it() -> None:
    blueprint = with_keys(
        "cors: {allow_origin: 'https://a.org', allow_methods: [GET, PUT],"
        " allow_headers: [X-A, X-B], expose_headers: X-C,"
        " allow_credentials: true, max_age_seconds: 0}"
    )
    assert added(blueprint) == {
        "server.enabled": "true",
        "access_control_allow_origin": "https://a.org",
        "access_control_allow_methods": "GET,PUT",
        "access_control_allow_headers": "X-A,X-B",
        "access_control_expose_headers": "X-C",
        "access_control_allow_credentials": "true",
        "access_control_max_age": "0",
    }
    assert len(addresses(blueprint, "elbv2.listener_rule")) == 1


def test_preflight_requests_are_answered_first_where_requests_are_served() -> None:
    blueprint = with_keys(
        "cors: {allow_origin: '*', preflight: true}",
        listeners="{https: {certificate: shop.example}}",
    )
    rules = addresses(blueprint, "elbv2.listener_rule")
    assert [rule.split("/")[1] for rule in rules] == ["https", "https"]
    rule = wanted(blueprint, rules[0])
    assert rule["Priority"] == 10
    assert {one["Field"] for one in rule["Conditions"]} == {"http-header", "http-request-method"}
    (action,) = rule["Actions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "204"
