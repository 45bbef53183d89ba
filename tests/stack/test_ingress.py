"""Listeners, rules in the order of the file, and where requests go."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.stack import Blueprint
from tests.support.blueprints import addresses, at, behind, oaktree, shop, wanted

LISTENER, RULE = "elbv2.listener", "elbv2.listener_rule"
PRIORITIES = "elbv2.rule_priorities"


def rules(blueprint: Blueprint) -> list[tuple[str, int]]:
    """Rules as they are tried, by address."""
    found = [(a, wanted(blueprint, a)["Priority"]) for a in addresses(blueprint, RULE)]
    return sorted(found, key=lambda rule: rule[1])


def default(blueprint: Blueprint, name: str = "http") -> dict[str, Any]:
    (action,) = wanted(blueprint, f"{LISTENER}/{name}")["DefaultActions"]
    return dict(action)


NOT_FOUND = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": ""},
}
TO_APP = {"Type": "forward", "TargetGroupArn": "${elbv2.target_group/app.Arn}"}


class TestDefaultAction:
    """What a request gets that no rule takes."""

    def test_nobodys_is_not_found(self) -> None:
        assert default(behind(app="{path: /a}")) == NOT_FOUND

    def test_a_default_route_takes_it(self) -> None:
        assert default(behind(app="{default: true}")) == TO_APP

    def test_a_default_route_of_another_listener_does_not(self) -> None:
        blueprint = behind(app="{default: true, listener: alt}", alt="port: 81")
        assert (default(blueprint), default(blueprint, "alt")) == (NOT_FOUND, TO_APP)

    def test_the_listeners_own_is_taken(self) -> None:
        assert default(behind(listener="port: 80, default: {forward: app}")) == TO_APP


ACTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "forward": ("forward: app", TO_APP),
    "weighted forward": (
        "forward: {app: 9, api: 1}",
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [
                    {"TargetGroupArn": "${elbv2.target_group/app.Arn}", "Weight": 9},
                    {"TargetGroupArn": "${elbv2.target_group/api.Arn}", "Weight": 1},
                ]
            },
        },
    ),
    "redirect keeps what is not given": (
        "redirect: {protocol: HTTPS, port: 443}",
        {
            "Type": "redirect",
            "RedirectConfig": {
                "Protocol": "HTTPS",
                "Port": "443",
                "Host": "#{host}",
                "Path": "/#{path}",
                "Query": "#{query}",
                "StatusCode": "HTTP_301",
            },
        },
    ),
    "redirect for now": (
        "redirect: {path: /new, permanent: false}",
        {
            "Type": "redirect",
            "RedirectConfig": {
                "Protocol": "#{protocol}",
                "Port": "#{port}",
                "Host": "#{host}",
                "Path": "/new",
                "Query": "#{query}",
                "StatusCode": "HTTP_302",
            },
        },
    ),
    "fixed response": (
        "fixed_response: {status_code: 503, content_type: text/html, body: closed}",
        {
            "Type": "fixed-response",
            "FixedResponseConfig": {
                "StatusCode": "503",
                "ContentType": "text/html",
                "MessageBody": "closed",
            },
        },
    ),
}


@pytest.mark.parametrize(("written", "action"), ACTIONS.values(), ids=ACTIONS)
def test_actions(written: str, action: dict[str, Any]) -> None:
    listener = f"port: 80, default: {{{written}}}, rules: [{{name: one, path: /x, {written}}}]"
    blueprint = behind(app="{path: /a}", api="{path: /b}", listener=listener)
    assert default(blueprint) == action
    assert wanted(blueprint, f"{RULE}/http/one")["Actions"] == [action]


CONDITIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "path": ("path: /a", {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"]}}),
    "host": (
        "host: [a.org, b.org]",
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.org", "b.org"]}},
    ),
    "method": (
        "method: GET",
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
    ),
    "source": (
        "source_ip: 10.0.0.0/8",
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
    ),
    "header": (
        "header: {X-Beta: [yes please, ok]}",
        {
            "Field": "http-header",
            "HttpHeaderConfig": {"HttpHeaderName": "X-Beta", "Values": ["yes please", "ok"]},
        },
    ),
    "query": (
        "query: {v: ['1', '2']}",
        {
            "Field": "query-string",
            "QueryStringConfig": {
                "Values": [{"Key": "v", "Value": "1"}, {"Key": "v", "Value": "2"}]
            },
        },
    ),
}


@pytest.mark.parametrize(("written", "condition"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(written: str, condition: dict[str, Any]) -> None:
    blueprint = behind(app=f"{{name: one, {written}}}")
    assert wanted(blueprint, f"{RULE}/http/one")["Conditions"] == [condition]


def test_all_conditions_of_a_rule_must_hold() -> None:
    blueprint = behind(app="{name: one, path: /a, method: GET, host: a.org}")
    fields = [one["Field"] for one in wanted(blueprint, f"{RULE}/http/one")["Conditions"]]
    assert fields == ["path-pattern", "host-header", "http-request-method"]


class TestOrder:
    """Rules are tried in the order of the file; a fixed number stands where it says."""

    def test_listeners_own_rules_come_before_the_services_routes(self) -> None:
        listener = "port: 80, rules: [{path: /x, forward: api}, {path: /w, forward: api}]"
        blueprint = behind(app="{path: /c}, {path: /b}", api="{path: /a}", listener=listener)
        assert rules(blueprint) == [
            (f"{RULE}/http/x", 10),
            (f"{RULE}/http/w", 20),
            (f"{RULE}/http/app-c", 30),
            (f"{RULE}/http/app-b", 40),
            (f"{RULE}/http/api-a", 50),
        ]

    def test_a_fixed_priority_is_kept_and_others_go_around_it(self) -> None:
        app = "{path: /a}, {path: /b, priority: 20}, {path: /c, priority: 5}, {path: /d}"
        assert rules(behind(app=app)) == [
            (f"{RULE}/http/app-c", 5),
            (f"{RULE}/http/app-a", 10),
            (f"{RULE}/http/app-b", 20),
            (f"{RULE}/http/app-d", 30),
        ]

    def test_each_listener_counts_for_itself(self) -> None:
        blueprint = behind(app="{path: /a}, {path: /b, listener: alt}", alt="port: 81")
        assert rules(blueprint) == [(f"{RULE}/http/app-a", 10), (f"{RULE}/alt/app-b", 10)]

    def test_the_order_is_a_resource_with_fixed_numbers_only(self) -> None:
        blueprint = behind(app="{path: /a}, {path: /b, priority: 7}")
        assert wanted(blueprint, f"{PRIORITIES}/http") == {
            "ListenerArn": "${elbv2.listener/http.Arn}",
            "Rules": [
                {"RuleArn": "${elbv2.listener_rule/http/app-b.Arn}", "Priority": 7},
                {"RuleArn": "${elbv2.listener_rule/http/app-a.Arn}"},
            ],
        }

    def test_the_number_of_a_rule_is_its_first_and_never_compared(self) -> None:
        rule = at(behind(app="{path: /a}"), f"{RULE}/http/app-a")
        assert rule.initial == {"Priority"}

    def test_many_rules_around_many_fixed_ones_all_have_a_number(self) -> None:
        fixed = ", ".join(f"{{path: /f{n}, priority: {n * 10}}}" for n in range(1, 20, 2))
        free = ", ".join(f"{{path: /x{n}}}" for n in range(20))
        numbers = [number for _, number in rules(behind(app=fixed, api=free))]
        assert len(set(numbers)) == 30


class TestNames:
    """A rule is called after its listener, its service and its conditions."""

    def test_a_name_of_its_own_is_used(self) -> None:
        assert rules(behind(app="{name: beta, path: /a}")) == [(f"{RULE}/http/beta", 10)]

    def test_the_same_words_are_numbered(self) -> None:
        app = "{path: /a}, {host: a}, {query: {'': a}}"
        found = [address for address, _ in rules(behind(app=app))]
        assert len(set(found)) == 3
        assert found[:2] == [f"{RULE}/http/app-a", f"{RULE}/http/app-a-2"]

    def test_a_written_name_is_never_taken_by_a_made_one(self) -> None:
        found = [a for a, _ in rules(behind(app="{path: /a}, {name: app-a, path: /b}"))]
        assert found == [f"{RULE}/http/app-a-2", f"{RULE}/http/app-a"]

    def test_two_listeners_may_use_the_same_name(self) -> None:
        blueprint = behind(
            app="{name: api, path: /a}, {name: api, path: /b, listener: alt}", alt="port: 81"
        )
        assert [a for a, _ in rules(blueprint)] == [f"{RULE}/http/api", f"{RULE}/alt/api"]

    def test_listeners_and_services_with_like_names_are_told_apart(self) -> None:
        body = """
        services:
          a-b: {image: nginx:1, port: 80, routes: [{path: /x}]}
          b: {image: nginx:1, port: 80, routes: [{path: /x, listener: http-a}]}
        """
        balancer = "\nload_balancer: {listeners: {http: {port: 80}, http-a: {port: 81}}}\n"
        assert len(set(addresses(shop(body, balancer=balancer), RULE))) == 2

    def test_long_conditions_make_a_short_name(self) -> None:
        ((address, _),) = rules(behind(app="{path: /" + "long/" * 20 + "}"))
        assert len(address.rsplit("/", 1)[-1]) <= 65


def test_the_oaktree_route_to_the_api_is_a_rule() -> None:
    rule = wanted(oaktree("dev"), f"{RULE}/http/app-api-any")
    assert rule == {
        "ListenerArn": "${elbv2.listener/http.Arn}",
        "Priority": 10,
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/api/*"]}}],
        "Actions": [TO_APP],
    }
