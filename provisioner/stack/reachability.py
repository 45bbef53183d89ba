"""What tasks must reach from an existing network before they can start: asked while planning."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.engine.model import Lookup
from provisioner.spec.reach import from_outside, needs
from provisioner.spec.service import Service
from provisioner.stack.context import Context


def lookups(context: Context) -> Iterator[Lookup]:
    """One question for all services and tasks; none where the network is the stack's own.

    What a network of our own lacks is seen in the spec, without asking.
    """
    network = context.spec.network
    if network.create or network.reachability == "ignore":
        return
    tiers: dict[str, set[str]] = {}
    for _, workload in context.workloads():
        public = isinstance(workload, Service) and workload.assign_public_ip
        tier = "public" if public else "private"
        outside = {"internet"} if from_outside(workload) else set()
        tiers.setdefault(tier, set()).update(needs(workload), outside)
    query = {
        "network": context.network.query,
        "needs": {tier: sorted(tiers[tier]) for tier in sorted(tiers)},
        "refuse": network.reachability == "refuse",
    }
    yield Lookup("reachability", query)
