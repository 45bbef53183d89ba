"""What EC2 refuses about networks."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
LOGS = "com.amazonaws.eu-west-1.logs"


def vpc(aws: Aws) -> tuple[str, str, str]:
    """A VPC with a subnet and an attached gateway."""
    made = str(aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])
    subnet = aws.ec2.create_subnet(VpcId=made, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(VpcId=made, InternetGatewayId=gateway)
    return made, subnet, gateway


def gateway(aws: Aws, subnet: str, address: str | None = None) -> tuple[str, str]:
    """Begin to make a NAT gateway; return its id and its address's."""
    address = address or aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    return made["NatGatewayId"], address


def shown(aws: Aws, number: str) -> dict[str, Any]:
    (found,) = aws.ec2.describe_nat_gateways(NatGatewayIds=[number])["NatGateways"]
    return dict(found)


@behaviour(
    "EC2 API: NatGateway",
    "A NAT gateway is pending, then available with its addresses; deleted, it is shown for an hour",
    "makes and deletes it at once",
)
def test_a_nat_gateway_takes_its_time(aws: Aws) -> None:
    _, subnet, _ = vpc(aws)
    number, address = gateway(aws, subnet)
    begun = shown(aws, number)
    assert begun["State"] == "pending"
    assert begun["NatGatewayAddresses"] == [{"AllocationId": address}]
    aws.advance(100)
    aws.ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[number])
    (shows,) = shown(aws, number)["NatGatewayAddresses"]
    (interface,) = aws.ec2.describe_network_interfaces(
        NetworkInterfaceIds=[shows["NetworkInterfaceId"]]
    )["NetworkInterfaces"]
    assert interface["InterfaceType"] == "nat_gateway"
    assert interface["RequesterManaged"]
    assert shows["PrivateIp"] == interface["PrivateIpAddress"]
    assert shows["PrivateIp"].startswith("10.9.0.")
    assert shows["PublicIp"] == interface["Association"]["PublicIp"]
    aws.ec2.delete_nat_gateway(NatGatewayId=number)
    assert shown(aws, number)["State"] == "deleting"
    aws.advance(100)
    assert shown(aws, number)["State"] == "deleted"
    aws.advance(3600)
    aws.refused("NatGatewayNotFound", aws.ec2.describe_nat_gateways, NatGatewayIds=[number])


@behaviour(
    "EC2 API: DeleteNatGateway",
    "A NAT gateway holds its subnet, its address and the way out until it is deleted",
    ACCEPTED,
)
def test_a_nat_gateway_holds_what_it_uses(aws: Aws) -> None:
    made, subnet, internet = vpc(aws)
    number, address = gateway(aws, subnet)
    out = {"VpcId": made, "InternetGatewayId": internet}
    for step in (lambda: aws.advance(100), lambda: aws.ec2.delete_nat_gateway(NatGatewayId=number)):
        aws.refused("DependencyViolation", aws.ec2.delete_subnet, SubnetId=subnet)
        aws.refused("InvalidIPAddress.InUse", aws.ec2.release_address, AllocationId=address)
        aws.refused("DependencyViolation", aws.ec2.detach_internet_gateway, **out)
        step()
    aws.refused("InvalidIPAddress.InUse", aws.ec2.release_address, AllocationId=address)
    aws.advance(100)
    aws.ec2.release_address(AllocationId=address)
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.ec2.detach_internet_gateway(**out)


@behaviour(
    "terraform-provider-aws#3572",
    "Only a NAT gateway itself lets go of its address",
    ACCEPTED,
)
def test_an_address_of_a_nat_gateway_is_not_taken_from_it(aws: Aws) -> None:
    _, subnet, _ = vpc(aws)
    _, address = gateway(aws, subnet)
    (found,) = aws.ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    aws.refused("AuthFailure", aws.ec2.disassociate_address, AssociationId=found["AssociationId"])


@behaviour(
    "VPC guide: Troubleshoot NAT gateways",
    "A NAT gateway fails a while after its creation: address in use, no internet gateway",
    "refuses the one, allows the other",
)
def test_a_nat_gateway_fails_late(aws: Aws) -> None:
    made, subnet, internet = vpc(aws)
    works, address = gateway(aws, subnet)
    taken, _ = gateway(aws, subnet, address)
    assert shown(aws, taken)["State"] == "pending"
    aws.advance(20)
    found = shown(aws, taken)
    assert (found["State"], found["FailureCode"]) == ("failed", "Resource.AlreadyAssociated")
    assert "FailureCode" not in shown(aws, works)
    aws.ec2.delete_nat_gateway(NatGatewayId=works)
    aws.advance(100)
    aws.ec2.detach_internet_gateway(VpcId=made, InternetGatewayId=internet)
    closed, _ = gateway(aws, subnet)
    aws.advance(20)
    assert shown(aws, closed)["FailureCode"] == "Gateway.NotAttached"
    aws.ec2.delete_subnet(SubnetId=subnet)


