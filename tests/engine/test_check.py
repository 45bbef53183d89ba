"""Would AWS parse these calls?"""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from provisioner.engine.check import check
from provisioner.engine.kind import Api
from provisioner.engine.model import Outputs, Properties, Ref, Resource, text
from provisioner.errors import PlanError
from tests.support.aws import nowhere
from tests.support.world import Thing, kind, registry, thing

GROUP = "elbv2.group"
ROLE = "iam.role"
LASTING = "elbv2.lasting"
VPC = Ref("lookup.network", "VpcId")


class Role(Thing):
    """A kind whose request is not its properties."""

    name = ROLE
    api = Api("iam", "CreateRole")
    fields: ClassVar[tuple[str, ...]] = ("RoleName", "AssumeRolePolicyDocument")

    def request(self, want: Properties) -> dict[str, Any]:
        arguments = super().request(want)
        return {**arguments, "AssumeRolePolicyDocument": json.dumps(want["Policy"])}


KINDS = registry(
    kind(GROUP, fields=("Name", "Port", "VpcId", "Matcher", "Tags")),
    kind(LASTING, fields=("Name",), lasting=frozenset({"Size", "Values.*"})),
    kind("elbv2.part", part_of=GROUP, fields=("Nonsense",)),
    Role(),
)


def checked(*resources: Resource, known: Outputs | None = None) -> list[str]:
    """The complaints, one line each."""
    try:
        check(resources, kinds=KINDS, aws=nowhere(), known=known or {})
    except PlanError as error:
        head, *lines = str(error).splitlines()
        assert head == "AWS would not accept these values:"
        return [line.strip() for line in lines]
    return []


GOOD: dict[str, Resource] = {
    "plain values": thing("a", GROUP, Port=80, Matcher={"HttpCode": "200"}),
    "what is declared to be absent": thing("a", GROUP, Port=None, Matcher={}),
    "what is left to the update": thing("a", GROUP, Attributes={"x": object()}),
    "a reference stands for a text": thing("a", GROUP, VpcId=VPC),
    "a text with a reference": thing("a", GROUP, VpcId=text("vpc-", VPC)),
    "references below": thing("a", GROUP, Tags=[{"Key": "k", "Value": VPC}]),
    "references below, in a tuple": thing("a", GROUP, Tags=({"Key": "k", "Value": VPC},)),
    "a part is not made": thing("a", "elbv2.part", Nonsense=1),
    "the request counts, not the properties": thing("a", ROLE, Name=..., RoleName="a", Policy={}),
}


@pytest.mark.parametrize("resource", GOOD.values(), ids=GOOD)
def test_nothing_is_said_about_good_values(resource: Resource) -> None:
    assert checked(resource) == []


BAD: dict[str, tuple[Resource, str]] = {
    "the wrong type": (
        thing("a", GROUP, Port="80"),
        (
            "elbv2.group/a: Invalid type for parameter Port, value: 80, type: <class 'str'>, "
            "valid types: <class 'int'>"
        ),
    ),
    "out of range": (
        thing("a", GROUP, Port=0),
        "elbv2.group/a: Invalid value for parameter Port, value: 0, valid min value: 1",
    ),
    "missing": (
        thing("a", GROUP, Name=None),
        'elbv2.group/a: Missing required parameter in input: "Name"',
    ),
    "unknown below": (
        thing("a", GROUP, Matcher={"Code": "200"}),
        'elbv2.group/a: Unknown parameter in Matcher: "Code", must be one of: HttpCode, GrpcCode',
    ),
    "too short": (
        thing("a", ROLE, Name=..., RoleName="", Policy={}),
        "iam.role/a: Invalid length for parameter RoleName, value: 0, valid min length: 1",
    ),
}


@pytest.mark.parametrize(("resource", "complaint"), BAD.values(), ids=BAD)
def test_botocores_complaint_is_told_with_the_address(resource: Resource, complaint: str) -> None:
    assert checked(resource) == [complaint]


def test_all_complaints_of_all_resources_are_told_at_once() -> None:
    found = checked(thing("a", GROUP, Port="80", VpcId=1), thing("b", GROUP, Name=1))
    assert [line.split(" value")[0] for line in found] == [
        "elbv2.group/a: Invalid type for parameter Port,",
        "elbv2.group/a: Invalid type for parameter VpcId,",
        "elbv2.group/b: Invalid type for parameter Name,",
    ]


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"Size": None}, "Size"),
        ({"Values": None}, "Values"),
        ({"Values": {"a.b": None, "c": "1"}}, "Values.a.b"),
    ],
    ids=["whole", "mapping", "inside"],
)
def test_what_aws_never_takes_away_cannot_be_declared_absent(
    properties: dict[str, Any], path: str
) -> None:
    (complaint,) = checked(thing("a", LASTING, **properties))
    assert complaint.startswith(f"{LASTING}/a: Invalid null for parameter {path}: ")
    assert "write the value" in complaint


def test_what_a_lookup_answered_is_checked() -> None:
    want = thing("a", GROUP, VpcId=VPC)
    assert checked(want, known={"lookup.network": {"VpcId": "vpc-1"}}) == []
    (complaint,) = checked(want, known={"lookup.network": {"VpcId": 1}})
    assert "VpcId" in complaint
