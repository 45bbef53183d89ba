"""The rules of a listener: its own and those of the services' routes, in the order they are tried.

Which of its two target groups carries a service's traffic is ECS's to say once it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provisioner.engine.model import Keeper, Ref, Resource
from provisioner.spec.ingress import Action, Conditions, Listener, Rule
from provisioner.spec.service import Route
from provisioner.spec.shifting import rules_of
from provisioner.stack import headers, references
from provisioner.stack.context import Context, address, ref
from provisioner.stack.network import slug

TARGET_GROUP = "elbv2.target_group"
RULE = "elbv2.listener_rule"
PRIORITIES = "elbv2.rule_priorities"
STRIDE = 10
ALL = 100
BY_ECS = Keeper("ECS deployments", shared=True)
"""Who says which of two target groups has the traffic."""
NOT_FOUND = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": ""},
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule with its place: the number it is made with, and whether that number is fixed.

    Its name begins with the listener's: each listener has names of its own.
    """

    name: str
    conditions: list[dict[str, Any]]
    action: dict[str, Any]
    services: frozenset[str]
    priority: int
    fixed: bool
    traffic: str = ""
    """`production` or `test` where ECS moves it."""

    @property
    def address(self) -> str:
        """The address of the rule."""
        return address(RULE, self.name)


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule before it has its place: whose it is, and what it does."""

    owner: str
    rule: Rule | Route
    action: dict[str, Any]
    traffic: str = ""


def build(context: Context, name: str, listener: Listener) -> Iterator[Resource]:
    """All rules of one listener, and their order."""
    arn, placed = references.listener(name, listener), place(context, name, listener)
    yield from (_rule(context, arn, rule) for rule in placed)
    yield _priorities(name, arn, placed)


def place(context: Context, name: str, listener: Listener) -> list[Placed]:
    """The listener's rules in the order they are tried, numbered.

    The order is that of the file, the listener's own rules before the services' routes;
    a rule with a `priority` of its own stands where that number says.
    Among the rules of others every number is fixed, and one of those that are ours.
    """
    entries = list(_entries(context, name, listener))
    fixed = {entry.rule.priority for entry in entries if entry.rule.priority}
    usual = range(STRIDE, STRIDE * (len(entries) + len(fixed) + 1), STRIDE)
    numbers = references.priorities(context, name, listener) if listener.existing else usual
    free = (n for n in numbers if n not in fixed)
    names = {entry.rule.name for entry in entries}
    placed = []
    for entry in entries:
        rule = entry.rule
        stem = "-".join(word for word in (entry.owner, _conditions_slug(rule)) if word)
        own = rule.name or next(n for n in _numbered(stem) if n not in names)
        names.add(own)
        number, is_fixed = rule.priority or next(free), bool(rule.priority or listener.existing)
        services = frozenset(services_of(entry.action))
        placed.append(
            Placed(
                f"{name}/{own}", _conditions(rule), entry.action, services, number, is_fixed,
                entry.traffic,
            )
        )  # fmt: skip
    return sorted(placed, key=lambda rule: rule.priority)


def _entries(context: Context, name: str, listener: Listener) -> Iterator[Entry]:
    for rule in (*headers.preflight(context.spec.load_balancer, name), *listener.rules):
        yield Entry("", rule, action_of(rule))
    for service, spec in context.services():
        for route in spec.routes:
            for traffic, one in rules_of(spec, route):
                if context.serving(one) == name:
                    yield Entry(service, one, _route_action(service, traffic), traffic)


def _route_action(service: str, traffic: str) -> dict[str, Any]:
    weights = {service: ALL, alternate(service): 0} if traffic else {service: 1}
    return forward_to(weights)


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 1000))


def _rule(context: Context, listener: Ref, placed: Placed) -> Resource:
    properties = {
        "ListenerArn": listener,
        "Priority": placed.priority,
        "Conditions": placed.conditions,
        "Actions": [placed.action],
    }
    if not placed.traffic:
        return context.resource(RULE, placed.name, properties, initial=frozenset({"Priority"}))
    return context.resource(
        RULE, placed.name, {**properties, "Shifted": True},
        initial=frozenset({"Priority", "Shifted"}), kept={"Actions": BY_ECS},
    )  # fmt: skip


def _priorities(name: str, listener: Ref, placed: list[Placed]) -> Resource:
    rules = [
        {"RuleArn": ref(RULE, rule.name), **({"Priority": rule.priority} if rule.fixed else {})}
        for rule in placed
    ]
    properties = {"ListenerArn": listener, "Rules": rules}
    return Resource(PRIORITIES, name, properties)


def _conditions(spec: Conditions) -> list[dict[str, Any]]:
    simple = (
        ("path-pattern", "PathPatternConfig", spec.path),
        ("host-header", "HostHeaderConfig", spec.host),
        ("http-request-method", "HttpRequestMethodConfig", spec.method),
        ("source-ip", "SourceIpConfig", spec.source_ip),
    )
    found = [{"Field": field, config: {"Values": v}} for field, config, v in simple if v]
    for name, values in spec.header.items():
        config = {"HttpHeaderName": name, "Values": values}
        found.append({"Field": "http-header", "HttpHeaderConfig": config})
    if spec.query:
        pairs = [{"Key": k, "Value": value} for k, vs in spec.query.items() for value in vs]
        found.append({"Field": "query-string", "QueryStringConfig": {"Values": pairs}})
    return found


def _conditions_slug(spec: Conditions) -> str:
    words = [*spec.host, *spec.path, *spec.method, *spec.source_ip]
    words += [f"{name}-{value}" for name, values in spec.header.items() for value in values]
    words += [f"{name}-{value}" for name, values in spec.query.items() for value in values]
    return "-".join(slug(word) for word in words)[:60].strip("-")


def action_of(action: Action) -> dict[str, Any]:
    """An action in AWS's words."""
    if action.forward:
        return forward_to({target.service: target.weight for target in action.forward})
    if action.redirect:
        to = action.redirect
        config = {
            "Protocol": to.protocol,
            "Port": to.port,
            "Host": to.host,
            "Path": to.path,
            "Query": to.query,
            "StatusCode": "HTTP_301" if to.permanent else "HTTP_302",
        }
        return {"Type": "redirect", "RedirectConfig": config}
    answer = action.fixed_response
    if answer is None:
        return NOT_FOUND
    return {
        "Type": "fixed-response",
        "FixedResponseConfig": {
            "StatusCode": answer.status_code,
            "ContentType": answer.content_type,
            "MessageBody": answer.body,
        },
    }


def forward_to(weights: dict[str, int]) -> dict[str, Any]:
    """A forward to the target groups of these services, by weight."""
    if len(weights) == 1:
        return {"Type": "forward", "TargetGroupArn": ref(TARGET_GROUP, *weights)}
    groups = [
        {"TargetGroupArn": ref(TARGET_GROUP, service), "Weight": weight}
        for service, weight in weights.items()
    ]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}


def services_of(action: dict[str, Any]) -> frozenset[str]:
    """Whose target groups an action forwards to."""
    groups = [action, *action.get("ForwardConfig", {}).get("TargetGroups", ())]
    found = (group.get("TargetGroupArn") for group in groups)
    return frozenset(one.address.split("/", 1)[1] for one in found if isinstance(one, Ref))


def moved(context: Context, service: str) -> dict[str, str]:
    """`production` and `test`: the names of the rules whose traffic ECS moves."""
    balancer = context.spec.load_balancer
    return {
        rule.traffic: rule.name
        for name, listener in (balancer.listeners.items() if balancer else ())
        for rule in place(context, name, listener)
        if rule.traffic and service in rule.services
    }


def alternate(service: str) -> str:
    """The name in the address of a service's second target group."""
    return f"{service}/alternate"
