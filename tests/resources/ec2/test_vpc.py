from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import Guarded, PlanError
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent

PROPERTIES = {
    "CidrBlock": "10.0.0.0/16",
    "EnableDnsSupport": True,
    "EnableDnsHostnames": True,
    "DefaultGroupRules": [],
}
WANTED = Resource("ec2.vpc", "main", PROPERTIES, {"team": "oak"})


def test_it_is_made_with_its_tags_names_and_a_closed_default_group(bench: Bench) -> None:
    tags = [{"ResourceType": "vpc", "Tag": bench.tags(WANTED)}]
    check_sent(
        bench.apply(WANTED),
        only("CreateVpc", CidrBlock="10.0.0.0/16", TagSpecification=tags),
        sent("ModifyVpcAttribute", EnableDnsHostnames={"Value": True}),
        sent("RevokeSecurityGroupEgress"),
    )


def no_names(ec2: Any, live: Live) -> None:
    ec2.modify_vpc_attribute(VpcId=live.id, EnableDnsHostnames={"Value": False})


def no_dns(ec2: Any, live: Live) -> None:
    ec2.modify_vpc_attribute(VpcId=live.id, EnableDnsSupport={"Value": False})


def opened(ec2: Any, live: Live) -> None:
    filters = [
        {"Name": "vpc-id", "Values": [live.id]},
        {"Name": "group-name", "Values": ["default"]},
    ]
    (group,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )


def retagged(ec2: Any, live: Live) -> None:
    ec2.create_tags(Resources=[live.id], Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            no_names,
            {"EnableDnsHostnames": (False, True)},
            sent("ModifyVpcAttribute", EnableDnsHostnames={"Value": True}),
        ),
        (
            no_dns,
            {"EnableDnsSupport": (False, True)},
            sent("ModifyVpcAttribute", EnableDnsSupport={"Value": True}),
        ),
        (
            opened,
            {"DefaultGroupRules": (["ingress"], [])},
            sent("RevokeSecurityGroupIngress"),
        ),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("CreateTags", Tag=[{"Key": "team", "Value": "oak"}]),
        ),
    ],
    ids=["names", "dns", "default group", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench, spoil: Any, shown: dict[str, Any], write: Any
) -> None:
    bench.check_drift(WANTED, spoil, shown=shown, writes=[write])


def test_another_block_is_refused(bench: Bench) -> None:
    bench.apply(WANTED)
    with pytest.raises(PlanError, match=r"CidrBlock: '10.0.0.0/16' -> 10.1.0.0/16"):
        bench.plan(changed(WANTED, {"CidrBlock": "10.1.0.0/16"}))


def test_what_others_have_in_it_keeps_it(bench: Bench) -> None:
    bench.apply(WANTED)
    vpc = bench.find(WANTED).id
    group = bench.client("ec2").create_security_group(
        GroupName="theirs", Description="theirs", VpcId=vpc
    )["GroupId"]
    for force in (False, True):
        with pytest.raises(Guarded, match=f"group in it that is not the stack's: {group}"):
            bench.apply(force=force)
    bench.client("ec2").delete_security_group(GroupId=group)
    subnet = bench.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]
    with pytest.raises(Guarded, match=f"subnet in it .*{subnet['SubnetId']}"):
        bench.apply()


def test_one_of_others_is_left_alone(bench: Bench) -> None:
    theirs = bench.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    bench.apply(WANTED)
    bench.apply()
    bench.client("ec2").describe_vpcs(VpcIds=[theirs])


def test_a_second_one_from_a_lost_answer_goes(bench: Bench) -> None:
    bench.apply(WANTED)
    tags = [{"ResourceType": "vpc", "Tags": bench.tags(WANTED)}]
    bench.client("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)
    operations = [call.operation for call in bench.apply(WANTED)]
    assert operations.count("DeleteVpc") == 1
    bench.find(WANTED)


def test_deleting_it_twice_is_fine(bench: Bench) -> None:
    bench.apply(WANTED)
    bench.delete_twice(WANTED)


def test_another_tag_is_set_without_the_rest(bench: Bench) -> None:
    bench.check_retag(WANTED, sent("CreateTags", Tag=[{"Key": "team", "Value": "tree"}]))


def test_nobody_looks_where_nobody_wants_one(bench: Bench) -> None:
    with bench.tap.recording() as recording:
        bench.observe()
    assert [call.operation for call in recording.calls] == ["GetResources"]


def test_host_bits_of_a_block_are_no_change(bench: Bench) -> None:
    bench.apply(changed(WANTED, {"CidrBlock": "10.0.0.7/16"}))
    bench.check_settled(WANTED)
