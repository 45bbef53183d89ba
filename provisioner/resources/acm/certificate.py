"""A certificate that ACM issues, validated through records in hosted zones of this account.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html

The validation records come with the certificate and go with it: that of a domain has the same name
and value for every certificate of the account, so it is made where it is missing, used where it is
there, and removed only if this tool made it and no certificate in any region needs it any more.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import DENIED, Aws, code_of
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.errors import NotYet, StepFailed
from provisioner.resources._tags import indexed, sought, tag_list, tag_map, tags_of
from provisioner.resources.acm import _common
from provisioner.resources.route53 import _common as dns

ZONES = "HostedZones"
HOPEFUL = ("ISSUED", "PENDING_VALIDATION")
FAILED = "Failure"
INVALID = "InvalidChangeBatch"


class Certificate(Kind):
    """Requested and validated through DNS. Three properties are not the create call's.

    `HostedZones` maps each domain to the id of the zone that holds its validation record.
    `Status` is `ISSUED` where others must be able to use it.
    `Failure` is the status of one that can never be used; it is made anew.
    """

    name = "acm.certificate"
    api = Api("acm", "RequestCertificate")
    grants = (
        Grant("read", "acm:ListCertificates ec2:DescribeRegions"),
        Grant("read", "acm:DescribeCertificate acm:ListTagsForCertificate"),
        Grant("read", "route53:ListResourceRecordSets"),
        Grant("create", "acm:RequestCertificate acm:AddTagsToCertificate", tagged="request"),
        Grant("update", "acm:AddTagsToCertificate", "acm:certificate/*", tagged="resource"),
        Grant("delete", "acm:DeleteCertificate", "acm:certificate/*", tagged="resource"),
        Grant("update", "route53:ChangeResourceRecordSets", "route53:hostedzone/*"),
        Grant("delete", "route53:ChangeResourceRecordSets", "route53:hostedzone/*"),
    )
    fields = ("DomainName", "SubjectAlternativeNames", "ValidationMethod", "KeyAlgorithm")
    immutable = frozenset({*fields, FAILED})
    replacement = "create-first"
    retries = (
        # Made a moment ago, not visible everywhere yet.
        Retry("update", "ResourceNotFoundException", seconds=60),
        # Another certificate of the same domain made its record in between: we look again.
        Retry("update", INVALID, containing="already exists", seconds=60),
        Retry("delete", INVALID, containing="do not match the current values", seconds=60),
        Retry("delete", INVALID, containing="it was not found", seconds=60),
        # Listeners were told of another a moment ago, or are gone; ACM learns that minutes later.
        Retry("delete", "ResourceInUseException", seconds=1200),
        Retry("delete", "ConflictException"),
    )
    absent = ("ResourceNotFoundException",)
    patience = 3600
    effects: ClassVar[Mapping[str, Effect]] = {ZONES: Effect.NONE, "Status": Effect.NONE}

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """Ours: those that the index knows, and those of a wanted name, which it may not know yet.

        An address ends with the domain.
        """
        if not sought(aws, scope, self.name, "acm/certificate"):
            return
        mine = indexed(aws, scope, "acm/certificate")
        domains = {a.split("/", 1)[1] for a in scope.tags if a.split("/", 1)[0] == self.name}
        near = [
            item["CertificateArn"]
            for item in _common.summaries(aws)[0]
            if item["CertificateArn"] in mine or item["DomainName"] in domains
        ]
        tags = dict(zip(near, aws.gather(lambda arn: _tags(aws, scope, arn), near), strict=True))
        ours = [arn for arn in near if scope.ours(tags[arn])]
        found = aws.gather(lambda arn: _describe(aws, arn), ours)
        places = aws.gather(
            lambda one: _place(aws, *one), [one for item in found for one in _wanted(item)]
        )
        known = {domain: zone for domain, zone in places if zone}
        for item in found:
            yield self._live(item, tags[item["CertificateArn"]], known)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """The token is for a request that botocore sends twice.

        One that is the same every time would bring back, for an hour, what has been deleted.
        """
        answer = aws.client("acm").request_certificate(
            **self.request(want), IdempotencyToken=uuid.uuid4().hex, Tags=tag_list(tags)
        )
        arn = answer["CertificateArn"]
        properties = {key: want.get(key) for key in self.fields}
        return Live(self.name, arn, tags, properties, {"Arn": arn})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Make the validation records that are missing. To be issued is ACM's part."""
        domains = {
            change.path[1] for change in changes if change.field == ZONES and change.path[1:]
        }
        if any(change.path == (ZONES,) for change in changes):
            domains = set(want[ZONES])
        if not domains:
            return
        told = dict(_wanted(_describe(aws, live.id)))
        for domain in sorted(domains):
            if domain not in told:
                raise NotYet(f"ACM has not told the validation record of {domain} yet")
            _validate(aws, want[ZONES][domain], told[domain])

    def delete(self, aws: Aws, live: Live) -> None:
        """The certificate first: two of one domain, deleted together, see each other gone."""
        told = dict(_wanted(_describe(aws, live.id)))
        aws.client("acm").delete_certificate(CertificateArn=live.id)
        mine = {
            domain: _marked(aws, zone, told[domain])
            for domain, zone in live.properties[ZONES].items()
            if domain in told
        }
        made = {domain: found for domain, found in mine.items() if found}
        lists = _everywhere(aws, live.id) if made else []
        for domain, items in made.items():
            if not any(_common.shared(found, domain) for found in lists):
                dns.change(
                    aws, live.properties[ZONES][domain], [("DELETE", item) for item in items]
                )

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("acm").add_tags_to_certificate(CertificateArn=live.id, Tags=tag_list(tags))

    def canonical(self, properties: Properties) -> Properties:
        """ACM counts the main name among the others, which are in no order."""
        others = {*(properties.get("SubjectAlternativeNames") or ())} - {
            properties.get("DomainName")
        }
        return {**properties, "SubjectAlternativeNames": sorted(others)}

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        """Minutes, once the records are there. Only a name that is delegated is ever validated."""
        if "Status" not in want:
            return ""
        found = _describe(aws, live.id)
        status = found["Status"]
        if status not in HOPEFUL:
            why = found.get("FailureReason", "no reason given")
            raise StepFailed(f"ACM could not issue the certificate: {status}, {why}")
        if status == "ISSUED":
            return ""
        options = found.get("DomainValidationOptions", ())
        waiting = [one["DomainName"] for one in options if one.get("ValidationStatus") != "SUCCESS"]
        return (
            f"ACM has not seen the validation records of {', '.join(sorted(waiting))} yet; do the"
            " domain's name servers at its registrar lead to the hosted zone?"
        )

    def parting(self, live: Live) -> str:
        return "its validation records stay where another certificate needs them"

    def _live(self, item: Mapping[str, Any], tags: Tags, known: Mapping[str, str]) -> Live:
        status, arn = item["Status"], item["CertificateArn"]
        properties = {
            "DomainName": item["DomainName"],
            "SubjectAlternativeNames": item.get("SubjectAlternativeNames", []),
            "ValidationMethod": "DNS" if _by_dns(item) else "EMAIL",
            "KeyAlgorithm": str(item.get("KeyAlgorithm")).replace("-", "_"),
            ZONES: {domain: known[domain] for domain, _ in _wanted(item) if domain in known},
            "Status": status,
            FAILED: "" if status in HOPEFUL else status,
        }
        return Live(self.name, arn, tags, self.canonical(properties), {"Arn": arn})


