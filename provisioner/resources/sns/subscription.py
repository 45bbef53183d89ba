"""A subscription to one of the stack's topics by e-mail.

It cannot carry tags, so it hangs on its topic: every e-mail subscription of a topic that is the
stack's belongs to the stack. Its address is its protocol and endpoint. Subscriptions of other
protocols (a queue, the endpoint that a chat application brings along) are left alone.
https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Kind, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.owner import ADDRESS, STACK
from provisioner.resources.sns._common import topics

OURS = frozenset({"email", "email-json"})
PENDING = "PendingConfirmation"
GONE = "Deleted"
"""What SNS lists in the place of an ARN: nobody has confirmed yet; somebody has unsubscribed."""


class Subscription(Kind):
    """Made once, and then it is the recipient's turn: waiting for them is no difference.

    SNS sends its question at every Subscribe, so one that waits is not asked for again. It
    forgets the question after two days, and the next apply asks once more.
    """

    name = "sns.subscription"
    api = Api("sns", "Subscribe")
    grants = (
        Grant("read", "sns:ListSubscriptionsByTopic", "sns:{TopicArn}"),
        Grant("create", "sns:Subscribe", "sns:{TopicArn}"),
        Grant("delete", "sns:Unsubscribe"),
    )
    fields = ("TopicArn", "Protocol", "Endpoint")
    immutable = frozenset({"TopicArn", "Protocol", "Endpoint"})
    uses = frozenset({"sns.topic"})
    replacement = "create-first"
    absent = ("NotFound",)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        ours = [arn for arn, tags in topics(aws, scope) if scope.ours(tags)]

        def ask(arn: str) -> list[dict[str, Any]]:
            return aws.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)

        for item in (item for some in aws.gather(ask, ours) for item in some):
            if item["Protocol"] not in OURS or item["SubscriptionArn"] == GONE:
                continue
            address = f"{self.name}/{item['Protocol']}/{item['Endpoint']}"
            if item["SubscriptionArn"] == PENDING and address not in scope.tags:
                continue  # nobody can take it back; it lapses by itself
            tags = scope.tags.get(address, {STACK: scope.stack, ADDRESS: address})
            yield self._live(item, item["SubscriptionArn"], tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("sns").subscribe(**self.request(want))
        waits = not answer["SubscriptionArn"].startswith("arn:")  # `pending confirmation`
        return self._live(want, PENDING if waits else answer["SubscriptionArn"], tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Nothing about it can change."""

    def delete(self, aws: Aws, live: Live) -> None:
        """One that waits for its confirmation has no ARN to name: it goes with its topic."""
        if live.outputs["Arn"] != PENDING:
            aws.client("sns").unsubscribe(SubscriptionArn=live.outputs["Arn"])

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """It carries none."""

    def _live(self, item: Properties, arn: str, tags: Tags) -> Live:
        properties = {name: item[name] for name in self.fields}
        state = "waits for its confirmation" if arn == PENDING else "confirmed"
        identifier = "/".join(properties.values()) if arn == PENDING else arn
        return Live(self.name, identifier, tags, properties, {"Arn": arn, "State": state})
