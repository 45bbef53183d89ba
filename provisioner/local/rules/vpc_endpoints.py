"""What EC2 refuses about VPC endpoints.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from botocore.session import Session
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES

from .rule import Check, Params, Place, Rule

INTERFACE, GATEWAY = "Interface", "Gateway"
# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
GATEWAYS = frozenset({"s3", "dynamodb", "s3express"})
BUSY = ("pending", "deleting")


def _unknown(params: Params, place: Place) -> str | None:
    """A service of AWS's has a name of the endpoint's own region; those of others are not known."""
    name = params["ServiceName"]
    theirs = "vpce-svc-" in name or name.startswith("aws.")
    if theirs or params.get("ServiceRegion") or _label(name, place) in services():
        return None
    return f"The Vpc Endpoint Service '{name}' does not exist"


def _unlike(params: Params, place: Place) -> str | None:
    if params.get("VpcEndpointType", GATEWAY) != GATEWAY:
        return None
    if _label(params["ServiceName"], place) not in GATEWAYS:
        return "Endpoint type (Gateway) does not match available service types ([Interface])."
    if params.get("SubnetIds"):
        kinds = "Interface and GatewayLoadBalancer"
        return f"Subnet IDs are only supported for {kinds} type VPC Endpoints."
    return None


def _label(name: str, place: Place) -> str:
    """`ecr.api` for `com.amazonaws.REGION.ecr.api`, nothing for a name of another region."""
    start = f"com.amazonaws.{place.region}."
    name = name.removeprefix("cn.")
    return name.removeprefix(start) if name.startswith(start) else ""


@cache
def services() -> frozenset[str]:
    """Return the labels of AWS's services, rather more than have endpoints than fewer."""
    return frozenset({*AWS_ENDPOINT_SERVICES, *Session().get_available_services()})


def _no_names(params: Params, place: Place) -> str | None:
    """Private names stand in the VPC's own DNS."""
    vpc = place.of("ec2").vpcs.get(_vpc(params, place))
    if vpc is None or not _private(params, place):
        return None
    if all(
        str(one).lower() == "true" for one in (vpc.enable_dns_support, vpc.enable_dns_hostnames)
    ):
        return None
    return (
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes"
        f" set to true for {vpc.id}"
    )


def _name_taken(params: Params, place: Place) -> str | None:
    """An endpoint has its private names until it is gone."""
    vpc, own = _vpc(params, place), _own(params, place)
    service = own.service_name if own else params["ServiceName"]
    if not _private(params, place):
        return None
    for each in place.of("ec2").vpc_end_points.values():
        taken = each.vpc_endpoint_type == INTERFACE and each.private_dns_enabled
        if taken and each is not own and (each.vpc_id, each.service_name) == (vpc, service):
            return (
                "private-dns-enabled cannot be set because there is already a conflicting DNS"
                f" domain for {_domain(service, place)} in the VPC {vpc}"
            )
    return None


def _private(params: Params, place: Place) -> bool:
    """Whether the call is to give an interface endpoint private names."""
    own = _own(params, place)
    kind = own.vpc_endpoint_type if own else params.get("VpcEndpointType")
    return kind == INTERFACE and bool(params.get("PrivateDnsEnabled", own is None))


def _domain(service: str, place: Place) -> str:
    """`api.ecr.REGION.amazonaws.com` for `com.amazonaws.REGION.ecr.api`."""
    labels = service.split(".")[3:][::-1]
    return ".".join([*labels, place.region, "amazonaws.com"])


def _own(params: Params, place: Place) -> Any:
    return place.of("ec2").vpc_end_points.get(params.get("VpcEndpointId"))


def _vpc(params: Params, place: Place) -> str:
    own = _own(params, place)
    return str(own.vpc_id if own else params.get("VpcId"))


def _second_route(params: Params, place: Place) -> str | None:
    own = _own(params, place)
    service = own.service_name if own else params["ServiceName"]
    tables: Iterable[str] = params.get("AddRouteTableIds" if own else "RouteTableIds") or ()
    for each in place.of("ec2").vpc_end_points.values():
        for table in tables:
            if (
                each is not own
                and each.service_name == service
                and table in (each.route_table_ids or ())
            ):
                return (
                    f"route table {table} already has a route with destination-prefix-list-id"
                    f" {each.destination_prefix_list_id}"
                )
    return None


def _same_zone(params: Params, place: Place) -> str | None:
    own, ec2 = _own(params, place), place.of("ec2")
    left = set(own.subnet_ids if own else ()) - set(params.get("RemoveSubnetIds") or ())
    asked = params.get("AddSubnetIds" if own else "SubnetIds") or ()
    known = {number: each for zone in ec2.subnets.values() for number, each in zone.items()}
    taken = {known[each].availability_zone for each in left}
    for number in (each for each in asked if each in known and each not in left):
        if known[number].availability_zone in taken:
            return (
                f"Found another VPC endpoint subnet in the availability zone of {number}. VPC"
                " endpoint subnets should be in different availability zones supported by the VPC"
                " endpoint service."
            )
        taken.add(known[number].availability_zone)
    return None


def _busy(params: Params, place: Place) -> str | None:
    own = _own(params, place)
    if own is not None and own.state in BUSY:
        return f"The VPC endpoint {own.id} is {own.state}, and cannot be modified now"
    return None


def _repeated(params: Params, place: Place) -> bool:
    """Whether the call is known by its token: it makes nothing."""
    token = params.get("ClientToken")
    return bool(token) and ("VpcEndpoint", token) in place.of("ec2").tokens


def _first(check: Check) -> Check:
    return lambda params, place: None if _repeated(params, place) else check(params, place)


CODES = "EC2 API: Error codes"
ISSUE = "terraform-provider-aws#17535"
RULES = (
    Rule("CreateVpcEndpoint", "InvalidServiceName", _unknown, "terraform-aws-vpc#481"),
    Rule("CreateVpcEndpoint", "InvalidParameter", _unlike, "terraform-aws-starter#18"),
    Rule("CreateVpcEndpoint", "InvalidParameter", _first(_no_names), "PrivateLink guide"),
    Rule("CreateVpcEndpoint", "InvalidParameter", _first(_name_taken), ISSUE),
    Rule("CreateVpcEndpoint", "RouteAlreadyExists", _first(_second_route), "eksctl#4377"),
    Rule("CreateVpcEndpoint", "DuplicateSubnetsInSameZone", _first(_same_zone), CODES),
    Rule("ModifyVpcEndpoint", "DuplicateSubnetsInSameZone", _same_zone, CODES),
    Rule("ModifyVpcEndpoint", "IncorrectState", _busy, CODES),
    Rule("ModifyVpcEndpoint", "InvalidParameter", _no_names, "PrivateLink guide"),
    Rule("ModifyVpcEndpoint", "InvalidParameter", _name_taken, ISSUE),
    Rule("ModifyVpcEndpoint", "RouteAlreadyExists", _second_route, "eksctl#4377"),
)
