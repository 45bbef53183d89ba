"""A private DNS namespace that exists, by name, id, ARN or tags.

https://docs.aws.amazon.com/cloud-map/latest/api/API_ListNamespaces.html
https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties, Tags
from provisioner.errors import LookupFailed
from provisioner.resources._tags import tag_map
from provisioner.resources.lookups._one import only
from provisioner.resources.lookups.network import network
from provisioner.resources.servicediscovery._common import SERVICE, fits, private


def namespace(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`Id`, `Arn` and `Name` of the one of `name` or `tags` that the VPC of `network` asks."""
    there = private(aws)
    tags = [_tags(aws, item["Arn"]) if query["tags"] else {} for item in there]
    found = [item for item, own in zip(there, tags, strict=True) if fits(item, own, query)]
    names = ", ".join(sorted(item["Name"] for item in there))
    others = f"; there is {names}" if names else "; there is none at all"
    ids = (f"{item['Id']} ({item['Name']})" for item in found)
    one = only(found, query, "private namespace", ids, f" in {aws.region}{others}")
    _check_vpc(aws, one, query)
    return {"Id": one["Id"], "Arn": one["Arn"], "Name": one["Name"]}


def _tags(aws: Aws, arn: str) -> Tags:
    return tag_map(aws.client(SERVICE).list_tags_for_resource(ResourceARN=arn)["Tags"])


def _check_vpc(aws: Aws, one: Mapping[str, Any], query: Properties) -> None:
    """Names in it are found from the VPCs of its hosted zone alone."""
    vpc = network(aws, query["network"])["VpcId"]
    zone = one["Properties"]["DnsProperties"]["HostedZoneId"]
    vpcs = [item["VPCId"] for item in aws.client("route53").get_hosted_zone(Id=zone)["VPCs"]]
    if vpc not in vpcs:
        raise LookupFailed(
            f"{query['field']}: {one['Name']} ({one['Id']}) is for {', '.join(sorted(vpcs))}; "
            f"in the stack's {vpc} nobody would find a name of it"
        )
