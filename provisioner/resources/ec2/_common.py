"""What the EC2 kinds share: tags in create calls, and one look at groups and rules."""

from __future__ import annotations

from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Scope
from provisioner.engine.model import Tags
from provisioner.engine.owner import STACK
from provisioner.resources._tags import batches, tag_list

GROUP = "ec2.security_group"
FILTER_VALUES = 200  # DescribeSecurityGroups: values in one filter


def specification(kind: str, tags: Tags) -> list[dict[str, Any]]:
    """`TagSpecifications` of a create call."""
    return [{"ResourceType": kind, "Tags": tag_list(tags)}]


def retag(aws: Aws, identifier: str, tags: Tags) -> None:
    """Set tags on anything that has an EC2 id."""
    aws.client("ec2").create_tags(Resources=[identifier], Tags=tag_list(tags))


def groups(aws: Aws, scope: Scope) -> list[dict[str, Any]]:
    """Security groups that are tagged as ours, or named like ours, in any VPC."""

    def read() -> list[dict[str, Any]]:
        wanted = sorted(scope.names.get(GROUP, ()))  # not every server knows the `*`
        filters = [{"Name": f"tag:{STACK}", "Values": [scope.stack]}]
        filters += [
            {"Name": "group-name", "Values": names}
            for names in batches([f"{scope.prefix}*", *wanted], FILTER_VALUES)
        ]
        answers = aws.gather(lambda one: _groups(aws, one), filters)
        found = {group["GroupId"]: group for answer in answers for group in answer}
        return [found[key] for key in sorted(found)]

    return aws.once("security-groups", read)


def _groups(aws: Aws, one: dict[str, Any]) -> list[dict[str, Any]]:
    return aws.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=[one])


def group_rules(aws: Aws, scope: Scope) -> list[dict[str, Any]]:
    """All rules of those groups, the default egress rule included, one row per source.

    And ours in groups of others: the tagging index is not asked for rules, they are too many.
    """

    def read() -> list[dict[str, Any]]:
        ids = [group["GroupId"] for group in groups(aws, scope)]
        filters = [{"Name": "group-id", "Values": some} for some in batches(ids, FILTER_VALUES)]
        filters.append({"Name": f"tag:{STACK}", "Values": [scope.stack]})
        answers = aws.gather(lambda one: _rules(aws, one), filters)
        found = {rule["SecurityGroupRuleId"]: rule for answer in answers for rule in answer}
        return list(found.values())

    return aws.once("security-group-rules", read)


def _rules(aws: Aws, one: dict[str, Any]) -> list[dict[str, Any]]:
    return aws.pages("ec2", "describe_security_group_rules", "SecurityGroupRules", Filters=[one])
