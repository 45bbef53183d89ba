"""A subnet of a VPC that the stack makes.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _network

PUBLIC_IP = "MapPublicIpOnLaunch"


class Subnet(_network.Numbered):
    """Nothing in it can change but what a new network interface gets."""

    name = "ec2.subnet"
    type, number, plural = "subnet", "SubnetId", "Subnets"
    describe = "describe_subnets"
    api = Api("ec2", "CreateSubnet", "ModifySubnetAttribute")
    grants = (
        Grant("read", "ec2:DescribeSubnets"),
        Grant("create", "ec2:CreateSubnet", "ec2:subnet/*", tagged="request"),
        Grant("create", "ec2:CreateSubnet", "ec2:vpc/*"),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:subnet/*",
            tagged="request",
            when={"ec2:CreateAction": "CreateSubnet"},
        ),
        Grant(
            "update", "ec2:CreateTags ec2:ModifySubnetAttribute", "ec2:subnet/*", tagged="resource"
        ),
        Grant("delete", "ec2:DeleteSubnet", "ec2:subnet/*", tagged="resource"),
    )
    fields = ("VpcId", "CidrBlock", "AvailabilityZone")
    uses = frozenset({"ec2.vpc"})
    immutable = frozenset(fields)
    retries = (
        Retry("create", "InvalidVpcID.NotFound"),  # made a moment ago
        Retry("update", "InvalidSubnetID.NotFound"),
        Retry("delete", "DependencyViolation", seconds=_network.DEPENDENTS_SECONDS),
    )
    exists = ("InvalidSubnet.Conflict",)
    absent = ("InvalidSubnetID.NotFound",)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ec2").create_subnet(
            **self.request(want), TagSpecifications=self.marks(tags)
        )
        return self.of(answer["Subnet"], tags, {**self.request(want), PUBLIC_IP: False})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        if touched(changes, PUBLIC_IP):
            aws.client("ec2").modify_subnet_attribute(
                SubnetId=live.id, MapPublicIpOnLaunch={"Value": want[PUBLIC_IP]}
            )

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ec2").delete_subnet(SubnetId=live.id)

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        found = self.one(aws, live.id)
        if found is None:
            return "not visible yet"
        return "" if found["State"] == "available" else str(found["State"])

    def live(self, aws: Aws, item: Mapping[str, Any]) -> Live:
        properties = {name: item.get(name) for name in (*self.fields, PUBLIC_IP)}
        return self.of(item, tag_map(item.get("Tags")), properties)
