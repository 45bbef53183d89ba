"""An idempotent reconciler for ECS Fargate web stacks: one YAML spec, no state file.

`load` a spec, `connect` to AWS, make a `Stack`; then `plan`, `apply`, `teardown_plan`.
The command line (`provisioner.cli`) is built on exactly this.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provisioner.api import Stack, connect, region_for
    from provisioner.errors import ProvisionerError
    from provisioner.spec.load import load, load_every

_HOMES = {
    "ProvisionerError": "provisioner.errors",
    "Stack": "provisioner.api",
    "connect": "provisioner.api",
    "load": "provisioner.spec.load",
    "load_every": "provisioner.spec.load",
    "region_for": "provisioner.api",
}

__all__ = ["ProvisionerError", "Stack", "connect", "load", "load_every", "region_for"]


def __getattr__(name: str) -> Any:
    """Import what is asked for: the embedded cloud's process needs none of boto3 and pydantic."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