def _by_dns(item: Mapping[str, Any]) -> bool:
    options = item.get("DomainValidationOptions", ())
    return all(one.get("ValidationMethod", "DNS") == "DNS" for one in options)


def _tags(aws: Aws, scope: Scope, arn: str) -> Tags:
    def ask(arn: str) -> Tags:
        return tag_map(aws.client("acm").list_tags_for_certificate(CertificateArn=arn)["Tags"])

    return tags_of(aws, scope, arn, ask)


def _describe(aws: Aws, arn: str) -> dict[str, Any]:
    answer = aws.client("acm").describe_certificate(CertificateArn=arn)
    found: dict[str, Any] = answer["Certificate"]
    return found


def _wanted(item: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Domain and validation record, each once; nothing in the first seconds."""
    options = item.get("DomainValidationOptions", ())
    found = {_common.base(one["DomainName"]): one.get("ResourceRecord") for one in options}
    return [(domain, one) for domain, one in sorted(found.items()) if one]


def _place(aws: Aws, domain: str, told: Mapping[str, Any]) -> tuple[str, str]:
    """The public zone that holds a domain's validation record, the nearest first; or ""."""
    near = [zone for zone in dns.zones(aws) if not zone.private and zone.holds(domain)]
    for zone in sorted(near, key=lambda zone: (-len(zone.name), zone.id)):
        if _leads(dns.record(aws, zone.id, told["Name"], told["Type"])) == _leads(_shape(told)):
            return domain, zone.id
    return domain, ""


def _shape(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Name": dns.plain(told["Name"]),
        "Type": told["Type"],
        "TTL": dns.MARKER_TTL_SECONDS,
        "ResourceRecords": [{"Value": told["Value"]}],
    }


def _leads(record: Mapping[str, Any] | None) -> list[str]:
    return [dns.plain(one["Value"]) for one in (record or {}).get("ResourceRecords", ())]


def _validate(aws: Aws, zone: str, told: Mapping[str, Any]) -> None:
    """Make a validation record, with a marker that names no stack; or be content with what is."""
    wanted = _shape(told)
    there = dns.record(aws, zone, wanted["Name"], wanted["Type"])
    if there is None:
        mark = dns.marker(aws, zone, wanted, {})
        dns.change(aws, zone, [("CREATE", wanted), ("UPSERT", mark)])
    elif _leads(there) != _leads(wanted):
        raise StepFailed(
            f"the record {wanted['Name']} in the hosted zone {zone} leads to "
            f"{', '.join(_leads(there))}, which is not what ACM validates: remove it by hand"
        )


def _marked(aws: Aws, zone: str, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A validation record and its marker; nothing where somebody else made it."""
    name, kind = dns.plain(told["Name"]), told["Type"]
    mark = dns.record(aws, zone, dns.marker_name(aws, zone, name, kind), "TXT")
    there = dns.record(aws, zone, name, kind)
    return [one for one in (there, mark) if one] if mark else []


def _everywhere(aws: Aws, arn: str) -> list[list[dict[str, Any]]]:
    """The certificates of every region that the account uses, but for one.

    A region that cannot be asked may have any.
    Source: EC2 API Reference, DescribeRegions, which lists enabled regions unless told otherwise.
    """
    answer = aws.client("ec2").describe_regions()
    regions = [item["RegionName"] for item in answer["Regions"]]

    def ask(region: str) -> list[dict[str, Any]]:
        try:
            found, _ = _common.listed(aws, region)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and code_of(error) not in DENIED:
                raise
            return [UNKNOWN]
        return [item for item in found if item["CertificateArn"] != arn]

    return aws.gather(ask, regions)


UNKNOWN: dict[str, Any] = {
    "DomainName": "",
    "Status": "ISSUED",
    "HasAdditionalSubjectAlternativeNames": True,
}
"""Stands for whatever a region has that cannot be asked."""
