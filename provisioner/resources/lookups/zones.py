"""The zones of a new network: those that its subnets are in, and for new ones the first free ones.

So a zone that AWS opens later moves nothing.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.engine.owner import ADDRESS
from provisioner.errors import LookupFailed
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2.subnet import Subnet

NUMBERED = re.compile(r"ec2\.subnet/(?:public|private)-(\d+)")


def zones(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`Zone1`, `Zone2`, … up to `query["count"]`, for the stack `query["stack"]`.

    `query["names"]` says which ones; empty for the region's own order.
    """
    answer = aws.client("ec2").describe_availability_zones()["AvailabilityZones"]
    there = sorted(item["ZoneName"] for item in answer if _usable(item))
    wanted = list(query["names"])
    if strangers := [name for name in wanted if name not in there]:
        raise LookupFailed(
            f"network.create.zone_names: {', '.join(strangers)} not in {aws.region}, "
            f"which has {', '.join(there)}"
        )
    chosen = dict(enumerate(wanted, 1)) or _chosen(aws, query, there)
    return {f"Zone{number}": name for number, name in chosen.items()}


def _chosen(aws: Aws, query: Properties, there: Iterable[str]) -> dict[int, str]:
    pinned = {}
    for subnet in Subnet().owned(aws, query["stack"]):
        numbered = NUMBERED.fullmatch(tag_map(subnet.get("Tags")).get(ADDRESS, ""))
        if numbered:
            pinned[int(numbered[1])] = subnet["AvailabilityZone"]
    free = [name for name in there if name not in pinned.values()]
    numbers = range(1, query["count"] + 1)
    missing = [number for number in numbers if number not in pinned]
    if len(missing) > len(free):
        raise LookupFailed(
            f"network.create.zones: {query['count']} are wanted, {aws.region} has "
            f"{len(free) + len(pinned)}: {', '.join(there)}"
        )
    return {**pinned, **dict(zip(missing, free, strict=False))}


def _usable(item: Mapping[str, Any]) -> bool:
    """Neither a local zone nor one that is closed to the account."""
    kind = item.get("ZoneType", "availability-zone")
    return bool(kind == "availability-zone" and item.get("State", "available") == "available")
