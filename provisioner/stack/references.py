"""What a part of the stack refers to: a resource of the stack, or what was found in its place."""

from __future__ import annotations

import hashlib
from typing import Any

from provisioner.engine.model import Lookup, Ref, Text
from provisioner.spec.existing import GroupLookup, band
from provisioner.spec.ingress import Listener, LoadBalancer
from provisioner.spec.service import Workload
from provisioner.stack import tls
from provisioner.stack.context import Context, ref
from provisioner.stack.names import ELB_LIMIT

LOAD_BALANCER = "elbv2.load_balancer"
LISTENER = "elbv2.listener"
GROUP = "ec2.security_group"
TOPIC = "sns.topic"
NAMESPACE = "servicediscovery.namespace"
MAIN = "main"
BALANCER = "load_balancer"
"""The group of the load balancer: a name that no service can have."""
BANDS, BAND_SIZE = 480, 100
FIRST_BAND = 1000
"""The numbers before the bands and after them are left to people."""


def balancer(context: Context, output: str = "Arn") -> Ref:
    """The load balancer: the stack's, or one that is there."""
    spec = context.spec.load_balancer
    if spec and spec.found():
        return Lookup("load_balancer").ref(output)
    return ref(LOAD_BALANCER, MAIN, output)


def balancer_name(context: Context) -> str | Ref:
    """Its name, which is known before it is made."""
    spec = context.spec.load_balancer
    if spec is None or spec.found():
        return balancer(context, "Name")
    return spec.name or context.names.of("alb", limit=ELB_LIMIT)


def listener(name: str, spec: Listener) -> Ref:
    """The ARN of a listener."""
    return Lookup("listener", name=name).ref("Arn") if spec.existing else ref(LISTENER, name)


def url(context: Context, spec: LoadBalancer) -> Ref | Text:
    """Where people go: to a listener of the stack's, or to the first that it shares."""
    if spec.own():
        return tls.url(spec, balancer(context, "DNSName"))
    return Lookup("listener", name=next(iter(spec.listeners))).ref("Url")


def host(context: Context, listener: str) -> str:
    """The host name that people use at somebody else's listener; "" where none is.

    The load balancer's own leads to whatever else stands behind it.
    """
    spec = context.spec.load_balancer
    names = list(spec.domain.names if spec and spec.domain else ())
    routes = (route for _, service in context.services() for route in service.routes)
    names += [name for route in routes if route.listener == listener for name in route.host]
    return next((name for name in names if not {"*", "?"} & set(name)), "")


def priorities(context: Context, name: str, spec: Listener) -> range:
    """The numbers of our rules on a listener of others.

    Which ones they are where nothing is written depends on the names alone, so that it never
    changes, and two stacks seldom have the same.
    """
    if spec.priorities:
        return band(spec.priorities)
    digest = hashlib.sha256(f"{context.names.owner}/{name}".encode()).hexdigest()
    first = FIRST_BAND + int(digest, 16) % BANDS * BAND_SIZE
    return range(first, first + BAND_SIZE)


def balancer_group(spec: LoadBalancer) -> Ref:
    """The id of the load balancer's security group."""
    if spec.security_group:
        return group(spec.security_group)
    if spec.found():
        return Lookup("load_balancer").ref("SecurityGroupId")
    return ref(GROUP, BALANCER, "Id")


def workload_group(name: str, workload: Workload) -> Ref:
    """The id of the security group of a service's or task's interfaces."""
    return group(workload.security_group) if workload.security_group else ref(GROUP, name, "Id")


def group(spec: GroupLookup) -> Ref:
    """The id of a security group that is there."""
    return Lookup("security_group", name=called(spec)).ref("Id")


def called(spec: Any) -> str:
    """What is found by a name or tags, in a word: two that say the same are one."""
    return spec.name or ",".join(f"{key}={spec.tags[key]}" for key in sorted(spec.tags))


def namespace(context: Context, output: str = "Id") -> Ref:
    """The namespace that services are found in."""
    if context.spec.discovery.existing:
        return Lookup("namespace").ref(output)
    return ref(NAMESPACE, MAIN, output)
