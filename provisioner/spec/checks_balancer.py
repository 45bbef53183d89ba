"""Rules about the load balancer itself, its listeners' actions and its target groups."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.document import Path, dotted
from provisioner.spec.finding import Finding, actions, balanced, cidr_fault, services
from provisioner.spec.ingress import Target
from provisioner.spec.models import Spec
from provisioner.spec.spelling import instead

_OWN_ATTRIBUTES = {
    "deletion_protection.enabled": "deletion_protection",
    "idle_timeout.timeout_seconds": "idle_timeout_seconds",
    "client_keep_alive.seconds": "client_keep_alive_seconds",
    "routing.http.drop_invalid_header_fields.enabled": "drop_invalid_header_fields",
    "routing.http.desync_mitigation_mode": "desync_mitigation",
    "routing.http2.enabled": "http2",
    "routing.http.preserve_host_header.enabled": "preserve_host_header",
}
"""AWS's key of an attribute that has a field of its own."""
_HIGHEST_PORT = 65_535


def listener_ports(spec: Spec) -> Iterator[Finding]:
    """A load balancer listens once on a port; elbv2.CreateListener, DuplicateListener."""
    first: dict[int, str] = {}
    for name, listener in (spec.load_balancer.own() if spec.load_balancer else {}).items():
        other = first.setdefault(listener.port, name)
        if other != name:
            path: Path = ("load_balancer", "listeners", name, "port")
            yield Finding(path, f"port {listener.port} is already that of listener `{other}`")


def public_subnets(spec: Spec) -> Iterator[Finding]:
    """An internet-facing load balancer stands in public subnets; elbv2.CreateLoadBalancer."""
    balancer, network = spec.load_balancer, spec.network
    known = network.public_subnets or network.create
    made = balancer and balancer.found() is None and balancer.own() == balancer.listeners
    if balancer and made and balancer.scheme == "internet-facing" and not known:
        message = (
            "missing; an internet-facing load balancer needs them (`scheme: internal` does not)"
        )
        yield Finding(("network", "public_subnets"), message)


def ingress(spec: Spec) -> Iterator[Finding]:
    """Security group rules take CIDR blocks, each once; ec2.AuthorizeSecurityGroupIngress."""
    seen: set[str] = set()
    for index, block in enumerate(spec.load_balancer.ingress_cidrs if spec.load_balancer else ()):
        path: Path = ("load_balancer", "ingress_cidrs", index)
        if fault := cidr_fault(block):
            yield Finding(path, fault)
        elif block in seen:
            yield Finding(path, f"{block} stands here twice")
        seen.add(block)


def attributes(spec: Spec) -> Iterator[Finding]:
    """An attribute with a field of its own is not set twice; ELB API_LoadBalancerAttribute."""
    for key in spec.load_balancer.attributes if spec.load_balancer else ():
        if key in _OWN_ATTRIBUTES:
            message = f"has a field of its own: load_balancer.{_OWN_ATTRIBUTES[key]}"
            yield Finding(("load_balancer", "attributes", key), message)


def target_health(spec: Spec) -> Iterator[Finding]:
    """The check ends before the next begins; ELB API_CreateTargetGroup."""
    for path, service in services(spec):
        check = service.health_check
        if check.timeout_seconds >= check.interval_seconds:
            message = (
                f"expected less than interval_seconds ({check.interval_seconds}),"
                f" found {check.timeout_seconds}"
            )
            yield Finding((*path, "health_check", "timeout_seconds"), message)


def without_balancer(spec: Spec) -> Iterator[Finding]:
    """ECS refuses a grace period without a load balancer; the other settings do nothing."""
    reached = balanced(spec)
    for path, service in services(spec):
        if path[1] in reached:
            continue
        if service.health_check_grace_period_seconds is not None:
            message = "only a service with `routes` has a grace period; ECS refuses it otherwise"
            yield Finding((*path, "health_check_grace_period_seconds"), message)
        for field in (
            "health_check",
            "deregistration_delay_seconds",
            "slow_start_seconds",
            "load_balancing",
        ):
            if field in service.model_fields_set:
                message = "has no effect: the load balancer sends this service no requests"
                yield Finding((*path, field), message, "warning")


def slow_start(spec: Spec) -> Iterator[Finding]:
    """Only round robin can start slowly; ELB guide, slow start mode."""
    for path, service in services(spec):
        if service.slow_start_seconds and service.load_balancing != "round_robin":
            message = f"does not go with load_balancing {service.load_balancing}"
            yield Finding((*path, "slow_start_seconds"), message)


def forwards(spec: Spec) -> Iterator[Finding]:
    """A forward leads to services of this spec that take requests."""
    for path, action in actions(spec):
        where = (*path, "forward")
        seen: set[str] = set()
        for index, target in enumerate(action.forward):
            here = (*where, index, "service")
            yield from _target(spec, here, target)
            if target.service in seen:
                yield Finding(here, f"`{target.service}` stands here twice")
            seen.add(target.service)
        if action.forward and not any(target.weight for target in action.forward):
            yield Finding(where, "at least one target needs a weight above 0")


def _target(spec: Spec, path: Path, target: Target) -> Iterator[Finding]:
    service = spec.services.get(target.service)
    if service is None:
        others = instead(target.service, spec.services)
        yield Finding(path, f"there is no service `{target.service}`{others}")
    elif service.port is None:
        yield Finding(path, f"{dotted(('services', target.service))} has no `port` to forward to")


def redirects(spec: Spec) -> Iterator[Finding]:
    """A redirect that changes nothing never ends; elbv2 RedirectActionConfig."""
    for path, action in actions(spec):
        redirect, where = action.redirect, (*path, "redirect")
        if redirect is None:
            continue
        if redirect.port.isdecimal() and int(redirect.port) > _HIGHEST_PORT:
            message = f"expected at most {_HIGHEST_PORT}, found {redirect.port}"
            yield Finding((*where, "port"), message)
        kept = ("#{protocol}", "#{host}", "#{port}", "/#{path}")
        if (redirect.protocol, redirect.host, redirect.port, redirect.path) == kept:
            message = "leads back to itself; change `protocol`, `host`, `port` or `path`"
            yield Finding(where, message)


def nothing_behind(spec: Spec) -> Iterator[Finding]:
    """A load balancer costs money, and this one would only answer 404."""
    balancer = spec.load_balancer
    if balancer is None or not balancer.own():
        return
    if not balanced(spec) and not any(True for _ in actions(spec)):
        message = "no service has `routes`, so every request is answered with 404"
        yield Finding(("load_balancer",), message, "warning")
