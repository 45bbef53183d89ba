"""One embedded cloud for all tests that do not care which, emptied before each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from provisioner.local import cloud as lifecycle
from provisioner.local.cloud import Cloud
from provisioner.local.control import ask
from provisioner.local.landing import VPCS

# Seconds: enough for a load balancer, for a service to become steady or to drain.
ENOUGH = 400
REGION = "eu-west-1"

Connect = Callable[..., Any]


@cache
def connect(endpoint: str, service: str, region: str = REGION) -> Any:
    """A boto3 client that tries once."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=16),
    )


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    directory = tmp_path_factory.mktemp("cloud")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_PROFILE", "of-the-user-and-not-there")
        running = lifecycle.start(directory, options={"manual": True})
    yield running
    lifecycle.stop(directory)


@pytest.fixture
def cloud(started: Cloud) -> Cloud:
    lifecycle.reset(started.directory)
    return started


@pytest.fixture
def client(cloud: Cloud) -> Connect:
    return lambda service, region=REGION: connect(cloud.endpoint, service, region)


@pytest.fixture
def advance(cloud: Cloud) -> Callable[[float], None]:
    """Let simulated seconds pass."""
    return lambda seconds: ask(cloud.endpoint, "clock/advance", {"seconds": seconds})


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A place for a cloud of the test's own, which is stopped in the end."""
    place = tmp_path / "local"
    yield place
    lifecycle.stop(place)


@pytest.fixture
def attached(client: Connect) -> Callable[[], str]:
    """Make a load balancer whose listener forwards to a target group; the group's ARN."""

    def make() -> str:
        ec2, elb = client("ec2"), client("elbv2")
        public = [{"Name": "tag:Tier", "Values": ["public"]}]
        vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [VPCS[0]]}])["Vpcs"][0]
        mine = [*public, {"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        subnets = [each["SubnetId"] for each in ec2.describe_subnets(Filters=mine)["Subnets"]]
        balancer = elb.create_load_balancer(Name="attached", Subnets=subnets)["LoadBalancers"][0]
        group = elb.create_target_group(
            Name="attached", Port=80, Protocol="HTTP", VpcId=vpc["VpcId"], TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Port=80,
            Protocol="HTTP",
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return str(group)

    return make
