"""What is somebody else's and is used in a way that cannot be: what is printed, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services:
  app: {image: nginx, port: 80%s}
"""
BEHIND = ", routes: [{path: /shop}]"
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/50dc6c4/f2f7dc"
OTHERS = "does not go with `existing`: it is a setting of somebody else's"
ON = "load_balancer.listeners.http"
ROUTE = "services.app.routes[0]"
HAS_NAME = "is one that exists: it has a name"
ONLY = "on `http`, which other stacks use as well, expected a `host` or a `path` that only the"
CASES: dict[str, tuple[str, str, list[str]]] = {
    "a listener by port": (BEHIND, "{existing: web, listeners: {http: {existing: 443}}}", []),
    "a listener by ARN": (BEHIND, f"{{listeners: {{http: {{existing: '{LISTENER}'}}}}}}", []),
    "a listener by tags": (
        BEHIND,
        "{existing: {tags: {a: b}}, listeners: {http: {existing: {tags: {aws:x: y}}}}}",
        [],
    ),
    "a listener on nothing": (
        BEHIND,
        "{listeners: {http: {existing: 443}}}",
        [
            "f:5:16: load_balancer.existing: missing; the load balancer of a listener that exists"
            " does, too: write which one (`http` is on it)"
        ],
    ),
    "neither name nor tags": (
        BEHIND,
        "{existing: {}, listeners: {http: {port: 80}}}",
        ["f:5:27: load_balancer.existing: expected one of `name`, `tags`"],
    ),
    "a network load balancer": (
        BEHIND,
        "{existing: a_b, listeners: {http: {port: 80}}}",
        [
            "f:5:27: load_balancer.existing: expected the name or ARN of an application load"
            " balancer, or `{tags: {…}}`, found 'a_b'"
        ],
    ),
    "settings of the load balancer": (
        BEHIND,
        "{existing: web, scheme: internal, listeners: {http: {port: 81}}}",
        [f"f:5:40: load_balancer.scheme: {OTHERS}"],
    ),
    "a name of one's own for it": (
        BEHIND,
        "{existing: web, domain: shop.example, listeners: {http: {existing: 80}}}",
        [],
    ),
    "a name for a load balancer of which a listener is known": (
        BEHIND,
        f"{{domain: shop.example, listeners: {{http: {{existing: '{LISTENER}'}}}}}}",
        [],
    ),
    "a certificate for listeners of others": (
        BEHIND,
        "{existing: web, domain: {names: shop.example, request_certificate: true},"
        " listeners: {http: {existing: 80}}}",
        [
            "f:5:83: load_balancer.domain.request_certificate: does not go with `existing`: its"
            " listeners have certificates already; one of the stack's own takes `certificate:"
            " {request: shop.example}`"
        ],
    ),
    "a firewall before everybody": (
        BEHIND,
        "{existing: web, waf: true, listeners: {http: {existing: 80}}}",
        [
            "f:5:37: load_balancer.waf: does not go with `existing`: a web ACL judges everybody's"
            " requests to a load balancer; it is for whoever makes that"
        ],
    ),
    "settings of listeners that are all somebody else's": (
        BEHIND,
        "{existing: web, security_headers: true, listeners: {http: {existing: 80}}}",
        [f"f:5:50: load_balancer.security_headers: {OTHERS}"],
    ),
    "settings of the listener": (
        BEHIND,
        "{existing: web, listeners: {http: {existing: 80, default: {forward: app}}}}",
        [f"f:5:74: {ON}.default: {OTHERS}"],
    ),
    "the same listener twice": (
        BEHIND,
        "{existing: web, listeners: {http: {existing: 80}, other: {existing: 80}}}",
        [f"f:5:84: load_balancer.listeners.other.existing: is already {ON}"],
    ),
    "a range of one's own listener": (
        BEHIND,
        "{existing: web, listeners: {http: {priorities: 1-9}}}",
        [
            f"f:5:63: {ON}.priorities: the stack's own listener has its rules alone: they need no"
            " range"
        ],
    ),
    "no range": (
        BEHIND,
        "{existing: web, listeners: {http: {existing: 80, priorities: 1000}}}",
        [
            f"f:5:77: {ON}.priorities: expected a range of priorities such as 1000-1999,"
            " found the number 1000: put it in quotes"
        ],
    ),
    "a range that ends before it begins": (
        BEHIND,
        "{existing: web, listeners: {http: {existing: 80, priorities: 9-1}}}",
        [f"f:5:77: {ON}.priorities: expected an ascending range up to 50000, found 9-1"],
    ),
    "a range beyond the last number": (
        BEHIND,
        "{existing: web, listeners: {http: {existing: 80, priorities: 49999-50001}}}",
        [f"f:5:77: {ON}.priorities: expected an ascending range up to 50000, found 49999-50001"],
    ),
    "a range too short": (
        ", routes: [{path: /a}, {path: /b}]",
        "{existing: web, listeners: {http: {existing: 80, priorities: 7-7}}}",
        [f"f:5:77: {ON}.priorities: has 1 numbers, the stack has 2 rules there: 7-7 is too short"],
    ),
    "a number outside of the range": (
        ", routes: [{path: /a, priority: 5}]",
        "{existing: web, listeners: {http: {existing: 80, priorities: 10-19}}}",
        [f"f:4:63: {ROUTE}.priority: expected one of 10-19 ({ON}.priorities), found 5"],
    ),
    "a number without a range": (
        ", routes: [{path: /a, priority: 5}]",
        "{existing: web, listeners: {http: {existing: 80}}}",
        [f"f:4:63: {ROUTE}.priority: needs a range of ours ({ON}.priorities), found 5"],
    ),
    "the default of a listener": (
        ", routes: [{default: true}]",
        "{existing: web, listeners: {http: {existing: 80}}}",
        [
            f"f:4:52: {ROUTE}.default: the listener `http` is somebody else's, and so is its"
            " default; expected a `host` or a `path`"
        ],
    ),
    "everybody's requests by method": (
        ", routes: [{method: GET}]",
        "{existing: web, listeners: {http: {existing: 80}}}",
        [f"f:4:42: {ROUTE}: {ONLY} stack's requests have"],
    ),
    "everybody's requests by path": (
        ", routes: [{path: [/a, /*]}]",
        "{existing: web, listeners: {http: {existing: 80}}}",
        [f"f:4:49: {ROUTE}.path: {ONLY} stack's requests have"],
    ),
    "two names for the load balancer's group": (
        BEHIND,
        "{existing: web, security_group: sg-1, listeners: {http: {existing: 80}},"
        " security_group_name: a}",
        [
            f"f:5:110: load_balancer.security_group_name: {OTHERS}",
        ],
    ),
    "two names for the tasks' group": (
        ", security_group: sg-1, names: {security_group: a}",
        "null",
        [f"f:4:79: services.app.names.security_group: `security_group` {HAS_NAME}"],
    ),
    "no group": (
        ", security_group: sg-",
        "null",
        [
            "f:4:49: services.app.security_group: expected a security group's id (sg-…) or name,"
            " or `{tags: {…}}`, found 'sg-'"
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_somebody_elses_is_left_to_them(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    more, balancer, said = CASES[name]
    assert complaints(f"{HEAD % more}load_balancer: {balancer}\n") == said


def test_nothing_that_exists_is_in_a_new_network(complaints: Callable[..., list[str]]) -> None:
    text = (HEAD % f"{BEHIND}, security_group: sg-1").replace(
        "{vpc: vpc-1, private_subnets: [subnet-1]}", "{create: {}}"
    )
    balancer = "{existing: web, security_group: sg-2, listeners: {http: {existing: 80}}}"
    found = complaints(f"{text}load_balancer: {balancer}\ndiscovery: {{existing: a.internal}}\n")
    end = "does not go with `network.create`: what exists is in a VPC that exists"
    assert found == [
        f"f:4:74: services.app.security_group: {end}",
        f"f:5:27: load_balancer.existing: {end}",
        f"f:5:48: load_balancer.security_group: {end}",
        f"f:6:23: discovery.existing: {end}",
    ]


def test_a_namespace_that_exists_has_a_name(complaints: Callable[..., list[str]]) -> None:
    text = HEAD % "" + "discovery: {existing: a.internal, namespace: b.internal}\n"
    assert complaints(text) == [f"f:5:46: discovery.namespace: `existing` {HAS_NAME}"]
