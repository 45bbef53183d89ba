"""What the ECS kinds share: tags in lower case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Kind
from provisioner.engine.model import Live, Tags
from provisioner.resources._tags import tag_list, tag_map


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
