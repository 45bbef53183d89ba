"""What the Cloud Map kinds share: the namespaces near the stack, with their tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Live, Tags
from provisioner.engine.owner import DISCOVERED
from provisioner.resources._tags import indexed, sought, tag_list, tag_map, tags_of

SERVICE = "servicediscovery"
NAMESPACE = "servicediscovery.namespace"


class Tagged(Kind):
    """A Cloud Map kind: tags are set by ARN."""

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        arn = live.outputs["Arn"]
        aws.client(SERVICE).tag_resource(ResourceARN=arn, Tags=tag_list(tags))


def namespaces(aws: Aws, scope: Scope) -> list[tuple[Mapping[str, Any], Tags]]:
    """Private namespaces that are wanted or ours."""
    return aws.once("namespaces", lambda: _namespaces(aws, scope))


def _namespaces(aws: Aws, scope: Scope) -> list[tuple[Mapping[str, Any], Tags]]:
    seen = any(DISCOVERED in tags for tags in indexed(aws, scope, "ecs/service").values())
    if not seen and not sought(aws, scope, NAMESPACE, f"{SERVICE}/namespace"):
        return []
    filters = [{"Name": "TYPE", "Values": ["DNS_PRIVATE"], "Condition": "EQ"}]
    found = aws.pages(SERVICE, "list_namespaces", "Namespaces", Filters=filters)
    tags = aws.gather(lambda item: tags_by_arn(aws, scope, item["Arn"]), found)
    return [
        (item, own)
        for item, own in zip(found, tags, strict=True)
        if scope.ours(own) or scope.near(NAMESPACE, item["Name"])
    ]


def tags_by_arn(aws: Aws, scope: Scope, arn: str) -> Tags:
    """The tags of a namespace or service."""

    def ask(arn: str) -> Tags:
        return tag_map(aws.client(SERVICE).list_tags_for_resource(ResourceARN=arn)["Tags"])

    return tags_of(aws, scope, arn, ask)
