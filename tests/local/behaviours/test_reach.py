"""What tasks cannot reach from their subnets."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import CONTAINER, Aws

behaviour = pytest.mark.behaviour
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"
ECR = "The task cannot pull registry auth from Amazon ECR: There is a connection issue"
HUB = "failed to resolve ref docker.io/library/nginx:1: failed to do request"
LAYERS = f"The task cannot pull {IMAGE} from the registry {IMAGE}."
LOGS = "The task cannot find the Amazon CloudWatch log group defined in the task definition."
ASM = f"configuration. failed to fetch secret {SECRET} from secrets manager: RequestCanceled"
SSM = "There is a connection issue between the task and AWS Systems Manager Parameter Store."
ALL = ("ecr.api", "ecr.dkr", "logs", "s3")


def closed(aws: Aws, block: str = "10.9.0.0/24") -> tuple[str, str]:
    """Make a subnet without a way out; return it with its route table."""
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]
    where = [{"Name": "vpc-id", "Values": [vpc]}]
    table = aws.ec2.describe_route_tables(Filters=where)["RouteTables"][0]["RouteTableId"]
    return str(subnet), str(table)


def endpoints(aws: Aws, table: str, names: tuple[str, ...]) -> None:
    (found,) = aws.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    for name in names:
        kind: dict[str, Any] = {"VpcEndpointType": "Interface"}
        if name == "s3":
            kind = {"VpcEndpointType": "Gateway", "RouteTableIds": [table]}
        service = f"com.amazonaws.eu-west-1.{name}"
        aws.ec2.create_vpc_endpoint(VpcId=found["VpcId"], ServiceName=service, **kind)
    aws.advance(100)


def stopped(aws: Aws, subnet: str, *, public: bool = False, **container: Any) -> str:
    """Run a task there; return why it never ran, nothing if it did."""
    aws.ecs.create_cluster(clusterName="c")
    containers = [{**CONTAINER, "image": IMAGE, **container}]
    definition = aws.define(containerDefinitions=containers, executionRoleArn=aws.role("execution"))
    vpc = {"subnets": [subnet], "assignPublicIp": "ENABLED" if public else "DISABLED"}
    made = aws.ecs.run_task(
        cluster="c",
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": vpc},
    )
    aws.advance(400)
    arn = made["tasks"][0]["taskArn"]
    (task,) = aws.ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"]
    return "" if "startedAt" in task else str(task["stoppedReason"])


@pytest.mark.parametrize(
    ("names", "container", "words"),
    [
        ((), {}, ECR),
        ((), {"image": "nginx:1"}, HUB),
        (("ecr.api", "ecr.dkr"), {}, LAYERS),
        (("ecr.api",), {"secrets": [{"name": "A", "valueFrom": SECRET}]}, ASM),
        (("ecr.api",), {"secrets": [{"name": "A", "valueFrom": "/a"}]}, SSM),
        (ALL, {}, ""),
    ],
)
@behaviour(
    "ECS guide: verify-connectivity",
    "Without a NAT gateway, a public address or endpoints a task does not start",
    "starts none",
)
def test_a_closed_subnet_starts_no_task(
    aws: Aws, names: tuple[str, ...], container: dict[str, Any], words: str
) -> None:
    subnet, table = closed(aws)
    endpoints(aws, table, names)
    aws.ssm.put_parameter(Name="/a", Value="1", Type="String")
    found = stopped(aws, subnet, **container)
    assert words in found
    assert bool(words) == bool(found)


def test_logs_are_written_through_an_endpoint_of_their_own(aws: Aws) -> None:
    subnet, table = closed(aws)
    endpoints(aws, table, ("ecr.api", "ecr.dkr", "s3"))
    aws.logs.create_log_group(logGroupName="/web")
    options = {
        "awslogs-group": "/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "x",
    }  # fmt: skip
    logs = {"logDriver": "awslogs", "options": options}
    role = aws.role("execution")
    aws.ecs.create_cluster(clusterName="c")
    container = {**CONTAINER, "image": IMAGE, "logConfiguration": logs}
    definition = aws.define(containerDefinitions=[container], executionRoleArn=role)
    vpc = {"awsvpcConfiguration": {"subnets": [subnet]}}
    aws.ecs.run_task(
        cluster="c", taskDefinition=definition, launchType="FARGATE", networkConfiguration=vpc
    )
    aws.advance(400)
    (task,) = aws.tasks("STOPPED")
    assert LOGS in task["stoppedReason"]


@pytest.mark.parametrize(("public", "words"), [(True, ""), (False, ECR)])
@behaviour(
    "ECS guide: fargate-task-networking",
    "In a public subnet a task needs a public address",
    "starts none",
)
def test_a_public_subnet_needs_a_public_address(aws: Aws, public: bool, words: str) -> None:
    assert words in stopped(aws, aws.subnets("public")[0], public=public)


@behaviour(
    "VPC guide: subnet-sizing",
    "No two tasks have the same address, and a subnet without a free one starts none",
    "the address of another",
)
def test_every_task_has_an_address_of_its_own(aws: Aws) -> None:
    """A /28 has 16, of which AWS keeps five."""
    subnet, _ = closed(aws, block="10.9.0.0/28")
    definition = aws.define()
    aws.ecs.create_cluster(clusterName="c")
    tasks = [
        task["taskArn"]
        for number in (10, 2)
        for task in aws.ecs.run_task(
            cluster="c",
            count=number,
            taskDefinition=definition,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
        )["tasks"]
    ]
    where = [{"Name": "subnet-id", "Values": [subnet]}]
    faces = aws.ec2.describe_network_interfaces(Filters=where)["NetworkInterfaces"]
    assert len({each["PrivateIpAddress"] for each in faces}) == len(faces) == 11
    aws.advance(400)
    *_, last = aws.ecs.describe_tasks(cluster="c", tasks=tasks)["tasks"]
    assert last["stopCode"] == "TaskFailedToStart"
    assert last["stoppedReason"].endswith(f"'{subnet}': InsufficientFreeAddressesInSubnet")
