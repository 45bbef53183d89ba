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

    def ask(step: Step) -> tuple[list[str], list[str]]:
        if step.action != "delete" or step.live is None:
            return [], []
        kind, live = kinds[step.kind], step.live
        found = kind.obstacles(look, live, scope), kind.refusals(look, live, scope)
        some, others = ([f"{step.address}: {why}" for why in each] for each in found)
        return some, others

    try:
        with ThreadPoolExecutor(max(1, len(kinds)), thread_name_prefix="guard") as pool:
            found = list(zip(plan.steps, pool.map(ask, plan.steps), strict=True))
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    told = [line for _, (some, others) in found for line in ([] if force else some) + others]
    if told:
        stuck = {step.address for step, (_, others) in found if others}
        clearable = not force and any(some for _, (some, _) in found)
        raise Guarded(_refusal(told, stuck, clearable=clearable))
    steps = tuple(replace(step, force=bool(some)) for step, (some, _) in found)
    return replace(plan, steps=steps)


def _refusal(told: list[str], stuck: set[str], *, clearable: bool) -> str:
    ways = "deal with them first"
    if clearable:
        ways += ", or repeat with --force to lose what they hold"
    if stuck:
        ways += f"; --force is no way past {', '.join(sorted(stuck))}"
    lines = [f"  {line}" for line in told]
    return "\n".join(["these must not be deleted as they stand:", *lines, ways])
