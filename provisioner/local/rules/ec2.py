"""What EC2 refuses about security groups.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .rule import Params, Place, Rule

CHARACTERS = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")


def _used(params: Params, place: Place) -> str | None:
    group = _group(params, place)
    if group is None:
        return None
    place.of("ecs").advance()
    ec2 = place.of("ec2")
    held = any(group.id in {each.id for each in eni.group_set} for eni in ec2.enis.values())
    named = any(
        group.id == source
        for groups in ec2.groups.values()
        for other in groups.values()
        if other.id != group.id
        for source in _sources(other)
    )
    return f"resource {group.id} has a dependent object" if held or named else None


def _sources(group: Any) -> Iterator[str]:
    for rule in (*group.ingress_rules, *group.egress_rules):
        yield (rule.source_group or {}).get("GroupId", "")


def _default(params: Params, place: Place) -> str | None:
    group = _group(params, place)
    if group is not None and group.name == "default":
        return f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
    return None


def _unnamed(params: Params, place: Place) -> str | None:
    """A name stands for a group of the default VPC only."""
    if params.get("GroupId") or _group(params, place):
        return None
    vpc = place.of("ec2").default_vpc.id
    return f"The security group '{params.get('GroupName')}' does not exist in default VPC '{vpc}'"


def _group(params: Params, place: Place) -> Any:
    ec2 = place.of("ec2")
    if params.get("GroupId"):
        return ec2.get_security_group_from_id(params["GroupId"])
    mine = ec2.groups.get(ec2.default_vpc.id, {}).values()
    return next((each for each in mine if each.name == params.get("GroupName")), None)


def _named_like_an_id(params: Params, _: Place) -> str | None:
    if params["GroupName"].lower().startswith("sg-"):
        return "Invalid value for groupName: a group name cannot be in the format sg-*"
    for field in ("GroupName", "Description"):
        if not CHARACTERS.fullmatch(params.get(field, "")):
            return f"Invalid {field}: it has characters that are not allowed, or not 1 to 255"
    return None


def _twin(params: Params, place: Place) -> str | None:
    name, vpc = params["GroupName"].lower(), params.get("VpcId")
    groups = place.of("ec2").groups.get(vpc, {})
    if any(each.name.lower() == name for each in groups.values()):
        return f"The security group '{params['GroupName']}' already exists for VPC '{vpc}'"
    return None


RULES = (
    Rule("DeleteSecurityGroup", "InvalidGroup.NotFound", _unnamed, "EC2 API: DeleteSecurityGroup"),
    Rule("DeleteSecurityGroup", "CannotDelete", _default, "EC2 API: DeleteSecurityGroup"),
    Rule("DeleteSecurityGroup", "DependencyViolation", _used, "terraform-provider-aws#265"),
    Rule(
        "CreateSecurityGroup",
        "InvalidParameterValue",
        _named_like_an_id,
        "EC2 API: CreateSecurityGroup",
    ),
    Rule("CreateSecurityGroup", "InvalidGroup.Duplicate", _twin, "EC2 API: CreateSecurityGroup"),
)
