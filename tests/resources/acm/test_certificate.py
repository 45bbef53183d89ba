from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from provisioner.engine.aws import Aws
from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import NotYet, StepFailed
from provisioner.resources.acm import _common
from provisioner.resources.acm.certificate import UNKNOWN, Certificate
from tests.cloud.bench import Bench, changed
from tests.cloud.certificates import imported
from tests.cloud.dns import Zone
from tests.cloud.sent import check_order, check_sent, sent
from tests.support.aws import REGION, Wire, new_aws

Make = Callable[..., Resource]
KIND = Certificate()
ARN = f"arn:aws:acm:{REGION}:123456789012:certificate/1"
_numbers = count(1)


@pytest.fixture
def zone(bench: Bench) -> Zone:
    return Zone(bench.client, f"c{next(_numbers)}.example")


@pytest.fixture
def wanted(zone: Zone) -> Make:
    def made(*others: str, **changes: Any) -> Resource:
        names = [zone.name, *(f"{other}.{zone.name}" for other in others)]
        properties = {
            "DomainName": zone.name,
            "SubjectAlternativeNames": names[1:],
            "ValidationMethod": "DNS",
            "KeyAlgorithm": "RSA_2048",
            "HostedZones": {name.removeprefix("*."): zone.id for name in names},
            "Status": "ISSUED",
            "Failure": "",
        }
        one = Resource("acm.certificate", zone.name, properties, {"team": "oak"})
        return changed(one, changes)

    return made


def of(bench: Bench, zone: Zone) -> list[str]:
    """The certificates for a zone's names."""
    found = bench.client("acm").list_certificates()["CertificateSummaryList"]
    return [one["CertificateArn"] for one in found if one["DomainName"] == zone.name]


def test_it_is_requested_with_its_tags_and_then_validated(
    bench: Bench, zone: Zone, wanted: Make
) -> None:
    one = wanted("*", "www")
    check_sent(
        bench.apply(one),
        sent(
            "RequestCertificate",
            DomainName=zone.name,
            SubjectAlternativeNames=[f"*.{zone.name}", f"www.{zone.name}"],
            ValidationMethod="DNS",
            KeyAlgorithm="RSA_2048",
            Tags=bench.tags(one),
        ),
        sent("ChangeResourceRecordSets"),
        sent("ChangeResourceRecordSets"),
    )
    assert len(zone.names()) == len(zone.markers()) == 2  # a wildcard has the record of its base
    assert bench.find(one).properties["Status"] == "ISSUED"


def test_names_in_another_order_are_the_same(bench: Bench, wanted: Make) -> None:
    bench.apply(wanted("a", "b"))
    bench.check_settled(wanted("b", "a"))


def test_other_names_are_another_certificate(bench: Bench, zone: Zone, wanted: Make) -> None:
    bench.apply(wanted())
    (old,) = of(bench, zone)
    calls = bench.apply(wanted("www"))
    check_order(calls, "RequestCertificate", "DeleteCertificate")
    assert of(bench, zone) != [old]
    assert len(of(bench, zone)) == 1
    assert len(zone.names()) == 2  # the new one needs the old one's record


def test_a_validation_record_that_is_there_is_used_and_stays(
    bench: Bench, zone: Zone, wanted: Make
) -> None:
    """Renewals need it; whoever made it for another certificate keeps it."""
    acm = bench.client("acm")
    arn = acm.request_certificate(DomainName=zone.name, ValidationMethod="DNS")["CertificateArn"]
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"][
        "DomainValidationOptions"
    ]
    record = option["ResourceRecord"]
    zone.put(record["Name"], record["Type"], record["Value"])
    acm.delete_certificate(CertificateArn=arn)
    assert [call.operation for call in bench.apply(wanted())] == ["RequestCertificate"]
    assert [call.operation for call in _gone(bench, wanted())] == ["DeleteCertificate"]
    assert len(zone.names()) == 1


def test_its_own_record_goes_with_it_unless_another_needs_it(
    bench: Bench, zone: Zone, wanted: Make
) -> None:
    bench.apply(wanted())
    acm = bench.client("acm")
    other = acm.request_certificate(DomainName=f"*.{zone.name}")["CertificateArn"]
    _gone(bench, wanted())
    assert len(zone.names()) == 1
    acm.delete_certificate(CertificateArn=other)
    bench.apply(wanted())
    _gone(bench, wanted())
    assert (zone.names(), zone.markers()) == ([], [])


def _gone(bench: Bench, resource: Resource) -> list[Any]:
    with bench.tap.recording() as recording:
        KIND.delete(bench.aws.writable(), bench.find(resource))
    return recording.writes


def test_one_in_the_way_is_told_and_not_written_over(
    bench: Bench, zone: Zone, wanted: Make
) -> None:
    bench.apply(wanted())
    (name,) = [one.split(" ")[1] for one in zone.names()]
    zone.put(name, "CNAME", "other.example")
    live = bench.find(wanted())
    change = differences(wanted().properties, live.properties, KIND.rules)
    assert [".".join(one.path[:1]) for one in change] == ["HostedZones"]
    with pytest.raises(
        StepFailed, match=r"leads to other\.example, which is not what ACM validates"
    ):
        KIND.update(bench.aws.writable(), live, wanted().properties, change)


