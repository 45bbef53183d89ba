"""What the parts of a network share: ids for names, so only their tags tell whose they are.

One call per kind finds them, filtered by the ownership tag, and only where there can be any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Live, Properties, Tags
from provisioner.engine.owner import STACK
from provisioner.resources._tags import sought, tag_map
from provisioner.resources.ec2 import _common

DEPENDENTS_SECONDS = 1800
"""Network interfaces of tasks, load balancers and endpoints go minutes after their owners."""


class Numbered(Kind):
    """A part of a network: it has an id and no name.

    `type` is what tags and ARNs call it, `number` the field with its id, `plural` the field of the
    answer that lists them.
    """

    type: ClassVar[str]
    number: ClassVar[str]
    plural: ClassVar[str]
    describe: ClassVar[str]
    """The operation that lists them, as boto3 calls it."""
    filters: ClassVar[str] = "Filters"
    """DescribeNatGateways has another word for it."""

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        if sought(aws, scope, self.name, f"ec2/{self.type}/"):
            for item in self.owned(aws, scope.stack):
                if self.exists_still(item):
                    yield self.live(aws, item)

    def owned(self, aws: Aws, stack: str) -> list[dict[str, Any]]:
        """Everything of the kind that is tagged as the stack's, by id."""

        def read() -> list[dict[str, Any]]:
            found = self._ask(aws, self.filters, [{"Name": f"tag:{STACK}", "Values": [stack]}])
            mine = [item for item in found if tag_map(item.get("Tags")).get(STACK) == stack]
            return sorted(mine, key=lambda item: str(item[self.number]))

        return aws.once((self.name, stack), read)

    def one(self, aws: Aws, number: str) -> dict[str, Any] | None:
        """The thing with that id; None where there is none, or none to be seen yet."""
        try:
            found = self._ask(aws, f"{self.number}s", [number])
        except ClientError as error:
            if says(error, self.absent):
                return None
            raise
        return found[0] if found else None

    def _ask(self, aws: Aws, argument: str, values: list[Any]) -> list[dict[str, Any]]:
        if aws.client("ec2").can_paginate(self.describe):
            return aws.pages("ec2", self.describe, self.plural, **{argument: values})
        answer = getattr(aws.client("ec2"), self.describe)(**{argument: values})
        found: list[dict[str, Any]] = answer[self.plural]
        return found

    def exists_still(self, item: Mapping[str, Any]) -> bool:
        """Whether it is more than the record of something that is gone."""
        return True

    def live(self, aws: Aws, item: Mapping[str, Any]) -> Live:
        """It in the vocabulary of the kind's properties. Reads what a description leaves out."""
        return self.of(
            item, tag_map(item.get("Tags")), {name: item.get(name) for name in self.fields}
        )

    def canonical(self, properties: Properties) -> Properties:
        """AWS drops the host bits of a block."""
        try:
            block = ip_network(properties["CidrBlock"], strict=False)
        except (KeyError, ValueError):  # none, not known yet, or for AWS to refuse
            return properties
        return {**properties, "CidrBlock": str(block)}

    def of(self, item: Mapping[str, Any], tags: Tags, properties: Properties) -> Live:
        """A Live with the id as its one output."""
        identifier = str(item[self.number])
        return Live(self.name, identifier, tags, properties, {"Id": identifier})

    def marks(self, tags: Tags) -> list[dict[str, Any]]:
        """`TagSpecifications` of the create call."""
        return _common.specification(self.type, tags)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        _common.retag(aws, live.id, tags)
