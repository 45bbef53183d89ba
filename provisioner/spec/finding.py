"""What a rule between fields has found, and the tools that several rules use."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from provisioner.spec.document import Path
from provisioner.spec.ingress import Action, Conditions, Rule
from provisioner.spec.models import Spec
from provisioner.spec.parts import every_container, workloads
from provisioner.spec.service import Route, Service
from provisioner.spec.shifting import rules_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule. A warning does not keep the spec from being used."""

    path: Path
    message: str
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule of a listener, whether it stands there or is a service's route."""

    listener: str
    path: Path
    rule: Route | Rule


def services(spec: Spec) -> Iterator[tuple[Path, Service]]:
    """Every service with its path."""
    for name, service in spec.services.items():
        yield ("services", name), service


def every_secret(spec: Spec) -> Iterator[tuple[Path, str]]:
    """What stands under `secrets:` of every container, with its path."""
    for path, container in every_container(spec):
        for name, written in container.secrets.items():
            yield (*path, "secrets", name), written
    for path, workload in workloads(spec):
        if workload.log_router:
            for name, written in workload.log_router.secret_options.items():
                yield (*path, "log_router", "secret_options", name), written


def routes(spec: Spec) -> Iterator[tuple[Path, Route]]:
    """Every route of every service."""
    for path, service in services(spec):
        for index, route in enumerate(service.routes):
            yield (*path, "routes", index), route


def rules(spec: Spec) -> Iterator[Placed]:
    """What becomes a rule in AWS: the listeners' own, then those that routes become."""
    listeners = spec.load_balancer.listeners if spec.load_balancer else {}
    for name, listener in listeners.items():
        for index, rule in enumerate(listener.rules):
            yield Placed(name, ("load_balancer", "listeners", name, "rules", index), rule)
    for path, service in services(spec):
        for index, route in enumerate(service.routes):
            for _, made in rules_of(service, route):
                yield Placed(serving(spec, made), (*path, "routes", index), made)


def serving(spec: Spec, route: Route) -> str:
    """The listener that a route is on: another one where its own redirects."""
    return spec.load_balancer.serving(route.listener) if spec.load_balancer else route.listener


def actions(spec: Spec) -> Iterator[tuple[Path, Action]]:
    """Every action that is written out: the listeners' defaults and their rules."""
    listeners = spec.load_balancer.listeners if spec.load_balancer else {}
    for name, listener in listeners.items():
        path: Path = ("load_balancer", "listeners", name)
        if listener.default:
            yield (*path, "default"), listener.default
        for index, rule in enumerate(listener.rules):
            yield (*path, "rules", index), rule


def balanced(spec: Spec) -> set[str]:
    """The services that the load balancer sends requests to."""
    targets = {target.service for _, action in actions(spec) for target in action.forward}
    return targets | {name for name, service in spec.services.items() if service.routes}


def values(conditions: Conditions) -> Iterator[tuple[Path, str]]:
    """Every condition value of a rule with its path inside the rule."""
    for field in Conditions.model_fields:
        given = getattr(conditions, field)
        lists = given.items() if isinstance(given, dict) else [(None, given)]
        for key, items in lists:
            path: Path = (field,) if key is None else (field, key)
            for index, value in enumerate(items):
                yield (*path, index), value


def cidr_fault(text: str) -> str | None:
    """What is wrong with a CIDR block, if anything."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return f"expected a CIDR block such as 10.0.0.0/16, found '{text}'"
    if "/" not in text or text.partition("/")[2] != str(network.prefixlen):
        return f"expected a CIDR block, found '{text}'; did you mean {network}?"
    if ipaddress.ip_interface(text).ip != network.network_address:
        return f"expected a CIDR block, found an address inside one; did you mean {network}?"
    return None
