"""Hosted zones, records as they are, and the markers that say whose a record is.

A record carries no tags. Beside each of ours stands a TXT record, its marker, made and removed in
the same atomic batch. That of the A record app.shop.example in the zone shop.example is
a.app._provisioner.shop.example. Route 53 lists records by their labels from the right, so the
markers of a zone stand together, and one call reads them all.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.kind import Scope
from provisioner.engine.model import Properties, Tags
from provisioner.engine.owner import ADDRESS, NAMED, REGION, STACK
from provisioner.resources.elbv2._common import head_tags

SERVICE = "route53"
MARKERS = "_provisioner"
MARKER_TTL_SECONDS = 300
RECORD = "provisioner:record"
CONTENT = "provisioner:content"
NO_ZONE = ("NoSuchHostedZone",)
MOST_AT_A_NAME = 50
"""Record sets of one name that are looked at: one of each type, but for routing policies."""
WRITTEN = ("Name", "Type", "TTL", "ResourceRecords", "AliasTarget")


@dataclass(frozen=True, slots=True)
class Zone:
    """A hosted zone of this account. `name` is without the dot at its end."""

    id: str
    name: str
    private: bool

    def holds(self, name: str) -> bool:
        """Whether a record of this name can be in it."""
        return name == self.name or name.endswith(f".{self.name}")


def zones(aws: Aws) -> list[Zone]:
    """Every hosted zone of the account."""

    def read() -> list[Zone]:
        found = aws.pages(SERVICE, "list_hosted_zones", "HostedZones")
        return [
            Zone(bare(item["Id"]), plain(item["Name"]), item["Config"].get("PrivateZone", False))
            for item in found
        ]

    return aws.once("hosted-zones", read)


def bare(identifier: str) -> str:
    """`/hostedzone/Z1` is `Z1`."""
    return identifier.rsplit("/", 1)[-1]


def plain(name: str) -> str:
    """A name as people write it: AWS ends it with a dot, and has octal numbers for what is odd."""
    spelled = re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), name)
    return spelled.rstrip(".").lower()


def remembered(aws: Aws, scope: Scope) -> frozenset[str]:
    """Host names that the stack has, or had: its load balancer's tags know them."""
    tags = (one for one in head_tags(aws, scope).values() if scope.ours(one))
    return frozenset(
        key.removeprefix(NAMED) for one in tags for key in one if key.startswith(NAMED)
    )


def records(aws: Aws, zone: str, name: str) -> list[dict[str, Any]]:
    """The record sets of one name, of every type, as AWS has them; none without the zone."""
    try:
        answer = aws.client(SERVICE).list_resource_record_sets(
            HostedZoneId=zone, StartRecordName=name, MaxItems=str(MOST_AT_A_NAME)
        )
    except ClientError as error:
        if says(error, NO_ZONE):
            return []
        raise
    return [item for item in answer["ResourceRecordSets"] if plain(item["Name"]) == plain(name)]


def record(aws: Aws, zone: str, name: str, kind: str) -> dict[str, Any] | None:
    """The one record set of a name and type."""
    return next((item for item in records(aws, zone, name) if item["Type"] == kind), None)


def markers(aws: Aws, zone: Zone) -> dict[tuple[str, str], dict[str, str]]:
    """Name and type of every record in a zone that has a marker, to what that says."""
    below = f"{MARKERS}.{zone.name}"
    found: dict[tuple[str, str], dict[str, str]] = {}
    pages = aws.client(SERVICE).get_paginator("list_resource_record_sets")
    for page in pages.paginate(HostedZoneId=zone.id, StartRecordName=below):
        for item in page["ResourceRecordSets"]:
            name = plain(item["Name"])
            top = name.removesuffix(f".{zone.name}").rsplit(".", 1)[-1]
            if not top.startswith(MARKERS):  # `_provisioner-x` may stand in between
                return found
            words = spoken(item) if top == MARKERS else {}
            if item["Type"] == "TXT" and RECORD in words:
                kind, _, of = words[RECORD].partition(" ")
                found[of, kind] = words
    return found


def spoken(marker: Mapping[str, Any] | None) -> dict[str, str]:
    """What a marker says: each of its strings is `key=value`."""
    values = (marker or {}).get("ResourceRecords") or ()
    strings = [one for value in values for one in re.findall(r'"([^"]*)"', value["Value"])]
    return dict(one.split("=", 1) for one in strings if "=" in one)


def marker(aws: Aws, zone: str, of: Properties, tags: Tags) -> dict[str, Any]:
    """The TXT record that stands beside a record, with those tags that tell its owner."""
    words = {
        RECORD: f"{of['Type']} {plain(of['Name'])}",
        CONTENT: digest(of),
        **{key: tags[key] for key in (STACK, ADDRESS) if key in tags},
        REGION: aws.region,
    }
    strings = " ".join(f'"{key}={value}"' for key, value in words.items())
    return {
        "Name": marker_name(aws, zone, of["Name"], of["Type"]),
        "Type": "TXT",
        "TTL": MARKER_TTL_SECONDS,
        "ResourceRecords": [{"Value": strings}],
    }


def marker_name(aws: Aws, zone: str, name: str, kind: str) -> str:
    """Where the marker of a record is. `*` means something only at the left: it is spelled out."""

    def ask() -> str:
        return plain(aws.client(SERVICE).get_hosted_zone(Id=zone)["HostedZone"]["Name"])

    end = aws.once(("hosted-zone-name", zone), ask)
    inside = plain(name).removesuffix(end).rstrip(".").replace("*", "_any")
    return ".".join(filter(None, (kind.lower(), inside, MARKERS, end)))


def digest(properties: Properties) -> str:
    """A few digits of what a record leads to: whether somebody has changed it since."""
    alias = properties.get("AliasTarget") or {}
    leads = {
        "ttl": properties.get("TTL"),
        "values": sorted(one["Value"] for one in properties.get("ResourceRecords") or ()),
        "alias": [str(alias[key]) for key in sorted(alias)] if alias else [],
    }
    return hashlib.sha256(json.dumps(leads, sort_keys=True).encode()).hexdigest()[:12]


def change(aws: Aws, zone: str, changes: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Carry out changes, all or none: pairs of an action and a record set. The change's id."""
    batch = [
        {"Action": action, "ResourceRecordSet": _sent(action, item)} for action, item in changes
    ]
    answer = aws.client(SERVICE).change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": batch}
    )
    return bare(answer["ChangeInfo"]["Id"])


def _sent(action: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """A DELETE must say exactly what there is; what is made has nothing but what we manage."""
    if action == "DELETE":
        return dict(item)
    return {key: item[key] for key in WRITTEN if item.get(key) not in (None, [], {})}
