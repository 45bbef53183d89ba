"""What Elastic Load Balancing refuses about the bucket of its access logs.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from provisioner.local.access.policies import Asked, decide

from .rule import Params, Place, Rule

ACCESS_LOGS = "access_logs.s3."
WRITER = "logdelivery.elasticloadbalancing.amazonaws.com"
# In older regions the delivery is an account of AWS's own.
_ACCOUNT = re.compile(r"(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?")


def _bucket(params: Params, place: Place) -> str | None:
    """The bucket must be there and let the delivery write."""
    changed = {each["Key"]: each.get("Value", "") for each in params.get("Attributes") or ()}
    balancer = place.of("elbv2").load_balancers.get(params["LoadBalancerArn"])
    given = {**getattr(balancer, "attrs", {}), **changed}
    touched = any(each.startswith(ACCESS_LOGS) for each in changed)
    if not touched or given.get(f"{ACCESS_LOGS}enabled") != "true":
        return None
    name = given.get(f"{ACCESS_LOGS}bucket") or ""
    bucket = place.backends("s3")[place.account]["aws"].buckets.get(name)
    policy = (getattr(bucket, "policy", None) or b"{}") if bucket else b"{}"
    prefix = (given.get(f"{ACCESS_LOGS}prefix") or "").strip("/")
    folder = f"{name}/{prefix}" if prefix else name
    if not _lets_write(json.loads(policy), folder, params["LoadBalancerArn"], place):
        return f"Access Denied for bucket: {name}. Please check S3bucket permission"
    return None


def _lets_write(policy: Params, folder: str, balancer: str, place: Place) -> bool:
    partition = balancer.split(":")[1]
    key = f"{folder}/AWSLogs/{place.account}/ELBAccessLogTestFile"
    context = {
        "aws:securetransport": "true",
        "aws:sourceaccount": place.account,
        "aws:sourcearn": balancer,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    asked = Asked(
        "s3:PutObject",
        f"arn:{partition}:s3:::{key}",
        lambda name: (context[name.lower()],) if name.lower() in context else (),
    )
    said = policy.get("Statement", [])
    mine = [
        each
        for each in (said if isinstance(said, list) else [said])
        if _of_writer(each.get("Principal"), place.account)
    ]
    return decide([json.dumps({"Statement": mine})], asked) == "allowed"


def _of_writer(principal: Any, own: str) -> bool:
    """Whether a statement is about who delivers the logs, or everybody."""
    if not isinstance(principal, dict):
        return bool(principal == "*")
    for values in principal.values():
        for each in values if isinstance(values, list) else [values]:
            found = _ACCOUNT.fullmatch(each)
            if each in {"*", WRITER} or (found and found[1] != own):
                return True
    return False


RULES = (
    Rule(
        "ModifyLoadBalancerAttributes",
        "InvalidConfigurationRequest",
        _bucket,
        "aws-load-balancer-controller#1956",
    ),
)
