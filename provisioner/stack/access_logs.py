"""The bucket that the load balancer writes its access logs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Ref, Resource, Text, text
from provisioner.engine.owner import ON_TEARDOWN
from provisioner.spec.access_logs import AccessLogs
from provisioner.spec.ingress import LoadBalancer
from provisioner.stack.context import Context, ref
from provisioner.stack.names import shorten

BUCKET = "s3.bucket"
NAME = "alb-logs"
BUCKET_LIMIT = 63
ACCOUNT_DIGITS = 12
ABORT_DAYS = 7
DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
WRITERS = {
    "us-east-1": "127311923021",
    "us-east-2": "033677994240",
    "us-west-1": "027434742980",
    "us-west-2": "797873946194",
    "af-south-1": "098369216593",
    "ap-east-1": "754344448648",
    "ap-southeast-3": "589379963580",
    "ap-south-1": "718504428378",
    "ap-northeast-3": "383597477331",
    "ap-northeast-2": "600734575887",
    "ap-southeast-1": "114774131450",
    "ap-southeast-2": "783225319266",
    "ap-northeast-1": "582318560864",
    "ca-central-1": "985666609251",
    "eu-central-1": "054676820928",
    "eu-west-1": "156460612806",
    "eu-west-2": "652711504416",
    "eu-south-1": "635631232127",
    "eu-west-3": "009996457667",
    "eu-north-1": "897822967062",
    "me-south-1": "076674570225",
    "sa-east-1": "507241528517",
    "us-gov-west-1": "048591011584",
    "us-gov-east-1": "190560391635",
}
"""Accounts that Elastic Load Balancing writes from in regions older than August 2022.

Source: Elastic Load Balancing User Guide, Enable access logs for your Application Load Balancer.
"""


def build(context: Context) -> Iterator[Resource]:
    """The bucket, where logs are wanted."""
    logs = context.spec.load_balancer.access_logs if context.spec.load_balancer else None
    if logs is None:
        return
    name = logs.bucket or _name(context)
    everything = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"),
        True,
    )
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    properties = {
        "Bucket": name,
        "ObjectOwnership": "BucketOwnerEnforced",
        "PublicAccessBlockConfiguration": everything,
        "ServerSideEncryptionConfiguration": {"Rules": [encryption]},
        "LifecycleConfiguration": {"Rules": [_expiry(logs)]},
        "Policy": _policy(context, name, logs),
    }
    tags = {**context.spec.tags, ON_TEARDOWN: logs.on_teardown}
    yield Resource(BUCKET, NAME, properties, tags)


def attributes(balancer: LoadBalancer) -> dict[str, Any]:
    """What the load balancer is told. Off where nothing is wanted: a bucket may have stayed."""
    logs = balancer.access_logs
    if logs is None:
        return {"access_logs.s3.enabled": "false"}
    return {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": ref(BUCKET, NAME, "Name"),
        "access_logs.s3.prefix": logs.prefix,
    }


def _name(context: Context) -> Text:
    """With the account: a bucket's name is taken for everybody."""
    room = BUCKET_LIMIT - ACCOUNT_DIGITS - 1
    return text(shorten(context.names.of(NAME), room), "-", context.account.ref("Account"))


def _expiry(logs: AccessLogs) -> dict[str, Any]:
    return {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": logs.expire_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }


def _policy(context: Context, bucket: str | Text, logs: AccessLogs) -> dict[str, Any]:
    """Both principals: older regions write from an account, all of them as the service."""
    account, partition = context.account.ref("Account"), context.account.ref("Partition")
    path = f"/{logs.prefix}" if logs.prefix else ""
    where = text("arn:", partition, ":s3:::", bucket, f"{path}/AWSLogs/", account, "/*")
    principals: dict[str, Any] = {"Service": DELIVERY}
    if writer := WRITERS.get(context.names.region):
        principals["AWS"] = _root(partition, writer)
    statement = {
        "Effect": "Allow",
        "Principal": principals,
        "Action": "s3:PutObject",
        "Resource": where,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _root(partition: Ref, account: str) -> Text:
    return text("arn:", partition, f":iam::{account}:root")
