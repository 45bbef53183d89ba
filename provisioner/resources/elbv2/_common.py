"""What the load balancing kinds share: one look at everything, tags in batches, attributes.

Four rounds of calls, whatever the number of services:
load balancers and target groups; their tags and attributes, and the listeners; the rules;
the tags of listeners and rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Change, Live, Tags
from provisioner.resources._tags import batches, indexed, tag_list
from provisioner.resources.elbv2._existing import (
    balancer_of,
    balancers,
    every_balancer,
    tags_by_arn,
)

MODIFY_ATTRIBUTES_LIMIT = 20
NOT_VISIBLE_YET = (
    "LoadBalancerNotFound", "ListenerNotFound", "TargetGroupNotFound", "RuleNotFound",
)  # fmt: skip
LOAD_BALANCER = "elbv2.load_balancer"
TARGET_GROUP = "elbv2.target_group"


class Tagged(Kind):
    """A load balancing kind: tags are set by ARN."""

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("elbv2").add_tags(ResourceArns=[live.id], Tags=tag_list(tags))


def load_balancers(aws: Aws, scope: Scope) -> list[dict[str, Any]]:
    """Load balancers that are named like ours, that are ours, or that something of ours is on."""

    def read() -> list[dict[str, Any]]:
        found = every_balancer(aws)
        near = _near(found, "LoadBalancer", LOAD_BALANCER, aws, scope)
        return near + [item for item in _hosts(aws, scope, found) if item not in near]

    return aws.once("load-balancers", read)


def _hosts(aws: Aws, scope: Scope, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Load balancers of others that the spec names, or that the index says rules of ours are on."""
    arns = {balancer_of(arn) for arn in indexed(aws, scope, "elasticloadbalancing/listener")}
    for query in scope.shared.get(LOAD_BALANCER, ()):
        arns |= {item["LoadBalancerArn"] for item in balancers(aws, query)}
    return [item for item in found if item["LoadBalancerArn"] in arns]


def target_groups(aws: Aws, scope: Scope) -> list[dict[str, Any]]:
    """Target groups, likewise."""

    def read() -> list[dict[str, Any]]:
        found = aws.pages("elbv2", "describe_target_groups", "TargetGroups")
        return _near(found, "TargetGroup", TARGET_GROUP, aws, scope)

    return aws.once("target-groups", read)


def _near(
    found: Iterable[dict[str, Any]], prefix: str, kind: str, aws: Aws, scope: Scope
) -> list[dict[str, Any]]:
    ours = indexed(aws, scope, f"elasticloadbalancing/{prefix.lower()}")
    return [
        item
        for item in found
        if scope.near(kind, item[f"{prefix}Name"]) or item[f"{prefix}Arn"] in ours
    ]


def head_tags(aws: Aws, scope: Scope) -> Mapping[str, Tags]:
    """Tags of those load balancers and target groups, by ARN."""

    def read() -> dict[str, Tags]:
        arns = [item["LoadBalancerArn"] for item in load_balancers(aws, scope)]
        arns += [item["TargetGroupArn"] for item in target_groups(aws, scope)]
        return tags_by_arn(aws, arns)

    return aws.once("elbv2-head-tags", read)


def listeners(aws: Aws, scope: Scope) -> list[dict[str, Any]]:
    """All listeners of those load balancers."""

    def read() -> list[dict[str, Any]]:
        arns = [item["LoadBalancerArn"] for item in load_balancers(aws, scope)]
        answers = aws.gather(lambda arn: listeners_of(aws, arn), arns)
        return [listener for answer in answers for listener in answer]

    return aws.once("listeners", read)


def rules(aws: Aws, scope: Scope) -> list[dict[str, Any]]:
    """All rules of those listeners but the default ones; `Priority` made a number."""

    def read() -> list[dict[str, Any]]:
        arns = [listener["ListenerArn"] for listener in listeners(aws, scope)]
        answers = aws.gather(
            lambda arn: aws.once(("listener-rules", arn), lambda: listener_rules(aws, arn)), arns
        )
        return [rule for answer in answers for rule in answer]

    return aws.once("listener-rules", read)


def listener_rules(aws: Aws, arn: str) -> list[dict[str, Any]]:
    """The rules of one listener but the default one."""
    try:
        found = aws.pages("elbv2", "describe_rules", "Rules", ListenerArn=arn)
    except ClientError as error:
        if says(error, ("ListenerNotFound",)):
            return []
        raise
    return [
        {**rule, "ListenerArn": arn, "Priority": int(rule["Priority"])}
        for rule in found
        if not rule["IsDefault"]
    ]


def leaf_tags(aws: Aws, scope: Scope) -> Mapping[str, Tags]:
    """Tags of those listeners and rules, by ARN."""

    def read() -> dict[str, Tags]:
        arns = [item["ListenerArn"] for item in listeners(aws, scope)]
        arns += [item["RuleArn"] for item in rules(aws, scope)]
        return tags_by_arn(aws, arns)

    return aws.once("elbv2-leaf-tags", read)


def listeners_of(aws: Aws, arn: str) -> list[dict[str, Any]]:
    """The listeners of one load balancer."""
    return aws.once(("listeners", arn), lambda: _listeners(aws, arn))


def _listeners(aws: Aws, arn: str) -> list[dict[str, Any]]:
    try:
        return aws.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn)
    except ClientError as error:
        if says(error, ("LoadBalancerNotFound",)):
            return []
        raise


def attributes(items: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Attributes as a mapping; AWS has strings only."""
    return {item["Key"]: item.get("Value", "") for item in items}


def changed_attributes(
    want: Mapping[str, str], changes: Sequence[Change]
) -> list[list[dict[str, str]]]:
    """The attributes that must be written, in pieces that one call takes."""
    names = [
        change.path[1] for change in changes if change.field == "Attributes" and change.path[1:]
    ]
    if any(change.path == ("Attributes",) for change in changes):
        names = list(want)
    return batches([{"Key": name, "Value": want[name]} for name in names], MODIFY_ATTRIBUTES_LIMIT)
