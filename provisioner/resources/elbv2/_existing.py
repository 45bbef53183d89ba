"""Load balancers and listeners of others, by what the spec says of them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.model import Properties, Tags
from provisioner.resources._tags import batches, tag_map

DESCRIBE_TAGS_LIMIT = 20
GONE = ("LoadBalancerNotFound", "TargetGroupNotFound", "ListenerNotFound", "RuleNotFound")


def every_balancer(aws: Aws) -> list[dict[str, Any]]:
    """All load balancers of the account and region."""
    return aws.once(
        "every-load-balancer",
        lambda: aws.pages("elbv2", "describe_load_balancers", "LoadBalancers"),
    )


def balancers(aws: Aws, query: Properties) -> list[dict[str, Any]]:
    """Those that `query["name"]` (a name or an ARN) or `query["tags"]` fit."""
    found = every_balancer(aws)
    if query["name"]:
        fields = ("LoadBalancerName", "LoadBalancerArn")
        return [item for item in found if query["name"] in [item.get(name) for name in fields]]
    return tagged(aws, found, "LoadBalancerArn", query["tags"])


def tagged(aws: Aws, found: list[dict[str, Any]], field: str, wanted: Tags) -> list[dict[str, Any]]:
    """Those that have all of the tags; `field` is where their ARN is."""
    tags = tags_by_arn(aws, [item[field] for item in found])
    return [item for item in found if wanted.items() <= tags.get(item[field], {}).items()]


def tags_by_arn(aws: Aws, arns: list[str]) -> dict[str, Tags]:
    """Tags of anything in front, 20 at a time, but for what has gone since it was listed."""
    client = aws.client("elbv2")

    def ask(some: list[str]) -> list[dict[str, Any]]:
        try:
            return list(client.describe_tags(ResourceArns=some)["TagDescriptions"])
        except ClientError as error:
            if not says(error, GONE):
                raise
        # One that is not there fails the call for all: somebody else may delete what is theirs.
        half = len(some) // 2
        return [*ask(some[:half]), *ask(some[half:])] if half else []

    answers = aws.gather(ask, batches(arns, DESCRIBE_TAGS_LIMIT))
    return {item["ResourceArn"]: tag_map(item["Tags"]) for answer in answers for item in answer}


def balancer_of(arn: str) -> str:
    """The load balancer that a listener or a rule of a listener is on, as their ARNs tell.

    `…:listener-rule/app/name/id/listener/rule`, `…:listener/app/name/id/listener`.
    """
    place, kind, path = arn.partition(":listener")[0], "loadbalancer", arn.split("/")[1:4]
    return f"{place}:{kind}/{'/'.join(path)}"
