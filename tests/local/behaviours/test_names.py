"""What Certificate Manager and Route 53 do and refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Aws, forward

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
DOMAIN = "example.com"


class Names:
    """ACM and Route 53, and a zone."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.acm, self.dns = aws, aws.client("acm"), aws.client("route53")

    def zone(self, name: str = DOMAIN) -> str:
        made = self.dns.create_hosted_zone(Name=name, CallerReference=name)
        return str(made["HostedZone"]["Id"])

    def request(self, *more: str, **request: Any) -> str:
        request = {"DomainName": DOMAIN, "ValidationMethod": "DNS", **request}
        if more:
            request["SubjectAlternativeNames"] = list(more)
        return str(self.acm.request_certificate(**request)["CertificateArn"])

    def described(self, arn: str) -> dict[str, Any]:
        found: dict[str, Any] = self.acm.describe_certificate(CertificateArn=arn)["Certificate"]
        return found

    def validate(self, arn: str, zone: str) -> None:
        for option in self.described(arn)["DomainValidationOptions"]:
            record = option["ResourceRecord"]
            self.change(zone, cname(record["Name"], record["Value"]))

    def issued(self) -> str:
        arn = self.request()
        self.validate(arn, self.zone())
        self.aws.advance(121)
        return arn

    def change(self, zone: str, record: dict[str, Any], action: str = "UPSERT") -> dict[str, Any]:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        made = self.dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
        info: dict[str, Any] = made["ChangeInfo"]
        return info

    def records(self, zone: str) -> list[dict[str, Any]]:
        found = self.dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return [each for each in found if each["Type"] not in {"NS", "SOA"}]

    def refused(self, zone: str, record: dict[str, Any], action: str = "UPSERT") -> str:
        request = {"zone": zone, "record": record, "action": action}
        return self.aws.refused("InvalidChangeBatch", self.change, **request)

    def encrypt(self, *arns: str) -> dict[str, Any]:
        """Return what CreateListener is asked."""
        return {
            "LoadBalancerArn": self.aws.balancer(),
            "Port": 443,
            "Protocol": "HTTPS",
            "Certificates": [{"CertificateArn": arn} for arn in arns],
            "DefaultActions": [forward(self.aws.group())],
        }


def cname(name: str, value: str = "b.example.org", ttl: int = 60) -> dict[str, Any]:
    return {"Name": name, "Type": "CNAME", "TTL": ttl, "ResourceRecords": [{"Value": value}]}


def address(name: str, value: str = "192.0.2.1") -> dict[str, Any]:
    return {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}]}


@pytest.fixture
def names(aws: Aws) -> Names:
    return Names(aws)


@behaviour(
    "ACM guide: dns-validation",
    "A certificate is issued some minutes after its records are in a public zone",
    "issues it after a minute",
)
def test_a_certificate_waits_for_its_records(aws: Aws, names: Names) -> None:
    arn, zone = names.request("*.example.com", "www.example.com"), names.zone()
    aws.advance(3600)
    assert names.described(arn)["Status"] == "PENDING_VALIDATION"
    names.validate(arn, zone)
    for seconds, status in ((119, "PENDING_VALIDATION"), (2, "ISSUED")):
        aws.advance(seconds)
        assert names.described(arn)["Status"] == status
    names.acm.get_waiter("certificate_validated").wait(CertificateArn=arn)


@behaviour(
    "ACM API: CertificateDetail",
    "After 72 hours without records: VALIDATION_TIMED_OUT",
    "issues it",
)
def test_a_request_times_out(aws: Aws, names: Names) -> None:
    arn = names.request()
    aws.advance(72 * 3600 + 1)
    assert names.described(arn)["Status"] == "VALIDATION_TIMED_OUT"


