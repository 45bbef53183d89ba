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

    With `force` the steps with obstacles are marked to be cleared first; what AWS would refuse all
    the same is refused here, before the rest is gone. Raises Guarded, NoAccess.
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
    found = list(zip(plan.steps, obstacles, strict=True))
    stuck = {step.address for step, lines in found if lines and not kinds[step.kind].forced}
    if stuck or (any(obstacles) and not force):
        pairs = [(step.address, line) for step, lines in found for line in lines]
        told = [line for address, line in pairs if not force or address in stuck]
        clearable = not force and any(address not in stuck for address, _ in pairs)
        raise Guarded(_refusal(told, stuck, clearable=clearable))
    return replace(plan, steps=tuple(replace(step, force=bool(lines)) for step, lines in found))


def _refusal(told: list[str], stuck: set[str], *, clearable: bool) -> str:
    ways = "deal with them first"
    if clearable:
        ways += ", or repeat with --force to lose what they hold"
    if stuck:
        ways += f"; --force is no way past {', '.join(sorted(stuck))}"
    lines = [f"  {line}" for line in told]
    return "\n".join(["these must not be deleted as they stand:", *lines, ways])
