"""What ECS, Elastic Load Balancing, EC2 and IAM refuse about tags.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html and
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html; what they say
of keys that are AWS's own is [unverified].
"""

from __future__ import annotations

from collections.abc import Iterable

from .rule import Check, Params, Place, rows

RESERVED = "aws:"
# Of Elastic Load Balancing; ECS's is in its model.
MOST = 50
ECS = (
    "CreateCapacityProvider",
    "CreateCluster",
    "CreateService",
    "RegisterTaskDefinition",
    "RunTask",
    "TagResource",
)
ELBV2 = ("CreateLoadBalancer", "CreateTargetGroup", "CreateListener", "CreateRule", "AddTags")


def _keys(params: Params) -> list[str]:
    """Return the keys that a call gives: ECS has them in lower case."""
    lower = [each.get("key", "") for each in params.get("tags") or ()]
    return [*lower, *(each["Key"] for each in params.get("Tags") or ())]


def _specified(params: Params, _: Place) -> str | None:
    """EC2 has tags of each kind that an operation makes."""
    for asked in ({"Tags": params.get("Tags")}, *(params.get("TagSpecifications") or ())):
        keys = [each.get("Key", "") for each in asked.get("Tags") or ()]
        if any(each.lower().startswith(RESERVED) for each in keys):
            return "Tag keys starting with 'aws:' are reserved for internal use"
        if twice := next((each for each in keys if keys.count(each) > 1), None):
            return f"Duplicate tag key '{twice}' specified."
    return None


def _own(keys: Iterable[str]) -> str | None:
    if wrong := next((each for each in keys if each.lower().startswith(RESERVED)), None):
        return f"Tag keys that begin with 'aws:' are reserved for AWS: '{wrong}'"
    return None


def _reserved(params: Params, _: Place) -> str | None:
    return _own(_keys(params))


def _external(params: Params, _: Place) -> str | None:
    own = any(each.lower().startswith(RESERVED) for each in _keys(params))
    return "aws: prefixed tag key names are not allowed for external use." if own else None


def _removed(field: str) -> Check:
    return lambda params, _: _own(params.get(field) or ())


def _twice(params: Params, _: Place) -> str | None:
    keys = _keys(params)
    if len(keys) > len({*keys}):
        return "Duplicate Tag Keys found in the request. Tag keys should be unique."
    return None


def _many(params: Params, place: Place) -> str | None:
    index = place.of("elbv2").tagging_service
    for arn in params.get("ResourceArns") or ("",):
        if len({*_keys(params), *index.get_tag_dict_for_resource(arn)}) > MOST:
            return f"The maximum number of tags per resource is {MOST}"
    return None


EC2 = (
    "AllocateAddress",
    "CreateInternetGateway",
    "CreateNatGateway",
    "CreateRouteTable",
    "CreateSecurityGroup",
    "CreateSubnet",
    "CreateTags",
    "CreateVpc",
    "CreateVpcEndpoint",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
)
IAM = ("CreateRole", "CreatePolicy", "TagRole", "TagPolicy")
INVALID = "InvalidParameterException"
TABLES = {
    "ec2": rows("EC2 API", EC2, "InvalidParameterValue", _specified),
    "iam": rows("IAM API", IAM, "InvalidInput", _external),
    "ecs": (
        *rows("ECS API", ECS, INVALID, _reserved),
        *rows("ECS API", ECS, INVALID, _twice),
        *rows("ECS API", ["UntagResource"], INVALID, _removed("tagKeys")),
    ),
    "elbv2": (
        *rows("ELB API", ELBV2, "ValidationError", _reserved),
        *rows("ELB API", ELBV2, "DuplicateTagKeys", _twice),
        *rows("ELB API", ELBV2, "TooManyTags", _many),
        *rows("ELB API", ["RemoveTags"], "ValidationError", _removed("TagKeys")),
    ),
}
