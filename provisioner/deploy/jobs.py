"""A task of the spec, found in AWS as it is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.deploy.once import Job
from provisioner.deploy.places import DEFINITION
from provisioner.engine.kind import Scope
from provisioner.engine.model import refs, resolve
from provisioner.engine.observe import Observed
from provisioner.engine.owner import ADDRESS
from provisioner.errors import PlanError, UsageError


def job(
    wanted: Mapping[str, Any],
    cluster: Any,
    scope: Scope,
    seen: Observed,
    task: str,
    command: Sequence[str],
) -> Job:
    """The newest revision of a task, and where it is to run.

    `wanted` are the blueprint's outputs of tasks, `cluster` its output. Raises UsageError,
    PlanError.
    """
    if task not in wanted:
        raise UsageError(f"the spec has no task {task}; its tasks: {', '.join(wanted) or 'none'}")
    ours = [live for live in seen.lives if scope.ours(live.tags) and ADDRESS in live.tags]
    known = {**seen.lookups, **{live.tags[ADDRESS]: live.outputs for live in reversed(ours)}}
    found = resolve({**wanted[task], "cluster": cluster}, known)
    missing = sorted({ref.address for ref in refs(found)})
    if missing:
        raise PlanError(f"{task}: {', '.join(missing)} does not exist yet; apply makes it")
    address = f"{DEFINITION}/{task}"
    newest = next(live for live in ours if live.tags[ADDRESS] == address)
    return Job(
        task,
        found["cluster"],
        found["task_definition_arn"],
        newest.properties["containerDefinitions"],
        found["subnet_ids"],
        found["security_group_id"],
        tuple(command),
    )
