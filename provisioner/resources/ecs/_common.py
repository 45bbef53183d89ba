"""What the ECS kinds share: tags in lower case, and where services are and what they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Live, Properties, Tags
from provisioner.resources._tags import arn_name, arns_with, batches, tag_list, tag_map

CLUSTER, SERVICE = "ecs.cluster", "ecs.service"
DESCRIBE_LIMIT = 10
"""Services in one DescribeServices."""
DESCRIBE_TASKS_LIMIT = 100


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


def services(aws: Aws, scope: Scope) -> list[dict[str, Any]]:
    """The ACTIVE services of the wanted names as DescribeServices has them, whosever they are."""

    def read() -> list[dict[str, Any]]:
        names = sorted(scope.names.get(SERVICE, ()))
        asked = [
            (cluster, some)
            for cluster in sorted(clusters(aws, scope))
            for some in batches(names, DESCRIBE_LIMIT)
        ]
        return [item for found in aws.gather(lambda one: described(aws, *one), asked)
                for item in found]  # fmt: skip

    return aws.once("wanted-services", read)


def described(aws: Aws, cluster: str, names: list[str]) -> list[dict[str, Any]]:
    """The ACTIVE ones of at most ten services, with their tags."""
    try:
        answer = aws.client("ecs").describe_services(
            cluster=cluster, services=names, include=["TAGS"]
        )
    except ClientError as error:
        if says(error, ("ClusterNotFoundException",)):
            return []
        raise
    return [item for item in answer["services"] if item["status"] == "ACTIVE"]


def tasks(aws: Aws, cluster: str, **where: str) -> Iterator[dict[str, Any]]:
    """The tasks of a cluster as DescribeTasks has them; `where` is what ListTasks filters by.

    Without a `desiredStatus` those that nobody has told to stop.
    """
    arns = aws.pages("ecs", "list_tasks", "taskArns", cluster=cluster, **where)
    for some in batches(arns, DESCRIBE_TASKS_LIMIT):
        yield from aws.client("ecs").describe_tasks(cluster=cluster, tasks=some)["tasks"]


def running(aws: Aws, scope: Scope) -> list[str]:
    """ARNs of the task definitions that the stack's services were told to run last."""
    return [item["taskDefinition"] for item in services(aws, scope)]
