"""The stack's topics, which subscriptions hang on.

https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
"""

from __future__ import annotations

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Scope
from provisioner.engine.model import Tags
from provisioner.resources._tags import indexed, sought, tag_map, tags_of

TOPIC = "sns.topic"
ANY = "sns/"
"""A topic's ARN has no type in it: `arn:aws:sns:region:account:name`."""


def topics(aws: Aws, scope: Scope) -> list[tuple[str, Tags]]:
    """ARN and tags of every topic within the scope."""
    if not sought(aws, scope, TOPIC, ANY):
        return []
    return aws.once("sns-topics", lambda: _read(aws, scope))


def _read(aws: Aws, scope: Scope) -> list[tuple[str, Tags]]:
    odd = indexed(aws, scope, ANY).keys()
    found = [item["TopicArn"] for item in aws.pages("sns", "list_topics", "Topics")]
    near = [
        arn for arn in found if arn in odd or scope.near(TOPIC, arn.rsplit(":", 1)[1])
    ]  # fmt: skip

    def ask(arn: str) -> Tags:
        return tag_map(aws.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"])

    tags = aws.gather(lambda arn: tags_of(aws, scope, arn, ask), near)
    return list(zip(near, tags, strict=True))