@behaviour(
    "EC2 guide: Ensuring idempotency",
    "A NAT gateway, an endpoint and a route table are made once per client token",
    "makes another",
)
@pytest.mark.parametrize("kind", ["NatGateway", "RouteTable", "VpcEndpoint"])
def test_a_client_token_stands_for_what_it_made(aws: Aws, kind: str) -> None:
    made, subnet, _ = vpc(aws)
    requests: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
        "RouteTable": (aws.ec2.create_route_table, {"VpcId": made}, {"VpcId": aws.vpc()}),
        "NatGateway": (
            aws.ec2.create_nat_gateway,
            {"SubnetId": subnet, "ConnectivityType": "private"},
            {"SubnetId": aws.subnets()[0], "ConnectivityType": "private"},
        ),
    }
    s3 = {"ServiceName": "com.amazonaws.eu-west-1.s3"}
    requests["VpcEndpoint"] = (
        aws.ec2.create_vpc_endpoint,
        {"VpcId": made, **s3},
        {"VpcId": aws.vpc(), **s3},
    )
    create, request, other = requests[kind]
    first = create(**request, ClientToken="one")
    again = create(**request, ClientToken="one")
    assert first[kind][f"{kind}Id"] == again[kind][f"{kind}Id"]
    assert again["ClientToken"] == "one"
    assert create(**request, ClientToken="two")[kind] != first[kind]
    aws.refused("IdempotentParameterMismatch", create, **other, ClientToken="one")


@behaviour(
    "EC2 API: CreateRoute", "A route leads to a NAT gateway that is there, or nowhere", ACCEPTED
)
def test_a_route_to_a_nat_gateway_that_is_gone(aws: Aws) -> None:
    made, subnet, _ = vpc(aws)
    number, _ = gateway(aws, subnet)
    table = aws.ec2.create_route_table(VpcId=made)["RouteTable"]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    aws.refused(
        "InvalidNatGatewayID.NotFound", aws.ec2.create_route, **route, NatGatewayId="nat-0123"
    )
    aws.ec2.create_route(**route, NatGatewayId=number)
    states = []
    for step in (lambda: None, lambda: aws.ec2.delete_nat_gateway(NatGatewayId=number)):
        step()
        (found,) = aws.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
        states += [one["State"] for one in found["Routes"] if "NatGatewayId" in one]
    assert states == ["active", "blackhole"]


@behaviour(
    "EC2 API: DeleteVpc", "A VPC goes after its gateway, its groups and its endpoints", ACCEPTED
)
def test_a_vpc_goes_last(aws: Aws) -> None:
    made, subnet, gateway = vpc(aws)
    aws.ec2.delete_subnet(SubnetId=subnet)
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=made)["GroupId"]
    endpoint = aws.ec2.create_vpc_endpoint(
        VpcId=made, ServiceName="com.amazonaws.eu-west-1.s3", VpcEndpointType="Gateway"
    )["VpcEndpoint"]["VpcEndpointId"]
    aws.refused("DependencyViolation", aws.ec2.delete_vpc, VpcId=made)
    aws.ec2.detach_internet_gateway(VpcId=made, InternetGatewayId=gateway)
    aws.refused("DependencyViolation", aws.ec2.delete_vpc, VpcId=made)
    aws.ec2.delete_security_group(GroupId=group)
    aws.refused("DependencyViolation", aws.ec2.delete_vpc, VpcId=made)
    aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    aws.ec2.delete_vpc(VpcId=made)


@behaviour("EC2 API: DeleteSubnet", "A load balancer holds its subnets", ACCEPTED)
def test_a_load_balancer_holds_its_subnets(aws: Aws) -> None:
    aws.balancer()
    for subnet in aws.subnets():
        aws.refused("DependencyViolation", aws.ec2.delete_subnet, SubnetId=subnet)


def endpoint(aws: Aws, made: str, subnets: list[str], **request: Any) -> dict[str, Any]:
    """Begin to make an interface endpoint for CloudWatch Logs."""
    request = {"VpcEndpointType": "Interface", "SubnetIds": subnets, **request}
    answer = aws.ec2.create_vpc_endpoint(VpcId=made, ServiceName=LOGS, **request)
    return dict(answer["VpcEndpoint"])


