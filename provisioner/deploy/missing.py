"""Images that a plan is about to use, and that nobody has pushed."""

from __future__ import annotations

from dataclasses import replace

from provisioner.deploy.places import DEFINITION
from provisioner.engine.step import Plan
from provisioner.resources.lookups.image import MISSING


def warned(plan: Plan) -> Plan:
    """The plan with a warning for each of them, where it registers a revision at all."""
    if not any(step.kind == DEFINITION and step.action == "create" for step in plan.steps):
        return plan
    words = tuple(one for found in plan.outputs.values() for one in found.get(MISSING, ()))
    return replace(plan, warnings=(*plan.warnings, *words))
