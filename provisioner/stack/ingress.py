"""The load balancer, its listeners, the rules in file order, and the target groups behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from provisioner.engine.model import Ref, Resource
from provisioner.spec.ingress import Action, Conditions, Listener, LoadBalancer, Rule
from provisioner.spec.service import Route, Service
from provisioner.stack import access_logs, dns, headers, new_network, references, tls, waf
from provisioner.stack.context import Context, address, ref
from provisioner.stack.names import ELB_LIMIT
from provisioner.stack.network import slug
from provisioner.stack.references import LISTENER, LOAD_BALANCER, balancer_group

TARGET_GROUP = "elbv2.target_group"
RULE = "elbv2.listener_rule"
PRIORITIES = "elbv2.rule_priorities"
NAME = "main"
STRIDE = 10
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

    @property
    def address(self) -> str:
        """The address of the rule."""
        return address(RULE, self.name)


def build(context: Context) -> Iterator[Resource]:
    """Everything between the client and the tasks."""
    balancer = context.spec.load_balancer
    if balancer is None:
        return
    if balancer.found() is None:
        yield _balancer(context, balancer)
    for name in sorted(context.targeted()):
        yield _target_group(context, name, context.spec.services[name])
    for name, listener in balancer.listeners.items():
        if listener.existing is None:
            yield _listener(context, balancer, name, listener)
        arn, placed = references.listener(name, listener), place(context, name, listener)
        yield from (_rule(context, arn, rule) for rule in placed)
        yield _priorities(name, arn, placed)


def doors(context: Context, service: str) -> tuple[str, ...]:
    """Addresses of the listeners and rules that send requests to a service.

    ECS refuses a service whose target group is not attached to a load balancer yet.
    """
    balancer = context.spec.load_balancer
    found: list[str] = []
    for name, listener in balancer.listeners.items() if balancer else ():
        default = default_action(context, name, listener)
        if listener.existing is None and service in _services(default):
            found.append(address(LISTENER, name))
        placed = place(context, name, listener)
        found.extend(rule.address for rule in placed if service in rule.services)
    return tuple(found)


def _balancer(context: Context, spec: LoadBalancer) -> Resource:
    public = spec.scheme == "internet-facing"
    attributes = {
        "deletion_protection.enabled": _flag(spec.deletion_protection),
        "idle_timeout.timeout_seconds": str(spec.idle_timeout_seconds),
        "client_keep_alive.seconds": str(spec.client_keep_alive_seconds),
        "routing.http.drop_invalid_header_fields.enabled": _flag(spec.drop_invalid_header_fields),
        "routing.http.desync_mitigation_mode": spec.desync_mitigation,
        "routing.http2.enabled": _flag(spec.http2),
        "routing.http.preserve_host_header.enabled": _flag(spec.preserve_host_header),
        **access_logs.attributes(spec),
        **spec.attributes,
    }
    properties = {
        "Name": spec.name or context.names.of("alb", limit=ELB_LIMIT),
        "Scheme": spec.scheme,
        "Type": "application",
        "VpcId": context.vpc,
        "IpAddressType": spec.ip_address_type,
        "Subnets": context.public_subnets if public else context.private_subnets,
        "SecurityGroups": [balancer_group(spec)],
        "Attributes": attributes,
    }
    ways = new_network.ways_out(context, public=True) if public else ()
    memory = {**waf.mark(context, spec), **dns.memory(context.spec)}
    return context.resource(LOAD_BALANCER, NAME, properties, after=ways, tags=memory)


def _target_group(context: Context, name: str, service: Service) -> Resource:
    """Every health-check field is written: AWS's defaults differ from what its guide says."""
    check = service.health_check
    properties = {
        "Name": service.names.target_group or context.names.of("tg", service=name, limit=ELB_LIMIT),
        "Port": service.port,
        "Protocol": "HTTP",
        "ProtocolVersion": "HTTP1",
        "TargetType": "ip",
        "VpcId": context.vpc,
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": str(check.port) if check.port else "traffic-port",
        "HealthCheckPath": check.path,
        "HealthCheckIntervalSeconds": check.interval_seconds,
        "HealthCheckTimeoutSeconds": check.timeout_seconds,
        "HealthyThresholdCount": check.healthy_threshold,
        "UnhealthyThresholdCount": check.unhealthy_threshold,
        "Matcher": {"HttpCode": check.matcher},
        "Attributes": {
            "deregistration_delay.timeout_seconds": str(service.deregistration_delay_seconds),
            "slow_start.duration_seconds": str(service.slow_start_seconds or 0),
            "load_balancing.algorithm.type": service.load_balancing,
            "stickiness.enabled": "false",
        },
    }
    return context.resource(TARGET_GROUP, name, properties)