def test_a_missing_record_is_made_again(bench: Bench, zone: Zone, wanted: Make) -> None:
    bench.apply(wanted())
    (name,) = [one.split(" ")[1] for one in zone.names()]
    zone.remove(name, "CNAME")
    check_sent(bench.apply(wanted()), sent("ChangeResourceRecordSets"))
    assert len(zone.names()) == 1


def test_others_for_the_same_name_are_left_alone(bench: Bench, zone: Zone, wanted: Make) -> None:
    arn = imported(bench.world, zone.name)
    bench.apply(wanted())
    assert bench.observe(wanted()) == (bench.find(wanted()),)
    bench.apply()
    assert bench.client("acm").describe_certificate(CertificateArn=arn)
    assert of(bench, zone) == []


def test_another_tag_is_set_without_the_rest(bench: Bench, wanted: Make) -> None:
    tags = [{"Key": "team", "Value": "tree"}]
    bench.check_retag(wanted(), sent("AddTagsToCertificate", Tags=tags))


def test_deleting_it_twice_is_fine(bench: Bench, wanted: Make) -> None:
    bench.apply(wanted())
    bench.delete_twice(wanted())


def test_a_stack_without_certificates_asks_nothing_of_acm(bench: Bench) -> None:
    with bench.tap.recording() as recording:
        bench.observe()
    assert "acm" not in {call.service for call in recording.calls}


def described(**changes: Any) -> dict[str, Any]:
    """What AWS answers of one that waits."""
    option = {
        "DomainName": "shop.example",
        "ValidationDomain": "shop.example",
        "ValidationStatus": "PENDING_VALIDATION",
        "ValidationMethod": "DNS",
        "ResourceRecord": {
            "Name": "_a79865eb4cd1a6ab990a45779b4e0b96.shop.example.",
            "Type": "CNAME",
            "Value": "_424c7224e9b0146f9a8808af955727d0.acm-validations.aws.",
        },
    }
    return {
        "CertificateArn": ARN,
        "DomainName": "shop.example",
        "SubjectAlternativeNames": ["shop.example"],
        "DomainValidationOptions": [option],
        "Status": "PENDING_VALIDATION",
        "KeyAlgorithm": "RSA-2048",
        "InUseBy": [],
        "Type": "AMAZON_ISSUED",
        **changes,
    }


WANT = {
    "DomainName": "shop.example",
    "SubjectAlternativeNames": [],
    "ValidationMethod": "DNS",
    "KeyAlgorithm": "RSA_2048",
    "HostedZones": {"shop.example": "Z1"},
    "Status": "ISSUED",
    "Failure": "",
}


def answering(**changes: Any) -> Aws:
    aws = new_aws(read_only=False)
    Wire(aws, "acm", [{"Certificate": described(**changes)}])
    return aws


def live(**changes: Any) -> Live:
    return KIND._live(described(**changes), {}, {"shop.example": "Z1"})


def test_what_aws_answers_is_no_difference() -> None:
    found = live(Status="ISSUED")
    assert differences(KIND.canonical(WANT), found.properties, KIND.rules) == ()


def test_one_that_still_waits_is_waited_for_again() -> None:
    (change,) = differences(KIND.canonical(WANT), live().properties, KIND.rules)
    assert (change.field, change.before, change.after) == (
        "Status", "PENDING_VALIDATION", "ISSUED"
    )  # fmt: skip
    KIND.update(answering(), live(), WANT, [change])  # sends nothing
    assert "of shop.example yet; do the domain's name servers" in KIND.pending(
        answering(), live(), WANT
    )
    assert KIND.pending(answering(Status="ISSUED"), live(), WANT) == ""


@pytest.mark.parametrize("status", ["VALIDATION_TIMED_OUT", "FAILED", "EXPIRED", "REVOKED"])
def test_one_that_can_never_be_used_ends_the_wait_and_is_made_anew(status: str) -> None:
    with pytest.raises(StepFailed, match=f"{status}, CAA_ERROR"):
        KIND.pending(answering(Status=status, FailureReason="CAA_ERROR"), live(), WANT)
    found = differences(KIND.canonical(WANT), live(Status=status).properties, KIND.rules)
    assert {change.field for change in found} & KIND.immutable == {"Failure"}


def test_in_the_first_seconds_acm_has_no_record_to_make() -> None:
    option = {"DomainName": "shop.example", "ValidationMethod": "DNS"}
    (change,) = differences({"HostedZones": WANT["HostedZones"]}, {}, KIND.rules)
    with pytest.raises(NotYet, match=r"has not told the validation record of shop\.example yet"):
        KIND.update(answering(DomainValidationOptions=[option]), live(), WANT, [change])


def test_a_region_that_may_not_be_asked_may_need_any_record() -> None:
    assert _common.shared([UNKNOWN], "shop.example")


@pytest.mark.parametrize(
    ("item", "needs"),
    [
        ({}, True),
        ({"DomainName": "*.shop.example"}, True),
        ({"DomainName": "a.org", "SubjectAlternativeNameSummaries": ["shop.example"]}, True),
        ({"DomainName": "www.shop.example"}, False),
        ({"Status": "EXPIRED"}, False),
        ({"Type": "IMPORTED"}, False),
    ],
)
def test_which_certificates_need_a_record(item: dict[str, Any], needs: bool) -> None:
    summary = {"DomainName": "shop.example", "Status": "ISSUED", "Type": "AMAZON_ISSUED", **item}
    assert _common.shared([summary], "shop.example") is needs
