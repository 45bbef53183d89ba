"""Clients of others: the AWS CLI."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from provisioner.local.cloud import Cloud
from provisioner.local.control import ask
from tests.cloud.servers import PEERS

from .conftest import ENOUGH, REGION

AWS = PEERS / "aws"
CONTAINER = {"name": "web", "image": "nginx:1", "portMappings": [{"containerPort": 80}]}


@pytest.fixture
def aws(cloud: Cloud) -> Any:
    """Run a command of the AWS CLI: `aws("ecs", "list-clusters")`."""
    settings = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_PAGER": "",
    }

    def run(*arguments: str) -> Any:
        said = subprocess.check_output(
            [str(AWS), "--output", "json", *arguments], env={**os.environ, **settings}
        )
        return json.loads(said) if said.strip() else None

    return run


@pytest.mark.slow
def test_the_aws_cli_runs_a_service_behind_a_load_balancer(cloud: Cloud, aws: Any) -> None:
    """As its user guide does, waiters and queries included."""
    subnets = aws(
        "ec2", "describe-subnets", "--filters", "Name=tag:Tier,Values=public",
        "Name=tag:Name,Values=oaktree-vpc-dev-*", "--query", "Subnets[].[SubnetId,VpcId]",
    )  # fmt: skip
    ids, vpc = [one for one, _ in subnets], subnets[0][1]
    balancer = aws("elbv2", "create-load-balancer", "--name", "web", "--subnets", *ids)
    balancer = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    ask(cloud.endpoint, "clock/advance", {"seconds": ENOUGH})
    assert aws("elbv2", "wait", "load-balancer-available", "--load-balancer-arns", balancer) is None
    group = aws(
        "elbv2", "create-target-group", "--name", "web", "--protocol", "HTTP", "--port", "80",
        "--vpc-id", vpc, "--target-type", "ip",
        "--query", "TargetGroups[0].TargetGroupArn",
    )  # fmt: skip
    forward = f"Type=forward,TargetGroupArn={group}"
    aws(
        "elbv2", "create-listener", "--load-balancer-arn", balancer, "--protocol", "HTTP",
        "--port", "80", "--default-actions", forward,
    )  # fmt: skip
    aws("ecs", "create-cluster", "--cluster-name", "c")
    aws(
        "ecs", "register-task-definition", "--family", "web", "--network-mode", "awsvpc",
        "--requires-compatibilities", "FARGATE", "--cpu", "256", "--memory", "512",
        "--container-definitions", json.dumps([CONTAINER]),
    )  # fmt: skip
    network = f"awsvpcConfiguration={{subnets=[{','.join(ids)}],assignPublicIp=ENABLED}}"
    aws(
        "ecs", "create-service", "--cluster", "c", "--service-name", "web",
        "--task-definition", "web", "--desired-count", "2", "--launch-type", "FARGATE",
        "--network-configuration", network,
        "--load-balancers", f"targetGroupArn={group},containerName=web,containerPort=80",
    )  # fmt: skip
    ask(cloud.endpoint, "clock/advance", {"seconds": ENOUGH})
    assert aws("ecs", "wait", "services-stable", "--cluster", "c", "--services", "web") is None
    health = "TargetHealthDescriptions[].TargetHealth.State"
    found = aws("elbv2", "describe-target-health", "--target-group-arn", group, "--query", health)
    assert found == ["healthy", "healthy"]
