"""A security group. Its rules are a kind of their own, because groups refer to each other.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _common

ANYWHERE = ("0.0.0.0/0", "::/0")
OPEN = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE[0]}]}]


class SecurityGroup(Kind):
    """`OpenEgress` tells whether the allow-all egress rule that AWS adds to a new group stays."""

    name = _common.GROUP
    api = Api("ec2", "CreateSecurityGroup")
    grants = (
        Grant("read", "ec2:DescribeSecurityGroups ec2:DescribeSecurityGroupRules"),
        Grant("create", "ec2:CreateSecurityGroup", "ec2:security-group/*", tagged="request"),
        Grant("create", "ec2:CreateSecurityGroup", "ec2:vpc/*"),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:security-group/*",
            tagged="request",
            when={"ec2:CreateAction": "CreateSecurityGroup"},
        ),
        Grant(
            "update",
            ("ec2:CreateTags ec2:RevokeSecurityGroupEgress  ec2:AuthorizeSecurityGroupEgress"),
            "ec2:security-group/*",
            tagged="resource",
        ),
        Grant("delete", "ec2:DeleteSecurityGroup", "ec2:security-group/*", tagged="resource"),
    )
    fields = ("GroupName", "Description", "VpcId")
    identity = ("GroupName", "VpcId")
    uses = frozenset({"ec2.vpc"})
    immutable = frozenset(fields)
    replacement = "create-first"
    retries = (
        Retry("create", "InvalidVpcID.NotFound"),  # made a moment ago
        # Just created, not visible everywhere yet.
        Retry("update", "InvalidGroup.NotFound"),
        Retry("update", "InvalidGroupId.NotFound"),
        # Network interfaces of tasks and load balancers go minutes after their owners.
        Retry("delete", "DependencyViolation", seconds=1800),
    )
    exists = ("InvalidGroup.Duplicate",)
    absent = ("InvalidGroup.NotFound", "InvalidGroupId.NotFound")

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        defaults = {
            rule["GroupId"] for rule in _common.group_rules(aws, scope) if _is_default(rule)
        }
        for group in _common.groups(aws, scope):
            tags = tag_map(group.get("Tags"))
            yield self._live(group, tags, open_egress=group["GroupId"] in defaults)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        specification = _common.specification("security-group", tags)
        answer = aws.client("ec2").create_security_group(
            **self.request(want), TagSpecifications=specification
        )
        return self._live({**self.request(want), **answer}, tags, open_egress=True)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Only the default egress rule can change."""
        client, group = aws.client("ec2"), live.id
        if want["OpenEgress"]:
            client.authorize_security_group_egress(GroupId=group, IpPermissions=OPEN)
            return
        filters = [{"Name": "group-id", "Values": [group]}]
        rules = client.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
        doomed = [rule["SecurityGroupRuleId"] for rule in rules if _is_default(rule)]
        if doomed:
            client.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=doomed)
        else:  # a group made a moment ago may not show its rules yet
            client.revoke_security_group_egress(GroupId=group, IpPermissions=OPEN)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ec2").delete_security_group(GroupId=live.id)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        _common.retag(aws, live.id, tags)

    def _live(self, group: dict[str, Any], tags: Tags, *, open_egress: bool) -> Live:
        properties = {name: group.get(name) for name in self.fields}
        properties["OpenEgress"] = open_egress
        return Live(self.name, group["GroupId"], tags, properties, {"Id": group["GroupId"]})


def _is_default(rule: dict[str, Any]) -> bool:
    """Whether it is the allow-all egress rule: nobody's tags, every protocol, anywhere."""
    source = rule.get("CidrIpv4") or rule.get("CidrIpv6")
    return (
        bool(rule["IsEgress"])
        and rule["IpProtocol"] == "-1"
        and source in ANYWHERE
        and not rule.get("Tags")
    )
