"""An EventBridge rule on the default event bus, with its targets.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags, given
from provisioner.errors import StepFailed
from provisioner.resources._tags import arn_name, indexed, sought, tag_list, tag_map, tags_of

INDEX = "events/rule/"


class Rule(Kind):
    """`EventPattern` is a mapping; `Targets` is a list in PutTargets' own words.

    PutRule replaces the whole rule but for its tags and targets, so every change sends all of it.
    """

    name = "events.rule"
    api = Api("events", "PutRule", "PutRule")
    grants = (
        Grant("read", "events:ListRules"),
        Grant("read", "events:ListTagsForResource events:ListTargetsByRule", "events:rule/{Name}"),
        Grant("create", "events:PutRule events:TagResource", "events:rule/{Name}"),
        Grant(
            "update",
            "events:PutRule events:PutTargets events:RemoveTargets events:TagResource",
            "events:rule/{Name}",
        ),
        Grant("delete", "events:RemoveTargets events:DeleteRule", "events:rule/{Name}"),
    )
    fields = ("Name", "Description", "EventPattern", "State")
    identity = ("Name",)
    name_limit = 64
    immutable = frozenset({"Name"})
    uses = frozenset({"sns.topic", "ecs.cluster"})
    rules = Rules(unordered=frozenset({"Targets"}), closed=frozenset({"EventPattern.**"}))
    replacement = "create-first"
    retries = (
        Retry("create", "ConcurrentModificationException", seconds=60),
        Retry("update", "ConcurrentModificationException", seconds=60),
        Retry("delete", "ConcurrentModificationException", seconds=60),
    )
    absent = ("ResourceNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys((*fields, "Targets"), Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        if not sought(aws, scope, self.name, INDEX):
            return
        names = set(scope.names.get(self.name, ()))
        names |= {arn_name(arn) for arn in indexed(aws, scope, INDEX)}
        odd = sorted(name for name in names if not name.startswith(scope.prefix))

        def find(prefix: str) -> list[dict[str, Any]]:
            return aws.pages("events", "list_rules", "Rules", NamePrefix=prefix)

        found = {
            rule["Name"]: rule for some in aws.gather(find, [scope.prefix, *odd]) for rule in some
        }
        near = [
            rule
            for name, rule in sorted(found.items())
            if name.startswith(scope.prefix) or name in names
        ]
        yield from aws.gather(lambda rule: self._read(aws, scope, rule), near)

    def _read(self, aws: Aws, scope: Scope, rule: dict[str, Any]) -> Live:
        client = aws.client("events")

        def ask(arn: str) -> Tags:
            return tag_map(client.list_tags_for_resource(ResourceARN=arn)["Tags"])

        tags = tags_of(aws, scope, rule["Arn"], ask)
        return self._live(rule, tags, _targets(aws, rule["Name"]))

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("events").put_rule(**self.request(want), Tags=tag_list(tags))
        rule = {**self.request(want), "Arn": answer["RuleArn"]}
        return self._live(rule, tags, [])

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client, name = aws.client("events"), want["Name"]
        if touched(changes, *self.fields):
            client.put_rule(**self.request(want))
        if touched(changes, "Targets"):
            wanted = [given(target) for target in want["Targets"]]
            surplus = {one["Id"] for one in live.properties["Targets"]} - {
                one["Id"] for one in wanted
            }
            if wanted:
                _check(client.put_targets(Rule=name, Targets=wanted))
            if surplus:
                _check(client.remove_targets(Rule=name, Ids=sorted(surplus)))

    def delete(self, aws: Aws, live: Live) -> None:
        """EventBridge refuses a rule that still has targets."""
        name = live.properties["Name"]
        targets = [target["Id"] for target in _targets(aws, name)]
        if targets:
            _check(aws.client("events").remove_targets(Rule=name, Ids=targets))
        aws.client("events").delete_rule(Name=name)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("events").tag_resource(ResourceARN=live.id, Tags=tag_list(tags))

    def request(self, want: Properties) -> dict[str, Any]:
        request = super().request(want)
        return {**request, "EventPattern": json.dumps(request["EventPattern"])}

    def _live(self, rule: Mapping[str, Any], tags: Tags, targets: list[dict[str, Any]]) -> Live:
        properties = {
            **{name: rule.get(name) for name in self.fields},
            "EventPattern": json.loads(rule.get("EventPattern") or "{}"),
            "State": rule.get("State", "ENABLED"),
            "Targets": targets,
        }
        outputs = {"Arn": rule["Arn"], "Name": rule["Name"]}
        return Live(self.name, rule["Arn"], tags, properties, outputs)


def _targets(aws: Aws, rule: str) -> list[dict[str, Any]]:
    """The targets of a rule; none where the rule is gone."""
    try:
        return aws.pages("events", "list_targets_by_rule", "Targets", Rule=rule)
    except ClientError as error:
        if says(error, Rule.absent):
            return []
        raise


def _check(answer: Mapping[str, Any]) -> None:
    """PutTargets and RemoveTargets succeed although some of their entries have failed."""
    failed = [
        f"{entry.get('TargetId')}: {entry.get('ErrorCode')}: {entry.get('ErrorMessage')}"
        for entry in answer.get("FailedEntries", ())
    ]
    if failed:
        raise StepFailed("EventBridge refused targets: " + "; ".join(failed))
