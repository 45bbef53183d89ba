"""One rule of AWS's: a row in a service's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.local.settings import Settings

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call is made, with what the rules may look at."""

    account: str
    region: str
    settings: Settings
    backends: Callable[[str], Any]

    def of(self, service: str) -> Any:
        """Return moto's backend of a service in this account and region."""
        return self.backends(service)[self.account][self.region]


# Gives the message of the refusal, nothing if the call may go on.
Check = Callable[[Params, Place], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """`operation` is refused with `code` if the check says so. `source` tells who says that."""

    operation: str
    code: str
    check: Check
    source: str
    status: int = 400
