"""The least that an IAM policy must allow for a command, from what the kinds declare.

A managed policy has at most 6,144 characters, white space not counted:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from provisioner.engine.grant import ANYTHING, Grant, Place, arns
from provisioner.engine.kind import Kind
from provisioner.engine.model import Lookup, Resource

Purpose = Literal["plan", "apply", "deploy", "teardown", "run", "exec"]
VERSION = "2012-10-17"
LIMIT = 6144
VERBS: Mapping[str, frozenset[str]] = {
    "plan": frozenset({"read"}),
    "apply": frozenset({"read", "create", "update", "delete"}),
    "teardown": frozenset({"read", "delete"}),
    "run": frozenset({"read", "run"}),
}
FEW: Mapping[str, Mapping[str, frozenset[str]]] = {
    "deploy": {
        "ecs.task_definition": frozenset({"read", "create", "update"}),
        "ecs.service": frozenset({"read", "update"}),
        "ecr.repository": frozenset({"read"}),
        "logs.log_group": frozenset({"read"}),
    },
    "exec": {"ecs.cluster": frozenset({"exec"}), "ecs.service": frozenset({"read", "exec"})},
}
"""What commands on services change, and what they look at: a few kinds, and no others."""
UNITED = ("CreateAction", "AWSServiceName")
"""Condition keys of which one statement can have several values: each goes with its own ARNs."""

Statement = dict[str, Any]


@dataclass(slots=True)
class _Group:
    """Actions on the same resources, under the same condition."""

    service: str
    """Empty for reads, whose services go together."""
    condition: dict[str, Any]
    actions: set[str]
    resources: set[str]

    def fits(self, other: _Group, types: Mapping[str, set[str]]) -> bool:
        """Whether both in one statement allow no more than both apart.

        `types` are the kinds of resources that each action is declared for.
        """
        if (self.service, _plain(self.condition)) != (other.service, _plain(other.condition)):
            return False
        if self.condition != other.condition and self.actions != other.actions:
            return False
        if (ANYTHING in self.resources) != (ANYTHING in other.resources):
            return False
        if not self.service:  # reads of what is the stack's own
            return True
        return self._keeps_to_itself(other, types) and other._keeps_to_itself(self, types)

    def _keeps_to_itself(self, other: _Group, types: Mapping[str, set[str]]) -> bool:
        foreign = {_type(one) for one in other.resources - self.resources}
        return not any(types[action] & foreign for action in self.actions - other.actions)

    def take(self, other: _Group) -> None:
        """Become both."""
        self.actions |= other.actions
        self.resources |= other.resources
        for key, values in other.condition.items():
            mine = self.condition[key]
            if values != mine:
                self.condition[key] = sorted({*_listed(mine), *_listed(values)})


def statements(
    purpose: Purpose,
    wanted: Sequence[Resource],
    *,
    kinds: Mapping[str, Kind],
    lookups: Iterable[tuple[Grant, Sequence[Lookup]]],
    place: Place,
    everywhere: bool = True,
) -> list[Statement]:
    """Everything that is read, whatever the spec wants; writes only of kinds that it wants.

    A command on services reads all kinds only where it must look `everywhere`.
    """
    found: list[tuple[Grant, set[str]]] = [
        (grant, arns(grant, [one.query for one in asked], place)) for grant, asked in lookups
    ]
    for kind in kinds.values():
        mine = [one.properties for one in wanted if one.kind == kind.name]
        verbs = VERBS[purpose] if purpose in VERBS else FEW[purpose].get(kind.name, frozenset())
        if everywhere:
            verbs |= {"read"}
        found += [
            (grant, arns(grant, mine, place))
            for grant in kind.grants
            if grant.verb in verbs and (mine or grant.verb == "read")
        ]
    few = _merged([_group(grant, where, place) for grant, where in found if where])
    few.sort(key=lambda one: (one.service, sorted(one.actions)))
    return [_statement(number, one) for number, one in enumerate(few, start=1)]


def _group(grant: Grant, resources: set[str], place: Place) -> _Group:
    service = "" if grant.verb == "read" else grant.actions.partition(":")[0]
    return _Group(service, grant.condition(place.owner), set(grant.actions.split()), resources)


def _merged(groups: list[_Group]) -> list[_Group]:
    """As few as possible: some fit only once others have."""
    types: dict[str, set[str]] = {}
    for group in groups:
        for action in group.actions:
            types.setdefault(action, set()).update(map(_type, group.resources))
    count = -1
    while count != len(groups):
        count = len(groups)
        groups = _merged_once(groups, types)
    return groups


def _merged_once(groups: Sequence[_Group], types: Mapping[str, set[str]]) -> list[_Group]:
    done: list[_Group] = []
    for group in groups:
        for other in done:
            if other.fits(group, types):
                other.take(group)
                break
        else:
            done.append(group)
    return done


def _plain(condition: Mapping[str, Any]) -> dict[str, Any]:
    return {k: None if k.endswith(UNITED) else v for k, v in condition.items()}


def _type(arn: str) -> str:
    """`ecs:cluster` of an ARN."""
    if arn == ANYTHING:
        return arn
    parts = arn.split(":", 5)
    return f"{parts[2]}:{re.split('[/:]', parts[5])[0]}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _statement(number: int, group: _Group) -> Statement:
    name = re.sub(r"[^a-z]", "", group.service).title() or "Read"
    condition = {"Condition": {"StringEquals": group.condition}} if group.condition else {}
    return {
        "Sid": f"{name}{number}",
        "Effect": "Allow",
        "Action": sorted(group.actions),
        "Resource": ANYTHING if ANYTHING in group.resources else _fewest(group.resources),
        **condition,
    }


def _fewest(resources: set[str]) -> list[str]:
    """Without those that another one covers."""
    ending = [one for one in resources if one.endswith("*")]
    return sorted(
        one
        for one in resources
        if not any(other != one and one.startswith(other[:-1]) for other in ending)
    )


def documents(found: Sequence[Statement]) -> list[dict[str, Any]]:
    """As few policies as hold the statements, each within the limit."""
    parts: list[list[Statement]] = [[]]
    for statement in found:
        if parts[-1] and size(document([*parts[-1], statement])) > LIMIT:
            parts.append([])
        parts[-1].append(statement)
    return [document(part) for part in parts]


def document(found: Sequence[Statement]) -> dict[str, Any]:
    """One policy."""
    return {"Version": VERSION, "Statement": list(found)}


def size(policy: Mapping[str, Any]) -> int:
    """The characters that IAM counts."""
    return len("".join(json.dumps(policy, separators=(",", ":")).split()))
