"""One embedded cloud for all tests that do not care which, emptied before each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.waiter
import pytest
from botocore.config import Config
from moto import mock_aws

from provisioner.local import cloud as lifecycle
from provisioner.local.cloud import Cloud
from provisioner.local.control import ask
from provisioner.local.landing import VPCS
from tests.cloud.servers import ACCOUNT

# Seconds: enough for a load balancer, for a service to become steady or to drain.
ENOUGH = 400
REGION = "eu-west-1"
# Who a role of tasks trusts.
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
    ' "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}'
)
OURS, MOTO = "ours", "moto alone"
# How often a test may wait for something that never comes.
ENDLESS = 12

Connect = Callable[..., Any]


@cache
def connect(endpoint: str, service: str, region: str = REGION) -> Any:
    """A boto3 client that tries once."""
    return boto3.client(
        service,
        endpoint_url=endpoint or None,
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
def side(request: pytest.FixtureRequest) -> str:
    """Whether it is our cloud that is tested, or `MOTO` alone."""
    return str(getattr(request, "param", OURS))


@pytest.fixture
def cloud(
    request: pytest.FixtureRequest, side: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Cloud]:
    """Ours, or moto in this process, which no client needs an endpoint for."""
    if side == OURS:
        started: Cloud = request.getfixturevalue("started")
        lifecycle.reset(started.directory)
        yield started
        return
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws():
        yield Cloud("", 0, 0, tmp_path, "", ACCOUNT)


@pytest.fixture
def client(cloud: Cloud) -> Connect:
    return lambda service, region=REGION: connect(cloud.endpoint, service, region)


@pytest.fixture
def advance(cloud: Cloud, side: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let simulated seconds pass. moto has none: waiting is in vain."""
    if side == MOTO:
        waits = iter(range(ENDLESS))
        monkeypatch.setattr(botocore.waiter, "time", SimpleNamespace(sleep=lambda _: None))
        return lambda _: None if next(waits, None) is not None else pytest.fail("nothing happens")
    return lambda seconds: ask(cloud.endpoint, "clock/advance", {"seconds": seconds})


@pytest.fixture
def adjust(cloud: Cloud, side: str) -> Iterator[Callable[..., None]]:
    """Change settings until the test is over. moto has none."""
    changed: list[str] = []

    def change(**settings: bool) -> None:
        changed.extend(settings)
        if side == OURS:
            ask(cloud.endpoint, "settings", settings)

    yield change
    if side == OURS and changed:
        ask(cloud.endpoint, "settings", dict.fromkeys(changed, False))


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
