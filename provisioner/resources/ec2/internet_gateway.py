"""An internet gateway, attached to a VPC.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateInternetGateway.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _network


class InternetGateway(_network.Numbered):
    """`VpcId` is the VPC that it is attached to; it is made without one."""

    name = "ec2.internet_gateway"
    type, number, plural = "internet-gateway", "InternetGatewayId", "InternetGateways"
    describe = "describe_internet_gateways"
    api = Api("ec2", "CreateInternetGateway", "AttachInternetGateway")
    grants = (
        Grant("read", "ec2:DescribeInternetGateways"),
        Grant("create", "ec2:CreateInternetGateway", "ec2:internet-gateway/*", tagged="request"),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:internet-gateway/*",
            tagged="request",
            when={"ec2:CreateAction": "CreateInternetGateway"},
        ),
        Grant(
            "update",
            "ec2:CreateTags ec2:AttachInternetGateway",
            "ec2:internet-gateway/*",
            tagged="resource",
        ),
        Grant(
            "delete",
            "ec2:DeleteInternetGateway ec2:DetachInternetGateway",
            "ec2:internet-gateway/*",
            tagged="resource",
        ),
        Grant("update", "ec2:AttachInternetGateway", "ec2:vpc/*", tagged="resource"),
        Grant("delete", "ec2:DetachInternetGateway", "ec2:vpc/*", tagged="resource"),
    )
    fields = ()
    uses = frozenset({"ec2.vpc"})
    retries = (
        Retry("update", "InvalidInternetGatewayID.NotFound"),  # made a moment ago
        Retry("update", "InvalidVpcID.NotFound"),
        # An answer was lost: the next try sees that it is attached.
        Retry("update", "Resource.AlreadyAssociated", seconds=30),
        # Public addresses in the VPC go minutes after their owners.
        Retry("delete", "DependencyViolation", seconds=_network.DEPENDENTS_SECONDS),
    )
    absent = ("InvalidInternetGatewayID.NotFound",)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ec2").create_internet_gateway(TagSpecifications=self.marks(tags))
        return self.of(answer["InternetGateway"], tags, {"VpcId": None})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Attaching is not repeatable: AWS refuses what an answer that was lost has done."""
        if not touched(changes, "VpcId"):
            return
        attached = _vpc(self.one(aws, live.id) or {})
        if attached and attached != want["VpcId"]:
            self._detach(aws, live.id, attached)
        if attached != want["VpcId"]:
            aws.client("ec2").attach_internet_gateway(
                InternetGatewayId=live.id, VpcId=want["VpcId"]
            )

    def delete(self, aws: Aws, live: Live) -> None:
        if live.properties["VpcId"]:
            self._detach(aws, live.id, live.properties["VpcId"])
        aws.client("ec2").delete_internet_gateway(InternetGatewayId=live.id)

    def _detach(self, aws: Aws, gateway: str, vpc: str) -> None:
        try:
            aws.client("ec2").detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        except ClientError as error:
            if not says(error, ("Gateway.NotAttached",)):
                raise

    def live(self, aws: Aws, item: Mapping[str, Any]) -> Live:
        return self.of(item, tag_map(item.get("Tags")), {"VpcId": _vpc(item)})


def _vpc(item: Mapping[str, Any]) -> str | None:
    """What it is attached to; EC2 calls the state of an attached one `available`."""
    places = [one["VpcId"] for one in item.get("Attachments", ()) if one["State"] != "detached"]
    return str(places[0]) if places else None
