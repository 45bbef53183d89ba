"""What the Cloud Map kinds share: the namespaces near the stack, with their tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Live, Properties, Tags
from provisioner.engine.owner import DISCOVERED
from provisioner.resources._tags import indexed, sought, tag_list, tag_map, tags_of

SERVICE = "servicediscovery"
NAMESPACE = "servicediscovery.namespace"
NAME = "servicediscovery.service"
"""A name in a namespace: Cloud Map calls it a service."""


class Tagged(Kind):
    """A Cloud Map kind: tags are set by ARN."""

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        arn = live.outputs["Arn"]
        aws.client(SERVICE).tag_resource(ResourceARN=arn, Tags=tag_list(tags))


def namespaces(aws: Aws, scope: Scope) -> list[tuple[Mapping[str, Any], Tags]]:
    """Private namespaces that are wanted or ours, or that services of ours are to be in."""
    return aws.once("namespaces", lambda: _namespaces(aws, scope))


def _namespaces(aws: Aws, scope: Scope) -> list[tuple[Mapping[str, Any], Tags]]:
    seen = any(DISCOVERED in tags for tags in indexed(aws, scope, "ecs/service").values())
    wanted = [(NAMESPACE, f"{SERVICE}/namespace"), (NAME, f"{SERVICE}/service")]
    if not seen and not any(sought(aws, scope, kind, prefix) for kind, prefix in wanted):
        return []
    found = private(aws)
    tags = aws.gather(lambda item: tags_by_arn(aws, scope, item["Arn"]), found)
    queries = scope.shared.get(NAMESPACE, ())
    anywhere = seen and not scope.wants(NAMESPACE)
    return [
        (item, own)
        for item, own in zip(found, tags, strict=True)
        if anywhere  # names of ours may be in one of others that the spec says nothing of any more
        or scope.ours(own)
        or scope.near(NAMESPACE, item["Name"])
        or any(fits(item, own, query) for query in queries)
    ]


def private(aws: Aws) -> list[dict[str, Any]]:
    """All private namespaces."""
    filters = [{"Name": "TYPE", "Values": ["DNS_PRIVATE"], "Condition": "EQ"}]
    return aws.once(
        "private-namespaces",
        lambda: aws.pages(SERVICE, "list_namespaces", "Namespaces", Filters=filters),
    )


def fits(item: Mapping[str, Any], tags: Tags, query: Properties) -> bool:
    """Whether a namespace is the one of `query["name"]` (name, id or ARN) or `query["tags"]`."""
    if query["name"]:
        return query["name"] in (item["Name"], item["Id"], item["Arn"])
    wanted: Tags = query["tags"]
    return wanted.items() <= tags.items()


def tags_by_arn(aws: Aws, scope: Scope, arn: str) -> Tags:
    """The tags of a namespace or service."""

    def ask(arn: str) -> Tags:
        return tag_map(aws.client(SERVICE).list_tags_for_resource(ResourceARN=arn)["Tags"])

    return tags_of(aws, scope, arn, ask)
