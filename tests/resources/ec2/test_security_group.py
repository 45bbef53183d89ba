from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
EVERYWHERE = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.fixture
def group(bench: Bench, ground: Ground) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "GroupName": f"{bench.name}-sg",
            "Description": "Tasks",
            "VpcId": ground.vpc,
            "OpenEgress": True,
        }
        resource = Resource("ec2.security_group", "app", properties, {"team": "oak"})
        return changed(resource, changes)

    return wanted


def created(bench: Bench, wanted: Resource, **more: Any) -> Sent:
    properties = {**wanted.properties, **more}
    del properties["OpenEgress"]
    tags = [{"ResourceType": "security-group", "Tag": bench.tags(wanted)}]
    return only("CreateSecurityGroup", **_ec2(properties), TagSpecification=tags)


def _ec2(properties: dict[str, Any]) -> dict[str, Any]:
    """EC2's wire calls the description something else."""
    return {"GroupDescription" if k == "Description" else k: v for k, v in properties.items()}


def test_it_is_made_with_its_tags_and_keeps_the_rule_aws_gives_it(
    bench: Bench, group: Make
) -> None:
    check_sent(bench.apply(group()), created(bench, group()))


def test_a_closed_one_loses_that_rule(bench: Bench, group: Make) -> None:
    wanted = group(OpenEgress=False)
    check_sent(bench.apply(wanted), created(bench, wanted), sent("RevokeSecurityGroupEgress"))
    assert bench.find(wanted).properties["OpenEgress"] is False


def test_it_can_be_closed_and_opened_later(bench: Bench, group: Make) -> None:
    bench.apply(group())
    bench.check(group(OpenEgress=False), writes=[sent("RevokeSecurityGroupEgress")])
    bench.check(
        group(),
        writes=[sent("AuthorizeSecurityGroupEgress", IpPermissions=EVERYWHERE)],
    )


@pytest.mark.parametrize("field", ["Description", "VpcId"])
def test_what_cannot_change_makes_a_new_group_before_the_old_one_goes(
    bench: Bench, group: Make, field: str
) -> None:
    ec2 = bench.client("ec2")
    other = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    values = {"Description": "Something else", "VpcId": other}
    bench.apply(group())
    old = bench.find(group()).id
    create, delete = bench.apply(group(**{field: values[field]}))
    check_sent(
        [create, delete],
        sent("CreateSecurityGroup", **_ec2({field: values[field]})),
        sent("DeleteSecurityGroup", GroupId=old),
    )
    assert create.arguments["GroupName"].startswith(f"{bench.name}-sg-")


def closed(ec2: Any, live: Live) -> None:
    ec2.revoke_security_group_egress(GroupId=live.id, IpPermissions=EVERYWHERE)


def retagged(ec2: Any, live: Live) -> None:
    ec2.create_tags(Resources=[live.id], Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (closed, {"OpenEgress": (False, True)}, sent("AuthorizeSecurityGroupEgress")),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("CreateTags", Tag=[{"Key": "team", "Value": "oak"}]),
        ),
    ],
    ids=["egress", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    group: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(group(), spoil, shown=shown, writes=[write])


def test_rules_of_others_are_left_alone(bench: Bench, group: Make) -> None:
    bench.apply(group())
    bench.client("ec2").authorize_security_group_ingress(
        GroupId=bench.find(group()).id,
        CidrIp="192.0.2.0/24",
        IpProtocol="tcp",
        FromPort=1,
        ToPort=1,
    )
    bench.check_settled(group())


def test_deleting_it_twice_is_fine(bench: Bench, group: Make) -> None:
    bench.apply(group())
    bench.delete_twice(group())


def test_another_tag_is_set_without_the_rest(bench: Bench, group: Make) -> None:
    bench.check_retag(group(), sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))
