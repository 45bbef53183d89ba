"""A plan as data: steps, and what each needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from provisioner.engine.kind import Effect
from provisioner.engine.model import Change, Live, Outputs, Resource

GONE = "no longer in the spec"
Action = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Step:
    """Create, update or delete one thing. `needs` are keys of steps that must be done before.

    A `bridge` is an update to what holds while the things it points at are being replaced.
    """

    action: Action
    address: str
    kind: str
    reason: str
    effect: Effect
    resource: Resource | None = None
    live: Live | None = None
    changes: tuple[Change, ...] = ()
    forces: frozenset[str] = frozenset()
    replaces: bool = False
    force: bool = False
    bridge: bool = False
    needs: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What tells steps apart: an address may have a bridge, and several old objects."""
        if self.action == "delete" and self.live:
            return f"{self.action} {self.address} {self.live.id}"
        return f"{self.action} {self.address}" + (" bridge" if self.bridge else "")


@dataclass(frozen=True, slots=True)
class Kept:
    """A live value that the plan leaves alone, and who owns it."""

    address: str
    path: str
    value: Any
    by: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order that can be carried out, and what stays as it is."""

    stack: str
    steps: tuple[Step, ...]
    unchanged: tuple[str, ...]
    outputs: Outputs = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    warnings: tuple[str, ...] = ()
    """What may go wrong although every step is done."""
    retained: tuple[Live, ...] = ()
    """Ours, wanted no more, and left where it is because its tag says so."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.steps
