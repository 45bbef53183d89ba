"""A rule of a listener: conditions and what to do when they hold.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, Scope, changed
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.owner import ADDRESS, STACK
from provisioner.resources._tags import tag_list, tag_map
from provisioner.resources.elbv2 import _common, _traffic
from provisioner.resources.elbv2._actions import (
    bridge_actions,
    canonical_actions,
    canonical_conditions,
)

MUTABLE = ("Conditions", "Actions")
SHIFTED = "Shifted"
HIGHEST_PRIORITY = 50000


class ListenerRule(_common.Tagged):
    """`Priority` is where it is made; the order afterwards is `elbv2.rule_priorities`.

    On a listener of others, their rules are seen, and left as they are.
    `Shifted` says that ECS moves its traffic between its target groups, all of it or by steps.
    """

    name = "elbv2.listener_rule"
    api = Api("elbv2", "CreateRule", "ModifyRule")
    grants = (
        Grant("read", "elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTags"),
        Grant(
            "create",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:listener/app/*",
            tagged="request",
        ),
        Grant(
            "create",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:listener-rule/app/*",
            tagged="request",
            when={"elasticloadbalancing:CreateAction": "CreateRule"},
        ),
        Grant(
            "update",
            "elasticloadbalancing:ModifyRule elasticloadbalancing:AddTags",
            "elasticloadbalancing:listener-rule/app/*",
            tagged="resource",
        ),
        Grant(
            "delete",
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:listener-rule/app/*",
            tagged="resource",
        ),
    )
    fields = ("ListenerArn", "Priority", *MUTABLE)
    uses = frozenset({"elbv2.listener", _common.TARGET_GROUP})
    immutable = frozenset({"ListenerArn"})
    lasting = frozenset(MUTABLE)
    rules = Rules(closed=frozenset({"Actions.**", "Conditions.**"}))
    replacement = "create-first"
    retries = (
        # Another rule, made at the same moment, took the free number.
        Retry("create", "PriorityInUse", seconds=60),
        # Made a moment ago, not visible everywhere yet.
        *(Retry("create", code, seconds=60) for code in _common.NOT_VISIBLE_YET),
        *(Retry("update", code, seconds=60) for code in _common.NOT_VISIBLE_YET),
    )
    absent = ("RuleNotFound", "ListenerNotFound")

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        tags = _common.leaf_tags(aws, scope)
        for item in _common.rules(aws, scope):
            yield self._live(item, tags.get(item["RuleArn"], {}))

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """At the wanted priority, or at the last free one when that is taken.

        A taken priority may be our own rule, made by a call whose answer was lost.
        """
        try:
            return self._create(aws, want, tags)
        except ClientError as error:
            if not says(error, ("PriorityInUse",)):
                raise
        existing = _common.listener_rules(aws, want["ListenerArn"])
        holder = next((r for r in existing if r["Priority"] == want["Priority"]), None)
        if (
            holder
            and self._tags(aws, holder).items() >= {k: tags[k] for k in (STACK, ADDRESS)}.items()
        ):
            return self._live(holder, tags)
        taken = {rule["Priority"] for rule in existing}
        free = next(number for number in range(HIGHEST_PRIORITY, 0, -1) if number not in taken)
        return self._create(aws, {**want, "Priority": free}, tags)

    def _create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        request = self.request(want)
        if want.get(SHIFTED):
            request["Actions"] = _traffic.by_targets(aws, want["Actions"])
        answer = aws.client("elbv2").create_rule(**request, Tags=tag_list(tags))
        rule = {**answer["Rules"][0], "ListenerArn": want["ListenerArn"]}
        return self._live(rule, tags)

    def _tags(self, aws: Aws, rule: dict[str, Any]) -> dict[str, str]:
        answer = aws.client("elbv2").describe_tags(ResourceArns=[rule["RuleArn"]])
        return tag_map(answer["TagDescriptions"][0]["Tags"])

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        arguments = changed(want, changes, *MUTABLE)
        if want.get(SHIFTED) and "Actions" in arguments:
            arguments["Actions"] = _traffic.restored(aws, live.id, want["Actions"])
        aws.client("elbv2").modify_rule(RuleArn=live.id, **arguments)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("elbv2").delete_rule(RuleArn=live.id)

    def concede(self, name: str, want: Any, live: Any) -> Any:
        """Which of the target groups has the traffic is for ECS to say, and nothing else is."""
        return _traffic.conceded(want, live) if name == "Actions" else live

    def told(self, name: str, live: Any) -> Any:
        return _traffic.shares(live) if name == "Actions" else live

    def bridge(self, live: Properties, want: Properties) -> Properties | None:
        actions = bridge_actions(live["Actions"], want["Actions"])
        return {**want, "Actions": actions} if actions else None

    def canonical(self, properties: Properties) -> Properties:
        return {
            **properties,
            "Conditions": canonical_conditions(properties["Conditions"]),
            "Actions": canonical_actions(properties["Actions"]),
        }

    def _live(self, item: dict[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        return Live(self.name, item["RuleArn"], tags, properties, {"Arn": item["RuleArn"]})
