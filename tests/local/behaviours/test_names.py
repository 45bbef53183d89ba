"""What Route 53 refuses, and when ACM issues a certificate."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour


class Zone:
    """A public hosted zone, with changes to it."""

    def __init__(self, aws: Aws) -> None:
        self.client: Any = aws.client("route53")
        made = self.client.create_hosted_zone(Name="shop.example", CallerReference="1")
        self.request = {"HostedZoneId": made["HostedZone"]["Id"]}

    def batch(self, *changes: tuple[str, str, str, str]) -> dict[str, Any]:
        items = [
            {
                "Action": action,
                "ResourceRecordSet": {
                    "Name": f"{name}.shop.example",
                    "Type": kind,
                    "TTL": 60,
                    "ResourceRecords": [{"Value": value}],
                },
            }
            for action, name, kind, value in changes
        ]
        return {**self.request, "ChangeBatch": {"Changes": items}}

    def change(self, *changes: tuple[str, str, str, str]) -> None:
        self.client.change_resource_record_sets(**self.batch(*changes))

    def names(self) -> list[str]:
        found = self.client.list_resource_record_sets(**self.request)["ResourceRecordSets"]
        return [one["Name"] for one in found if one["Type"] not in ("NS", "SOA")]


@pytest.fixture
def zone(aws: Aws) -> Zone:
    return Zone(aws)


@behaviour("16.2 [bc]", "CREATE refuses a record that is there", "remembers requests instead")
def test_what_is_there_is_not_created(aws: Aws, zone: Zone) -> None:
    zone.change(("CREATE", "a", "A", "192.0.2.1"))
    again = zone.batch(("CREATE", "a", "A", "192.0.2.2"))
    call = zone.client.change_resource_record_sets
    assert "but it already exists" in aws.refused("InvalidChangeBatch", call, **again)
    zone.change(("DELETE", "a", "A", "192.0.2.1"))
    zone.change(("CREATE", "a", "A", "192.0.2.1"))
    assert zone.names() == ["a.shop.example."]


@behaviour("16.2 [bc]", "DELETE describes the record exactly", "deletes by name and type")
@pytest.mark.parametrize(
    ("name", "words"),
    [("a", "the values provided do not match the current values"), ("b", "it was not found")],
)
def test_only_what_is_described_is_deleted(aws: Aws, zone: Zone, name: str, words: str) -> None:
    zone.change(("UPSERT", "a", "A", "192.0.2.1"))
    wrong = zone.batch(("DELETE", name, "A", "192.0.2.2"))
    call = zone.client.change_resource_record_sets
    assert words in aws.refused("InvalidChangeBatch", call, **wrong)
    assert zone.names() == ["a.shop.example."]


@behaviour("16.2 [bc]", "A batch is carried out as a whole or not at all", "stops in the middle")
def test_a_batch_is_all_or_nothing(aws: Aws, zone: Zone) -> None:
    mixed = zone.batch(("CREATE", "a", "A", "192.0.2.1"), ("DELETE", "b", "A", "192.0.2.1"))
    aws.refused("InvalidChangeBatch", zone.client.change_resource_record_sets, **mixed)
    assert zone.names() == []


@behaviour("16.2 [docs:Route 53 guide]", "A CNAME is alone at its name", "accepts others")
def test_a_cname_is_alone(aws: Aws, zone: Zone) -> None:
    zone.change(("CREATE", "a", "CNAME", "b.example"))
    beside = zone.batch(("CREATE", "a", "A", "192.0.2.1"))
    call = zone.client.change_resource_record_sets
    assert "conflicts with other records" in aws.refused("InvalidChangeBatch", call, **beside)


@behaviour("16.3 [docs:ACM guide]", "Issued once every name is proven in DNS", "after a minute")
def test_a_certificate_is_issued_when_its_records_are_there(aws: Aws, zone: Zone) -> None:
    acm = aws.client("acm")
    names = ["a.shop.example", "b.shop.example"]
    made = acm.request_certificate(DomainName=names[0], SubjectAlternativeNames=names[1:])
    arn = {"CertificateArn": made["CertificateArn"]}

    def status() -> str:
        found: str = acm.describe_certificate(**arn)["Certificate"]["Status"]
        return found

    options = acm.describe_certificate(**arn)["Certificate"]["DomainValidationOptions"]
    for option in options:
        assert status() == "PENDING_VALIDATION"
        record = option["ResourceRecord"]
        name = record["Name"].removesuffix(".shop.example.")
        zone.change(("CREATE", name, "CNAME", record["Value"]))
    assert status() == "ISSUED"
