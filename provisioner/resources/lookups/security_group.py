"""A security group that exists, by id, name or tags, and whether it takes our rules.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.engine.owner import STACK, is_ours
from provisioner.errors import NotOwned
from provisioner.resources._tags import tag_map
from provisioner.resources.lookups._one import only, words
from provisioner.resources.lookups.network import network

FIELDS = ("IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6")


def security_group(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The `Id` of the group of `name` (or id) or `tags`, in the VPC of `network`.

    `rules` are those for addresses that `stack` wants in it.
    """
    found = group_id(aws, query)
    check_rules(aws, found, query)
    return {"Id": found}


def group_id(aws: Aws, query: Properties) -> str:
    """The id of the one group. Raises LookupFailed."""
    key = ("security-group", repr(query["name"]), repr(query["tags"]), query["field"])
    return aws.once(key, lambda: _group_id(aws, query))


def _group_id(aws: Aws, query: Properties) -> str:
    vpc = network(aws, query["network"])["VpcId"]
    name = query["name"]
    by_id = bool(name) and name.startswith("sg-")
    filters = [
        {"Name": f"tag:{key}", "Values": [value]} for key, value in sorted(query["tags"].items())
    ]
    if name:
        filters = [{"Name": "group-id" if by_id else "group-name", "Values": [name]}]
    found = aws.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=filters)
    inside = [group for group in found if group["VpcId"] == vpc]
    elsewhere = sorted({f"{group['GroupId']} of {group['VpcId']}" for group in found})
    where = f"; {', '.join(elsewhere)} is not in the stack's VPC" if elsewhere else ""
    ids = (f"{group['GroupId']} ({group['GroupName']})" for group in inside)
    one = only(inside, query, "security group", ids, f" in {vpc}{where}")
    return str(one["GroupId"])


def check_rules(aws: Aws, group: str, query: Properties) -> None:
    """Whether somebody else's rule is just what one of ours would be: AWS takes it only once.

    Raises NotOwned.
    """
    if not query["rules"]:
        return
    filters = [{"Name": "group-id", "Values": [group]}]
    there = aws.pages("ec2", "describe_security_group_rules", "SecurityGroupRules", Filters=filters)
    theirs = {
        tuple(rule.get(field) for field in FIELDS): rule
        for rule in there
        if not is_ours(tag_map(rule.get("Tags")), query["stack"])
    }
    for wanted in query["rules"]:
        rule = theirs.get(tuple(wanted.get(field) for field in FIELDS))
        if rule:
            owner = tag_map(rule.get("Tags")).get(STACK)
            whose = f"the stack {owner}'s" if owner else "nobody's: it has no ownership tags"
            source = wanted["CidrIpv4"] or wanted["CidrIpv6"]
            raise NotOwned(
                f"{query['field']}: {words(query)}: {group} lets in {source} at port "
                f"{wanted['FromPort']} already, by {rule['SecurityGroupRuleId']}, which is "
                f"{whose}; leave that address out of load_balancer.ingress_cidrs"
            )
