"""What the WAF kinds share: lists without a paginator, tags by ARN, one form for what is the same.

Every change and delete carries a lock token, which is read right before: where somebody else was
faster, the engine tries again, with a fresh one.
https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Kind, Retry, Scope
from provisioner.engine.model import Live, Properties, Tags, is_empty
from provisioner.engine.owner import WEB_ACL as MARK
from provisioner.resources._tags import indexed, sought, tag_list, tag_map, tags_of
from provisioner.resources.elbv2._common import head_tags

SERVICE = "wafv2"
SCOPE = "REGIONAL"
WEB_ACL = "wafv2.web_acl"
IP_SET = "wafv2.ip_set"
PAGE = 100
NAME_LIMIT = 128
NOTHING = "{}"
"""What stands for an empty mapping in `plain`: AWS says with those which of several it means."""
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "RateBasedStatement": {"EvaluationWindowSec": 300},
    "AWSManagedRulesBotControlRuleSet": {"EnableMachineLearning": True},
    "AWSManagedRulesAntiDDoSRuleSet": {"SensitivityToBlock": "LOW"},
}
"""What AWS assumes in these structures where nothing is said, and may answer with."""
CLIENT_SIDE = "UsageOfAction"
CLIENT_SIDE_DEFAULTS = {"Sensitivity": "HIGH"}
"""The same of ClientSideAction, which this field tells from a rule's action `Challenge`."""
RETRIES = (
    # What a web ACL refers to was made a moment ago.
    Retry("create", "WAFUnavailableEntityException", seconds=300),
    Retry("create", "WAFNonexistentItemException"),
    Retry("create", "WAFTagOperationException"),
    Retry("create", "WAFTagOperationInternalErrorException"),
    Retry("update", "WAFUnavailableEntityException", seconds=300),
    Retry("update", "WAFNonexistentItemException"),
    # Somebody else changed it between our read and our write.
    Retry("update", "WAFOptimisticLockException"),
    Retry("delete", "WAFOptimisticLockException"),
    # What used it a moment ago is still counted.
    Retry("delete", "WAFAssociatedItemException", seconds=600),
    Retry("delete", "WAFTagOperationException"),
    Retry("delete", "WAFTagOperationInternalErrorException"),
)


class Tagged(Kind):
    """A WAF kind with a name, a lock token, and tags of its own."""

    name_limit = NAME_LIMIT
    identity = ("Name",)
    replacement = "create-first"
    retries: ClassVar[tuple[Retry, ...]] = RETRIES
    exists = ("WAFDuplicateItemException",)
    absent = ("WAFNonexistentItemException",)

    def request(self, want: Properties) -> dict[str, Any]:
        """An empty mapping further down says something: `{"Allow": {}}`."""
        return {name: want[name] for name in self.fields if not is_empty(want.get(name))}

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        arn = live.outputs["Arn"]
        aws.client(SERVICE).tag_resource(ResourceARN=arn, Tags=tag_list(tags))


def listed(aws: Aws, operation: str, result: str) -> list[dict[str, Any]]:
    """Everything in the region; botocore knows no paginator for it."""
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        answer = getattr(aws.client(SERVICE), operation)(Scope=SCOPE, Limit=PAGE, **more)
        found += answer.get(result, ())
        marker = answer.get("NextMarker")
        if not marker or not answer.get(result):  # a full last page has a marker, too
            return found
        more = {"NextMarker": marker}


def near(
    aws: Aws, scope: Scope, kind: str, sort: str, operation: str, result: str
) -> list[tuple[dict[str, Any], Tags]]:
    """Those of the list that are named like ours or known to the index, with their tags.

    `sort` is the word in their ARNs. No call where the stack has none and wants none: its load
    balancer says so, too, for the index may not know them yet.
    """
    prefix = f"{SERVICE}/{SCOPE.lower()}/{sort}/"
    if not marked(aws, scope) and not sought(aws, scope, kind, prefix):
        return []
    known = indexed(aws, scope, prefix)
    found = [
        item
        for item in listed(aws, operation, result)
        if scope.near(kind, item["Name"]) or item["ARN"] in known
    ]
    tags = aws.gather(lambda item: tags_of(aws, scope, item["ARN"], lambda a: _ask(aws, a)), found)
    return list(zip(found, tags, strict=True))


def marked(aws: Aws, scope: Scope) -> bool:
    """Whether a load balancer of ours is or was behind a web ACL."""
    tags = head_tags(aws, scope).values()
    return any(MARK in own and scope.ours(own) for own in tags)


def _ask(aws: Aws, arn: str) -> Tags:
    answer = aws.client(SERVICE).list_tags_for_resource(ResourceARN=arn)
    return tag_map(answer["TagInfoForResource"].get("TagList"))


def place(item: Mapping[str, Any]) -> dict[str, str]:
    """What names a thing in every call."""
    return {"Name": item["Name"], "Scope": SCOPE, "Id": item["Id"]}


def where(live: Live) -> dict[str, str]:
    """The same of a live thing."""
    return {"Name": live.properties["Name"], "Scope": SCOPE, "Id": live.outputs["Id"]}


def plain(value: Any) -> Any:
    """One form for what means the same to AWS: with its defaults written out.

    Nowhere does it matter in which order a list is: rules and transformations have a Priority.
    """
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        seen = {
            key: plain({**DEFAULTS[key], **item} if key in DEFAULTS and item else item)
            for key, item in value.items()
            if item is not None
        }
        return {**CLIENT_SIDE_DEFAULTS, **seen} if CLIENT_SIDE in seen else seen or NOTHING
    if isinstance(value, list | tuple):
        return sorted(map(plain, value), key=_rank)
    return value


def _rank(value: Any) -> str:
    first = value.get("Priority", 0) if isinstance(value, Mapping) else 0
    return f"{first:>12}{json.dumps(value, sort_keys=True, default=str)}"
