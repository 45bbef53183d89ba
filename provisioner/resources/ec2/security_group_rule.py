"""One ingress or egress rule of a security group.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags, given
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _common

PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
"""IANA's numbers, under the names that AWS answers with."""


class SecurityGroupRule(Kind):
    """A rule in the vocabulary of DescribeSecurityGroupRules, one source each.

    Changing one makes the new rule first, so that nothing is cut off in between.
    """

    name = "ec2.security_group_rule"
    api = Api("ec2", "AuthorizeSecurityGroupIngress")
    grants = (
        # Groups of others that the spec names have no tag of ours.
        Grant(
            "create",
            "ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress",
            "ec2:security-group/{~GroupId}",
        ),
        Grant(
            "delete",
            "ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress",
            "ec2:security-group/{~GroupId}",
        ),
        Grant("read", "ec2:DescribeSecurityGroupRules"),
        Grant(
            "create",
            "ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress",
            "ec2:security-group/*",
            tagged="resource",
        ),
        Grant(
            "create",
            "ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress",
            "ec2:security-group-rule/*",
            tagged="request",
        ),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:security-group-rule/*",
            tagged="request",
            when={
                "ec2:CreateAction": (
                    "AuthorizeSecurityGroupEgress",
                    "AuthorizeSecurityGroupIngress",
                )
            },
        ),
        Grant("update", "ec2:CreateTags", "ec2:security-group-rule/*", tagged="resource"),
        Grant(
            "delete",
            "ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress",
            "ec2:security-group/*",
            tagged="resource",
        ),
    )
    fields = (
        "GroupId", "IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6",
        "ReferencedGroupId",
    )  # fmt: skip
    uses = frozenset({_common.GROUP})
    immutable = frozenset(fields)
    replacement = "create-first"
    retries = (  # a group made a moment ago
        Retry("create", "InvalidGroup.NotFound"),
        Retry("create", "InvalidGroupId.NotFound"),
    )
    exists = ("InvalidPermission.Duplicate",)
    absent = (
        "InvalidPermission.NotFound",
        "InvalidSecurityGroupRuleId.NotFound",
        "InvalidGroup.NotFound",
    )

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        for rule in _common.group_rules(aws, scope):
            tags = tag_map(rule.get("Tags"))
            if scope.ours(tags):
                yield self._live(rule, tags)

    def request(self, want: Properties) -> dict[str, Any]:
        """Egress takes the same arguments."""
        permission: dict[str, Any] = {
            "IpProtocol": want["IpProtocol"],
            "FromPort": want.get("FromPort"),
            "ToPort": want.get("ToPort"),
        }
        if want.get("CidrIpv4"):
            permission["IpRanges"] = [{"CidrIp": want["CidrIpv4"]}]
        elif want.get("CidrIpv6"):
            permission["Ipv6Ranges"] = [{"CidrIpv6": want["CidrIpv6"]}]
        else:
            permission["UserIdGroupPairs"] = [{"GroupId": want["ReferencedGroupId"]}]
        return {"GroupId": want["GroupId"], "IpPermissions": [given(permission)]}

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        client = aws.client("ec2")
        authorize = (
            client.authorize_security_group_egress
            if want["IsEgress"]
            else client.authorize_security_group_ingress
        )
        specification = _common.specification("security-group-rule", tags)
        answer = authorize(**self.request(want), TagSpecifications=specification)
        rules = answer.get("SecurityGroupRules") or [{}]
        return self._live({**want, **rules[0]}, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Never called: every property is immutable here."""

    def delete(self, aws: Aws, live: Live) -> None:
        client = aws.client("ec2")
        revoke = (
            client.revoke_security_group_egress
            if live.properties["IsEgress"]
            else client.revoke_security_group_ingress
        )
        revoke(GroupId=live.properties["GroupId"], SecurityGroupRuleIds=[live.id])

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        _common.retag(aws, live.id, tags)

    def canonical(self, properties: Properties) -> Properties:
        """AWS names protocols, drops the host bits of a block and the ports of a rule for all."""
        protocol = properties.get("IpProtocol")
        plain = {**properties, "IpProtocol": PROTOCOLS.get(str(protocol), protocol)}
        for name in ("CidrIpv4", "CidrIpv6"):
            if isinstance(plain.get(name), str) and plain[name]:
                plain[name] = str(ip_network(plain[name], strict=False))
        if plain.get("IpProtocol") == "-1":
            plain["FromPort"] = plain["ToPort"] = None
        return plain

    def _live(self, rule: dict[str, Any], tags: Tags) -> Live:
        properties = {name: rule.get(name) for name in self.fields}
        properties["ReferencedGroupId"] = rule.get("ReferencedGroupInfo", {}).get("GroupId")
        identifier = rule.get("SecurityGroupRuleId", "")
        return Live(self.name, identifier, tags, properties, {"Id": identifier})
