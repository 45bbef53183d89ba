"""Rules about load balancers, listeners, groups and namespaces that are there already.

What other stacks use as well is not changed, and gets nothing that could take their requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.document import Path, dotted
from provisioner.spec.existing import HIGHEST_PRIORITY, band
from provisioner.spec.finding import Finding, rules, serving
from provisioner.spec.finding import routes as every_route
from provisioner.spec.ingress import Listener
from provisioner.spec.models import Spec
from provisioner.spec.parts import workloads

_AT: Path = ("load_balancer",)
_OTHERS = "does not go with `existing`: it is a setting of somebody else's"
_WHY = {
    "waf": "does not go with `existing`: a web ACL judges everybody's requests to a load balancer;"
    " it is for whoever makes that",
}
_OURS = {"existing", "security_group", "listeners", "domain"}
_OF_OUR_LISTENERS = {"ingress_cidrs", "security_headers", "cors", "redirect_http"}
_CATCH_ALL = ("*", "/*")


def balancer_of_others(spec: Spec) -> Iterator[Finding]:
    """It keeps its settings; what is said of listeners holds for those that are made on it."""
    balancer = spec.load_balancer
    if balancer is None:
        return
    if balancer.found() is None:
        for name, one in balancer.listeners.items():
            if one.existing:
                message = "the load balancer of a listener that exists does, too: write which one"
                yield Finding((*_AT, "existing"), f"missing; {message} (`{name}` is on it)")
                return
        return
    allowed = _OURS | (_OF_OUR_LISTENERS if balancer.own() else set())
    for field in sorted(balancer.model_fields_set - allowed):
        yield Finding((*_AT, field), _WHY.get(field, _OTHERS))
    domain = balancer.domain
    if domain and "request_certificate" in domain.model_fields_set and domain.request_certificate:
        message = "does not go with `existing`: its listeners have certificates already; one of"
        more = f"{message} the stack's own takes `certificate: {{request: {domain.names[0]}}}`"
        yield Finding((*_AT, "domain", "request_certificate"), more)


def listeners_of_others(spec: Spec) -> Iterator[Finding]:
    """A listener that exists keeps its settings, its default action too."""
    first: dict[str, Path] = {}
    for path, one in _listeners(spec):
        if one.existing is None:
            if one.priorities:
                message = "the stack's own listener has its rules alone: they need no range"
                yield Finding((*path, "priorities"), message)
            continue
        for field in sorted(one.model_fields_set - {"existing", "priorities", "rules"}):
            yield Finding((*path, field), _OTHERS)
        other = first.setdefault(repr(one.existing), path)
        if other != path:
            yield Finding((*path, "existing"), f"is already {dotted(other)}")


def priorities(spec: Spec) -> Iterator[Finding]:
    """Rules beside those of others stay within their range; elbv2.CreateRule, Priority."""
    for path, one in _listeners(spec):
        if one.existing is None:
            continue
        mine = [placed for placed in rules(spec) if placed.listener == path[-1]]
        ours = band(one.priorities) if one.priorities else range(0)
        where = (*path, "priorities")
        if one.priorities and (not ours or ours[-1] > HIGHEST_PRIORITY):
            message = f"expected an ascending range up to {HIGHEST_PRIORITY}"
            yield Finding(where, f"{message}, found {one.priorities}")
            continue
        if ours and len(mine) > len(ours):
            message = f"has {len(ours)} numbers, the stack has {len(mine)} rules there"
            yield Finding(where, f"{message}: {one.priorities} is too short")
        for placed in mine:
            number = placed.rule.priority
            if number and number not in ours:
                message = f"expected one of {one.priorities}" if ours else "needs a range of ours"
                where = (*placed.path, "priority")
                yield Finding(where, f"{message} ({dotted(path)}.priorities), found {number}")


def conditions(spec: Spec) -> Iterator[Finding]:
    """A rule beside those of others says whose requests it takes: those of a host or a path."""
    shared = {str(path[-1]) for path, one in _listeners(spec) if one.existing}
    for path, route in every_route(spec):
        if route.default and serving(spec, route) in shared:
            message = (
                f"the listener `{route.listener}` is somebody else's, and so is its default; "
                "expected a `host` or a `path`"
            )
            yield Finding((*path, "default"), message)
    for placed in rules(spec):
        rule = placed.rule
        if placed.listener not in shared:
            continue
        everything = not rule.host and any(one in _CATCH_ALL for one in rule.path)
        if everything or not (rule.host or rule.path):
            message = (
                f"on `{placed.listener}`, which other stacks use as well, expected a `host`"
                " or a `path` that only the stack's requests have"
            )
            yield Finding((*placed.path, "path") if everything else placed.path, message)


def groups(spec: Spec) -> Iterator[Finding]:
    """A security group that exists has a name."""
    balancer = spec.load_balancer if spec.load_balancer and not spec.load_balancer.found() else None
    if balancer and balancer.security_group and balancer.security_group_name:
        message = "`security_group` is one that exists: it has a name"
        yield Finding((*_AT, "security_group_name"), message)
    for path, workload in workloads(spec):
        if workload.security_group and workload.names.security_group:
            message = "`security_group` is one that exists: it has a name"
            yield Finding((*path, "names", "security_group"), message)


def in_a_network_that_exists(spec: Spec) -> Iterator[Finding]:
    """Nothing that exists is in a VPC that does not exist yet."""
    if spec.network.create is None:
        return
    message = "does not go with `network.create`: what exists is in a VPC that exists"
    balancer = spec.load_balancer
    if balancer and balancer.found():
        yield Finding((*_AT, "existing"), message)
    if balancer and balancer.security_group:
        yield Finding((*_AT, "security_group"), message)
    for path, workload in workloads(spec):
        if workload.security_group:
            yield Finding((*path, "security_group"), message)
    if spec.discovery.existing:
        yield Finding(("discovery", "existing"), message)


def namespace(spec: Spec) -> Iterator[Finding]:
    """A namespace that exists has a name."""
    if spec.discovery.existing and spec.discovery.namespace:
        yield Finding(("discovery", "namespace"), "`existing` is one that exists: it has a name")


def _listeners(spec: Spec) -> Iterator[tuple[Path, Listener]]:
    for name, one in (spec.load_balancer.listeners if spec.load_balancer else {}).items():
        yield (*_AT, "listeners", name), one
