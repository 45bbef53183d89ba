"""An application load balancer that exists, by name, ARN or tags.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed
from provisioner.resources.elbv2._existing import balancers, every_balancer
from provisioner.resources.lookups._one import only, words
from provisioner.resources.lookups.network import network
from provisioner.resources.lookups.security_group import check_rules, group_id


def load_balancer(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`name` or `tags`, in the VPC of `network`; `group` is the query for the group to be used.

    `rules` are those for addresses that `stack` wants in the group.
    Outputs: Arn, Name, DNSName, CanonicalHostedZoneId, FullName, SecurityGroupId.
    """
    found = chosen(aws, query)
    group = _group(aws, found, query)
    if not query["group"]:  # else the group's own lookup sees to it
        check_rules(aws, group, query)
    arn = found["LoadBalancerArn"]
    return {
        "Arn": arn,
        "Name": found["LoadBalancerName"],
        "DNSName": found.get("DNSName", ""),
        "CanonicalHostedZoneId": found.get("CanonicalHostedZoneId", ""),
        "FullName": arn.split(":loadbalancer/")[-1],
        "SecurityGroupId": group,
    }


def chosen(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The load balancer, if it is one that services of the stack can be behind."""
    found = balancers(aws, query)
    there = sorted(item["LoadBalancerName"] for item in every_balancer(aws))
    others = f"; there is {', '.join(there)}" if there else "; there is none at all"
    named = (item["LoadBalancerName"] for item in found)
    one = only(found, query, "load balancer", named, f" in {aws.region}{others}")
    place = f"{query['field']}: {one['LoadBalancerName']}"
    if one["Type"] != "application":
        raise LookupFailed(
            f"{place} is a {one['Type']} load balancer; only an application load balancer has rules"
        )
    vpc = network(aws, query["network"])["VpcId"]
    if one["VpcId"] != vpc:
        raise LookupFailed(
            f"{place} is in {one['VpcId']}, the stack's tasks are in {vpc}; name one of that VPC"
        )
    return one


def _group(aws: Aws, one: Mapping[str, Any], query: Properties) -> str:
    groups: list[str] = sorted(one.get("SecurityGroups", ()))
    if query["group"]:
        wanted = group_id(aws, query["group"])
        if wanted in groups:
            return wanted
        raise LookupFailed(
            f"{query['group']['field']}: {words(query['group'])} ({wanted}) is no group of "
            f"{one['LoadBalancerName']}, which has {', '.join(groups) or 'none'}"
        )
    if len(groups) == 1:
        return groups[0]
    raise LookupFailed(
        f"{query['field']}: {one['LoadBalancerName']} has {len(groups)} security groups: "
        f"{', '.join(groups)}; say which gets the stack's rules with load_balancer.security_group"
    )