@behaviour(
    "ACM guide: dns-validation",
    "A wildcard has the record of its domain, and so has the next certificate for it",
    "gives all domains the same value",
)
def test_records_belong_to_domains(names: Names) -> None:
    def records(arn: str) -> dict[str, tuple[str, str]]:
        options = names.described(arn)["DomainValidationOptions"]
        found = {each["DomainName"]: each["ResourceRecord"] for each in options}
        return {domain: (each["Name"], each["Value"]) for domain, each in found.items()}

    first = records(names.request("*.example.com", "example.org"))
    assert first["*.example.com"] == first["example.com"]
    assert first["example.org"][1] != first["example.com"][1]
    again = records(names.request("example.net"))
    assert again["example.com"] == first["example.com"]


@behaviour(
    "ACM API: RequestCertificate",
    "The records appear some seconds after the request",
    "shows them at once",
)
def test_records_appear_later(adjust: Callable[..., None], aws: Aws, names: Names) -> None:
    adjust(consistency=True)
    arn = names.request()
    for seconds, there in ((0, False), (6, True)):
        aws.advance(seconds)
        (option,) = names.described(arn)["DomainValidationOptions"]
        assert ("ResourceRecord" in option) == there


@behaviour(
    "ACM API: DeleteCertificate", "A certificate that a listener has is not deleted", "deletes it"
)
def test_a_certificate_in_use_stays(adjust: Callable[..., None], aws: Aws, names: Names) -> None:
    arn = names.issued()
    request = names.encrypt(arn)
    listener = aws.elbv2.create_listener(**request)["Listeners"][0]["ListenerArn"]
    aws.refused("ResourceInUseException", names.acm.delete_certificate, CertificateArn=arn)
    assert names.described(arn)["InUseBy"] == [request["LoadBalancerArn"]]
    adjust(consistency=True)
    aws.elbv2.delete_listener(ListenerArn=listener)
    aws.refused("ResourceInUseException", names.acm.delete_certificate, CertificateArn=arn)
    aws.advance(61)
    names.acm.delete_certificate(CertificateArn=arn)


@behaviour("ACM API: DeleteCertificate", "A further certificate is in use, too", "deletes it")
def test_a_further_certificate_is_in_use(aws: Aws, names: Names) -> None:
    first = names.issued()
    second = names.request()
    aws.advance(121)
    listener = aws.elbv2.create_listener(**names.encrypt(first))["Listeners"][0]["ListenerArn"]
    request = {"ListenerArn": listener, "Certificates": [{"CertificateArn": second}]}
    aws.elbv2.add_listener_certificates(**request)
    aws.refused("ResourceInUseException", names.acm.delete_certificate, CertificateArn=second)
    aws.elbv2.remove_listener_certificates(**request)
    names.acm.delete_certificate(CertificateArn=second)


@behaviour(
    "terraform-aws-acm-request-certificate#58",
    "A listener takes certificates that are issued",
    ACCEPTED,
)
def test_a_pending_certificate_is_refused(aws: Aws, names: Names) -> None:
    aws.refused(
        "UnsupportedCertificate", aws.elbv2.create_listener, **names.encrypt(names.request())
    )


@behaviour(
    "ELB API: CreateListener", "A listener takes certificates that are there", "refuses, too"
)
def test_an_absent_certificate_is_refused(aws: Aws, names: Names) -> None:
    arn = f"{names.request()[:-4]}0000"
    aws.refused("CertificateNotFound", aws.elbv2.create_listener, **names.encrypt(arn))


@behaviour(
    "aws-load-balancer-controller#2754",
    "A listener takes certificates of its region",
    "fails otherwise",
)
def test_a_certificate_of_another_region_is_refused(aws: Aws, names: Names) -> None:
    elsewhere = aws.client("acm", "us-east-1")
    arn = elsewhere.request_certificate(DomainName=DOMAIN)["CertificateArn"]
    words = aws.refused("ValidationError", aws.elbv2.create_listener, **names.encrypt(arn))
    assert words == f"Certificate ARN '{arn}' is not valid"


@behaviour(
    "ACM API: RequestCertificate", "The key is of the algorithm that was asked for", "is RSA 2048"
)
def test_the_key_is_as_asked(names: Names) -> None:
    arn = names.request(KeyAlgorithm="EC_prime256v1")
    assert names.described(arn)["KeyAlgorithm"] == "EC_prime256v1"
    listed = names.acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})
    assert [each["CertificateArn"] for each in listed["CertificateSummaryList"]] == [arn]


