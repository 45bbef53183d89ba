"""The load balancer, its listeners, and the target groups behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Keeper, Resource
from provisioner.spec.ingress import Listener, LoadBalancer
from provisioner.spec.service import Service
from provisioner.stack import (
    access_logs,
    dns,
    headers,
    listener_rules,
    new_network,
    references,
    tls,
    waf,
)
from provisioner.stack.context import Context, address
from provisioner.stack.listener_rules import (
    NOT_FOUND,
    TARGET_GROUP,
    action_of,
    alternate,
    forward_to,
    place,
    services_of,
)
from provisioner.stack.names import ELB_LIMIT, shorten
from provisioner.stack.references import LISTENER, LOAD_BALANCER, balancer_group

NAME = "main"
NOT_YET = {"LoadBalancer": Keeper("", among=(None,))}
"""A target group that no rule names yet, because a run was interrupted, can go to any."""


def build(context: Context) -> Iterator[Resource]:
    """Everything between the client and the tasks."""
    balancer = context.spec.load_balancer
    if balancer is None:
        return
    if balancer.found() is None:
        yield _balancer(context, balancer)
    for name in sorted(context.targeted()):
        service = context.spec.services[name]
        yield _target_group(context, name, service)
        if service.deployment.shifts:
            yield _second(context, name, service)
    for name, listener in balancer.listeners.items():
        if listener.existing is None:
            yield _listener(context, balancer, name, listener)
        yield from listener_rules.build(context, name, listener)


def doors(context: Context, service: str) -> tuple[str, ...]:
    """Addresses of the listeners and rules that send requests to a service.

    ECS refuses a service whose target group is not attached to a load balancer yet.
    """
    balancer = context.spec.load_balancer
    found: list[str] = []
    for name, listener in balancer.listeners.items() if balancer else ():
        default = default_action(context, name, listener)
        if listener.existing is None and service in services_of(default):
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
        "Name": references.balancer_name(context),
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
        "LoadBalancer": references.balancer_name(context),
    }
    balancer = context.spec.load_balancer
    tags = dns.memory(context.spec) if balancer and balancer.found() else {}
    return context.resource(TARGET_GROUP, name, properties, kept=NOT_YET, tags=tags)


def _second(context: Context, name: str, service: Service) -> Resource:
    """Like the first one but for its name: the two take turns."""
    given = service.names.target_group
    physical = context.names.of("tg-alt", service=name, limit=ELB_LIMIT)
    first = _target_group(context, name, service)
    properties = {
        **first.properties,
        "Name": shorten(f"{given}-alt", ELB_LIMIT) if given else physical,
    }
    return context.resource(TARGET_GROUP, alternate(name), properties, kept=NOT_YET)


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
        return action_of(listener.default)
    balancer = context.spec.load_balancer
    if balancer and balancer.redirects(name):
        return tls.redirect(balancer)
    for service, spec in context.services():
        if any(route.default and context.serving(route) == name for route in spec.routes):
            return forward_to({service: 1})
    return NOT_FOUND


def _flag(value: bool) -> str:  # noqa: FBT001  # AWS has strings only
    return "true" if value else "false"
