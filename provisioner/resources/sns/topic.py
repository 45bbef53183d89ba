"""An SNS topic with its policy and encryption.

https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_list
from provisioner.resources.iam._policy import canonical_document, read_document
from provisioner.resources.sns._common import topics

POLICY = "Policy"


class Topic(Kind):
    """`Attributes` has AWS's names; `Policy` in it is a mapping.

    An attribute that is declared None goes back to nothing: SNS takes an empty value for that.
    """

    name = "sns.topic"
    api = Api("sns", "CreateTopic", "SetTopicAttributes")
    grants = (
        Grant("read", "sns:ListTopics"),
        Grant("read", "sns:GetTopicAttributes sns:ListTagsForResource", "sns:{Name}"),
        Grant("create", "sns:CreateTopic sns:TagResource", "sns:{Name}"),
        Grant("update", "sns:SetTopicAttributes sns:TagResource", "sns:{Name}"),
        Grant("delete", "sns:DeleteTopic", "sns:{Name}"),
    )
    fields = ("Name", "Attributes")
    identity = ("Name",)
    name_limit = 256
    immutable = frozenset({"Name"})
    rules = Rules(closed=frozenset({"Attributes.Policy.**"}))
    replacement = "create-first"
    retries = (
        Retry("create", "ConcurrentAccess", seconds=60),
        Retry("delete", "ConcurrentAccess", seconds=60),
    )
    absent = ("NotFound",)
    effects: ClassVar[Mapping[str, Effect]] = {"Attributes": Effect.NONE}

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = topics(aws, scope)
        arns = [arn for arn, _ in found]
        attributes = aws.gather(
            lambda arn: aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"], arns
        )
        for (arn, tags), values in zip(found, attributes, strict=True):
            yield self._live(arn, tags, values)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("sns").create_topic(**self.request(want), Tags=tag_list(tags))
        return self._live(answer["TopicArn"], tags, self.request(want).get("Attributes", {}))

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        names = {change.path[1] for change in changes if change.field == "Attributes"}
        for name in sorted(names):
            aws.client("sns").set_topic_attributes(
                TopicArn=live.id,
                AttributeName=name,
                AttributeValue=_written(want["Attributes"][name]),
            )

    def delete(self, aws: Aws, live: Live) -> None:
        """Its subscriptions go with it, those that nobody has confirmed too."""
        aws.client("sns").delete_topic(TopicArn=live.id)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("sns").tag_resource(ResourceArn=live.id, Tags=tag_list(tags))

    def request(self, want: Properties) -> dict[str, Any]:
        request = super().request(want)
        attributes = request.get("Attributes", {})
        written = {name: _written(attributes[name]) for name in sorted(attributes)}
        return {**request, "Attributes": written} if written else request

    def canonical(self, properties: Properties) -> Properties:
        attributes = properties.get("Attributes") or {}
        if not attributes.get(POLICY):
            return properties
        policy = canonical_document(attributes[POLICY])
        return {**properties, "Attributes": {**attributes, POLICY: policy}}

    def _live(self, arn: str, tags: Tags, attributes: Mapping[str, str]) -> Live:
        values: dict[str, Any] = dict(attributes)
        if values.get(POLICY):
            values[POLICY] = read_document(values[POLICY])
        name = arn.rsplit(":", 1)[1]
        properties = {"Name": name, "Attributes": values}
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Name": name})


def _written(value: Any) -> str:
    """An attribute as SNS takes it: everything is text, nothing is the empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