def _listener(context: Context, balancer: LoadBalancer, name: str, listener: Listener) -> Resource:
    """One that redirects comes after the one it redirects to: else nobody would answer there."""
    properties = {
        "LoadBalancerArn": references.balancer(context),
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": [default_action(context, name, listener)],
        **tls.properties(listener),
        "Attributes": headers.attributes(balancer, listener),
    }
    target = balancer.secure() if balancer.redirects(name) else None
    after = (address(LISTENER, target),) if target else ()
    made = context.resource(LISTENER, name, properties, after=after)
    return replace(made, tags={**made.tags, **headers.tags(balancer)})


def default_action(context: Context, name: str, listener: Listener) -> dict[str, Any]:
    """What the listener does with a request that no rule takes."""
    if listener.default:
        return _action(listener.default)
    balancer = context.spec.load_balancer
    if balancer and balancer.redirects(name):
        return tls.redirect(balancer)
    for service, spec in context.services():
        if any(route.default and context.serving(route) == name for route in spec.routes):
            return _forward({service: 1})
    return NOT_FOUND


def place(context: Context, name: str, listener: Listener) -> list[Placed]:
    """The listener's rules in the order they are tried, numbered.

    The order is that of the file, the listener's own rules before the services' routes;
    a rule with a `priority` of its own stands where that number says.
    Among the rules of others every number is fixed, and one of those that are ours.
    """
    entries: list[tuple[str, Rule | Route, dict[str, Any], frozenset[str]]] = [
        ("", rule, _action(rule), frozenset(target.service for target in rule.forward))
        for rule in (*headers.preflight(context.spec.load_balancer, name), *listener.rules)
    ]
    for service, spec in context.services():
        entries += [
            (service, route, _forward({service: 1}), frozenset({service}))
            for route in spec.routes
            if context.serving(route) == name and not route.default
        ]
    fixed = {entry.priority for _, entry, _, _ in entries if entry.priority}
    usual = range(STRIDE, STRIDE * (len(entries) + len(fixed) + 1), STRIDE)
    numbers = references.priorities(context, name, listener) if listener.existing else usual
    free = (n for n in numbers if n not in fixed)
    names = {entry.name for _, entry, _, _ in entries}
    placed = []
    for owner, entry, action, services in entries:
        stem = "-".join(word for word in (owner, _conditions_slug(entry)) if word)
        own = entry.name or next(n for n in _numbered(stem) if n not in names)
        names.add(own)
        number, is_fixed = entry.priority or next(free), bool(entry.priority or listener.existing)
        conditions = _conditions(entry)
        placed.append(Placed(f"{name}/{own}", conditions, action, services, number, is_fixed))
    return sorted(placed, key=lambda rule: rule.priority)


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
    return context.resource(RULE, placed.name, properties, initial=frozenset({"Priority"}))


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


def _action(action: Action) -> dict[str, Any]:
    if action.forward:
        return _forward({target.service: target.weight for target in action.forward})
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


def _forward(weights: dict[str, int]) -> dict[str, Any]:
    if len(weights) == 1:
        return {"Type": "forward", "TargetGroupArn": ref(TARGET_GROUP, *weights)}
    groups = [
        {"TargetGroupArn": ref(TARGET_GROUP, service), "Weight": weight}
        for service, weight in weights.items()
    ]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}


def _services(action: dict[str, Any]) -> frozenset[str]:
    groups = [action, *action.get("ForwardConfig", {}).get("TargetGroups", ())]
    found = (group.get("TargetGroupArn") for group in groups)
    return frozenset(one.address.split("/", 1)[1] for one in found if isinstance(one, Ref))


def _flag(value: bool) -> str:  # noqa: FBT001  # AWS has strings only
    return "true" if value else "false"
