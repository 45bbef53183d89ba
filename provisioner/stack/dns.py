"""Records that lead from host names to the load balancer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioner.engine.model import Lookup, Resource
from provisioner.engine.owner import NAMED
from provisioner.spec.dns import Dns
from provisioner.spec.ingress import LoadBalancer
from provisioner.spec.models import Spec
from provisioner.stack import tls
from provisioner.stack.context import Context, address
from provisioner.stack.references import balancer as to

RECORD = "route53.record_set"
TYPES = {"ipv4": ("A",), "dualstack": ("A", "AAAA")}
LONGEST_KEY = 128
DOMAIN = re.compile(r"[\w*-]+(\.[\w-]+)+")


def build(context: Context) -> Iterator[Resource]:
    """An alias per name, and one for IPv6 where there is that.

    They follow the services: a name should lead to something that answers. The stack's own tags
    find no place on a record. Whether somebody else's load balancer has IPv6 is not known here.
    """
    balancer = context.spec.load_balancer
    if balancer is None or balancer.domain is None:
        return
    target = {
        "HostedZoneId": to(context, "CanonicalHostedZoneId"),
        "DNSName": to(context, "DNSName"),
        "EvaluateTargetHealth": balancer.domain.evaluate_target_health,
    }
    after = tuple(address("ecs.service", name) for name in sorted(context.targeted()))
    for name in dict.fromkeys(balancer.domain.names):
        for kind in TYPES["ipv4" if balancer.found() else balancer.ip_address_type]:
            properties = {
                "HostedZoneId": _zone(balancer, balancer.domain, name).ref("Id"),
                "Name": name,
                "Type": kind,
                "AliasTarget": target,
            }
            yield Resource(RECORD, f"{kind}/{name}", properties, after=after)


def lookups(context: Context) -> Iterator[Lookup]:
    """The hosted zone of each name, unless a certificate's validation looks for the same."""
    balancer = context.spec.load_balancer
    if balancer is None or balancer.domain is None:
        return
    asked = {one.address for one in tls.lookups(context)}
    for name in dict.fromkeys(balancer.domain.names):
        one = _zone(balancer, balancer.domain, name)
        if one.address not in asked:
            asked.add(one.address)
            yield one


def memory(spec: Spec) -> dict[str, str]:
    """Tags by which the load balancer knows where records are when the spec has forgotten.

    Behind somebody else's, the target groups know it. Of a long name the end is enough: it tells
    the zone.
    """
    domain = spec.load_balancer.domain if spec.load_balancer else None
    raw = [
        str(properties.get("Name"))
        for address, properties in spec.resources.items()
        if address.startswith(f"{RECORD}/") and DOMAIN.fullmatch(str(properties.get("Name")))
    ]
    names = [*(domain.names if domain else ()), *raw]
    tags = {}
    for name in names:
        kept = name.removeprefix("*.")
        while len(NAMED) + len(kept) > LONGEST_KEY:
            kept = kept.split(".", 1)[1]
        tags[NAMED + kept] = "true"
    return tags


def _zone(balancer: LoadBalancer, spec: Dns, name: str) -> Lookup:
    """A private zone will do for what is not on the internet, or where its id is given."""
    private = balancer.scheme == "internal" or (spec.zone or "").startswith("Z")
    return tls.zone(name.removeprefix("*."), spec.zone, "load_balancer.domain", private=private)