def named(aws: Aws) -> tuple[str, str]:
    """A VPC with DNS hostnames, and a subnet."""
    made, subnet, _ = vpc(aws)
    aws.ec2.modify_vpc_attribute(VpcId=made, EnableDnsHostnames={"Value": True})
    return made, subnet


def beside(aws: Aws, made: str, block: str, zone: str) -> str:
    """One more subnet."""
    request = {"VpcId": made, "CidrBlock": block, "AvailabilityZone": zone}
    return str(aws.ec2.create_subnet(**request)["Subnet"]["SubnetId"])


@behaviour(
    "EC2 API: VpcEndpoint",
    "An interface endpoint is pending, available, deleting, gone, and holds subnets and groups",
    "makes and deletes it at once",
)
def test_an_interface_endpoint_takes_its_time(aws: Aws) -> None:
    made, subnet = named(aws)
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=made)["GroupId"]
    begun = endpoint(aws, made, [subnet], SecurityGroupIds=[group])
    one = {"VpcEndpointIds": [begun["VpcEndpointId"]]}
    (interface,) = aws.ec2.describe_network_interfaces(
        NetworkInterfaceIds=begun["NetworkInterfaceIds"]
    )["NetworkInterfaces"]
    assert (interface["RequesterManaged"], interface["InterfaceType"]) == (True, "vpc_endpoint")
    assert [each["GroupId"] for each in interface["Groups"]] == [group]
    states = [begun["State"]]
    steps = (lambda: aws.advance(100), lambda: aws.ec2.delete_vpc_endpoints(**one))
    for step in steps:
        step()
        (found,) = aws.ec2.describe_vpc_endpoints(**one)["VpcEndpoints"]
        states.append(found["State"])
        aws.refused("DependencyViolation", aws.ec2.delete_subnet, SubnetId=subnet)
        aws.refused("DependencyViolation", aws.ec2.delete_security_group, GroupId=group)
    assert states == ["pending", "available", "deleting"]
    aws.advance(100)
    aws.refused("InvalidVpcEndpointId.NotFound", aws.ec2.describe_vpc_endpoints, **one)
    (failed,) = aws.ec2.delete_vpc_endpoints(**one)["Unsuccessful"]
    assert failed["Error"]["Code"] == "InvalidVpcEndpoint.NotFound"
    aws.ec2.delete_security_group(GroupId=group)
    aws.ec2.delete_subnet(SubnetId=subnet)


@behaviour(
    "EC2 API: ModifyVpcEndpoint",
    "The network interfaces of an endpoint follow its subnets and groups; not while it is pending",
    "leaves them as they are",
)
def test_the_interfaces_of_an_endpoint_follow_it(aws: Aws) -> None:
    made, subnet = named(aws)
    other = beside(aws, made, "10.9.1.0/24", "eu-west-1b")
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=made)["GroupId"]
    number = endpoint(aws, made, [subnet])["VpcEndpointId"]
    (default,) = _described(aws, number)["Groups"]
    change = {
        "VpcEndpointId": number,
        "AddSubnetIds": [other],
        "RemoveSubnetIds": [subnet],
        "AddSecurityGroupIds": [group],
        "RemoveSecurityGroupIds": [default["GroupId"]],
        "PrivateDnsEnabled": False,
    }
    aws.refused("IncorrectState", aws.ec2.modify_vpc_endpoint, **change)
    aws.advance(100)
    aws.ec2.modify_vpc_endpoint(**change)
    found = _described(aws, number)
    (interface,) = aws.ec2.describe_network_interfaces(
        NetworkInterfaceIds=found["NetworkInterfaceIds"]
    )["NetworkInterfaces"]
    assert (interface["SubnetId"], interface["Groups"][0]["GroupId"]) == (other, group)
    assert (found["SubnetIds"], found["PrivateDnsEnabled"]) == ([other], False)
    aws.ec2.delete_subnet(SubnetId=subnet)


def _described(aws: Aws, number: str) -> dict[str, Any]:
    (found,) = aws.ec2.describe_vpc_endpoints(VpcEndpointIds=[number])["VpcEndpoints"]
    return dict(found)


@behaviour(
    "EC2 API: Error codes",
    "An interface endpoint has one subnet in each zone",
    ACCEPTED,
)
def test_an_endpoint_has_one_subnet_in_a_zone(aws: Aws) -> None:
    made, _ = named(aws)
    one, two = (beside(aws, made, f"10.9.{third}.0/24", "eu-west-1c") for third in (1, 2))
    request = {"VpcEndpointType": "Interface", "VpcId": made, "ServiceName": LOGS}
    aws.refused(
        "DuplicateSubnetsInSameZone", aws.ec2.create_vpc_endpoint, **request, SubnetIds=[one, two]
    )
    number = endpoint(aws, made, [one])["VpcEndpointId"]
    aws.advance(100)
    change = {"VpcEndpointId": number, "AddSubnetIds": [two]}
    aws.refused("DuplicateSubnetsInSameZone", aws.ec2.modify_vpc_endpoint, **change)
    aws.ec2.modify_vpc_endpoint(**change, RemoveSubnetIds=[one])


