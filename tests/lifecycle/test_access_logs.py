"""Access logs: a bucket in the order that AWS demands, and what becomes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.errors import Guarded
from tests.cloud.sent import check_order
from tests.cloud.world import World, changes

LOGS = "load_balancer.access_logs=true"
GONE = "load_balancer.access_logs={on_teardown: delete}"
BUCKET = "oaktree-alb-logs-dev-123456789012"
ADDRESS = "s3.bucket/alb-logs"


def attributes(world: World) -> dict[str, str]:
    elbv2 = world.client("elbv2")
    arn = world.one("elbv2.load_balancer/main").id
    answer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
    return {one["Key"]: one["Value"] for one in answer["Attributes"]}


def buckets(world: World) -> list[str]:
    return [one["Name"] for one in world.client("s3").list_buckets()["Buckets"]]


def forget(world: World) -> None:
    """The server outlives the test."""
    s3 = world.client("s3")
    for name in buckets(world):
        for one in s3.list_objects_v2(Bucket=name).get("Contents", ()):
            s3.delete_object(Bucket=name, Key=one["Key"])
        s3.delete_bucket(Bucket=name)


def test_the_bucket_comes_first_and_stays_when_the_key_and_the_stack_go(world: World) -> None:
    applied = world.apply(LOGS)
    check_order(applied.writes, "CreateBucket", "PutBucketPolicy", "ModifyLoadBalancerAttributes")
    found = attributes(world)
    assert found["access_logs.s3.enabled"] == "true"
    assert found["access_logs.s3.bucket"] == BUCKET
    assert found["access_logs.s3.prefix"] == "alb-logs"
    assert world.owned().keys() == world.addresses(LOGS)
    world.check_settled(LOGS)

    world.client("s3").delete_bucket_policy(Bucket=BUCKET)
    assert changes(world.plan(LOGS)) == [f"update {ADDRESS}"]
    assert world.apply(LOGS).operations == ["PutBucketPolicy"]
    world.check_settled(LOGS)

    without = world.apply()
    assert without.operations == ["ModifyLoadBalancerAttributes"]
    assert attributes(world)["access_logs.s3.enabled"] == "false"
    assert [one["name"] for one in without.plan["retained"]] == [BUCKET]
    world.check_settled()

    world.teardown()
    assert world.owned().keys() == {ADDRESS}
    done = world.cli("teardown", "-y")
    assert done.code == 0
    assert f"{ADDRESS}  {BUCKET}  stays" in done.out

    assert "CreateBucket" not in world.apply(LOGS).operations
    world.apply(GONE)
    tests = [one["Key"] for one in world.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert tests == ["alb-logs/AWSLogs/123456789012/ELBAccessLogTestFile"]
    world.teardown()
    assert buckets(world) == []


def test_the_policy_lets_both_principals_write_there_and_nowhere_else(world: World) -> None:
    world.apply(LOGS)
    s3 = world.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert policy["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {
                "Service": "logdelivery.elasticloadbalancing.amazonaws.com",
                "AWS": "arn:aws:iam::114774131450:root",
            },
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/alb-logs/AWSLogs/123456789012/*",
        }
    ]
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["Expiration"] == {"Days": 90}
    world.teardown()
    forget(world)


def test_what_may_go_goes_with_its_logs_only_by_force(world: World) -> None:
    world.apply(GONE)
    world.client("s3").put_object(Bucket=BUCKET, Key="alb-logs/AWSLogs/1", Body=b"GET /")
    stack = world.stack(GONE)
    plan = stack.teardown_plan()
    with pytest.raises(Guarded, match=f"{BUCKET} holds objects"):
        stack.guard(plan)
    report: Any = stack.apply(stack.guard(plan, force=True))
    assert report.result == "done"
    assert world.owned() == {}
    assert buckets(world) == []
