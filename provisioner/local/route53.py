"""moto's Route 53 with batches that are atomic, and changes that take a while.

moto 5.2.5 creates records that are there already, deletes those that differ, keeps names as they
were sent, points aliases at nothing, says of every change that it is done, and finds zones by their
exact name where AWS lists all from that name on.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.elbv2.models import elbv2_backends
from moto.route53 import urls
from moto.route53.exceptions import InvalidInput, Route53ClientError
from moto.route53.models import FakeZone, RecordSet, Route53Backend, route53_backends
from moto.route53.responses import Route53

from ._extension import Extension
from .route53_changes import Key, changed, key_of, name_of, stored
from .settings import Settings

# Seconds; AWS: usually within 60 (API_GetChange).
SYNCED_IN = 30.0
PAGE = 100
FIELDS = {
    "Name": "name",
    "Type": "type",
    "TTL": "ttl",
    "ResourceRecords": "records",
    "SetIdentifier": "set_identifier",
    "Weight": "weight",
    "Region": "region",
    "HealthCheckId": "health_check_id",
    "AliasTarget": "alias_target",
    "Failover": "failover",
    "GeoLocation": "geo_location",
    "MultiValueAnswer": "multi_value_answer",
}


def install(settings: Settings) -> None:
    """Put this backend and this API in the place of moto's, before moto has made one."""
    DnsBackend.settings = settings
    route53_backends.backend = DnsBackend
    for path in urls.url_paths:
        urls.url_paths[path] = Api.dispatch


class DnsBackend(Extension, Route53Backend):
    """One account's zones."""

    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # When each change was sent, and each record last changed.
        self.sent: dict[str, float] = {}
        self.born: dict[tuple[str, Key], float] = {}

    def change_resource_record_sets(self, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        """Make all changes, or none."""
        zone = self.get_hosted_zone(zoneid)
        present = {key_of(each): each for each in map(_plain, zone.rrsets)}
        for change in change_list:
            if bool(change["ResourceRecordSet"].get("AliasTarget")) == bool(
                change["ResourceRecordSet"].get("ResourceRecords")
            ):
                raise InvalidInput(
                    "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and"
                    " ResourceRecords], or TrafficPolicyInstanceId]"
                )
        wanted, problems = changed(name_of(zone.name), present.values(), change_list)
        problems += [why for each in change_list for why in self._aliased(each)]
        if problems:
            raise Route53ClientError("InvalidChangeBatch", f"[{', '.join(problems)}]")
        zone.rrsets = []
        for record in wanted.values():
            zone.add_rrset(dict(record))
        now = self.settings.clock.now()
        for key, record in wanted.items():
            if present.get(key) != record:
                self.born[zone.id, key] = now

    def since(self, name: str, value: str) -> float | None:
        """Tell from when on a public zone has a CNAME of that value; None if none has."""
        for zone in self.zones.values():
            for each in map(_plain, zone.rrsets):
                key = (name_of(name), "CNAME", None)
                values = [str(one).rstrip(".") for one in each["ResourceRecords"] or ()]
                if not zone.private_zone and key_of(each) == key and value.rstrip(".") in values:
                    return self.born.get((zone.id, key), 0)
        return None

    def list_resource_record_sets(
        self, zone_id: str, start_type: str, start_name: str, max_items: int
    ) -> tuple[list[RecordSet], str | None, str | None, bool]:
        """List the records from a name on."""
        zone = self.get_hosted_zone(zone_id)
        begin = name_of(start_name) if start_name else ""
        found = list(zone.get_record_sets(start_type, begin))
        if len(found) <= max_items:
            return found, None, None, False
        after = found[max_items]
        return found[:max_items], after.name, after.type, True

    def _aliased(self, change: dict[str, Any]) -> Iterator[str]:
        """An alias's target is a load balancer of the zone that it names."""
        record = stored(change["ResourceRecordSet"])
        alias = record.get("AliasTarget") or {}
        name = alias.get("DNSName", "").removesuffix(".").removeprefix("dualstack.")
        if change["Action"] == "DELETE" or not name.endswith(".elb.amazonaws.com"):
            return
        words = (
            f"Tried to create an alias that targets {alias['DNSName']}, type {record['Type']} in"
            f" zone {alias['HostedZoneId']}, but"
        )
        found = next((each for each in self._balancers() if each.dns_name.lower() == name), None)
        if found is None:
            yield f"{words} that target was not found"
        elif found.canonical_hosted_zone_id != alias["HostedZoneId"]:
            yield f"{words} the alias target name does not lie within the target zone"

    def _balancers(self) -> Iterator[Any]:
        for backend in elbv2_backends[self.account_id].values():
            yield from backend.load_balancers.values()


def _plain(record: RecordSet) -> dict[str, Any]:
    """Return moto's record in the words of the API."""
    found = {name: getattr(record, field) for name, field in FIELDS.items()}
    return stored({name: value for name, value in found.items() if value is not None}) | {
        "SetIdentifier": record.set_identifier,
        "ResourceRecords": found["ResourceRecords"] and stored(found)["ResourceRecords"],
    }


def _backwards(zone: FakeZone) -> list[str]:
    return zone.name.rstrip(".").split(".")[::-1]


class Api(Route53):
    """One request. The public methods are operations."""

    def change_resource_record_sets(self) -> ActionResult:
        """Make them; Route 53's servers know them a while later."""
        answer = super().change_resource_record_sets()
        result: Any = answer.result
        dns = self._own()
        identifier = f"C{secrets.token_hex(10).upper()}"
        dns.sent[identifier] = dns.settings.clock.now()
        result["ChangeInfo"] |= {"Id": f"/change/{identifier}", "Status": "PENDING"}
        return answer

    def get_change(self) -> ActionResult:
        """Tell whether it is known everywhere."""
        answer = super().get_change()
        result: Any = answer.result
        dns = self._own()
        identifier = str(result["ChangeInfo"]["Id"]).rpartition("/")[2]
        done = dns.sent.get(identifier, 0) + SYNCED_IN <= dns.settings.clock.now()
        status = "INSYNC" if done else "PENDING"
        result["ChangeInfo"] |= {"Id": f"/change/{identifier}", "Status": status}
        return answer

    def list_hosted_zones_by_name(self) -> ActionResult:
        """List the zones in the order of their labels from the last on, from a name on."""
        dns, begin = self._own(), self._get_param("DNSName")
        most = self._get_int_param("MaxItems", PAGE)
        found = sorted(dns.zones.values(), key=_backwards)
        if begin:
            labels = begin.lower().rstrip(".").split(".")[::-1]
            found = [each for each in found if _backwards(each) >= labels]
        result = {
            "DNSName": begin,
            "HostedZones": found[:most],
            "IsTruncated": len(found) > most,
            "MaxItems": most,
        }
        if len(found) > most:
            following = found[most]
            result |= {"NextDNSName": following.name, "NextHostedZoneId": following.resource_id}
        return ActionResult(result)

    def _own(self) -> DnsBackend:
        found: Any = self.backend
        return found  # type: ignore[no-any-return]
