"""What policy documents say about one action on one resource.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Verdict = Literal["allowed", "denied", "unmentioned"]
# The values of a condition key in a request, none if the request does not have it.
Context = Callable[[str], tuple[str, ...]]
Matches = Callable[[str, str], bool]
ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{([\w:/.-]+)\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One action on one resource, in the circumstances of a request."""

    action: str
    resource: str
    context: Context


def decide(documents: Iterable[str], asked: Asked) -> Verdict:
    """Say what policies, as JSON, come to: a Deny beats every Allow.

    Raises NotImplementedError for a condition operator or an element that is not known here.
    """
    effects = {
        each["Effect"]
        for document in documents
        for each in _listed(json.loads(document).get("Statement", []))
        if _applies(each, asked)
    }
    if "Deny" in effects:
        return "denied"
    return "allowed" if "Allow" in effects else "unmentioned"


def _applies(statement: Mapping[str, Any], asked: Asked) -> bool:
    action = asked.action.lower()
    if "Action" in statement:
        acts = any(like(each.lower(), action) for each in _listed(statement["Action"]))
    else:
        acts = not any(like(each.lower(), action) for each in _listed(statement["NotAction"]))
    if "NotResource" in statement:
        concerns = not any(_concerns(each, asked) for each in _listed(statement["NotResource"]))
    else:
        concerns = any(_concerns(each, asked) for each in _listed(statement["Resource"]))
    return acts and concerns and _holds(statement.get("Condition", {}), asked)


def _concerns(pattern: str, asked: Asked) -> bool:
    pattern = _filled(pattern, asked.context)
    return pattern == "*" or arn_like(pattern, asked.resource)


def _filled(pattern: str, context: Context) -> str:
    """Put in the policy variables; one without a value matches nothing."""
    return _VARIABLE.sub(lambda found: next(iter(context(found[1])), "${}"), pattern)


def _holds(conditions: Mapping[str, Mapping[str, Any]], asked: Asked) -> bool:
    """Whether all operators hold for all their keys."""
    return all(
        _condition(operator, key, list(_words(wanted, asked.context)), asked.context(key))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _words(wanted: Any, context: Context) -> Iterator[str]:
    for each in _listed(wanted):
        text = str(each).lower() if isinstance(each, bool) else str(each)
        yield _filled(text, context)


def _condition(operator: str, key: str, wanted: list[str], found: tuple[str, ...]) -> bool:
    """Whether one operator holds for one key."""
    quantity, _, rest = operator.rpartition(":")
    name = rest.removesuffix("IfExists")
    if name == "Null":
        return (wanted[0].lower() == "true") == (not found)
    if name not in OPERATORS:
        raise NotImplementedError(f"the condition operator {operator} of {key}")
    matches, positive = OPERATORS[name]
    if not found:
        return rest != name or quantity == "ForAllValues" or not positive
    hits = [any(matches(each, value) for each in wanted) == positive for value in found]
    return all(hits) if quantity == "ForAllValues" or not positive else any(hits)


def like(pattern: str, value: str) -> bool:
    """Whether a value fits a pattern of `*` and `?`."""
    return bool(_expression(pattern).fullmatch(value))


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each, re.escape(each)) for each in pattern), re.DOTALL)


def arn_like(pattern: str, value: str) -> bool:
    """Compare the six parts of two ARNs one by one; what is no ARN as a whole."""
    patterns, values = pattern.split(":", ARN_PARTS - 1), value.split(":", ARN_PARTS - 1)
    if len(patterns) != len(values):
        return False
    return all(like(*pair) for pair in zip(patterns, values, strict=True))


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _equal_ignoring_case(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


# Operator -> how it compares, and whether it wants a match.
OPERATORS: dict[str, tuple[Matches, bool]] = {
    "StringEquals": (_equal, True),
    "StringNotEquals": (_equal, False),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, True),
    "StringNotEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringLike": (like, True),
    "StringNotLike": (like, False),
    "ArnEquals": (arn_like, True),
    "ArnLike": (arn_like, True),
    "ArnNotEquals": (arn_like, False),
    "ArnNotLike": (arn_like, False),
    "Bool": (_equal_ignoring_case, True),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