@behaviour(
    "terraform-provider-aws#17535",
    "The private names of a service are one endpoint's in a VPC, until it is gone",
    ACCEPTED,
)
def test_private_names_are_had_once(aws: Aws) -> None:
    made, subnet = named(aws)
    first = endpoint(aws, made, [subnet])["VpcEndpointId"]
    without = endpoint(aws, made, [subnet], PrivateDnsEnabled=False)["VpcEndpointId"]
    request = {"VpcEndpointType": "Interface", "VpcId": made, "ServiceName": LOGS}
    for step in (lambda: aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[first]), lambda: None):
        words = aws.refused("InvalidParameter", aws.ec2.create_vpc_endpoint, **request)
        assert words.startswith("private-dns-enabled cannot be set")
        assert f"logs.eu-west-1.amazonaws.com in the VPC {made}" in words
        step()
    aws.advance(100)
    change = {"VpcEndpointId": without, "PrivateDnsEnabled": True}
    aws.ec2.modify_vpc_endpoint(**change)
    aws.refused("InvalidParameter", aws.ec2.create_vpc_endpoint, **request)


@behaviour(
    "PrivateLink guide: Manage DNS names",
    "Private names need a VPC with DNS support and hostnames",
    ACCEPTED,
)
def test_private_names_need_hostnames(aws: Aws) -> None:
    made, _, _ = vpc(aws)
    request = {"VpcEndpointType": "Interface", "VpcId": made, "ServiceName": LOGS}
    assert "enableDnsHostnames" in aws.refused(
        "InvalidParameter", aws.ec2.create_vpc_endpoint, **request
    )
    aws.ec2.create_vpc_endpoint(**request, PrivateDnsEnabled=False)


@behaviour(
    "eksctl#4377",
    "A route table has one gateway endpoint per service, whose route comes and goes with it",
    ACCEPTED,
)
def test_a_route_table_has_one_endpoint_of_a_service(aws: Aws) -> None:
    made, _, _ = vpc(aws)
    tables = [
        aws.ec2.create_route_table(VpcId=made)["RouteTable"]["RouteTableId"] for _ in range(2)
    ]
    request = {"VpcId": made, "ServiceName": "com.amazonaws.eu-west-1.s3"}
    first = aws.ec2.create_vpc_endpoint(**request, RouteTableIds=tables[:1])["VpcEndpoint"]
    second = aws.ec2.create_vpc_endpoint(**request)["VpcEndpoint"]["VpcEndpointId"]
    assert first["State"] == "available"
    twice = (aws.ec2.create_vpc_endpoint, {**request, "RouteTableIds": tables[:1]})
    added = (aws.ec2.modify_vpc_endpoint, {"VpcEndpointId": second, "AddRouteTableIds": tables})
    for call, asked in (twice, added):
        aws.refused("RouteAlreadyExists", call, **asked)
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=second, AddRouteTableIds=tables[1:])
    numbers = [first["VpcEndpointId"], second]
    assert [_leads(aws, table) for table in tables] == [[number] for number in numbers]
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=second, RemoveRouteTableIds=tables[1:])
    aws.ec2.delete_vpc_endpoints(VpcEndpointIds=numbers)
    assert [_leads(aws, table) for table in tables] == [[], []]


def _leads(aws: Aws, table: str) -> list[str]:
    (found,) = aws.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return [one["GatewayId"] for one in found["Routes"] if "DestinationPrefixListId" in one]


@behaviour(
    "EC2 API: IpRange, CreateVpc, CreateSubnet, CreateRoute",
    "The host bits of a block are dropped",
    "keeps them in rules",
)
def test_blocks_are_canonical(aws: Aws) -> None:
    made = aws.ec2.create_vpc(CidrBlock="10.9.0.7/16")["Vpc"]
    assert made["CidrBlock"] == "10.9.0.0/16"
    subnet = aws.ec2.create_subnet(VpcId=made["VpcId"], CidrBlock="10.9.1.7/24")["Subnet"]
    assert subnet["CidrBlock"] == "10.9.1.0/24"
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=made["VpcId"])[
        "GroupId"
    ]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    allow = {
        "GroupId": group,
        "IpPermissions": [{**rule, "IpRanges": [{"CidrIp": "10.0.0.5/8"}]}],
    }
    answer = aws.ec2.authorize_security_group_ingress(**allow)
    assert answer["SecurityGroupRules"][0]["CidrIpv4"] == "10.0.0.0/8"
    allow["IpPermissions"] = [{**rule, "IpRanges": [{"CidrIp": "10.0.0.6/8"}]}]
    aws.refused("InvalidPermission.Duplicate", aws.ec2.authorize_security_group_ingress, **allow)


