"""What the stack needs but does not own: found before planning, with clear words when it is not."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.observe import Find
from provisioner.resources.lookups.account import account
from provisioner.resources.lookups.certificate import certificate
from provisioner.resources.lookups.network import network

FINDERS: Mapping[str, Find] = {
    "account": account,
    "certificate": certificate,
    "network": network,
}
"""The registration: a new lookup is one more entry here."""
