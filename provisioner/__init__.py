"""An idempotent reconciler for ECS Fargate web stacks: one YAML spec, no state file.

`load` a spec, `connect` to AWS, make a `Stack`; then `plan`, `apply`, `teardown_plan`.
The command line (`provisioner.cli`) is built on exactly this.
"""

from __future__ import annotations

from provisioner.api import Stack, connect, region_for
from provisioner.errors import ProvisionerError
from provisioner.spec.load import load, load_every

__all__ = ["ProvisionerError", "Stack", "connect", "load", "load_every", "region_for"]