@behaviour(
    "terraform-aws-vpc#481",
    "Endpoints are for services that there are: InvalidServiceName",
    ACCEPTED,
)
@pytest.mark.parametrize("name", ["eu-west-1.ecr.apii", "us-east-1.logs"])
def test_an_endpoint_is_for_a_service(aws: Aws, name: str) -> None:
    request = {"VpcId": aws.vpc(), "VpcEndpointType": "Interface"}
    service = f"com.amazonaws.{name}"
    create = aws.ec2.create_vpc_endpoint
    words = aws.refused("InvalidServiceName", create, **request, ServiceName=service)
    assert words == f"The Vpc Endpoint Service '{service}' does not exist"


@behaviour(
    "PrivateLink guide: gateway-endpoints",
    "Gateway endpoints are for S3 and DynamoDB, and have no subnets",
    ACCEPTED,
)
def test_a_gateway_is_for_few_services(aws: Aws) -> None:
    request, create = {"VpcId": aws.vpc()}, aws.ec2.create_vpc_endpoint
    words = aws.refused("InvalidParameter", create, **request, ServiceName=LOGS)
    assert words.startswith("Endpoint type (Gateway) does not match available service types")
    request["ServiceName"] = "com.amazonaws.eu-west-1.s3"
    aws.refused("InvalidParameter", create, **request, SubnetIds=aws.subnets()[:1])
    create(**request)


@behaviour(
    "EC2 API: AssociateRouteTable",
    "A subnet has one route table: Resource.AlreadyAssociated",
    "moves it",
)
def test_a_subnet_has_one_route_table(aws: Aws) -> None:
    made = aws.ec2.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=made, CidrBlock="10.97.0.0/24")["Subnet"]["SubnetId"]
    tables = [
        aws.ec2.create_route_table(VpcId=made)["RouteTable"]["RouteTableId"] for _ in range(2)
    ]
    first = aws.ec2.associate_route_table(RouteTableId=tables[0], SubnetId=subnet)
    again = {"RouteTableId": tables[1], "SubnetId": subnet}
    aws.refused("Resource.AlreadyAssociated", aws.ec2.associate_route_table, **again)
    number = first["AssociationId"]
    aws.ec2.replace_route_table_association(AssociationId=number, RouteTableId=tables[1])
    route = {"RouteTableId": tables[0], "DestinationCidrBlock": "10.97.0.0/16"}
    words = aws.refused("InvalidParameterValue", aws.ec2.delete_route, **route)
    assert words.startswith("cannot remove local route")


@behaviour("EC2 API: AttachInternetGateway", "A VPC has one internet gateway", ACCEPTED)
def test_a_vpc_has_one_internet_gateway(aws: Aws) -> None:
    made = aws.ec2.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
    gateways = [
        aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"] for _ in range(2)
    ]
    attach = aws.ec2.attach_internet_gateway
    attach(InternetGatewayId=gateways[0], VpcId=made)
    request = {"InternetGatewayId": gateways[1], "VpcId": made}
    words = aws.refused("InvalidParameterValue", attach, **request)
    assert words == f"Network {made} already has an internet gateway attached"


@behaviour("EC2 API: CreateSubnet", "A subnet is of /16 to /28, in a zone of the region", ACCEPTED)
def test_a_subnet_fits(aws: Aws) -> None:
    made = {"VpcId": aws.ec2.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]}
    create = aws.ec2.create_subnet
    aws.refused("InvalidSubnet.Range", create, **made, CidrBlock="10.97.0.0/29")
    made["AvailabilityZone"] = "us-east-1a"
    aws.refused("InvalidParameterValue", create, **made, CidrBlock="10.97.0.0/28")


@behaviour("EC2 API: ModifyVpcAttribute", "Attributes of a VPC change one at a time", ACCEPTED)
def test_one_attribute_at_a_time(aws: Aws) -> None:
    both = {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}}
    request = {"VpcId": aws.vpc(), **both}
    words = aws.refused("InvalidParameterCombination", aws.ec2.modify_vpc_attribute, **request)
    assert words.endswith("enableDnsHostnames, enableDnsSupport")
