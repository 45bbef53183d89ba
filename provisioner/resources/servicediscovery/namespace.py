"""A private DNS namespace of Cloud Map, and the hosted zone that comes with it.

https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html

Making one takes AWS a minute: the call answers with an operation, and the namespace's id is known
for certain when that has succeeded (GetOperation). No answer of Cloud Map names the VPC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.errors import StepFailed
from provisioner.resources._tags import tag_list
from provisioner.resources.servicediscovery import _common

OPERATION = "Operation"


class Namespace(_common.Tagged):
    """`Vpc` counts at creation only."""

    name = _common.NAMESPACE
    api = Api(_common.SERVICE, "CreatePrivateDnsNamespace", "UpdatePrivateDnsNamespace")
    grants = (
        Grant("read", "servicediscovery:ListNamespaces servicediscovery:ListTagsForResource"),
        Grant("read", "servicediscovery:GetNamespace servicediscovery:GetOperation"),
        Grant("create", "servicediscovery:CreatePrivateDnsNamespace", tagged="request"),
        Grant("create", "servicediscovery:TagResource"),
        # Cloud Map keeps the private hosted zone as the caller.
        Grant(
            "create",
            (
                "route53:CreateHostedZone route53:GetHostedZone route53:ListHostedZonesByName "
                "ec2:DescribeVpcs ec2:DescribeRegions"
            ),
        ),
        Grant(
            "update",
            "servicediscovery:UpdatePrivateDnsNamespace",
            "servicediscovery:namespace/*",
            tagged="resource",
        ),
        Grant("update", "servicediscovery:TagResource"),
        Grant("update", "route53:ChangeResourceRecordSets", "route53:hostedzone/*"),
        Grant(
            "delete",
            "servicediscovery:DeleteNamespace",
            "servicediscovery:namespace/*",
            tagged="resource",
        ),
        Grant("delete", "route53:DeleteHostedZone", "route53:hostedzone/*"),
    )
    fields = ("Name", "Vpc", "Description")
    identity = ("Name",)
    uses = frozenset({"ec2.vpc"})
    name_limit = 253
    immutable = frozenset({"Name", "Vpc"})
    retries = (
        # The same request is under way: its answer was lost.
        Retry("create", "DuplicateRequest", seconds=300),
        Retry("update", "ResourceInUse"),
        # Services that were deleted a moment ago are still counted, and ECS takes away those of
        # Service Connect some time after its own.
        Retry("delete", "ResourceInUse", seconds=600),
        Retry("delete", "DuplicateRequest"),
    )
    exists = ("NamespaceAlreadyExists",)
    absent = ("NamespaceNotFound",)
    patience = 600
    settles = frozenset[str]()
    effects: ClassVar[Mapping[str, Effect]] = {"Description": Effect.NONE}

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        for item, tags in _common.namespaces(aws, scope):
            yield self._live(item, tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client(_common.SERVICE).create_private_dns_namespace(
            **self.request(want), Tags=tag_list(tags)
        )
        operation = answer["OperationId"]
        return Live(self.name, operation, tags, dict(want), {OPERATION: operation})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client(_common.SERVICE).update_private_dns_namespace(
            Id=live.id, Namespace={"Description": want.get("Description") or ""}
        )

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client(_common.SERVICE).delete_namespace(Id=live.id)

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        if OPERATION not in live.outputs:
            return ""
        operation = self._operation(aws, live)
        if operation["Status"] == "FAIL":
            code, words = operation.get("ErrorCode", ""), operation.get("ErrorMessage", "")
            raise StepFailed(f"Cloud Map could not make the namespace: {code} {words}".strip())
        return "" if operation["Status"] == "SUCCESS" else str(operation["Status"]).lower()

    def settled(self, aws: Aws, live: Live) -> Live:
        """With the id that the operation tells at its end."""
        if OPERATION not in live.outputs:
            return live
        identifier = self._operation(aws, live)["Targets"]["NAMESPACE"]
        item = aws.client(_common.SERVICE).get_namespace(Id=identifier)["Namespace"]
        return replace(self._live(item, live.tags), properties=live.properties)

    def lingering(self, aws: Aws, live: Live) -> str:
        """The hosted zone goes first."""
        try:
            aws.client(_common.SERVICE).get_namespace(Id=live.id)
        except ClientError as error:
            if says(error, self.absent):
                return ""
            raise
        return "not gone yet"

    def _operation(self, aws: Aws, live: Live) -> dict[str, Any]:
        identifier = live.outputs[OPERATION]
        client = aws.client(_common.SERVICE)
        found: dict[str, Any] = client.get_operation(OperationId=identifier)["Operation"]
        return found

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {"Name": item["Name"], "Description": item.get("Description")}
        outputs = {"Arn": item["Arn"], "Id": item["Id"], "Name": item["Name"]}
        return Live(self.name, item["Id"], tags, properties, outputs)
