"""Tags in the shapes that AWS services use, and the index that has them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, code_of
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Scope
from provisioner.engine.model import Tags
from provisioner.engine.owner import ADDRESS, REGION, STACK

log = structlog.get_logger()
INDEX = Grant("read", "tag:GetResources")
"""What every plan reads."""

INDEXED: Mapping[str, tuple[str, ...]] = {
    "acm": (),
    "application-autoscaling": (),
    "chatbot": (),
    "cloudwatch": (),
    "ec2": (
        "elastic-ip", "internet-gateway", "natgateway", "route-table", "subnet", "vpc",
        "vpc-endpoint",
    ),
    "ecr": (),
    "ecs": ("cluster", "service", "task-definition"),
    "elasticloadbalancing": (),
    "events": (),
    "logs": (),
    "s3": (),
    "scheduler": (),
    "secretsmanager": (),
    "servicediscovery": (),
    "sns": (),
    "ssm": (),
    "wafv2": (),
}  # fmt: skip
"""What is asked of the index: services, and of those with many more things the types that matter.

Rules of security groups and running tasks would be page after page, one after another.
"""


def tag_list(tags: Tags, *, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """`[{"Key": …, "Value": …}]`, sorted; ECS writes `key` and `value`."""
    return [{key: name, value: tags[name]} for name in sorted(tags)]


def tag_map(
    items: Iterable[Mapping[str, str]] | None, *, key: str = "Key", value: str = "Value"
) -> dict[str, str]:
    """The mapping in a list of tags."""
    return {item[key]: item.get(value, "") for item in items or ()}


def index(aws: Aws, scope: Scope) -> Mapping[str, Tags]:
    """ARN to tags of everything tagged as the stack's, from the tagging index.

    The index follows AWS by seconds to minutes and knows no IAM roles, so it is the net that
    finds what no name or prefix leads to, not the judge of what exists.
    Empty where the caller may not read it.
    Source: Resource Groups Tagging API, GetResources.
    """
    return aws.once("tag-index", lambda: _read_index(aws, scope))


def _read_index(aws: Aws, scope: Scope) -> dict[str, Tags]:
    types = [
        f"{service}:{kind}" if kind else service
        for service, kinds in INDEXED.items()
        for kind in kinds or ("",)
    ]
    try:
        try:
            found = _resources(aws, scope, ResourceTypeFilters=types)
        except ClientError as error:
            if code_of(error) != "InvalidParameterException":
                raise
            found = _resources(aws, scope)  # not every region's index knows every service
    except ClientError as error:
        log.warning("index.unreadable", code=code_of(error))
        return {}
    return {item["ResourceARN"]: tag_map(item.get("Tags")) for item in found}


def _resources(aws: Aws, scope: Scope, **filters: Any) -> list[Any]:
    return aws.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        TagFilters=[{"Key": STACK, "Values": [scope.stack]}],
        ResourcesPerPage=100,
        **filters,
    )


def indexed(aws: Aws, scope: Scope, prefix: str) -> dict[str, Tags]:
    """The part of the index whose ARNs have `:prefix` as service and type, `:ecs:…:service/`.

    Raises KeyError for what is not INDEXED: it would never be found.
    """
    service, _, kind = prefix.partition("/")
    if INDEXED[service] and kind.rstrip("/") not in INDEXED[service]:
        raise KeyError(prefix)
    return {
        arn: tags
        for arn, tags in index(aws, scope).items()
        if arn.split(":", 5)[2] == service and arn.split(":", 5)[5].startswith(kind)
    }


def sought(aws: Aws, scope: Scope, kind: str, prefix: str) -> bool:
    """Whether things of this kind are worth a call: the spec asks for one, or the index has one.

    So a part that a stack does not use costs its plans nothing.
    """
    return scope.wants(kind) or bool(indexed(aws, scope, prefix))


def tags_of(aws: Aws, scope: Scope, arn: str, ask: Callable[[str], Tags]) -> Tags:
    """The tags of one thing whose service has no batch call for them.

    The index is believed where it says just what is wanted, else the service itself is asked.
    """
    known = index(aws, scope).get(arn, {})
    wanted = scope.tags.get(known.get(ADDRESS, ""), {})
    return known if wanted and wanted.items() <= known.items() else ask(arn)


def arns_with(aws: Aws, sort: str, tags: Tags) -> list[str]:
    """ARNs of everything of a sort (`ecs:cluster`) that has all of the tags.

    Source: Resource Groups Tagging API, GetResources.
    """
    filters = [{"Key": key, "Values": [tags[key]]} for key in sorted(tags)]
    found = aws.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        TagFilters=filters,
        ResourceTypeFilters=[sort],
    )
    return sorted(str(item["ResourceARN"]) for item in found)


def home_tags(tags: Tags, region: str) -> dict[str, str]:
    """The tags of what belongs to no region (a role, a dashboard).

    Where they name another region, it is not ours: the same stack is there, too.
    """
    home = tags.get(REGION, region)
    return {**tags, STACK: f"{tags.get(STACK)} in {home}"} if home != region else dict(tags)


def arn_name(arn: str) -> str:
    """What follows the type in an ARN: `…:repository/team/app` is `team/app`."""
    return arn.split(":", 5)[5].split("/", 1)[-1]


def batches(items: list[Any], size: int) -> list[list[Any]]:
    """The list in pieces of at most `size`: AWS's batch reads have limits."""
    return [items[start : start + size] for start in range(0, len(items), size)]
