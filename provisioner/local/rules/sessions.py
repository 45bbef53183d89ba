"""What STS refuses: roles that are absent or trust somebody else, sessions that are too long.

And what EventBridge Scheduler refuses of a role.

Whom a role trusts counts with `enforce_iam` only, as policies do: without, a test need not make
roles that trust it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.utilities.utils import get_partition

from provisioner.local.access.policies import Asked, decide

from .rule import Params, Place, Rule

ANY = "*"
ACTION, WITH_TOKEN = "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"
SHORTEST, LONGEST, HOUR = 900, 43_200, 3_600
_ROLE = re.compile(r"arn:([\w-]+):iam::(\d{12}):role/.+")


def _role(arn: str, place: Place) -> Any:
    found = _ROLE.fullmatch(arn)
    roles = place.backends("iam")[found[2]][found[1]].roles.values() if found else ()
    return next((each for each in roles if each.arn == arn), None)


def _caller(place: Place) -> tuple[str, str]:
    """Return the ARN of who calls, and that of the role if it is a session of one."""
    partition = get_partition(place.region)
    sts = place.backends("sts")[place.account][partition]
    session = sts.get_assumed_role_from_access_key(place.key)
    arn = sts.get_caller_identity(place.key, partition)[1]
    return arn, str(session.role_arn) if session else ""


def _denied(params: Params, place: Place) -> str | None:
    """AWS does not tell a role that is absent from one that does not trust the caller."""
    arn = params["RoleArn"]
    role = _role(arn, place)
    caller, of_role = _caller(place)
    if role is not None and (
        not place.settings.enforce_iam or _trusts(role, caller, of_role, params, place)
    ):
        return None
    return f"User: {caller} is not authorized to perform: {ACTION} on resource: {arn}"


def _unknown(params: Params, place: Place) -> str | None:
    return None if _role(params["RoleArn"], place) else f"Not authorized to perform {WITH_TOKEN}"


def _trusts(role: Any, caller: str, of_role: str, params: Params, place: Place) -> bool:
    """Whether a trust policy allows it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html:
    an account stands for everybody in it; a role for its sessions.
    """
    names = {
        caller,
        of_role,
        place.account,
        f"arn:{get_partition(place.region)}:iam::{place.account}:root",
    }
    values = {
        "sts:externalid": params.get("ExternalId", ""),
        "sts:rolesessionname": params.get("RoleSessionName", ""),
        "aws:principalarn": of_role or caller,
        "aws:principalaccount": place.account,
    }
    asked = Asked(ACTION, ANY, lambda key: tuple(filter(None, [values.get(key.lower())])))
    document = json.loads(role.assume_role_policy_document)
    statements = document.get("Statement", [])
    mine = [
        {"Action": "sts:AssumeRole", **each, "Resource": ANY}
        for each in (statements if isinstance(statements, list) else [statements])
        if _names(each, names)
    ]
    return decide([json.dumps({"Statement": mine})], asked) == "allowed"


def _names(statement: Mapping[str, Any], names: set[str]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS", []) if isinstance(principal, dict) else [principal or ""]
    return any(
        each == ANY or each in names for each in ([named] if isinstance(named, str) else named)
    )


def _duration(params: Params, place: Place) -> str | None:
    asked = int(params.get("DurationSeconds", HOUR))
    if not SHORTEST <= asked <= LONGEST:
        word, limit = ("greater", SHORTEST) if asked < SHORTEST else ("less", LONGEST)
        return (
            f"1 validation error detected: Value '{asked}' at 'durationSeconds' failed to satisfy"
            f" constraint: Member must have value {word} than or equal to {limit}"
        )
    if asked > HOUR and _caller(place)[1]:
        return (
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by"
            " role chaining."
        )
    role = _role(params["RoleArn"], place)
    if role is not None and asked > int(role.max_session_duration or HOUR):
        return "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    return None


def _scheduler(params: Params, place: Place) -> str | None:
    """The role of a schedule lets EventBridge Scheduler run tasks."""
    role = _role(params["Target"]["RoleArn"], place)
    known = role is not None and place.of("ecs").world.assumable(role.arn)
    if known and SCHEDULER in str(role.assume_role_policy_document):
        return None
    return "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."


def _window(params: Params, _: Place) -> str | None:
    """A window has a length, and no window has none; the texts are [unverified]."""
    window = params["FlexibleTimeWindow"]
    flexible, length = window["Mode"] == "FLEXIBLE", window.get("MaximumWindowInMinutes")
    if flexible == (length is not None):
        return None
    verb = "must" if flexible else "must not"
    return f"MaximumWindowInMinutes {verb} be specified with mode {window['Mode']}."


SCHEDULER = "scheduler.amazonaws.com"
SCHEDULES = tuple(
    Rule(operation, "ValidationException", check, f"EventBridge Scheduler API: {source}")
    for operation in ("CreateSchedule", "UpdateSchedule")
    for check, source in (
        (_window, "FlexibleTimeWindow"),
        (_scheduler, operation),
    )
)
RULES = (
    Rule("AssumeRole", "ValidationError", _duration, "STS API: AssumeRole"),
    Rule("AssumeRole", "AccessDenied", _denied, "STS API: AssumeRole", 403),
    Rule(
        "AssumeRoleWithWebIdentity",
        "AccessDenied",
        _unknown,
        "STS API: AssumeRoleWithWebIdentity",
        403,
    ),
)
