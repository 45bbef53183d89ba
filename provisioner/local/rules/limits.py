"""How names, values and policies may look: characters, sizes, numbers.

The patterns and lengths are those of botocore's models and of the API References.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from . import alarms, domains, identity, tags, topics
from .rule import Params, Place, Rule, rows, shaped

# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
STANDARD, ADVANCED, LEVELS = 4_096, 8_192, 15
SECRET_SIZE = 65_536


def _tier(params: Params, place: Place) -> str | None:
    known, name = vars(place.of("ssm"))["_parameters"], params["Name"]
    versions = known[name] if name in known else []  # noqa: SIM401  moto's own `get` knows no names
    tier = params.get("Tier") or (versions[-1].tier if versions else None) or "Standard"
    length = len(params["Value"])
    if length > ADVANCED:
        return (
            f"Advanced tier parameters support a maximum parameter value of {ADVANCED} characters."
        )
    if length > STANDARD and tier == "Standard":
        return (
            f"Standard tier parameters support a maximum parameter value of {STANDARD} characters."
            " To create a larger parameter value, upgrade the parameter to use the"
            " advanced-parameter tier."
        )
    return None


def _qualified(params: Params, _: Place) -> str | None:
    name = params["Name"]
    if not re.fullmatch(r"[\w.\-/]+", name, re.ASCII):
        return (
            "Parameter name: can be formed of letters, numbers and the following 3 symbols .-_,"
            " in parts that are divided by slashes"
        )
    return (
        None
        if name.startswith("/") or "/" not in name
        else ("Parameter name must be a fully qualified name.")
    )


def _levels(params: Params, _: Place) -> str | None:
    return (
        f"A hierarchy can have a maximum of {LEVELS} levels."
        if len(params["Name"].strip("/").split("/")) > LEVELS
        else None
    )


def _secret(params: Params, _: Place) -> str | None:
    for field in ("SecretString", "SecretBinary"):
        if len(params.get(field) or "") > SECRET_SIZE:
            return (
                f"1 validation error detected: Value at '{field[0].lower()}{field[1:]}' failed to"
                f" satisfy constraint: Member must have length less than or equal to {SECRET_SIZE}"
            )
    return None


def _two_values(params: Params, _: Place) -> str | None:
    if params.get("SecretString") is not None and params.get("SecretBinary") is not None:
        return (
            "You can't specify both a binary secret value and a string secret value in the same"
            " secret."
        )
    return None


def _no_log_group(params: Params, place: Place) -> str | None:
    known = params["logGroupName"] in place.of("logs").groups
    return None if known else "The specified log group does not exist."


def _lifecycle(params: Params, _: Place) -> str | None:
    """What moto's own check lets pass; the words of order are [unverified].

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    """
    try:
        rules = json.loads(params["lifecyclePolicyText"])["rules"]
        problem = next(_lifecycle_problems(rules), None)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # moto says so
    return problem and (
        "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy"
        f" validation failure: {problem}'"
    )


def _lifecycle_problems(rules: list[dict[str, Any]]) -> Iterator[str]:
    priorities = [rule["rulePriority"] for rule in rules]
    if len({*priorities}) < len(priorities):
        yield "rulePriority must be unique"
    for rule in rules:
        selection = rule["selection"]
        lists = [name for name in ("tagPrefixList", "tagPatternList") if selection.get(name)]
        tagged = selection["tagStatus"] == "tagged"
        if len(lists) != tagged:
            yield "instance failed to match exactly one schema (matched 0 out of 2)"
        if (selection["countType"] == "sinceImagePushed") != ("countUnit" in selection):
            yield "instance failed to match exactly one schema (matched 0 out of 2)"
        if selection["tagStatus"] == "any" and rule["rulePriority"] != max(priorities):
            yield "a rule with tagStatus any must have the highest value of rulePriority"


PUTS = ("CreateSecret", "PutSecretValue", "UpdateSecret")
TABLES: dict[str, tuple[Rule, ...]] = {
    "iam": (*identity.RULES, *tags.TABLES["iam"]),
    "sns": topics.RULES,
    "acm": domains.ACM,
    "cloudwatch": alarms.RULES,
    "route53": domains.ROUTE53,
    "ssm": (
        *rows("SSM API", ["PutParameter"], "ValidationException", _qualified),
        *rows("SSM API", ["PutParameter"], "HierarchyLevelLimitExceededException", _levels),
        *rows("SSM API", ["PutParameter"], "ValidationException", _tier),
    ),
    "secretsmanager": (
        *rows(
            "Secrets Manager API",
            ["CreateSecret"],
            "ValidationException",
            shaped(
                "Name",
                r"[A-Za-z0-9/_+=.@!-]+",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of"
                " the following: -/_+=.@!",
                most=512,
            ),
        ),
        *rows("Secrets Manager API", PUTS, "ValidationException", _secret),
        *rows("Secrets Manager API", PUTS, "InvalidParameterException", _two_values),
    ),
    "logs": (
        *rows(
            "Logs API",
            ["CreateLogGroup"],
            "InvalidParameterException",
            shaped("logGroupName", r"[.\-_/#A-Za-z0-9]+", most=512),
        ),
        *rows(
            "Logs API",
            ["CreateLogStream"],
            "InvalidParameterException",
            shaped("logStreamName", "[^:*]*", most=512),
        ),
        *rows("Logs API", ["PutMetricFilter"], "ResourceNotFoundException", _no_log_group),
    ),
    "ecr": (
        *rows(
            "ECR API",
            ["CreateRepository"],
            "InvalidParameterException",
            shaped("repositoryName", ".*", least=2, most=256),
        ),
        *rows("ECR API", ["PutLifecyclePolicy"], "InvalidParameterException", _lifecycle),
    ),
}
