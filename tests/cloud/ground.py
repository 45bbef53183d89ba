"""What a resource stands on, made by hand and owned by nobody: networks, balancers, clusters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import count
from typing import Any

from tests.cloud.world import REGION

NOT_FOUND = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": ""},
}
REFUSED = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "403", "ContentType": "text/plain", "MessageBody": "no"},
}


class Ground:
    """The landing zone of the embedded cloud, and things in it. Everything is made once."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self._numbers = count(1)

    def name(self, what: str) -> str:
        """A name that nothing has yet, and that is nobody's prefix."""
        return f"ground-{what}-{next(self._numbers)}"

    @cached_property
    def vpc(self) -> str:
        """The network of OakTree's dev."""
        filters = [{"Name": "tag:Name", "Values": ["oaktree-vpc-dev"]}]
        found: str = self.client("ec2").describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"]
        return found

    def subnets(self, tier: str) -> list[str]:
        """Its two public or private subnets."""
        filters = [
            {"Name": "vpc-id", "Values": [self.vpc]},
            {"Name": "tag:Tier", "Values": [tier]},
        ]
        found = self.client("ec2").describe_subnets(Filters=filters)["Subnets"]
        return sorted(subnet["SubnetId"] for subnet in found)

    def group(self) -> str:
        """A security group."""
        made: str = self.client("ec2").create_security_group(
            GroupName=self.name("sg"), Description="ground", VpcId=self.vpc
        )["GroupId"]
        return made

    def balancer(self, name: str = "") -> str:
        """A load balancer."""
        (made,) = self.client("elbv2").create_load_balancer(
            Name=name or self.name("lb"), Subnets=self.subnets("public")
        )["LoadBalancers"]
        arn: str = made["LoadBalancerArn"]
        return arn

    def listener(self, balancer: str, port: int = 80) -> str:
        """A listener that answers 404."""
        (made,) = self.client("elbv2").create_listener(
            LoadBalancerArn=balancer, Port=port, Protocol="HTTP", DefaultActions=[NOT_FOUND]
        )["Listeners"]
        arn: str = made["ListenerArn"]
        return arn

    def target_group(self) -> str:
        """A target group of addresses."""
        (made,) = self.client("elbv2").create_target_group(
            Name=self.name("tg"), Port=80, Protocol="HTTP", VpcId=self.vpc, TargetType="ip"
        )["TargetGroups"]
        arn: str = made["TargetGroupArn"]
        return arn

    def served_group(self) -> str:
        """A target group that a listener forwards to, as ECS wants it."""
        group = self.target_group()
        self.client("elbv2").create_listener(
            LoadBalancerArn=self.balancer(),
            Port=80,
            Protocol="HTTP",
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return group

    def cluster(self, name: str = "") -> str:
        """A cluster with both Fargate providers."""
        made: str = self.client("ecs").create_cluster(
            clusterName=name or self.name("cluster"),
            capacityProviders=["FARGATE", "FARGATE_SPOT"],
        )["cluster"]["clusterArn"]
        return made

    def definition(self, family: str = "", image: str = "web:1", **further: Any) -> str:
        """A task definition with a container `web` on port 80."""
        made: str = self.client("ecs").register_task_definition(
            family=family or self.name("task"),
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[
                {"name": "web", "image": image, "portMappings": [{"containerPort": 80}]}
            ],
            **further,
        )["taskDefinition"]["taskDefinitionArn"]
        return made

    def role(self, service: str = "ecs-tasks") -> str:
        """A role that a service of AWS can assume: ECS's tasks, if no other."""
        document = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
            f'"Principal":{{"Service":"{service}.amazonaws.com"}},"Action":"sts:AssumeRole"}}]}}'
        )
        made: str = self.client("iam").create_role(
            RoleName=self.name("role"), AssumeRolePolicyDocument=document
        )["Role"]["Arn"]
        return made

    region = REGION
