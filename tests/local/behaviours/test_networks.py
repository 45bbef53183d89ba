"""What EC2 refuses about networks."""

from __future__ import annotations

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"


def vpc(aws: Aws) -> tuple[str, str, str]:
    """A VPC with a subnet and an attached gateway."""
    made = str(aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])
    subnet = aws.ec2.create_subnet(VpcId=made, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(VpcId=made, InternetGatewayId=gateway)
    return made, subnet, gateway


@behaviour(
    "EC2 API: DeleteNatGateway",
    "A NAT gateway holds its subnet, its address and the way out",
    ACCEPTED,
)
def test_a_nat_gateway_holds_what_it_uses(aws: Aws) -> None:
    made, subnet, gateway = vpc(aws)
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    out = {"VpcId": made, "InternetGatewayId": gateway}
    aws.refused("DependencyViolation", aws.ec2.delete_subnet, SubnetId=subnet)
    aws.refused("InvalidIPAddress.InUse", aws.ec2.release_address, AllocationId=address)
    aws.refused("DependencyViolation", aws.ec2.detach_internet_gateway, **out)
    aws.ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])
    aws.ec2.release_address(AllocationId=address)
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.ec2.detach_internet_gateway(**out)


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
