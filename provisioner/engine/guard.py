"""Ask, before anything is deleted, whether it may be."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, explain
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.step import Plan, Step
from provisioner.errors import Guarded


def guard(
    plan: Plan, *, aws: Aws, kinds: Mapping[str, Kind], scope: Scope, force: bool = False
) -> Plan:
    """The plan, if nothing speaks against its deletes.

    With `force` the steps with obstacles are marked to be cleared first. Raises Guarded, NoAccess.
    """
    look = aws.snapshot()

    def ask(step: Step) -> list[str]:
        if step.action != "delete" or step.live is None:
            return []
        return [
            f"{step.address}: {why}" for why in kinds[step.kind].obstacles(look, step.live, scope)
        ]

    try:
        with ThreadPoolExecutor(max(1, len(kinds)), thread_name_prefix="guard") as pool:
            obstacles = list(pool.map(ask, plan.steps))
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    found = [line for lines in obstacles for line in lines]
    if found and not force:
        raise Guarded(
            "these must not be deleted as they stand:\n  "
            + "\n  ".join(found)
            + "\ndeal with them first, or repeat with --force to lose what they hold"
        )
    marked = zip(plan.steps, obstacles, strict=True)
    return replace(plan, steps=tuple(replace(step, force=bool(lines)) for step, lines in marked))
