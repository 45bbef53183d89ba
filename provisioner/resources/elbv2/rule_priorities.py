"""The order of a listener's rules. ModifyRule cannot change it, one atomic call can.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.owner import ADDRESS, STACK
from provisioner.errors import StepFailed
from provisioner.resources.elbv2 import _common
from provisioner.resources.elbv2._existing import tags_by_arn
from provisioner.resources.elbv2.listener_rule import HIGHEST_PRIORITY

STRIDE = 10
"""Priorities are that far apart, so that people can put a rule of their own in between."""


class RulePriorities(_common.Tagged):
    """`Rules` are the stack's rules, first to last; `Priority` only where it is fixed."""

    name = "elbv2.rule_priorities"
    api = Api("elbv2", "SetRulePriorities", "SetRulePriorities")
    grants = (
        Grant("read", "elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTags"),
        Grant(
            "update",
            "elasticloadbalancing:SetRulePriorities",
            "elasticloadbalancing:listener-rule/app/*",
        ),
    )
    fields = ()
    part_of = "elbv2.listener"
    uses = frozenset({"elbv2.listener", "elbv2.listener_rule"})

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """Rules that are about to go do not count."""
        tags = _common.leaf_tags(aws, scope)
        for listener in _common.listeners(aws, scope):
            arn = listener["ListenerArn"]
            ours = [
                rule
                for rule in _common.rules(aws, scope)
                if rule["ListenerArn"] == arn and scope.ours(tags.get(rule["RuleArn"], {}))
            ]
            mine = [
                {"RuleArn": rule["RuleArn"], "Priority": rule["Priority"]}
                for rule in ours
                if tags[rule["RuleArn"]].get(ADDRESS) in scope.tags
            ]
            own = tags.get(arn, {})
            if ours and not scope.ours(own):
                own = self._beside_others(scope, [tags[rule["RuleArn"]] for rule in ours])
            name = own.get(ADDRESS, "/").split("/", 1)[1]
            yield Live(
                self.name,
                arn,
                {STACK: own.get(STACK, ""), ADDRESS: f"{self.name}/{name}"},
                {"ListenerArn": arn, "Rules": sorted(mine, key=lambda rule: rule["Priority"])},
                {},
            )

    def _beside_others(self, scope: Scope, rules: Sequence[Tags]) -> Tags:
        """A listener of others has none of our tags; a rule's address has our name for it."""
        names = [tags.get(ADDRESS, "//").split("/")[1] for tags in rules]
        wanted = (name for name in names if f"{self.name}/{name}" in scope.tags)
        return {STACK: scope.stack, ADDRESS: f"{self.part_of}/{next(wanted, names[0])}"}

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """Never called: it comes with the listener."""
        raise NotImplementedError

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Numbers that no rule holds now, ours or others': no two rules ever meet on one."""
        taken = {
            rule["RuleArn"]: rule["Priority"]
            for rule in _common.listener_rules(aws, want["ListenerArn"])
        }
        if in_order(want["Rules"], taken):
            return
        numbers = renumber(want["Rules"], frozenset(taken.values()), taken)
        numbers += self._out_of_the_way(aws, live, numbers, taken)
        aws.client("elbv2").set_rule_priorities(RulePriorities=numbers)

    def _out_of_the_way(
        self, aws: Aws, live: Live, numbers: Sequence[Properties], taken: dict[str, int]
    ) -> list[dict[str, Any]]:
        """Rules of ours that are about to go, and hold a number that is fixed for another."""
        wanted = {item["Priority"]: item["RuleArn"] for item in numbers}
        holders = [arn for arn, n in taken.items() if n in wanted and arn not in wanted.values()]
        if not holders:
            return []
        tags = tags_by_arn(aws, holders)
        ours = [arn for arn in holders if tags.get(arn, {}).get(STACK) == live.tags[STACK]]
        used = {*taken.values(), *wanted}
        free = (n for n in range(HIGHEST_PRIORITY, 0, -1) if n not in used)
        return [{"RuleArn": arn, "Priority": next(free)} for arn in ours]

    def delete(self, aws: Aws, live: Live) -> None:
        """Never called: it goes with the listener."""

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """It has no tags of its own."""


def in_order(rules: Sequence[Properties], numbers: dict[str, int]) -> bool:
    """Whether the rules stand in the wanted order, each fixed one on its number."""
    have = [numbers.get(rule["RuleArn"], 0) for rule in rules]
    fixed = all(numbers.get(r["RuleArn"]) == r["Priority"] for r in rules if "Priority" in r)
    return fixed and have == sorted(set(have))


def renumber(
    rules: Sequence[Properties], taken: frozenset[int], numbers: dict[str, int]
) -> list[dict[str, Any]]:
    """New numbers for rules in order: fixed ones stay, the others take free ones, ascending.

    Raises StepFailed when no number is free before a fixed one.
    """
    reserved = taken | {rule["Priority"] for rule in rules if "Priority" in rule}
    result: list[dict[str, Any]] = []
    last = 0
    for index, rule in enumerate(rules):
        limit: int = next(
            (r["Priority"] for r in rules[index:] if "Priority" in r), HIGHEST_PRIORITY + 1
        )
        number = int(rule.get("Priority") or _free(last, limit, reserved))
        last = number
        if numbers.get(rule["RuleArn"]) != number:
            result.append({"RuleArn": rule["RuleArn"], "Priority": number})
    return result


def _free(last: int, limit: int, reserved: frozenset[int]) -> int:
    start = (last // STRIDE + 1) * STRIDE
    for number in chain(range(start, limit), range(last + 1, min(start, limit))):
        if number not in reserved:
            return number
    raise StepFailed(f"no free rule priority between {last} and {limit}: give others a `priority`")
