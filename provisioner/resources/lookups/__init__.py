"""What the stack needs but does not own: found before planning, with clear words when it is not."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.observe import Find
from provisioner.resources.lookups.account import account
from provisioner.resources.lookups.network import network
from provisioner.resources.lookups.reachability import reachability
from provisioner.resources.lookups.zones import zones

FINDERS: Mapping[str, Find] = {
    "account": account,
    "network": network,
    "reachability": reachability,
    "zones": zones,
}
"""The registration: a new lookup is one more entry here."""
