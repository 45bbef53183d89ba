"""What Elastic Load Balancing refuses about the buckets of its logs.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html,
enable-connection-logging.html, enable-health-check-logging.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from provisioner.local.access.policies import Asked, decide
from provisioner.local.elbv2_logs import destinations

from .rule import Params, Place, Rule

WRITER = "logdelivery.elasticloadbalancing.amazonaws.com"
# In older regions the delivery is an account of AWS's own.
_ACCOUNT = re.compile(r"(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?")


def _bucket(params: Params, place: Place) -> str | None:
    """The bucket must be there and let the delivery write."""
    for name, key, bucket in _buckets(params, place):
        policy = (getattr(bucket, "policy", None) or b"{}") if bucket else b"{}"
        if not _lets_write(json.loads(policy), f"{name}/{key}", params["LoadBalancerArn"], place):
            return f"Access Denied for bucket: {name}. Please check S3bucket permission"
    return None


def _elsewhere(params: Params, place: Place) -> str | None:
    """The text is that for load balancers of the first generation."""
    for name, _key, bucket in _buckets(params, place):
        if bucket and bucket.region_name != place.region:
            balancer = params["LoadBalancerArn"].split("/")[2]
            return f"S3Bucket: {name} is not located in the same region with ELB: {balancer}"
    return None


def _buckets(params: Params, place: Place) -> Iterator[tuple[str, str, Any]]:
    """Yield name, key of the test file and bucket of each kind of log that is switched on."""
    changed = {each["Key"]: each.get("Value", "") for each in params.get("Attributes") or ()}
    balancer = place.of("elbv2").load_balancers.get(params["LoadBalancerArn"])
    given = {**getattr(balancer, "attrs", {}), **changed}
    for name, key in destinations(given, changed, place.account):
        yield name, key, place.backends("s3")[place.account]["aws"].buckets.get(name)


def _lets_write(policy: Params, key: str, balancer: str, place: Place) -> bool:
    partition = balancer.split(":")[1]
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


def _prefix(params: Params, _: Place) -> str | None:
    """What comes before AWSLogs does not contain it; the text is [unverified]."""
    for each in params.get("Attributes") or ():
        if each["Key"].endswith("_logs.s3.prefix") and "AWSLogs" in (each.get("Value") or ""):
            return f"The prefix '{each['Value']}' cannot contain AWSLogs"
    return None


RULES = (
    Rule(
        "ModifyLoadBalancerAttributes",
        "InvalidConfigurationRequest",
        _prefix,
        "ALB guide: enable-access-logging",
    ),
    Rule(
        "ModifyLoadBalancerAttributes",
        "InvalidConfigurationRequest",
        _elsewhere,
        "ALB guide: enable-access-logging, terraform#12010",
    ),
    Rule(
        "ModifyLoadBalancerAttributes",
        "InvalidConfigurationRequest",
        _bucket,
        "aws-load-balancer-controller#1956",
    ),
)
