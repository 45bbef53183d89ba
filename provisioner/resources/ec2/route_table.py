"""A route table, with the routes that the stack needs and the subnets that follow it.

Routes and associations have neither tags nor a life without their table, so they are properties.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRouteTable.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _network

TARGETS = {
    "igw": "GatewayId",
    "vgw": "GatewayId",
    "nat": "NatGatewayId",
    "tgw": "TransitGatewayId",
    "pcx": "VpcPeeringConnectionId",
    "eni": "NetworkInterfaceId",
    "eigw": "EgressOnlyInternetGatewayId",
    "vpce": "GatewayId",
}
"""What an id begins with, and the field of a route that it stands in."""
NOT_VISIBLE_YET = (
    "InvalidRouteTableID.NotFound", "InvalidSubnetID.NotFound", "InvalidGatewayID.NotFound",
    "InvalidInternetGatewayID.NotFound", "InvalidNatGatewayID.NotFound",
)  # fmt: skip


class RouteTable(_network.Numbered):
    """`Routes` maps a destination to the id of what it leads to; None where it must not lead out.

    Destinations that nobody declared are left alone: those of people, and those that gateway
    endpoints and VPN gateways write.
    """

    name = "ec2.route_table"
    type, number, plural = "route-table", "RouteTableId", "RouteTables"
    describe = "describe_route_tables"
    api = Api("ec2", "CreateRouteTable", "CreateRoute")
    grants = (
        Grant("read", "ec2:DescribeRouteTables"),
        Grant("create", "ec2:CreateRouteTable", "ec2:route-table/*", tagged="request"),
        Grant("create", "ec2:CreateRouteTable", "ec2:vpc/*"),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:route-table/*",
            tagged="request",
            when={"ec2:CreateAction": "CreateRouteTable"},
        ),
        Grant(
            "update",
            (
                "ec2:CreateTags ec2:CreateRoute ec2:ReplaceRoute ec2:DeleteRoute "
                "ec2:AssociateRouteTable ec2:ReplaceRouteTableAssociation "
                "ec2:DisassociateRouteTable"
            ),
            "ec2:route-table/*",
            tagged="resource",
        ),
        Grant(
            "delete",
            "ec2:DeleteRouteTable ec2:DisassociateRouteTable",
            "ec2:route-table/*",
            tagged="resource",
        ),
        Grant(
            "update",
            ("ec2:AssociateRouteTable ec2:ReplaceRouteTableAssociation ec2:DisassociateRouteTable"),
            "ec2:subnet/*",
            tagged="resource",
        ),
        Grant("delete", "ec2:DisassociateRouteTable", "ec2:subnet/*", tagged="resource"),
    )
    fields = ("VpcId",)
    uses = frozenset({
        "ec2.vpc", "ec2.subnet", "ec2.internet_gateway", "ec2.nat_gateway",
    })  # fmt: skip
    immutable = frozenset(fields)
    rules = Rules(unordered=frozenset({"SubnetIds"}))
    retries = (
        Retry("create", "InvalidVpcID.NotFound"),  # made a moment ago
        *(Retry("update", code) for code in NOT_VISIBLE_YET),
        Retry("delete", "DependencyViolation", seconds=600),
    )
    absent = ("InvalidRouteTableID.NotFound",)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ec2").create_route_table(
            **self.request(want), TagSpecifications=self.marks(tags)
        )
        return self.of(
            answer["RouteTable"], tags, {"VpcId": want["VpcId"], "Routes": {}, "SubnetIds": []}
        )

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        for destination, target in want["Routes"].items():
            if any(change.path == ("Routes", destination) for change in changes):
                self._route(aws, live, destination, target)
        if touched(changes, "SubnetIds"):
            self._associate(aws, live, want["SubnetIds"])

    def _route(self, aws: Aws, live: Live, destination: str, target: str | None) -> None:
        client, where = aws.client("ec2"), {"DestinationCidrBlock": destination}
        if target is None:
            self._unroute(aws, live, destination)
            return
        to = {TARGETS[target.split("-")[0]]: target}
        try:
            client.create_route(RouteTableId=live.id, **where, **to)
        except ClientError as error:
            if not says(error, ("RouteAlreadyExists",)):
                raise
            client.replace_route(RouteTableId=live.id, **where, **to)

    def _unroute(self, aws: Aws, live: Live, destination: str) -> None:
        try:
            aws.client("ec2").delete_route(RouteTableId=live.id, DestinationCidrBlock=destination)
        except ClientError as error:
            if not says(error, ("InvalidRoute.NotFound",)):
                raise

    def _associate(self, aws: Aws, live: Live, wanted: Sequence[str]) -> None:
        """A subnet follows one table: one that follows another is moved, in one call."""
        client = aws.client("ec2")
        now = _associations(self.one(aws, live.id) or {})
        for subnet in sorted(set(wanted) - now.keys()):
            filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
            others = client.describe_route_tables(Filters=filters)["RouteTables"]
            if others:
                client.replace_route_table_association(
                    AssociationId=_associations(others[0])[subnet], RouteTableId=live.id
                )
            else:
                client.associate_route_table(SubnetId=subnet, RouteTableId=live.id)
        for subnet in sorted(now.keys() - set(wanted)):
            client.disassociate_route_table(AssociationId=now[subnet])

    def delete(self, aws: Aws, live: Live) -> None:
        for association in _associations(self.one(aws, live.id) or {}).values():
            aws.client("ec2").disassociate_route_table(AssociationId=association)
        aws.client("ec2").delete_route_table(RouteTableId=live.id)

    def live(self, aws: Aws, item: Mapping[str, Any]) -> Live:
        routes = {
            route["DestinationCidrBlock"]: target
            for route in item["Routes"]
            if "DestinationCidrBlock" in route and (target := leads_to(route)) != "local"
        }
        properties = {
            "VpcId": item["VpcId"],
            "Routes": routes,
            "SubnetIds": sorted(_associations(item)),
        }
        return self.of(item, tag_map(item.get("Tags")), properties)


def leads_to(route: Mapping[str, Any]) -> str:
    """The id of a route's target, `local` for the VPC itself."""
    fields = (*dict.fromkeys(TARGETS.values()), "InstanceId", "LocalGatewayId", "CarrierGatewayId")
    return next((str(route[field]) for field in fields if route.get(field)), "")


def _associations(item: Mapping[str, Any]) -> dict[str, str]:
    """Subnet to the id of its association."""
    return {
        one["SubnetId"]: one["RouteTableAssociationId"]
        for one in item.get("Associations", ())
        if "SubnetId" in one
        and one.get("AssociationState", {}).get("State") not in ("disassociating", "disassociated")
    }