@behaviour(
    "ACM API: UpdateCertificateOptions",
    "The way of validation is changed in place",
    "has no such operation",
)
def test_options_are_changed(names: Names) -> None:
    arn = names.request(ValidationMethod="EMAIL")
    names.acm.update_certificate_options(CertificateArn=arn, Options={"ValidationMethod": "DNS"})
    (option,) = names.described(arn)["DomainValidationOptions"]
    assert option["ValidationMethod"] == "DNS"
    assert option["ResourceRecord"]["Type"] == "CNAME"


@behaviour("ACM API: RequestCertificate", "A domain has labels of letters, digits, -", "takes any")
@pytest.mark.parametrize("domain", ["shop_1.example.com", "*.*.example.com", "localhost", "a..b"])
def test_domains_are_domains(aws: Aws, names: Names, domain: str) -> None:
    aws.refused("ValidationException", names.request, DomainName=domain)
    aws.refused("ValidationException", names.request, SubjectAlternativeNames=[domain])
    names.request("*.shop-1.example.com")


@behaviour(
    "ACM API: RequestCertificate", "The first name has 64 characters, others 253", "fails otherwise"
)
def test_a_common_name_is_short(aws: Aws, names: Names) -> None:
    long = f"{'a' * 60}.example.com"
    aws.refused("ValidationException", names.request, DomainName=long)
    names.request(long)
    aws.refused("ValidationException", names.request, DomainName=".".join(["a" * 60] * 5))


@behaviour(
    "aws-sdk-java-v2#6754",
    "The hosted zone of a namespace is Cloud Map's: its records are changed by nobody else",
    "has a zone of another name",
)
def test_the_zone_of_a_namespace_is_cloud_maps(aws: Aws, names: Names) -> None:
    names.zone()
    cloud_map = aws.client("servicediscovery")
    cloud_map.create_private_dns_namespace(Name="shop.local", Vpc=aws.vpc())
    aws.advance(60)
    zones = names.dns.list_hosted_zones()["HostedZones"]
    (zone,) = [each["Id"] for each in zones if "namespace" in each["Config"].get("Comment", "")]
    request = {"zone": zone, "record": address("a.shop.local")}
    words = aws.refused("AccessDenied", names.change, **request)
    assert "can only be managed through AWS Cloud Map (arn:aws:servicediscovery:eu-west-1:" in words
    aws.refused("AccessDenied", names.dns.delete_hosted_zone, Id=zone)


@behaviour(
    "Route 53 API: ChangeResourceRecordSets",
    "CREATE of a record that is there is refused",
    ACCEPTED,
)
def test_a_record_is_created_once(names: Names) -> None:
    zone = names.zone()
    names.change(zone, address("a.example.com"))
    words = names.refused(zone, address("A.example.com.", "192.0.2.2"), "CREATE")
    assert "[name='a.example.com.', type='A'] but it already exists" in words


@behaviour(
    "Route 53 API: ChangeResourceRecordSets",
    "DELETE names the record exactly as it is",
    "compares some fields",
)
def test_a_record_is_deleted_as_it_is(names: Names) -> None:
    zone = names.zone()
    words = names.refused(zone, cname("a.example.com"), "DELETE")
    assert "but it was not found" in words
    names.change(zone, cname("a.example.com"))
    words = names.refused(zone, cname("a.example.com", ttl=61), "DELETE")
    assert "do not match the current values" in words
    names.change(zone, cname("a.example.com."), "DELETE")
    assert names.records(zone) == []


@behaviour(
    "Route 53 API: ChangeResourceRecordSets",
    "A batch is carried out as a whole or not at all",
    "carries out a part",
)
def test_a_batch_is_atomic(aws: Aws, names: Names) -> None:
    zone = names.zone()
    changes = [
        {"Action": "UPSERT", "ResourceRecordSet": address(name)}
        for name in ("a.example.com", "a.example.org")
    ]
    batch = {"Changes": changes}
    change = names.dns.change_resource_record_sets
    aws.refused("InvalidChangeBatch", change, HostedZoneId=zone, ChangeBatch=batch)
    assert names.records(zone) == []


