"""A VPC, with names for what is in it, and a default security group that lets nothing through.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _network

ATTRIBUTES = {"EnableDnsSupport": "enableDnsSupport", "EnableDnsHostnames": "enableDnsHostnames"}
NEW = {"EnableDnsSupport": True, "EnableDnsHostnames": False}
"""What CreateVpc makes of the attributes."""
RULES = {"IpPermissions": "ingress", "IpPermissionsEgress": "egress"}


class Vpc(_network.Numbered):
    """`DefaultGroupRules` are the rules of the default security group; a new VPC has two.

    Nobody has to use that group, and whatever forgets to name another one would be in it.
    """

    name = "ec2.vpc"
    type, number, plural = "vpc", "VpcId", "Vpcs"
    describe = "describe_vpcs"
    api = Api("ec2", "CreateVpc", "ModifyVpcAttribute")
    grants = (
        Grant(
            "read",
            (
                "ec2:DescribeVpcs ec2:DescribeVpcAttribute ec2:DescribeSubnets "
                "ec2:DescribeSecurityGroups"
            ),
        ),
        Grant("create", "ec2:CreateVpc", "ec2:vpc/*", tagged="request"),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:vpc/*",
            tagged="request",
            when={"ec2:CreateAction": "CreateVpc"},
        ),
        Grant("update", "ec2:CreateTags ec2:ModifyVpcAttribute", "ec2:vpc/*", tagged="resource"),
        Grant("delete", "ec2:DeleteVpc", "ec2:vpc/*", tagged="resource"),
        # The default group of a new VPC has no tags yet.
        Grant(
            "update",
            "ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress",
            "ec2:security-group/*",
        ),
    )
    fields = ("CidrBlock",)
    immutable = frozenset(fields)
    retries = (
        Retry("update", "InvalidVpcID.NotFound"),  # made a moment ago
        Retry("delete", "DependencyViolation", seconds=_network.DEPENDENTS_SECONDS),
    )
    absent = ("InvalidVpcID.NotFound",)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ec2").create_vpc(
            **self.request(want), TagSpecifications=self.marks(tags)
        )
        new = {"CidrBlock": want["CidrBlock"], **NEW, "DefaultGroupRules": [*RULES.values()]}
        return self.of(answer["Vpc"], tags, new)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """One attribute per call: AWS takes no more."""
        client = aws.client("ec2")
        for name in ATTRIBUTES:
            if touched(changes, name):
                client.modify_vpc_attribute(VpcId=live.id, **{name: {"Value": want[name]}})
        if touched(changes, "DefaultGroupRules"):
            group = _default_group(aws, live.id)
            if rules := group["IpPermissions"]:
                client.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=rules)
            if rules := group["IpPermissionsEgress"]:
                client.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=rules)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ec2").delete_vpc(VpcId=live.id)

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        found = self.one(aws, live.id)
        if found is None:
            return "not visible yet"
        return "" if found["State"] == "available" else str(found["State"])

    def refusals(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """What others have in it would keep AWS from deleting it, after a long wait."""
        where = [{"Name": "vpc-id", "Values": [live.id]}]
        subnets = aws.pages("ec2", "describe_subnets", "Subnets", Filters=where)
        groups = aws.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=where)
        inside = [("subnet", item["SubnetId"], item) for item in subnets]
        inside += [
            ("security group", item["GroupId"], item)
            for item in groups
            if item["GroupName"] != "default"
        ]
        for what, number, item in inside:
            if not scope.ours(tag_map(item.get("Tags"))):
                yield f"has a {what} in it that is not the stack's: {number}; move it or delete it"

    def live(self, aws: Aws, item: Mapping[str, Any]) -> Live:
        def ask(name: str) -> bool:
            answer = aws.client("ec2").describe_vpc_attribute(
                VpcId=item["VpcId"], Attribute=ATTRIBUTES[name]
            )
            return bool(answer[name]["Value"])

        group = _default_group(aws, item["VpcId"])
        properties = {
            "CidrBlock": item["CidrBlock"],
            **dict(zip(ATTRIBUTES, aws.gather(ask, ATTRIBUTES), strict=True)),
            "DefaultGroupRules": [word for field, word in RULES.items() if group[field]],
        }
        return self.of(item, tag_map(item.get("Tags")), properties)


def _default_group(aws: Aws, vpc: str) -> dict[str, Any]:
    """The VPC's own group; none, without rules, for the moment in which it cannot be seen yet."""
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    found = aws.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=filters)
    return found[0] if found else {"GroupId": "", "IpPermissions": [], "IpPermissionsEgress": []}
