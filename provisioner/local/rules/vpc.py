"""What EC2 refuses about networks: parts that others still hold on to, or that do not fit.

https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .rule import Params, Place, Rule

GONE = ("deleted", "failed")
# Of the blocks of subnets.
SIZES = range(16, 29)


def _vpc_in_use(params: Params, place: Place) -> str | None:
    vpc, ec2 = params["VpcId"], place.of("ec2")
    groups = [group for group in ec2.groups.get(vpc, {}).values() if group.name != "default"]
    gateways = [one for one in ec2.internet_gateways.values() if one.vpc and one.vpc.id == vpc]
    endpoints = [one for one in ec2.vpc_end_points.values() if one.vpc_id == vpc]
    if groups or gateways or endpoints:
        return f"The vpc '{vpc}' has dependencies and cannot be deleted."
    return None


def _subnet_in_use(params: Params, place: Place) -> str | None:
    subnet, ec2 = params["SubnetId"], place.of("ec2")
    place.of("ecs").advance()
    held = [eni for eni in ec2.enis.values() if eni.subnet.id == subnet]
    balanced = any(
        subnet in balancer.subnets for balancer in place.of("elbv2").load_balancers.values()
    )
    if held or balanced:
        return f"The subnet '{subnet}' has dependencies and cannot be deleted."
    return None


def _gateway_in_use(params: Params, place: Place) -> str | None:
    for nat in _gateways(place):
        if nat.vpc_id == params["VpcId"] and nat.connectivity_type != "private":
            return (
                f"Network {nat.vpc_id} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway."
            )
    return None


def _address_in_use(params: Params, place: Place) -> str | None:
    number = params.get("AllocationId", "")
    if number and number in [nat.allocation for nat in _gateways(place)]:
        return f"Address with allocation id {number} is in use."
    return None


def _address_managed(params: Params, place: Place) -> str | None:
    """Only the gateway itself can let go of its address."""
    held = [nat.allocation for nat in _gateways(place)]
    for each in place.of("ec2").addresses:
        named = params.get("AssociationId") or params.get("PublicIp")
        if each.allocation_id in held and named in {each.association_id, each.public_ip}:
            return "You do not have permission to access the specified resource."
    return None


def _no_address(params: Params, _: Place) -> str | None:
    if params.get("ConnectivityType", "public") == "public" and not params.get("AllocationId"):
        return "The request must include the AllocationId parameter."
    return None


def _no_gateway(params: Params, place: Place) -> str | None:
    number = params.get("NatGatewayId")
    if number and number not in [nat.id for nat in _gateways(place)]:
        return f"The natGateway ID '{number}' does not exist"
    return None


def _other_gateway(params: Params, place: Place) -> str | None:
    vpc, own = params["VpcId"], params["InternetGatewayId"]
    for each in place.of("ec2").internet_gateways.values():
        if each.id != own and each.vpc and each.vpc.id == vpc:
            return f"Network {vpc} already has an internet gateway attached"
    return None


def _other_table(params: Params, place: Place) -> str | None:
    """A subnet has one route table, which is replaced by ReplaceRouteTableAssociation."""
    subnet, own = params.get("SubnetId"), params["RouteTableId"]
    for table in place.of("ec2").route_tables.values():
        taken = [each.get("SubnetId") for each in table.associations]
        if subnet and table.id != own and subnet in taken:
            return (
                f"the specified association for route table {own} conflicts with an existing"
                " association"
            )
    return None


def _own_route(params: Params, place: Place) -> str | None:
    table = place.of("ec2").route_tables.get(params["RouteTableId"])
    block = params.get("DestinationCidrBlock")
    if table and block and block == place.of("ec2").vpcs[table.vpc_id].cidr_block:
        return f"cannot remove local route {block} in route table {table.id}"
    return None


def _several(params: Params, _: Place) -> str | None:
    asked = sorted(name[0].lower() + name[1:] for name in params if name.startswith("Enable"))
    if len(asked) > 1:
        return f"Fields for multiple attribute types specified: {', '.join(asked)}"
    return None


def _small(params: Params, _: Place) -> str | None:
    block = params.get("CidrBlock") or ""
    size = block.rpartition("/")[2]
    if size.isdigit() and int(size) not in SIZES:
        return f"The CIDR '{block}' is invalid."
    return None


def _zone(params: Params, place: Place) -> str | None:
    zone = params.get("AvailabilityZone")
    if zone and not re.fullmatch(f"{place.region}[a-z]", zone):
        return (
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only"
            f" be created in the availability zones of {place.region}."
        )
    return None


def _gateways(place: Place) -> Iterator[Any]:
    return (nat for nat in place.of("ec2").nat_gateways.values() if nat.state not in GONE)


INVALID = "InvalidParameterValue"
RULES = (
    Rule("AttachInternetGateway", INVALID, _other_gateway, "EC2 API: AttachInternetGateway"),
    Rule(
        "AssociateRouteTable",
        "Resource.AlreadyAssociated",
        _other_table,
        "EC2 API: AssociateRouteTable",
    ),
    Rule("DeleteRoute", INVALID, _own_route, "EC2 API: DeleteRoute"),
    Rule(
        "ModifyVpcAttribute", "InvalidParameterCombination", _several, "EC2 API: ModifyVpcAttribute"
    ),
    Rule("CreateSubnet", "InvalidSubnet.Range", _small, "EC2 API: CreateSubnet"),
    Rule("CreateSubnet", INVALID, _zone, "EC2 API: CreateSubnet"),
    Rule("DeleteVpc", "DependencyViolation", _vpc_in_use, "EC2 API: DeleteVpc"),
    Rule("DeleteSubnet", "DependencyViolation", _subnet_in_use, "EC2 API: DeleteSubnet"),
    Rule(
        "DetachInternetGateway",
        "DependencyViolation",
        _gateway_in_use,
        "EC2 API: DetachInternetGateway",
    ),
    Rule("ReleaseAddress", "InvalidIPAddress.InUse", _address_in_use, "EC2 API: ReleaseAddress"),
    Rule("DisassociateAddress", "AuthFailure", _address_managed, "terraform-provider-aws#3572"),
    Rule("CreateNatGateway", "MissingParameter", _no_address, "EC2 API: CreateNatGateway"),
    Rule("CreateRoute", "InvalidNatGatewayID.NotFound", _no_gateway, "EC2 API: CreateRoute"),
    Rule("ReplaceRoute", "InvalidNatGatewayID.NotFound", _no_gateway, "EC2 API: ReplaceRoute"),
)
