"""The VPC and its subnets, by id or by tags.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, message_of, says
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed
from provisioner.resources._tags import tag_map

ZONES_OF_A_BALANCER = 2


def network(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The VPC and its subnets. `vpc`, `private`, `public` are `{"id(s)": …}` or `{"tags": …}`.

    Either kind may be None. Outputs: VpcId, PrivateSubnetIds, PublicSubnetIds.
    """
    return aws.once(("network", repr(query)), lambda: _network(aws, query))


def subnets_of(aws: Aws, vpc: str) -> list[dict[str, Any]]:
    """All subnets of a VPC."""
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    return aws.once(
        ("subnets", vpc), lambda: aws.pages("ec2", "describe_subnets", "Subnets", Filters=filters)
    )


def _network(aws: Aws, query: Properties) -> Mapping[str, Any]:
    vpc = _vpc(aws, query["vpc"])
    inside = subnets_of(aws, vpc)
    found: dict[str, Any] = {"VpcId": vpc}
    for name in ("private", "public"):
        if query.get(name):
            chosen = _subnets(inside, query[name], f"network.{name}_subnets", vpc)
            found[f"{name.title()}SubnetIds"] = sorted(item["SubnetId"] for item in chosen)
            if query.get("balancer") == name:
                _fit_for_balancer(chosen, f"network.{name}_subnets")
    return found


def _vpc(aws: Aws, wanted: Properties) -> str:
    filters = [
        {"Name": f"tag:{key}", "Values": [value]} for key, value in sorted(wanted["tags"].items())
    ]
    if wanted["id"]:
        filters = [{"Name": "vpc-id", "Values": [wanted["id"]]}]
    try:
        found = aws.pages("ec2", "describe_vpcs", "Vpcs", Filters=filters)
    except ClientError as error:
        if says(error, ("InvalidVpcID.NotFound", "InvalidVpcID.Malformed")):
            raise LookupFailed(f"network.vpc: {message_of(error)}") from error
        raise
    what = wanted["id"] or _words(wanted["tags"])
    if len(found) == 1:
        return str(found[0]["VpcId"])
    if found:
        ids = ", ".join(sorted(item["VpcId"] for item in found))
        raise LookupFailed(f"network.vpc: {what} fits {len(found)} VPCs: {ids}; name one by id")
    raise LookupFailed(f"network.vpc: no VPC with {what} in {aws.region}{_others(aws)}")


def _others(aws: Aws) -> str:
    there = [
        f"{item['VpcId']} ({tag_map(item.get('Tags')).get('Name', 'no Name')})"
        for item in aws.pages("ec2", "describe_vpcs", "Vpcs")
    ]
    return "; there are " + ", ".join(sorted(there)) if there else "; there is none at all"


def _subnets(
    inside: list[dict[str, Any]], wanted: Properties, path: str, vpc: str
) -> list[dict[str, Any]]:
    if wanted["ids"]:
        chosen = [item for item in inside if item["SubnetId"] in wanted["ids"]]
        strangers = sorted(set(wanted["ids"]) - {item["SubnetId"] for item in chosen})
        if strangers:
            raise LookupFailed(
                f"{path}: {', '.join(strangers)} not in {vpc}, which has {_list(inside)}"
            )
        return chosen
    tags = wanted["tags"]
    chosen = [item for item in inside if tags.items() <= tag_map(item.get("Tags")).items()]
    if not chosen:
        raise LookupFailed(f"{path}: no subnet of {vpc} has {_words(tags)}; it has {_list(inside)}")
    return chosen


def _fit_for_balancer(chosen: list[dict[str, Any]], path: str) -> None:
    by_zone: dict[str, list[str]] = {}
    for item in chosen:
        by_zone.setdefault(item["AvailabilityZone"], []).append(item["SubnetId"])
    if len(by_zone) < ZONES_OF_A_BALANCER:
        raise LookupFailed(
            f"{path}: a load balancer needs subnets in two zones at least, "
            f"these are all in {', '.join(by_zone)}: {_list(chosen)}"
        )
    crowded = sorted(zone for zone, ids in by_zone.items() if len(ids) > 1)
    if crowded:
        raise LookupFailed(
            f"{path}: a load balancer takes one subnet per zone, {crowded[0]} has "
            f"{', '.join(sorted(by_zone[crowded[0]]))}"
        )


def _list(subnets: list[dict[str, Any]]) -> str:
    words = [
        f"{item['SubnetId']} ({item['AvailabilityZone']}, "
        f"{_words(tag_map(item.get('Tags'))) or 'no tags'})"
        for item in sorted(subnets, key=lambda item: item["SubnetId"])
    ]
    return ", ".join(words) or "no subnets"


def _words(tags: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(tags.items()))
