"""What IAM refuses of names, policies and their sizes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .rule import Check, Params, Place, Rule, rows, shaped

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED, POLICY_SIZE, INLINE_SIZE, TRUST_SIZE = 10, 6_144, 10_240, 2_048


# pathType and a service's principal: the models, and
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
PATH = r"/|/[!-\x7f]+/"
PATHS = (
    "The specified value for path is invalid. It must begin and end with / and contain only"
    " alphanumeric characters and/or / characters."
)
SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")


def _iam_name(field: str, most: int) -> Check:
    kind = field[0].lower() + field[1:]
    return shaped(
        field,
        r"[\w+=,.@-]+",
        f"The specified value for {kind} is invalid. It must contain only alphanumeric characters"
        " and/or the following: +=,.@_-",
        most=most,
    )


def _role(params: Params, place: Place) -> Any:
    roles = place.backends("iam")[place.account]["aws"].roles.values()
    return next((each for each in roles if each.name == params["RoleName"]), None)


def size(document: str) -> int:
    """Count characters as IAM does: not those that are white."""
    return len("".join(document.split()))


def _sized(field: str, most: int, quota: str) -> Check:
    return lambda params, _: (
        f"Cannot exceed quota for {quota}: {most}" if size(params[field]) > most else None
    )


def _inline(params: Params, place: Place) -> str | None:
    role = _role(params, place)
    own = {**(role.policies if role else {}), params["PolicyName"]: params["PolicyDocument"]}
    if sum(map(size, own.values())) > INLINE_SIZE:
        return f"Maximum policy size of {INLINE_SIZE} bytes exceeded for role {params['RoleName']}"
    return None


def _managed(params: Params, place: Place) -> str | None:
    role = _role(params, place)
    attached = {*(role.managed_policies if role else ())} - {params["PolicyArn"]}
    return (
        f"Cannot exceed quota for PoliciesPerRole: {MANAGED}" if len(attached) >= MANAGED else None
    )


def _statements(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        found = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        return
    yield from (
        each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)
    )


def _no_principal(params: Params, _: Place) -> str | None:
    if any(
        {"Principal", "NotPrincipal"} & each.keys()
        for each in _statements(params["PolicyDocument"])
    ):
        return "Policy document should not specify a principal."
    return None


def _incomplete(params: Params, _: Place) -> str | None:
    """What a statement of a trust policy must have; but for Principal the texts are [unverified].

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    text = params["AssumeRolePolicyDocument"]
    if "Statement" not in json.loads(text):
        return "Missing required field Statement"
    for each in _statements(text):
        for field in ("Effect", "Principal", "Action"):
            if not {field, f"Not{field}"} & each.keys():
                return f"Missing required field {field}"
    return None


def _strange(params: Params, _: Place) -> str | None:
    """Who a role trusts among AWS's services is named as one of them is."""
    for each in _statements(params["AssumeRolePolicyDocument"]):
        if each["Effect"] not in {"Allow", "Deny"}:
            return f"Invalid effect: {each['Effect']}"
        principal = each.get("Principal")
        named = principal.get("Service", []) if isinstance(principal, dict) else []
        for one in [named] if isinstance(named, str) else named:
            if not SERVICE.fullmatch(one):
                return f'Invalid principal in policy: "SERVICE":"{one}"'
    return None


def _no_boundary(params: Params, place: Place) -> str | None:
    arn = params.get("PermissionsBoundary")
    known = place.backends("iam")[place.account]["aws"].managed_policies
    return (
        f"Scope ARN: {arn} does not exist or is not attachable."
        if arn not in {None, *known}
        else None
    )


def _versions(params: Params, place: Place) -> str | None:
    policies = place.backends("iam")[place.account]["aws"].managed_policies
    found = policies.get(params["PolicyArn"])
    if found is None or len(found.versions) == 1:
        return None
    return (
        "This policy has more than one version. Before you delete a policy, you must delete the"
        " policy's versions. The default version is deleted with the policy."
    )


def _trust(params: Params, _: Place) -> str | None:
    for each in _statements(params["AssumeRolePolicyDocument"]):
        actions = each.get("Action", [])
        if {"Resource", "NotResource"} & each.keys():
            return "Has prohibited field Resource"
        if not all(
            re.match(r"sts:|\*$", action, re.IGNORECASE)
            for action in ([actions] if isinstance(actions, str) else actions)
        ):
            return "AssumeRole policy may only specify STS AssumeRole actions."
    return None


def _session(params: Params, _: Place) -> str | None:
    asked = int(params.get("MaxSessionDuration", 3600))
    if 3600 <= asked <= 43_200:  # noqa: PLR2004  an hour, twelve hours
        return None
    word, limit = ("greater", 3600) if asked < 3600 else ("less", 43_200)  # noqa: PLR2004
    return (
        f"1 validation error detected: Value '{asked}' at 'maxSessionDuration' failed to satisfy"
        f" constraint: Member must have value {word} than or equal to {limit}"
    )


GRAMMAR = "IAM guide: reference_policies_grammar"
QUOTAS = "IAM guide: reference_iam-quotas"
RULES = (
    *rows("IAM API", ["CreateRole"], "ValidationError", _iam_name("RoleName", 64)),
    *rows("IAM API", ["CreateRole", "UpdateRole"], "ValidationError", _session),
    *rows(
        "IAM API",
        ["PutRolePolicy", "CreatePolicy"],
        "ValidationError",
        _iam_name("PolicyName", 128),
    ),
    *rows(
        "IAM API",
        ["PutRolePolicy", "CreatePolicy", "CreatePolicyVersion"],
        "MalformedPolicyDocument",
        _no_principal,
    ),
    Rule("CreateRole", "MalformedPolicyDocument", _incomplete, GRAMMAR),
    *rows("IAM API", ["CreateRole"], "MalformedPolicyDocument", _strange),
    *rows("IAM API", ["CreateRole"], "MalformedPolicyDocument", _trust),
    *rows("IAM API", ["CreateRole"], "ValidationError", shaped("Path", PATH, PATHS, most=512)),
    *rows("IAM API", ["CreateRole"], "NoSuchEntity", _no_boundary, 404),
    *rows("IAM API", ["DeletePolicy"], "DeleteConflict", _versions, 409),
    Rule(
        "CreateRole",
        "LimitExceeded",
        _sized("AssumeRolePolicyDocument", TRUST_SIZE, "ACLSizePerRole"),
        QUOTAS,
        409,
    ),
    Rule(
        "UpdateAssumeRolePolicy",
        "LimitExceeded",
        _sized("PolicyDocument", TRUST_SIZE, "ACLSizePerRole"),
        QUOTAS,
        409,
    ),
    *(
        Rule(
            each,
            "LimitExceeded",
            _sized("PolicyDocument", POLICY_SIZE, "PolicySize"),
            QUOTAS,
            409,
        )
        for each in ("CreatePolicy", "CreatePolicyVersion")
    ),
    Rule("PutRolePolicy", "LimitExceeded", _inline, QUOTAS, 409),
    Rule("AttachRolePolicy", "LimitExceeded", _managed, QUOTAS, 409),
)
