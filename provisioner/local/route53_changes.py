"""What Route 53 makes of a batch of changes, and what it refuses about one.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]
Key = tuple[str, str, str | None]
# What makes a record one of several of its name and type.
ROUTING = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer", "CidrRoutingConfig")


def name_of(name: str) -> str:
    """Return a name as Route 53 stores it."""
    return name.lower().rstrip(".").replace("*", "\\052") + "."


def stored(record: Record) -> dict[str, Any]:
    """Return a record as it is stored: values as plain text, names in full."""
    made = {**record, "Name": name_of(record["Name"])}
    if "TTL" in made:
        made["TTL"] = int(made["TTL"])
    if made.get("ResourceRecords"):
        made["ResourceRecords"] = [_value(each) for each in made["ResourceRecords"]]
    if alias := made.get("AliasTarget"):
        made["AliasTarget"] = {
            **alias,
            "DNSName": alias["DNSName"].lower().rstrip(".") + ".",
            "EvaluateTargetHealth": str(alias["EvaluateTargetHealth"]).lower() == "true",
        }
    return made


def _value(record: Any) -> str:
    return str(record["Value"]) if isinstance(record, Mapping) else str(record)


def key_of(record: Record) -> Key:
    """Return what tells a record from all others of its zone."""
    return record["Name"], record["Type"], record.get("SetIdentifier")


def changed(
    zone: str, present: Iterable[Record], changes: Sequence[Mapping[str, Any]]
) -> tuple[dict[Key, Record], list[str]]:
    """Return the records after all changes, and why there are none of them after all.

    A batch is carried out as a whole or not at all.
    """
    records = {key_of(each): each for each in present}
    problems = []
    for change in changes:
        record = stored(change["ResourceRecordSet"])
        key = key_of(record)
        words = f"resource record set [name='{key[0]}', type='{key[1]}']"
        if not f".{key[0]}".endswith(f".{zone}"):
            problems.append(f"RRSet with DNS name {key[0]} is not permitted in zone {zone}")
        elif change["Action"] == "DELETE":
            if key not in records:
                problems.append(f"Tried to delete {words} but it was not found")
            elif not _same(records[key], record):
                problems.append(
                    f"Tried to delete {words} but the values provided do not match the current"
                    " values"
                )
            records.pop(key, None)
        else:
            if change["Action"] == "CREATE" and key in records:
                problems.append(f"Tried to create {words} but it already exists")
            problems += _conflicts(zone, record, records)
            records[key] = record
    return records, problems


def _conflicts(zone: str, record: Record, records: Mapping[Key, Record]) -> Iterator[str]:
    name, kind, _ = key_of(record)
    for other in records.values():
        if other["Name"] != name or key_of(other) == key_of(record):
            continue
        if other["Type"] == kind and _simple(other) != _simple(record):
            yield (
                f"RRSet with DNS name {name}, type {kind} cannot be created as other RRSets exist"
                " with the same name and type."
            )
        if other["Type"] != kind and "CNAME" in {other["Type"], kind}:
            yield (
                f"RRSet of type {kind} with DNS name {name} is not permitted because a conflicting"
                f" RRSet of type {other['Type']} with the same DNS name already exists in zone"
                f" {zone}"
            )
    if kind == "CNAME" and name == zone:
        yield f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone}"


def _simple(record: Record) -> bool:
    return not any(record.get(each) is not None for each in ROUTING)


def _same(one: Record, other: Record) -> bool:
    """Whether two records say the same."""

    def said(record: Record) -> dict[str, Any]:
        values = sorted(record.get("ResourceRecords") or ())
        return {name: value for name, value in record.items() if value not in (None, [], "")} | {
            "ResourceRecords": values
        }

    return said(one) == said(other)
