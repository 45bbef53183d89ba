"""A record in a hosted zone, and the marker beside it that says whose it is.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags, given
from provisioner.engine.owner import ADDRESS
from provisioner.resources._tags import home_tags
from provisioner.resources.route53 import _common
from provisioner.resources.route53._common import Zone

CHANGE = "ChangeId"
INVALID = "InvalidChangeBatch"
ADDRESSES = ("A", "AAAA")
DUALSTACK = "dualstack."


class RecordSet(Kind):
    """One simple record set, in the vocabulary of ListResourceRecordSets, and its zone's id.

    Ours is what has a marker of this stack in this region. What has none, or another's, is never
    written over. A change of what a record leads to is not waited for: no answer of Route 53 names
    the changes that are under way.
    """

    name = "route53.record_set"
    api = Api(_common.SERVICE, "ChangeResourceRecordSets", "ChangeResourceRecordSets")
    grants = (
        Grant("read", "route53:ListHostedZones"),
        Grant("read", "route53:GetHostedZone route53:ListResourceRecordSets"),
        Grant("read", "route53:GetChange"),
        Grant("create", "route53:ChangeResourceRecordSets", "route53:hostedzone/{HostedZoneId}"),
        Grant("update", "route53:ChangeResourceRecordSets", "route53:hostedzone/{HostedZoneId}"),
        Grant("delete", "route53:ChangeResourceRecordSets", "route53:hostedzone/{HostedZoneId}"),
    )
    fields = ("HostedZoneId", "Name", "Type", "TTL", "ResourceRecords", "AliasTarget")
    identity = ("Name", "Type", "HostedZoneId")
    uses = frozenset({"elbv2.load_balancer", "ecs.service"})
    immutable = frozenset(identity)
    rules = Rules(unordered=frozenset({"ResourceRecords"}))
    replacement = "delete-first"
    retries = (
        # Somebody changed it between our look and our request; each try looks again.
        Retry("delete", INVALID, containing="do not match the current values", seconds=60),
        Retry("delete", INVALID, containing="it was not found", seconds=60),
    )
    exists = (f"{INVALID}: it already exists",)
    absent = _common.NO_ZONE
    patience = 1800
    settles = frozenset[str]()
    effects: ClassVar[Mapping[str, Effect]] = {"TTL": Effect.NONE}

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """Those with a marker of ours, and whatever else has a name that is wanted."""
        wanted = scope.names.get(self.name, frozenset())
        known = wanted | _common.remembered(aws, scope)
        if not known:
            return
        homes = [zone for zone in _common.zones(aws) if any(zone.holds(name) for name in known)]
        answers = aws.gather(lambda zone: _common.markers(aws, zone), homes)
        marks = dict(zip(homes, answers, strict=True))
        pairs = [
            (zone, name)
            for zone in homes
            for name in sorted(_names(aws, scope, marks[zone]) | wanted)
            if zone.holds(name)
        ]
        lists = aws.gather(lambda pair: _common.records(aws, pair[0].id, pair[1]), pairs)
        for (zone, name), found in zip(pairs, lists, strict=True):
            yield from self._there(aws, scope, zone, name, marks[zone], found)

    def _there(
        self,
        aws: Aws,
        scope: Scope,
        zone: Zone,
        name: str,
        marks: Mapping[tuple[str, str], Tags],
        found: Iterable[Mapping[str, Any]],
    ) -> Iterator[Live]:
        """What is at one name. A marker whose record somebody has deleted is a record, too."""
        of = {kind: words for (marked, kind), words in marks.items() if marked == name}
        there = {item["Type"]: item for item in found}
        for kind in sorted(there.keys() | of.keys()):
            item = there.get(kind, {"Name": name, "Type": kind})
            live = self._live(zone.id, item, _owner(aws, scope, of.get(kind, {})))
            yield live
            if kind == "CNAME" and not scope.ours(live.tags):  # nothing else can be at its name
                for other in ADDRESSES:
                    yield self._live(zone.id, {**item, "Type": other}, live.tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """CREATE, which refuses where there is one; a marker left over may be written over."""
        zone, made = want["HostedZoneId"], self.canonical(want)
        mark = _common.marker(aws, zone, made, tags)
        number = _common.change(aws, zone, [("CREATE", made), ("UPSERT", mark)])
        live = self._live(zone, made, tags)
        return Live(self.name, live.id, tags, live.properties, {**live.outputs, CHANGE: number})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        self._write(aws, want, live.tags)

    def delete(self, aws: Aws, live: Live) -> None:
        """Exactly what is there now, as AWS demands, and the marker."""
        zone, name, kind = (live.properties[key] for key in ("HostedZoneId", "Name", "Type"))
        mark = _common.marker_name(aws, zone, name, kind)
        found = (_common.record(aws, zone, name, kind), _common.record(aws, zone, mark, "TXT"))
        if gone := [("DELETE", item) for item in found if item]:
            _common.change(aws, zone, gone)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """The marker says the address."""
        zone = live.properties["HostedZoneId"]
        mark = _common.marker(aws, zone, live.properties, {**live.tags, **tags})
        _common.change(aws, zone, [("UPSERT", mark)])

    def request(self, want: Properties) -> dict[str, Any]:
        """The create call's arguments, without the marker."""
        item = given({key: want[key] for key in _common.WRITTEN if key in want})
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": item}]}
        return {"HostedZoneId": want["HostedZoneId"], "ChangeBatch": batch}

    def canonical(self, properties: Properties) -> Properties:
        """AWS writes a target in lower case with a dot, and its console with `dualstack.`."""
        alias = properties.get("AliasTarget") or {}
        target = alias.get("DNSName")
        if not isinstance(target, str):
            return properties
        bare = _common.plain(target).removeprefix(DUALSTACK)
        return {**properties, "AliasTarget": {**alias, "DNSName": bare}}

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        """Until all name servers of Route 53 know."""
        if CHANGE not in live.outputs:
            return ""
        answer = aws.client(_common.SERVICE).get_change(Id=live.outputs[CHANGE])
        status = answer["ChangeInfo"]["Status"]
        return "" if status == "INSYNC" else f"{status}: not on all name servers yet"

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """Somebody may have led the name elsewhere before the stack goes."""
        leads = [key for key in ("AliasTarget", "ResourceRecords") if live.properties.get(key)]
        if leads and live.outputs[_common.CONTENT] not in ("", _common.digest(live.properties)):
            yield f"somebody changed it: now it leads to {_target(live.properties)}"

    def _write(self, aws: Aws, want: Properties, tags: Tags) -> None:
        zone, made = want["HostedZoneId"], self.canonical(want)
        mark = _common.marker(aws, zone, made, tags)
        _common.change(aws, zone, [("UPSERT", made), ("UPSERT", mark)])

    def _live(self, zone: str, item: Mapping[str, Any], tags: Tags) -> Live:
        name = _common.plain(item["Name"])
        parts = {key: item[key] for key in _common.WRITTEN[2:] if item.get(key)}
        properties = self.canonical(
            {"HostedZoneId": zone, **parts, "Name": name, "Type": item["Type"]}
        )
        outputs = {"Name": name, _common.CONTENT: tags.get(_common.CONTENT, "")}
        return Live(self.name, f"{item['Type']} {name} in {zone}", tags, properties, outputs)


def _names(aws: Aws, scope: Scope, marks: Mapping[tuple[str, str], Tags]) -> set[str]:
    """The names of those records whose markers are the stack's."""
    return {name for (name, _), words in marks.items() if scope.ours(home_tags(words, aws.region))}


def _owner(aws: Aws, scope: Scope, words: Tags) -> Tags:
    """A marker's words as tags; it has no room for the stack's own, so they are never wrong."""
    tags = home_tags(words, aws.region) if words else {}
    wanted = scope.tags.get(tags.get(ADDRESS, ""), {}) if scope.ours(tags) else {}
    return {**wanted, **tags}


def _target(properties: Properties) -> str:
    alias = properties.get("AliasTarget")
    if alias:
        return str(alias["DNSName"])
    return ", ".join(one["Value"] for one in properties["ResourceRecords"])
