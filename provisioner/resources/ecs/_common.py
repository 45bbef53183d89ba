"""What the ECS kinds share: tags in lower case, and the clusters that services are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Live, Properties, Tags
from provisioner.resources._tags import arn_name, arns_with, tag_list, tag_map

CLUSTER = "ecs.cluster"
DESCRIBE_LIMIT = 10
"""Services in one DescribeServices."""


class Tagged(Kind):
    """An ECS kind: tags are set by ARN."""

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("ecs").tag_resource(resourceArn=live.id, tags=ecs_tags(tags))


def ecs_tags(tags: Tags) -> list[dict[str, str]]:
    """Tags as ECS takes them."""
    return tag_list(tags, key="key", value="value")


def from_ecs(items: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Tags as ECS returns them."""
    return tag_map(items, key="key", value="value")


def clusters(aws: Aws, scope: Scope) -> frozenset[str]:
    """The names of clusters that services of the stack are to be in, its own or somebody else's."""
    shared = (shared_clusters(aws, query) for query in scope.shared.get(CLUSTER, ()))
    return scope.names.get(CLUSTER, frozenset()).union(*shared)


def shared_clusters(aws: Aws, query: Properties) -> list[str]:
    """Names of the clusters that `query["name"]` or `query["tags"]` fit."""
    if query["name"]:
        return [query["name"]]
    key = ("clusters-with", repr(query["tags"]))
    return aws.once(key, lambda: [*map(arn_name, arns_with(aws, "ecs:cluster", query["tags"]))])
