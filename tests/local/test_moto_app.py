from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from provisioner.local.cloud import Cloud
from provisioner.local.control import ask

from .conftest import TRUST, Connect


def test_what_moto_cannot_do_is_said_in_aws_form(client: Connect) -> None:
    with pytest.raises(ClientError, match=r"NotImplemented.*list_services_by_namespace") as refused:
        client("ecs").list_services_by_namespace(namespace="n")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_crash_of_moto_is_said_in_aws_form(client: Connect) -> None:
    with pytest.raises(ClientError, match=r"InternalFailure.*is not a repository"):
        client("ecr").put_image(repositoryName="nowhere", imageManifest="{}", imageTag="1")


def test_sixteen_threads_are_served_and_counted(cloud: Cloud, client: Connect) -> None:
    logs = client("logs")

    def work(number: int) -> int:
        logs.create_log_group(logGroupName=f"/{number}")
        return len(logs.describe_log_groups(logGroupNamePrefix=f"/{number}")["logGroups"])

    with ThreadPoolExecutor(16) as pool:
        assert min(pool.map(work, range(64))) >= 1
    assert len(logs.describe_log_groups()["logGroups"]) == 50
    calls = ask(cloud.endpoint, "calls")
    assert len(calls) == 129
    assert [each["seq"] for each in calls] == sorted(each["seq"] for each in calls)
    assert sum(each["write"] for each in calls) == 64


def test_latency_is_felt_by_a_client(cloud: Cloud, client: Connect) -> None:
    sts = client("sts")
    ask(cloud.endpoint, "settings", {"read_latency_ms": 150})
    begun = time.monotonic()
    sts.get_caller_identity()
    ask(cloud.endpoint, "settings", {"read_latency_ms": 0})
    assert time.monotonic() - begun >= 0.15


def test_roles_can_have_policies_of_aws(client: Connect) -> None:
    iam = client("iam")
    policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="r", PolicyArn=policy)
    attached = iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [policy]
