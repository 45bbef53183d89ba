"""AWS's token buckets: how many calls at once, and how many more each second.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html, the page of the
same name of Elastic Load Balancing, and for EC2, which has a bucket for each of its operations,
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html; Fargate's:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html, Cloud Map's:
https://docs.aws.amazon.com/general/latest/gr/cloud_map.html; others are quotas of their services.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from .wire import Call


@dataclass(frozen=True, slots=True)
class Bucket:
    """Calls whose operation fits share `burst` tokens; `rate` more come in a second.

    `each`: every operation has them for itself. `whole`: only for calls that ask for everything,
    without a filter and not by pages.
    """

    service: str
    pattern: str
    burst: float
    rate: float
    each: bool = False
    whole: bool = False


READS = "Describe.*|List.*|Get.*|Search.*"
LARGE = (
    "Describe(Instances|InstanceStatus|NetworkInterfaces|SecurityGroups|Snapshots"
    "|SpotInstanceRequests|Volumes)"
)
NARROWED = frozenset({"Filter", "MaxResults", "NextToken"})
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
    Bucket("ec2", LARGE, 50, 10, each=True, whole=True),
    Bucket("ec2", "(Create|Delete)NatGateway", 10, 1, each=True),
    Bucket("ec2", "(Create|Modify|Delete)VpcEndpoints?", 4, 0.3, each=True),
    Bucket("ec2", "(Create|Delete)Tags", 100, 10, each=True),
    Bucket("ec2", "(Create|Delete)NetworkInterface", 100, 5, each=True),
    Bucket("ec2", READS, 100, 20, each=True),
    Bucket("ec2", ".*", 50, 5, each=True),
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
    Bucket("servicediscovery", "DiscoverInstances", 2000, 1000),
    Bucket("servicediscovery", "DiscoverInstancesRevision", 3000, 3000),
    Bucket("wafv2", "(Create|Update|Delete|Associate|Disassociate|Put).*", 1, 1),
)
# What calls take from besides: all of a service, and tasks that Fargate is to run.
BESIDES = (Bucket("elbv2", ".*", 40, 10), Bucket("ecs", "RunTask", 20, 20))
# Tasks that begin: no operations of anybody's, but of the same kind.
ON_DEMAND, SPOT = "LaunchTask", "LaunchSpotTask"
LAUNCHES = (Bucket("fargate", ON_DEMAND, 100, 20), Bucket("fargate", SPOT, 100, 20))
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
MESSAGES = {"ec2": "Request limit exceeded."}


class Throttles:
    """All buckets of one cloud, each per region."""

    def __init__(self) -> None:
        # By bucket, operation where it has one of its own, and region: tokens, and when that was.
        self._left: dict[tuple[Bucket, str, str], tuple[float, float]] = {}

    def allows(
        self, call: Call, now: float, parameters: Collection[str] = (), number: int = 1
    ) -> bool:
        """Take tokens for a call with parameters of these names; False if there are too few."""
        whole = NARROWED.isdisjoint(parameters)
        fitting = [
            next((each for each in rows if _fits(each, call, whole=whole)), None)
            for rows in (BUCKETS, BESIDES, LAUNCHES)
        ]
        keys = [
            (bucket, call.operation if bucket.each else "", call.region)
            for bucket in fitting
            if bucket
        ]
        found = [self._fill(key, now) for key in keys]
        if any(left < number for left in found):
            return False
        for key, left in zip(keys, found, strict=True):
            self._left[key] = (left - number, self._left[key][1])
        return True

    def _fill(self, key: tuple[Bucket, str, str], now: float) -> float:
        """The tokens of a bucket, with those that came in meanwhile."""
        bucket = key[0]
        left, since = self._left.get(key, (bucket.burst, now))
        left = min(bucket.burst, left + max(now - since, 0) * bucket.rate)
        self._left[key] = (left, max(now, since))
        return left

    def clear(self) -> None:
        """Fill all buckets."""
        self._left.clear()


def code_of(service: str) -> str:
    """What a service calls its throttling."""
    return CODES.get(service, "ThrottlingException")


def message_of(service: str) -> str:
    """How a service words it."""
    return MESSAGES.get(service, "Rate exceeded")


def _fits(bucket: Bucket, call: Call, *, whole: bool) -> bool:
    return (
        bucket.service == call.service
        and (whole or not bucket.whole)
        and bool(re.fullmatch(bucket.pattern, call.operation))
    )
