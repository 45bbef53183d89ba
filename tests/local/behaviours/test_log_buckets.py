"""What Elastic Load Balancing demands of the buckets of its logs, and writes into them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
INVALID = "InvalidConfigurationRequest"
BUCKET = "alb-logs"
OWN = "123456789012"
WRITER = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
# The account of the delivery in eu-west-1.
ACCOUNT = {"AWS": ["arn:aws:iam::156460612806:root"]}


def attributes(prefix: str = "") -> list[dict[str, str]]:
    given = {"enabled": "true", "bucket": BUCKET, "prefix": prefix}
    return [{"Key": f"access_logs.s3.{key}", "Value": value} for key, value in given.items()]


def says(path: str = f"AWSLogs/{OWN}/*", effect: str = "Allow", **change: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": WRITER,
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/{path}",
        **change,
    }


@behaviour(
    "aws-load-balancer-controller#1956",
    "Access logs need a bucket that lets the delivery write",
    ACCEPTED,
)
def test_access_logs_need_a_bucket_with_a_policy(aws: Aws) -> None:
    change, balancer = aws.elbv2.modify_load_balancer_attributes, aws.balancer()
    request = {"LoadBalancerArn": balancer, "Attributes": attributes()}
    words = aws.refused(INVALID, change, **request)
    assert words.startswith(f"Access Denied for bucket: {BUCKET}")
    create(aws)
    aws.refused(INVALID, change, **request)


def create(aws: Aws, *statements: dict[str, Any]) -> None:
    s3 = aws.client("s3")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    if statements:
        policy = {"Version": "2012-10-17", "Statement": statements}
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


@pytest.mark.parametrize(
    "statements",
    [
        [says("other/AWSLogs/123456789012/*")],
        [says("AWSLogs/210987654321/*")],
        [says(Action="s3:GetObject")],
        [says(Principal={"AWS": f"arn:aws:iam::{OWN}:root"})],
        [says(), says("*", "Deny", Principal="*")],
        [says(Condition={"StringEquals": {"aws:SourceAccount": "210987654321"}})],
    ],
    ids=["prefix", "account", "action", "principal", "deny", "condition"],
)
@behaviour(
    "ALB guide: enable-access-logging",
    "The bucket's policy allows PutObject below AWSLogs/<account>",
    ACCEPTED,
)
def test_a_policy_about_something_else_lets_nobody_write(
    aws: Aws, statements: list[dict[str, Any]]
) -> None:
    create(aws, *statements)
    change = aws.elbv2.modify_load_balancer_attributes
    aws.refused(INVALID, change, LoadBalancerArn=aws.balancer(), Attributes=attributes())


@pytest.mark.parametrize(
    ("prefix", "statements"),
    [
        ("", [says()]),
        ("", [says(Principal=ACCOUNT, Action=["s3:*"])]),
        ("", [says("*", "Deny", Principal={"AWS": f"arn:aws:iam::{OWN}:root"}), says()]),
        ("a/b", [says(f"a/b/AWSLogs/{OWN}/*")]),
        ("a", [says("*", Condition={"Bool": {"aws:SecureTransport": "true"}})]),
    ],
    ids=["service", "account", "denied-to-another", "prefix", "condition"],
)
@behaviour(
    "ALB guide: enable-access-logging",
    "A policy that lets the delivery write is enough",
    "accepts it, too",
)
def test_a_policy_lets_the_delivery_write(
    aws: Aws, prefix: str, statements: list[dict[str, Any]]
) -> None:
    create(aws, *statements)
    change, balancer = aws.elbv2.modify_load_balancer_attributes, aws.balancer()
    change(LoadBalancerArn=balancer, Attributes=attributes(prefix))
    change(LoadBalancerArn=balancer, Attributes=attributes(prefix)[:1])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("access_logs", "ELBAccessLogTestFile"),
        ("connection_logs", "ELBConnectionLogTestFile"),
        ("health_check_logs", "ELBHealthCheckLogTestFile"),
    ],
)
@behaviour(
    "ALB guide: enable-connection-logging",
    "Each kind of log needs a bucket that may be written to, and begins with a test file",
    "checks none and writes nothing",
)
def test_each_kind_of_log_begins_with_a_test_file(aws: Aws, kind: str, name: str) -> None:
    change, balancer = aws.elbv2.modify_load_balancer_attributes, aws.balancer()
    given = {"enabled": "true", "bucket": BUCKET, "prefix": "a"}
    on = [{"Key": f"{kind}.s3.{key}", "Value": value} for key, value in given.items()]
    words = aws.refused(INVALID, change, LoadBalancerArn=balancer, Attributes=on)
    assert words.startswith(f"Access Denied for bucket: {BUCKET}")
    create(aws, says(f"a/AWSLogs/{OWN}/*"))
    change(LoadBalancerArn=balancer, Attributes=on)
    found = aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [each["Key"] for each in found] == [f"a/AWSLogs/{OWN}/{name}"]


@behaviour("ALB guide: enable-access-logging", "The prefix of logs has no AWSLogs in it", ACCEPTED)
def test_a_prefix_is_not_that_of_aws(aws: Aws) -> None:
    change, balancer = aws.elbv2.modify_load_balancer_attributes, aws.balancer()
    create(aws, says("*"))
    request = {"LoadBalancerArn": balancer, "Attributes": attributes("a/AWSLogs")}
    aws.refused(INVALID, change, **request)


@behaviour(
    "ALB guide: enable-access-logging, terraform#12010",
    "The bucket of logs is in the region of the load balancer",
    ACCEPTED,
)
def test_a_bucket_is_in_the_region(aws: Aws) -> None:
    s3 = aws.client("s3", "us-east-1")
    s3.create_bucket(Bucket=BUCKET)
    policy = {"Version": "2012-10-17", "Statement": [says()]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    request = {"LoadBalancerArn": aws.balancer(), "Attributes": attributes()}
    words = aws.refused(INVALID, aws.elbv2.modify_load_balancer_attributes, **request)
    assert words == f"S3Bucket: {BUCKET} is not located in the same region with ELB: web"
