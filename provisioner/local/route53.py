"""moto's Route 53 with the refusals of a change batch: all of it is carried out, or nothing.

moto 5.2.5 refuses only what was in an earlier request word for word, even when it has been deleted
since, and deletes what was never described.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

from __future__ import annotations

import copy
from typing import Any

from moto.route53 import urls
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import FakeZone, RecordSet, Route53Backend, route53_backends

from ._extension import Extension


def install() -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    route53_backends.backend = StrictRoute53Backend


class InvalidChangeBatch(Route53ClientError):
    """A batch that cannot be carried out as a whole."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("InvalidChangeBatch", f"[{', '.join(problems)}]")


class StrictRoute53Backend(Extension, Route53Backend):
    """One partition."""

    urls_of = urls

    def change_resource_record_sets(self, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        """Carry out a batch. moto's own journal, from which it refuses, is made to agree."""
        zone = self.get_hosted_zone(zoneid)
        if problems := [found for change in change_list if (found := _problem(zone, change))]:
            raise InvalidChangeBatch(problems)
        zone.rr_changes.clear()
        for change in change_list:
            if change["Action"] == "DELETE":
                described = copy.deepcopy(change["ResourceRecordSet"])
                zone.rr_changes.append({"Action": "UPSERT", "ResourceRecordSet": described})
        super().change_resource_record_sets(zoneid, change_list)


def _problem(zone: FakeZone, change: dict[str, Any]) -> str:
    """Say why a change cannot be, in AWS's words."""
    wanted, action = change["ResourceRecordSet"], change["Action"]
    at_name = [one for one in zone.rrsets if _bare(one.name) == _bare(wanted["Name"])]
    same = [
        one
        for one in at_name
        if one.type == wanted["Type"] and one.set_identifier == wanted.get("SetIdentifier")
    ]
    what = f"resource record set [name='{_bare(wanted['Name'])}.', type='{wanted['Type']}']"
    if action == "DELETE":
        if not same:
            return f"Tried to delete {what} but it was not found"
        if not _agrees(same[0], wanted):
            return f"Tried to delete {what} but the values provided do not match the current values"
        return ""
    if action == "CREATE" and same:
        return f"Tried to create {what} but it already exists"
    kinds = {one.type for one in at_name if one not in same} | {wanted["Type"]}
    if "CNAME" in kinds and len(kinds) > 1:
        name = f"RRSet of type {wanted['Type']} with DNS name {_bare(wanted['Name'])}."
        rest = "as it conflicts with other records with the same DNS name in zone"
        return f"{name} is not permitted {rest} {_bare(zone.name)}."
    return ""


def _agrees(there: RecordSet, wanted: dict[str, Any]) -> bool:
    values = [one["Value"] for one in wanted.get("ResourceRecords") or ()]
    ttl = str(there.ttl or "") == str(wanted.get("TTL") or "")
    return ttl and sorted(there.records or ()) == sorted(values) and _same_target(there, wanted)


def _same_target(there: RecordSet, wanted: dict[str, Any]) -> bool:
    """Names are compared without case and the dot at their end."""
    both = [there.alias_target or {}, wanted.get("AliasTarget") or {}]
    one, other = ({key: _bare(str(value)) for key, value in each.items()} for each in both)
    return one == other


def _bare(name: str) -> str:
    return name.rstrip(".").lower()
