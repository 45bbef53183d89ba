"""Rules about routes and listener rules.

Limits: ELB API_CreateRule, and Quotas for your Application Load Balancers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provisioner.spec.document import Path, dotted
from provisioner.spec.finding import (
    Finding,
    Placed,
    cidr_fault,
    routes,
    rules,
    services,
    serving,
    values,
)
from provisioner.spec.ingress import Conditions
from provisioner.spec.models import Spec
from provisioner.spec.spelling import instead

_MOST_VALUES = 5
_MOST_WILDCARDS = 6
_MOST_RULES = 100
_LONGEST_VALUE = 128
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~-]{1,40}")
_METHOD = re.compile(r"[A-Z_-]{1,40}")
_CONDITIONS = ", ".join(Conditions.model_fields)


def route_needs(spec: Spec) -> Iterator[Finding]:
    """A route leads from a load balancer to a port."""
    for path, service in services(spec):
        if service.routes and service.port is None:
            yield Finding((*path, "routes"), "a service with routes needs a `port`")
        if service.routes and spec.load_balancer is None:
            yield Finding((*path, "routes"), "routes need a `load_balancer:` in the spec")


def route_listener(spec: Spec) -> Iterator[Finding]:
    """A route stands on a listener of the spec."""
    if spec.load_balancer is None:
        return
    listeners = spec.load_balancer.listeners
    for path, route in routes(spec):
        if route.listener not in listeners:
            others = instead(route.listener, listeners)
            message = f"there is no listener `{route.listener}`{others}"
            yield Finding((*path, "listener"), message)


def route_conditions(spec: Spec) -> Iterator[Finding]:
    """The default route takes what no rule took, so it has no conditions and no priority."""
    for path, route in routes(spec):
        if not route.default and not route.given():
            message = f"expected `default: true` or a condition ({_CONDITIONS})"
            yield Finding(path, message)
        elif route.default and route.given():
            message = "a default route takes every request, so it cannot have conditions"
            yield Finding(path, message)
        elif route.default and route.priority is not None:
            yield Finding((*path, "priority"), "a default route always comes last")


def one_default(spec: Spec) -> Iterator[Finding]:
    """A listener has one default action."""
    listeners = spec.load_balancer.listeners if spec.load_balancer else {}
    first: dict[str, Path] = {
        name: ("load_balancer", "listeners", name, "default")
        for name, listener in listeners.items()
        if listener.default
    }
    for path, route in routes(spec):
        listener = serving(spec, route)
        if route.default and first.setdefault(listener, path) != path:
            message = f"listener `{listener}` already has a default: {dotted(first[listener])}"
            yield Finding((*path, "default"), message)


def rule_values(spec: Spec) -> Iterator[Finding]:
    """What AWS accepts as one condition value; elbv2 RuleCondition."""
    for placed in rules(spec):
        for where, value in values(placed.rule):
            if fault := _fault(str(where[0]), value):
                yield Finding((*placed.path, *where), fault)
        for name in placed.rule.header:
            if not _HEADER_NAME.fullmatch(name):
                message = "expected a header name of at most 40 characters, without wildcards"
                yield Finding((*placed.path, "header", name), message)
            elif name.lower() == "host":
                yield Finding((*placed.path, "header", name), "use `host:` for the host name")


def _fault(field: str, value: str) -> str | None:
    if field == "source_ip":
        return cidr_fault(value)
    if len(value) > _LONGEST_VALUE:
        return f"expected at most {_LONGEST_VALUE} characters, found {len(value)}"
    if not value:
        return "expected text, found an empty one"
    if field == "method" and not _METHOD.fullmatch(value):
        return f"expected a method in upper case such as GET, found '{value}'"
    if field == "path" and not value.startswith(("/", "*")):
        return f"would never match: a path begins with /; did you mean '/{value}'?"
    return None


def rule_limits(spec: Spec) -> Iterator[Finding]:
    """Quotas on a rule and on a load balancer."""
    placed = list(rules(spec))
    for item in placed:
        found = [value for _, value in values(item.rule)]
        wild = sum(value.count("*") + value.count("?") for value in found)
        if len(found) > _MOST_VALUES:
            message = f"expected at most {_MOST_VALUES} condition values, found {len(found)}"
            yield Finding(item.path, f"{message}; make two rules of it")
        if wild > _MOST_WILDCARDS:
            message = f"expected at most {_MOST_WILDCARDS} wildcards (* and ?), found {wild}"
            yield Finding(item.path, message)
    if len(placed) > _MOST_RULES:
        message = f"expected at most {_MOST_RULES} rules on one load balancer, found {len(placed)}"
        yield Finding(("load_balancer",), message)


def rule_priorities(spec: Spec) -> Iterator[Finding]:
    """A priority is given once on a listener; elbv2.CreateRule, PriorityInUse."""
    first: dict[tuple[str, int], Path] = {}
    for placed in rules(spec):
        priority = placed.rule.priority
        if priority is None:
            continue
        other = first.setdefault((placed.listener, priority), placed.path)
        if other != placed.path:
            message = f"priority {priority} is already that of {dotted(other)}"
            yield Finding((*placed.path, "priority"), message)


def rule_twice(spec: Spec) -> Iterator[Finding]:
    """Of two rules with the same conditions only the first ever applies."""
    first: dict[Any, Placed] = {}
    for placed in rules(spec):
        conditions = frozenset(
            (*where[:-1], value.lower() if where[0] == "host" else value)
            for where, value in values(placed.rule)
        )
        other = first.setdefault((placed.listener, conditions), placed)
        if conditions and other is not placed:
            message = f"the same conditions as {dotted(other.path)}; only one of them would apply"
            yield Finding(placed.path, message)
