"""AWS's token buckets: how many calls at once, and how many more each second.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html, and the pages of
the same name of Elastic Load Balancing and EC2; others are quotas of their services.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .wire import Call


@dataclass(frozen=True, slots=True)
class Bucket:
    """Calls whose operation fits share `burst` tokens; `rate` more come in a second."""

    service: str
    pattern: str
    burst: float
    rate: float


READS = "Describe.*|List.*|Get.*"
# The first row that fits counts.
BUCKETS = (
    Bucket("ecs", "(Create|Update|Delete)Cluster|UpdateClusterSettings|PutCluster.*", 20, 1),
    Bucket("ecs", "(Describe|List)Clusters", 50, 20),
    Bucket("ecs", "(Register|Deregister)TaskDefinition", 20, 1),
    Bucket("ecs", "(Describe|List)TaskDefinition.*", 50, 20),
    Bucket("ecs", "DeleteTaskDefinitions", 5, 1),
    Bucket("ecs", "(Tag|Untag)Resource", 20, 10),
    Bucket("ecs", "ListTagsForResource", 50, 20),
    Bucket("ecs", "RunTask|StopTask|StartTask|ExecuteCommand", 100, 40),
    Bucket("ecs", "DescribeTasks|ListTasks", 100, 20),
    Bucket("ecs", "(Create|Update|Delete)Service", 50, 5),
    Bucket("ecs", "DescribeServices|ListServices", 100, 20),
    Bucket("ecs", "ListServicesByNamespace", 10, 1),
    Bucket("ecs", "(Create|Update|Delete)CapacityProvider", 10, 1),
    Bucket("ecs", "DescribeCapacityProviders", 50, 20),
    Bucket("ecs", "(Put|Delete)AccountSetting.*", 10, 1),
    Bucket("ecs", "ListAccountSettings", 50, 20),
    Bucket("ecs", "(Get|Update)TaskProtection", 200, 80),
    Bucket("ecs", "(Describe|List)ServiceDeployments", 50, 20),
    Bucket("ecs", "DescribeServiceRevisions", 50, 20),
    Bucket("elbv2", "CreateLoadBalancer|SetSubnets", 10, 0.2),
    Bucket("elbv2", "(Register|Deregister)Targets", 20, 4),
    Bucket("elbv2", READS, 40, 10),
    Bucket("elbv2", ".*", 20, 3),
    Bucket("ec2", "(Create|Delete)NatGateway", 10, 1),
    Bucket("ec2", "(Create|Modify|Delete)VpcEndpoints?", 4, 0.3),
    Bucket("ec2", "(Create|Delete)Tags", 100, 10),
    Bucket("ec2", "(Create|Delete)NetworkInterface", 100, 5),
    Bucket("ec2", READS, 100, 20),
    Bucket("ec2", ".*", 50, 5),
    Bucket("logs", "GetLogEvents", 25, 25),
    Bucket("logs", "PutRetentionPolicy|.*Tag.*", 5, 5),
    Bucket("logs", "(Create|Delete|Describe)LogGroups?", 10, 10),
    Bucket("iam", ".*", 20, 15),
    Bucket("ecr", "PutImage", 10, 10),
    Bucket("cloudwatch", "PutMetricAlarm", 3, 3),
    Bucket("cloudwatch", "DescribeAlarms", 9, 9),
    Bucket("route53", ".*", 5, 5),
    Bucket("ssm", "PutParameter", 3, 3),
    Bucket("sns", "CreateTopic", 30, 30),
    Bucket("wafv2", "(Create|Update|Delete|Associate|Disassociate|Put).*", 1, 1),
)
# What all calls of a service take from besides.
WHOLE = (Bucket("elbv2", ".*", 40, 10),)
# What a service calls it: the page Common Errors of its API reference.
CODES = {
    "cloudwatch": "Throttling",
    "ec2": "RequestLimitExceeded",
    "elbv2": "Throttling",
    "iam": "Throttling",
    "route53": "Throttling",
    "s3": "SlowDown",
    "servicediscovery": "RequestLimitExceeded",
    "sns": "Throttled",
    "sts": "Throttling",
}
MESSAGE = "Rate exceeded"


class Throttles:
    """All buckets of one cloud, each per region."""

    def __init__(self) -> None:
        self._left: dict[tuple[Bucket, str], tuple[float, float]] = {}

    def allows(self, call: Call, now: float) -> bool:
        """Take a token for a call; False if there is none."""
        fitting = [
            next((each for each in rows if _fits(each, call)), None) for rows in (BUCKETS, WHOLE)
        ]
        found = [self._fill(bucket, call.region, now) for bucket in fitting if bucket]
        if any(left < 1 for left in found):
            return False
        for bucket in filter(None, fitting):
            left, since = self._left[bucket, call.region]
            self._left[bucket, call.region] = (left - 1, since)
        return True

    def _fill(self, bucket: Bucket, region: str, now: float) -> float:
        """The tokens of a bucket, with those that came in meanwhile."""
        left, since = self._left.get((bucket, region), (bucket.burst, now))
        left = min(bucket.burst, left + (now - since) * bucket.rate)
        self._left[bucket, region] = (left, now)
        return left

    def clear(self) -> None:
        """Fill all buckets."""
        self._left.clear()


def code_of(service: str) -> str:
    """What a service calls its throttling."""
    return CODES.get(service, "ThrottlingException")


def _fits(bucket: Bucket, call: Call) -> bool:
    return bucket.service == call.service and bool(re.fullmatch(bucket.pattern, call.operation))
