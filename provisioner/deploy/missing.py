"""Images that a plan is about to use, and that nobody has pushed."""

from __future__ import annotations

from dataclasses import replace

from provisioner.deploy.places import DEFINITION, SERVICE
from provisioner.engine.kind import Effect
from provisioner.engine.step import Plan, Step
from provisioner.resources.lookups.image import MISSING


def warned(plan: Plan) -> Plan:
    """The plan with a warning for each of them, where it registers or rolls out a revision."""
    if not any(_uses(step) for step in plan.steps):
        return plan
    words = tuple(one for found in plan.outputs.values() for one in found.get(MISSING, ()))
    return replace(plan, warnings=(*plan.warnings, *words))


def _uses(step: Step) -> bool:
    registers = step.kind == DEFINITION and step.action == "create"
    return registers or (step.kind == SERVICE and step.effect is Effect.ROLLING)
