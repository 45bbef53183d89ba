"""What the stack needs but does not own: found before planning, with clear words when it is not."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.observe import Find
from provisioner.resources.lookups.account import account
from provisioner.resources.lookups.network import network
from provisioner.resources.lookups.secret import secret

FINDERS: Mapping[str, Find] = {"account": account, "network": network, "secret": secret}
"""The registration: a new lookup is one more entry here."""
