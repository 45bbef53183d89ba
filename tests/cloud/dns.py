"""Hosted zones made by hand, and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from tests.cloud.ground import Ground

_numbers = count(1)
KEPT = ("NS", "SOA")


class Zone:
    """A hosted zone that somebody has made; a public one of that name may be there already."""

    def __init__(
        self, client: Callable[[str], Any], name: str, *, private: bool = False, vpc: str = ""
    ) -> None:
        self.client = client("route53")
        self.name = name
        there = self.client.list_hosted_zones_by_name(DNSName=name)["HostedZones"]
        for one in there:
            if one["Name"] == f"{name}." and one["Config"]["PrivateZone"] is private is False:
                self.id: str = one["Id"].rsplit("/", 1)[-1]
                return
        network = {"VPC": {"VPCRegion": Ground.region, "VPCId": vpc or Ground(client).vpc}}
        made = self.client.create_hosted_zone(
            Name=name,
            CallerReference=f"zone-{next(_numbers)}",
            HostedZoneConfig={"PrivateZone": private},
            **(network if private else {}),
        )["HostedZone"]
        self.id = made["Id"].rsplit("/", 1)[-1]

    def records(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Name and type to the record, but for those that every zone has."""
        found = self.client.list_resource_record_sets(HostedZoneId=self.id)["ResourceRecordSets"]
        return {
            (one["Name"].rstrip("."), one["Type"]): one for one in found if one["Type"] not in KEPT
        }

    def names(self) -> list[str]:
        """Type and name of every record, but for markers."""
        return sorted(f"{kind} {name}" for name, kind in self.records() if not _is_marker(name))

    def markers(self) -> list[str]:
        """The names of the markers."""
        return sorted(name for name, _ in self.records() if _is_marker(name))

    def put(self, name: str, kind: str, value: str, action: str = "UPSERT") -> None:
        """Write a record by hand."""
        item = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        self._change(action, item)

    def point(self, name: str, target: str, kind: str = "A") -> None:
        """Lead an alias somewhere else by hand."""
        alias = {"HostedZoneId": "Z32O12XQLNTSW2", "DNSName": target, "EvaluateTargetHealth": False}
        self._change("UPSERT", {"Name": name, "Type": kind, "AliasTarget": alias})

    def remove(self, name: str, kind: str) -> None:
        """Delete a record by hand."""
        self._change("DELETE", self.records()[name, kind])

    def _change(self, action: str, item: dict[str, Any]) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": item}]}
        self.client.change_resource_record_sets(HostedZoneId=self.id, ChangeBatch=batch)


def _is_marker(name: str) -> bool:
    return "_provisioner" in name.split(".")
