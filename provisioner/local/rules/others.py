"""What IAM, ECR, CloudWatch Logs, Secrets Manager and Systems Manager refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .rule import Params, Place, Rule

RETENTION = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731}
    | {1096, 1827, 2192, 2557, 2922, 3288, 3653}
)
_PRINCIPAL = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")


def _iam(place: Place) -> Any:
    return place.backends("iam")[place.account]["aws"]


def _role_twin(params: Params, place: Place) -> str | None:
    name = params["RoleName"].lower()
    if any(role.name.lower() == name for role in _iam(place).roles.values()):
        return f"Role with name {params['RoleName']} already exists."
    return None


def _principal(params: Params, place: Place) -> str | None:
    """A role that a trust policy names must be there."""
    text = params.get("AssumeRolePolicyDocument") or params.get("PolicyDocument") or "{}"
    known = {role.name for role in _iam(place).roles.values()}
    for arn in _principals(text):
        found = _PRINCIPAL.fullmatch(arn)
        if found and found[1] == place.account and found[2] not in known:
            return f'Invalid principal in policy: "AWS":"{arn}"'
    return None


def _principals(text: str) -> Iterator[str]:
    try:
        statements = json.loads(text).get("Statement", [])
    except ValueError:
        return
    for each in statements if isinstance(statements, list) else [statements]:
        principal = each.get("Principal", {})
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        yield from [named] if isinstance(named, str) else named


def _no_json(params: Params, _: Place) -> str | None:
    text = params.get("AssumeRolePolicyDocument") or params.get("PolicyDocument") or ""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    return None if isinstance(document, dict) else "This policy contains invalid Json"


def _instance_profile(params: Params, place: Place) -> str | None:
    for profile in _iam(place).instance_profiles.values():
        if any(role.name == params["RoleName"] for role in profile.roles):
            return "Cannot delete entity, must remove roles from instance profile first."
    return None


def _group_name(params: Params, _: Place) -> str | None:
    if params["logGroupName"].startswith("aws/"):
        return "Log groups starting with aws/ are reserved for AWS."
    return None


def _retention(params: Params, _: Place) -> str | None:
    if int(params["retentionInDays"]) not in RETENTION:
        valid = sorted(RETENTION)
        return f"Invalid retention value {params['retentionInDays']}. Valid values are: {valid}"
    return None


def _scheduled(params: Params, place: Place) -> str | None:
    secrets = place.of("secretsmanager").secrets
    found = secrets.get(params["Name"]) if params["Name"] in secrets else None
    if found is not None and found.is_deleted():
        return (
            "You can't create this secret because a secret with this name is already scheduled for"
            " deletion."
        )
    return None


def _marked_deleted(params: Params, place: Place) -> str | None:
    secrets = place.of("secretsmanager").secrets
    found = secrets.get(params["SecretId"]) if params["SecretId"] in secrets else None
    if found is not None and found.is_deleted():
        return "You can't perform this operation on the secret because it was marked for deletion."
    return None


def _overwrite_with_tags(params: Params, _: Place) -> str | None:
    if params.get("Overwrite") and params.get("Tags"):
        return (
            "Invalid request: tags and overwrite can't be used together. To create a parameter with"
            " tags, please remove overwrite flag."
        )
    return None


def _reserved_parameter(params: Params, _: Place) -> str | None:
    if re.match(r"/?(aws|ssm)", params["Name"], re.IGNORECASE):
        return 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'
    return None


def _immutable_tag(params: Params, place: Place) -> str | None:
    found = place.of("ecr").repositories.get(params["repositoryName"])
    tag = params.get("imageTag")
    if found is None or str(found.image_tag_mutability) != "IMMUTABLE" or not tag:
        return None
    if any(tag in image.image_tags for image in found.images):
        return (
            f"The image tag '{tag}' already exists in the '{found.name}' repository and cannot be"
            " overwritten because the repository is immutable."
        )
    return None


TABLES: dict[str, tuple[Rule, ...]] = {
    "iam": (
        Rule("CreateRole", "EntityAlreadyExists", _role_twin, "IAM API: CreateRole", 409),
        Rule("CreateRole", "MalformedPolicyDocument", _no_json, "IAM API: CreateRole"),
        Rule("CreateRole", "MalformedPolicyDocument", _principal, "IAM API: CreateRole"),
        Rule(
            "UpdateAssumeRolePolicy",
            "MalformedPolicyDocument",
            _principal,
            "IAM API: UpdateAssumeRolePolicy",
        ),
        Rule("DeleteRole", "DeleteConflict", _instance_profile, "IAM API: DeleteRole", 409),
    ),
    "ecr": (
        Rule("PutImage", "ImageTagAlreadyExistsException", _immutable_tag, "ECR API: PutImage"),
    ),
    "logs": (
        Rule(
            "CreateLogGroup", "InvalidParameterException", _group_name, "Logs API: CreateLogGroup"
        ),
        Rule(
            "PutRetentionPolicy",
            "InvalidParameterException",
            _retention,
            "Logs API: PutRetentionPolicy",
        ),
    ),
    "secretsmanager": (
        Rule("CreateSecret", "InvalidRequestException", _scheduled, "terraform-provider-aws#4467"),
        *(
            Rule(each, "InvalidRequestException", _marked_deleted, f"Secrets Manager API: {each}")
            for each in ("PutSecretValue", "UpdateSecret")
        ),
    ),
    "ssm": (
        Rule(
            "PutParameter",
            "ValidationException",
            _overwrite_with_tags,
            "terraform-provider-aws#18550",
        ),
        Rule("PutParameter", "ValidationException", _reserved_parameter, "SSM API: PutParameter"),
    ),
}
