"""What AWS itself says beforehand of a step, asked while planning: by reads alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Kind
from provisioner.engine.model import Outputs, resolve
from provisioner.engine.step import Plan, Step
from provisioner.errors import PlanError


def forecast(plan: Plan, *, kinds: Mapping[str, Kind], aws: Aws) -> Plan:
    """The plan, with a warning for each thing that is worth knowing before it is carried out.

    Nothing is asked for what stays as it is. Raises PlanError with all that AWS would refuse.
    """
    warnings: list[str] = []
    problems: list[str] = []
    for step in plan.steps:
        try:
            warnings += _of(step, kinds[step.kind], aws, plan.outputs)
        except PlanError as problem:
            problems.append(f"{step.address}: {problem}")
    if problems:
        raise PlanError("\n".join(problems))
    return replace(plan, warnings=(*plan.warnings, *warnings)) if warnings else plan


def _of(step: Step, kind: Kind, aws: Aws, known: Outputs) -> list[str]:
    if step.action == "delete" or step.bridge or step.resource is None:
        return []
    want = resolve(step.resource.properties, known)
    changes = step.changes if step.action == "update" else None
    return [f"{step.address}: {words}" for words in kind.foretold(aws, want, changes)]
