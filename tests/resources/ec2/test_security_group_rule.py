from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.resources.ec2.security_group_rule import SecurityGroupRule
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]
NOTHING = {"CidrIpv4": None, "CidrIpv6": None, "ReferencedGroupId": None}


@pytest.fixture
def group(bench: Bench, ground: Ground) -> str:
    """A group that is named like ours, so that its rules are looked at."""
    made: str = bench.client("ec2").create_security_group(
        GroupName=f"{bench.name}-sg", Description="ground", VpcId=ground.vpc
    )["GroupId"]
    return made


@pytest.fixture
def rule(group: str) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "GroupId": group,
            "IsEgress": False,
            "IpProtocol": "tcp",
            "FromPort": 80,
            "ToPort": 80,
            **NOTHING,
            "CidrIpv4": "0.0.0.0/0",
        }
        resource = Resource("ec2.security_group_rule", "http", properties, {"team": "oak"})
        return changed(resource, changes)

    return wanted


def permission(**source: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **source}]


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({}, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}),
        ({**NOTHING, "CidrIpv6": "::/0"}, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}),
    ],
    ids=["ipv4", "ipv6"],
)
def test_it_is_made_with_its_tags(
    bench: Bench, rule: Make, group: str, changes: dict[str, Any], source: dict[str, Any]
) -> None:
    wanted = rule(**changes)
    tags = [{"ResourceType": "security-group-rule", "Tag": bench.tags(wanted)}]
    check_sent(
        bench.apply(wanted),
        only(
            "AuthorizeSecurityGroupIngress",
            GroupId=group,
            IpPermissions=permission(**source),
            TagSpecification=tags,
        ),
    )


def test_its_source_can_be_a_group_and_its_direction_outwards(
    bench: Bench, rule: Make, group: str, ground: Ground
) -> None:
    peer = ground.group()
    wanted = rule(CidrIpv4=None, ReferencedGroupId=peer, IsEgress=True)
    check_sent(
        bench.apply(wanted),
        sent(
            "AuthorizeSecurityGroupEgress",
            GroupId=group,
            IpPermissions=permission(Groups=[{"GroupId": peer}]),
        ),
    )
    check_sent(bench.apply(), sent("RevokeSecurityGroupEgress", GroupId=group))


@pytest.mark.parametrize(
    "changes",
    [
        {"FromPort": 8080, "ToPort": 8080},
        {"CidrIpv4": "10.0.0.0/8"},
        {"IpProtocol": "udp"},
    ],
    ids=["port", "source", "protocol"],
)
def test_a_change_is_a_new_rule_before_the_old_one_goes(
    bench: Bench, rule: Make, changes: dict[str, Any]
) -> None:
    bench.apply(rule())
    old = bench.find(rule()).id
    bench.check(
        rule(**changes),
        writes=[
            sent("AuthorizeSecurityGroupIngress"),
            sent("RevokeSecurityGroupIngress", SecurityGroupRuleId=[old]),
        ],
    )


def test_a_deleted_one_is_made_again(bench: Bench, rule: Make, group: str) -> None:
    bench.apply(rule())
    bench.client("ec2").revoke_security_group_ingress(
        GroupId=group, SecurityGroupRuleIds=[bench.find(rule()).id]
    )
    assert [step.key for step in bench.plan(rule()).steps] == [
        "create ec2.security_group_rule/http"
    ]
    check_sent(bench.apply(rule()), sent("AuthorizeSecurityGroupIngress"))


def test_an_edited_tag_is_shown_and_put_back(bench: Bench, rule: Make) -> None:
    def spoil(ec2: Any, live: Live) -> None:
        ec2.create_tags(Resources=[live.id], Tags=[{"Key": "team", "Value": "birch"}])

    bench.check_drift(
        rule(),
        spoil,
        shown={"tags.team": ("birch", "oak")},
        writes=[sent("CreateTags", Tag=[{"Key": "team", "Value": "oak"}])],
    )


def test_deleting_it_twice_is_fine(bench: Bench, rule: Make) -> None:
    bench.apply(rule())
    bench.delete_twice(rule())


def test_another_tag_is_set_without_the_rest(bench: Bench, rule: Make) -> None:
    bench.check_retag(rule(), sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))


KIND = SecurityGroupRule()
WANTED = {
    "GroupId": "sg-1",
    "IsEgress": False,
    "IpProtocol": "tcp",
    "FromPort": 80,
    "ToPort": 80,
    **NOTHING,
}
LIVE = {
    "SecurityGroupRuleId": "sgr-1",
    "GroupId": "sg-1",
    "GroupOwnerId": "123456789012",
    "IsEgress": False,
    "IpProtocol": "tcp",
    "FromPort": 80,
    "ToPort": 80,
    "Tags": [],
    "SecurityGroupRuleArn": "arn:aws:ec2:eu-west-1:123456789012:security-group-rule/sgr-1",
}
"""A row of DescribeSecurityGroupRules."""


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        ({"CidrIpv4": "10.0.0.5/16"}, {"CidrIpv4": "10.0.0.0/16"}),
        ({"CidrIpv4": "10.0.0.7/32"}, {"CidrIpv4": "10.0.0.7/32"}),
        ({"CidrIpv6": "2001:DB8::1/32"}, {"CidrIpv6": "2001:db8::/32"}),
        ({"CidrIpv4": "0.0.0.0/0"}, {"CidrIpv4": "0.0.0.0/0", "Description": "by hand"}),
        (
            {"IpProtocol": "-1", "FromPort": None, "ToPort": None, "CidrIpv4": "0.0.0.0/0"},
            {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"},
        ),
        ({"IpProtocol": "6", "CidrIpv4": "0.0.0.0/0"}, {"CidrIpv4": "0.0.0.0/0"}),
        (
            {"ReferencedGroupId": "sg-2"},
            {"ReferencedGroupInfo": {"GroupId": "sg-2", "UserId": "123456789012"}},
        ),
    ],
    ids=["host bits", "one host", "ipv6", "description", "all protocols", "number", "group"],
)
def test_what_aws_makes_of_a_rule_is_no_difference(
    wanted: dict[str, Any], live: dict[str, Any]
) -> None:
    found = KIND._live({**LIVE, **live}, {})
    want, have = KIND.canonical({**WANTED, **wanted}), KIND.canonical(found.properties)
    assert differences(want, have, KIND.rules) == ()


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        ({"CidrIpv4": "10.0.0.0/16"}, {"CidrIpv4": "10.0.0.0/8"}),
        ({"CidrIpv4": "10.0.0.0/16"}, {"CidrIpv6": "::/0"}),
        ({"CidrIpv4": "10.0.0.0/16", "FromPort": 81}, {"CidrIpv4": "10.0.0.0/16"}),
    ],
    ids=["size", "family", "port"],
)
def test_a_real_difference_is_one(wanted: dict[str, Any], live: dict[str, Any]) -> None:
    found = KIND._live({**LIVE, **live}, {})
    want, have = KIND.canonical({**WANTED, **wanted}), KIND.canonical(found.properties)
    assert differences(want, have, KIND.rules) != ()
