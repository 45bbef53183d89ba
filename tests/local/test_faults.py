"""Calls that fail although nothing is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from werkzeug.test import Client

from provisioner.local.cloud import Cloud
from provisioner.local.control import LocalError, ask
from provisioner.local.faults import Faults, fault
from provisioner.local.settings import Settings
from provisioner.local.throttles import BUCKETS, Throttles
from provisioner.local.wire import Call

from .conftest import TRUST, Connect
from .test_wire import signed

behaviour = pytest.mark.behaviour
Order = Callable[..., None]


@pytest.fixture
def order(cloud: Cloud) -> Iterator[Order]:
    yield lambda *faults: ask(cloud.endpoint, "faults", {"faults": list(faults)})
    ask(cloud.endpoint, "faults", {})
    ask(cloud.endpoint, "settings", {"throttles": False, "consistency": False})


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "ThrottlingException"),
        ("500", "InternalFailure"),
        ("503", "ServiceUnavailable"),
    ],
)
def test_the_nth_mutating_call_fails_and_is_not_applied(
    client: Connect, order: Order, kind: str, code: str
) -> None:
    order({"kind": kind, "at": 2})
    ecs = client("ecs")
    ecs.create_cluster(clusterName="one")
    ecs.list_clusters()
    with pytest.raises(ClientError) as caught:
        ecs.create_cluster(clusterName="two")
    assert caught.value.response["Error"]["Code"] == code
    assert len(ecs.list_clusters()["clusterArns"]) == 1
    ecs.create_cluster(clusterName="two")


@pytest.mark.parametrize(("kind", "applied"), [("cut-before", 0), ("cut-after", 1)])
def test_a_connection_is_cut_before_or_after_the_call_is_applied(
    cloud: Cloud, client: Connect, order: Order, kind: str, applied: int
) -> None:
    order({"kind": kind, "at": 1, "operations": "ecs.Create*"})
    with pytest.raises(ConnectionClosedError):
        client("ecs").create_cluster(clusterName="one")
    assert len(client("ecs").list_clusters()["clusterArns"]) == applied
    cut = [each for each in ask(cloud.endpoint, "calls") if each["error"] == "ConnectionCut"]
    assert [(each["operation"], each["status"]) for each in cut] == [("CreateCluster", 0)]


def test_probability_is_repeatable_by_its_seed() -> None:
    call = Call("ecs", "ListClusters", write=False, region="r")

    def thrown() -> list[bool]:
        found = fault({"kind": "500", "probability": 0.3, "seed": 7})
        return [found.meets(call) for _ in range(200)]

    assert thrown() == thrown()
    assert 30 < sum(thrown()) < 90


@pytest.mark.parametrize(
    "given", [{"kind": "else", "at": 1}, {"kind": "500"}, {"kind": "500", "at": 1, "when": 2}]
)
def test_a_fault_without_sense_is_refused(cloud: Cloud, given: dict[str, Any]) -> None:
    with pytest.raises(LocalError, match=r"`faults\[0\]"):
        ask(cloud.endpoint, "faults", {"faults": [given]})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("at", 0, "a whole number from 1 to [0-9.,e+]+; found 0"),
        ("at", 1.5, "a whole number from 1 to"),
        ("at", None, "a whole number from 1 to"),
        ("at", True, "a whole number from 1 to"),
        ("probability", -0.1, "a number from 0 to 1; found -0.1"),
        ("probability", 2, "a number from 0 to 1"),
        ("probability", "often", "a number from 0 to 1"),
        ("probability", float("nan"), "a number from 0 to 1"),
        ("seconds", -1, "a number from 0 to 86,400"),
        ("seconds", float("inf"), "a number from 0 to 86,400"),
        ("operations", ["ecs.*"], "a pattern like"),
        ("operations", None, "a pattern like"),
        ("seed", [1], "a number from"),
    ],
)
def test_a_fault_out_of_range_is_refused(field: str, value: object, words: str) -> None:
    given = {"kind": "slow", **({} if field == "probability" else {"at": 1}), field: value}
    with pytest.raises(ValueError, match=rf"`fault.{field}`: expected {words}"):
        fault(given)


def test_a_fault_at_the_limits_is_accepted() -> None:
    assert fault({"kind": "slow", "at": 1, "seconds": 0, "operations": "ecs.*"}).seconds == 0
    for probability in (0, 1, 0.5):
        assert fault({"kind": "500", "probability": probability}).probability == probability


@pytest.mark.parametrize(
    ("service", "call", "code", "status"),
    [
        ("ec2", "describe_vpcs", "RequestLimitExceeded", 503),
        ("elbv2", "describe_load_balancers", "Throttling", 400),
        ("ecs", "list_clusters", "ThrottlingException", 400),
        ("s3", "list_buckets", "SlowDown", 503),
        ("sns", "list_topics", "Throttled", 429),
        ("sts", "get_caller_identity", "Throttling", 400),
        ("route53", "list_hosted_zones", "Throttling", 400),
        ("cloudwatch", "describe_alarms", "Throttling", 400),
        ("servicediscovery", "list_namespaces", "RequestLimitExceeded", 400),
    ],
)
def test_each_service_has_its_own_word_for_throttling(
    client: Connect, order: Order, service: str, call: str, code: str, status: int
) -> None:
    order({"kind": "throttle", "probability": 1, "operations": f"{service}.*"})
    with pytest.raises(ClientError) as caught:
        getattr(client(service), call)()
    answer: dict[str, Any] = dict(caught.value.response)
    assert answer["Error"]["Code"] == code
    words = "Request limit exceeded." if service == "ec2" else "Rate exceeded"
    assert answer["Error"]["Message"] == words
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("bucket", BUCKETS, ids=lambda each: f"{each.service}-{each.pattern}")
def test_a_bucket_is_emptied_and_fills_again(bucket: Any) -> None:
    operation = {".*": "CreateRule"}.get(bucket.pattern) or next(
        name for name in NAMES if __import__("re").fullmatch(bucket.pattern, name)
    )
    throttles = Throttles()
    call = Call(bucket.service, operation, write=True, region="r")
    taken = sum(throttles.allows(call, 0) for _ in range(4000))
    assert taken == bucket.burst
    assert not throttles.allows(call, 0.5 / bucket.rate)
    assert throttles.allows(call, 1.001 / bucket.rate)
    assert throttles.allows(Call(bucket.service, operation, write=True, region="other"), 0)


NAMES = (
    "CreateCluster", "DescribeClusters", "RegisterTaskDefinition", "DescribeTaskDefinition",
    "DeleteTaskDefinitions", "TagResource", "ListTagsForResource", "StopTask", "ListTasks",
    "CreateService", "ListServices", "ListServiceDeployments", "DescribeServiceRevisions",
    "CreateLoadBalancer", "RegisterTargets", "DescribeRules", "CreateNatGateway",
    "CreateVpcEndpoint", "CreateTags", "GetLogEvents", "PutRetentionPolicy", "CreateLogGroup",
    "PutImage", "PutMetricAlarm", "DescribeAlarms", "ListServicesByNamespace",
    "CreateCapacityProvider", "DescribeCapacityProviders", "PutAccountSetting",
    "ListAccountSettings", "GetTaskProtection", "CreateNetworkInterface", "PutParameter",
    "CreateTopic", "DescribeSecurityGroups", "DiscoverInstances", "DiscoverInstancesRevision",
)  # fmt: skip


def test_all_calls_of_a_load_balancer_share_one_more_bucket() -> None:
    throttles = Throttles()
    reads = Call("elbv2", "DescribeRules", write=False, region="r")
    writes = Call("elbv2", "CreateRule", write=True, region="r")
    assert all(throttles.allows(writes, 0) for _ in range(20))
    assert sum(throttles.allows(reads, 0) for _ in range(40)) == 20


def test_each_operation_of_ec2_has_a_bucket_of_its_own() -> None:
    throttles = Throttles()
    for operation in ("CreateVpc", "CreateSubnet"):
        call = Call("ec2", operation, write=True, region="r")
        assert sum(throttles.allows(call, 0) for _ in range(60)) == 50


@behaviour(
    "EC2 guide: Request throttling",
    "Who asks for all security groups, without filter or pages, has 50 tokens instead of 100",
    "never throttles",
)
def test_reads_of_everything_are_throttled_early(
    cloud: Cloud, client: Connect, order: Order
) -> None:
    ask(cloud.endpoint, "settings", {"throttles": True})
    order()
    ec2 = client("ec2")
    for _ in range(50):
        ec2.describe_security_groups()
    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        ec2.describe_security_groups()
    for narrower in ({"MaxResults": 5}, {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}]}):
        ec2.describe_security_groups(**narrower)


@behaviour(
    "ECS guide: AWS Fargate throttling quotas",
    "Fargate launches 100 tasks at once, then 20 a second: ThrottlingException",
    "never throttles",
)
def test_too_many_tasks_at_once_are_throttled(
    cloud: Cloud, client: Connect, order: Order, advance: Callable[[float], None]
) -> None:
    ecs, ec2 = client("ecs"), client("ec2")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="web",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "web", "image": "nginx"}],
    )
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    request = {
        "cluster": "c",
        "taskDefinition": "web",
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": [subnet]}},
        "count": 10,
    }
    ask(cloud.endpoint, "settings", {"throttles": True})
    order()
    for _ in range(10):
        ecs.run_task(**request)
    with pytest.raises(ClientError, match=r"ThrottlingException.*Rate exceeded"):
        ecs.run_task(**request)
    advance(1)
    for _ in range(2):
        ecs.run_task(**request)


def test_run_task_is_called_twenty_times_a_second() -> None:
    throttles = Throttles()
    call = Call("ecs", "RunTask", write=True, region="r")
    assert sum(throttles.allows(call, 0) for _ in range(40)) == 20
    assert sum(throttles.allows(call, 1) for _ in range(40)) == 20


@behaviour(
    "ECS API: request-throttling",
    "20 clusters at once, then one a second: ThrottlingException",
    "never throttles",
)
def test_too_many_calls_are_throttled(
    cloud: Cloud, client: Connect, order: Order, advance: Callable[[float], None]
) -> None:
    ask(cloud.endpoint, "settings", {"throttles": True})
    order()
    ecs = client("ecs")
    for _ in range(20):
        ecs.create_cluster(clusterName="c")
    with pytest.raises(ClientError, match=r"ThrottlingException.*Rate exceeded"):
        ecs.create_cluster(clusterName="c")
    advance(1)
    ecs.create_cluster(clusterName="c")


@behaviour(
    "IAM guide: troubleshoot_general_eventual-consistency",
    "A new role cannot be assumed for some seconds",
    "is no matter",
)
def test_a_new_role_is_not_assumable_at_once(
    cloud: Cloud, client: Connect, order: Order, attached: Callable[[], str]
) -> None:
    ecs, role = client("ecs"), client("iam")
    ecs.create_cluster(clusterName="c")
    ask(cloud.endpoint, "settings", {"consistency": True})
    role.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)
    ecs.register_task_definition(
        family="web",
        executionRoleArn="arn:aws:iam::123456789012:role/web",
        containerDefinitions=[{"name": "web", "image": "nginx", "memory": 64}],
    )
    request = {"cluster": "c", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    ecs.create_service(**request)
    (service,) = ecs.describe_services(cluster="c", services=["web"])["services"]
    assert "unable to assume the role" in service["events"][0]["message"]
    ask(cloud.endpoint, "clock/advance", {"seconds": 60})
    (service,) = ecs.describe_services(cluster="c", services=["web"])["services"]
    assert service["runningCount"] == 1


def test_a_client_gives_up_on_a_slow_answer_to_a_call_that_is_applied(
    cloud: Cloud, client: Connect, order: Order
) -> None:
    order({"kind": "slow", "at": 1, "seconds": 2})
    impatient = boto3.client(
        "ecs",
        endpoint_url=cloud.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(read_timeout=0.5, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ReadTimeoutError):
        impatient.create_cluster(clusterName="one")
    assert len(client("ecs").list_clusters()["clusterArns"]) == 1


def test_a_slow_answer_comes_late_and_the_call_is_applied() -> None:
    applied: list[str] = []
    slept: list[float] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        assert slept == []
        applied.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"done"]

    faults = Faults(app, Settings(), sleep=slept.append)
    faults.order([fault({"kind": "slow", "at": 1, "seconds": 90})])
    headers = {"Authorization": signed("iam")["authorization"]}
    post = Client(faults).post
    assert post("/", data={"Action": "GetRole"}, headers=headers).text == "done"
    assert slept == []
    assert post("/", data={"Action": "CreateRole"}, headers=headers).text == "done"
    assert (applied, slept) == (["/", "/"], [90])
