"""A VPC endpoint: an AWS service reached from inside the VPC, without a way to the internet.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.errors import StepFailed
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _network

LISTS = ("SubnetIds", "SecurityGroupIds", "RouteTableIds")
BROKEN = ("failed", "rejected", "expired")
GONE = ("deleting", "deleted", *BROKEN)


class VpcEndpoint(_network.Numbered):
    """Interface endpoints have subnets, groups and private names; gateway endpoints have routes."""

    name = "ec2.vpc_endpoint"
    type, number, plural = "vpc-endpoint", "VpcEndpointId", "VpcEndpoints"
    describe = "describe_vpc_endpoints"
    api = Api("ec2", "CreateVpcEndpoint", "ModifyVpcEndpoint")
    grants = (
        Grant(
            "read",
            (
                "ec2:DescribeVpcEndpoints ec2:DescribeSubnets ec2:DescribeVpcs "
                "ec2:DescribeSecurityGroups"
            ),
        ),
        Grant("create", "ec2:CreateVpcEndpoint", "ec2:vpc-endpoint/*", tagged="request"),
        Grant(
            "create",
            "ec2:CreateVpcEndpoint",
            "ec2:vpc/* ec2:subnet/* ec2:security-group/* ec2:route-table/*",
        ),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:vpc-endpoint/*",
            tagged="request",
            when={"ec2:CreateAction": "CreateVpcEndpoint"},
        ),
        Grant(
            "update",
            "ec2:CreateTags ec2:ModifyVpcEndpoint",
            "ec2:vpc-endpoint/*",
            tagged="resource",
        ),
        Grant("delete", "ec2:DeleteVpcEndpoints", "ec2:vpc-endpoint/*", tagged="resource"),
        Grant("create", "route53:AssociateVPCWithHostedZone"),
        Grant(
            "update", "ec2:ModifyVpcEndpoint", "ec2:subnet/* ec2:security-group/* ec2:route-table/*"
        ),
    )
    fields = ("VpcId", "VpcEndpointType", "ServiceName", "PrivateDnsEnabled", *LISTS)
    uses = frozenset({
        "ec2.vpc", "ec2.subnet", "ec2.route_table", "ec2.security_group", "ec2.security_group_rule",
    })  # fmt: skip
    immutable = frozenset({"VpcId", "VpcEndpointType", "ServiceName"})
    rules = Rules(unordered=frozenset(LISTS))
    retries = (
        # Made a moment ago, not visible everywhere yet.
        Retry("create", "InvalidVpcId.NotFound"),
        Retry("create", "InvalidVpcID.NotFound"),
        Retry("create", "InvalidSubnetId.NotFound"),
        Retry("create", "InvalidSubnetID.NotFound"),
        Retry("create", "InvalidRouteTableId.NotFound"),
        Retry("create", "InvalidSecurityGroupId.NotFound"),
        Retry("create", "InvalidGroup.NotFound"),
        # DNS hostnames of the VPC were switched on a moment ago.
        Retry("create", "InvalidParameter", containing="enableDnsHostnames"),
        # The last endpoint for the same service is on its way out, with the same private names.
        Retry("create", "InvalidParameter", containing="private-dns-enabled", seconds=600),
        Retry("update", "InvalidVpcEndpointId.NotFound"),
        Retry("update", "IncorrectState", seconds=600),
    )
    absent = ("InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound")
    patience = 900

    def exists_still(self, item: Mapping[str, Any]) -> bool:
        return item["State"].lower() not in GONE

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """With a client token, which botocore does not fill in here.

        Every try of ours has its own: a known one stands for the endpoint that was made with it.
        """
        answer = aws.client("ec2").create_vpc_endpoint(
            **self.request(want), ClientToken=uuid.uuid4().hex, TagSpecifications=self.marks(tags)
        )
        return self.of(answer["VpcEndpoint"], tags, {name: want.get(name) for name in self.fields})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        arguments: dict[str, Any] = {}
        for name in LISTS:
            if touched(changes, name):
                now, then = set(live.properties[name] or ()), set(want[name] or ())
                arguments[f"Add{name}"] = sorted(then - now)
                arguments[f"Remove{name}"] = sorted(now - then)
        if touched(changes, "PrivateDnsEnabled"):
            arguments["PrivateDnsEnabled"] = want["PrivateDnsEnabled"]
        given = {name: value for name, value in arguments.items() if value != []}
        aws.client("ec2").modify_vpc_endpoint(VpcEndpointId=live.id, **given)

    def delete(self, aws: Aws, live: Live) -> None:
        """The call succeeds whatever happens; its answer says what did not."""
        answer = aws.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[live.id])
        for item in answer.get("Unsuccessful", ()):
            raise ClientError({"Error": item["Error"]}, "DeleteVpcEndpoints")

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        found = self.one(aws, live.id)
        if found is None:
            return "not visible yet"
        state = found["State"].lower()
        if state in BROKEN:
            why = found.get("LastError", {}).get("Message") or "no reason given"
            raise StepFailed(f"the endpoint {live.id} is {state}: {why}")
        return "" if state == "available" else state

    def lingering(self, aws: Aws, live: Live) -> str:
        """Its network interfaces hold its subnets and groups for some minutes."""
        found = self.one(aws, live.id)
        return "" if found is None or found["State"].lower() == "deleted" else "not gone yet"

    def live(self, aws: Aws, item: Mapping[str, Any]) -> Live:
        gateway = item["VpcEndpointType"] == "Gateway"
        properties = {
            "VpcId": item["VpcId"],
            "VpcEndpointType": item["VpcEndpointType"],
            "ServiceName": item["ServiceName"],
            "PrivateDnsEnabled": None if gateway else item.get("PrivateDnsEnabled"),
            "SubnetIds": item.get("SubnetIds", []),
            "SecurityGroupIds": [group["GroupId"] for group in item.get("Groups", ())],
            "RouteTableIds": item.get("RouteTableIds", []),
        }
        return self.of(item, tag_map(item.get("Tags")), properties)