@behaviour(
    "Route 53 guide: ResourceRecordTypes",
    "A CNAME is alone with its name, and never the zone's own",
    ACCEPTED,
)
def test_a_cname_is_alone(aws: Aws, names: Names) -> None:
    zone = names.zone()
    names.change(zone, address("a.example.com"))
    assert "conflicting RRSet of type A" in names.refused(zone, cname("a.example.com"))
    assert "not permitted at apex" in names.refused(zone, cname("example.com"))
    swap = [
        {"Action": "DELETE", "ResourceRecordSet": address("a.example.com")},
        {"Action": "CREATE", "ResourceRecordSet": cname("a.example.com")},
    ]
    names.dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": swap})


@behaviour("cli53#257", "Simple and weighted records of one name exclude each other", ACCEPTED)
def test_simple_and_weighted_do_not_mix(names: Names) -> None:
    zone = names.zone()
    names.change(zone, address("a.example.com"))
    weighted = {**address("a.example.com"), "SetIdentifier": "one", "Weight": 1}
    assert "other RRSets exist" in names.refused(zone, weighted)


@behaviour(
    "Route 53 guide: DomainNameFormat",
    "Names are told in lower case, with a dot, * as \\\\052",
    "shows what was sent",
)
def test_names_are_told_in_full(names: Names) -> None:
    zone = names.zone()
    names.change(zone, address("*.A.example.com"))
    (found,) = names.records(zone)
    assert found["Name"] == "\\052.a.example.com."


@behaviour("aws-cli#4687", "An alias targets a load balancer that is there, in its zone", ACCEPTED)
def test_an_alias_has_a_target(aws: Aws, names: Names) -> None:
    zone = names.zone()
    aws.balancer()
    (made,) = aws.elbv2.describe_load_balancers(Names=["web"])["LoadBalancers"]
    target = {
        "HostedZoneId": made["CanonicalHostedZoneId"],
        "DNSName": f"dualstack.{made['DNSName']}",
        "EvaluateTargetHealth": True,
    }
    for change, why in (
        ({"DNSName": "other-1.eu-west-1.elb.amazonaws.com"}, "that target was not found"),
        ({"HostedZoneId": "Z0000000000000"}, "does not lie within the target zone"),
    ):
        alias = {"Name": "a.example.com", "Type": "A", "AliasTarget": {**target, **change}}
        assert why in names.refused(zone, alias)
    names.change(zone, {"Name": "a.example.com", "Type": "A", "AliasTarget": target})
    (found,) = names.records(zone)
    assert found["AliasTarget"] == {**target, "DNSName": f"{target['DNSName'].lower()}."}


@behaviour(
    "Route 53 API: GetChange", "A change is PENDING for a while, then INSYNC", "is INSYNC at once"
)
def test_a_change_takes_a_while(aws: Aws, names: Names) -> None:
    change = names.change(names.zone(), address("a.example.com"))
    assert change["Status"] == "PENDING"
    for seconds, status in ((0, "PENDING"), (31, "INSYNC")):
        aws.advance(seconds)
        assert names.dns.get_change(Id=change["Id"])["ChangeInfo"]["Status"] == status
    names.dns.get_waiter("resource_record_sets_changed").wait(Id=change["Id"])


@behaviour(
    "Route 53 API: ListHostedZonesByName",
    "ListHostedZonesByName begins at a name, it does not match it",
    "matches it",
)
def test_zones_are_listed_from_a_name_on(names: Names) -> None:
    for name in ("a.example", "b.example", "www.a.example"):
        names.zone(name)
    found = names.dns.list_hosted_zones_by_name(DNSName="www.a.example", MaxItems="1")
    assert [each["Name"] for each in found["HostedZones"]] == ["www.a.example."]
    assert (found["IsTruncated"], found["NextDNSName"]) == (True, "b.example.")
