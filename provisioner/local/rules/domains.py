"""What Certificate Manager and Route 53 refuse about domains.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html and
https://docs.aws.amazon.com/cloud-map/latest/dg/working-with-namespaces.html
"""

from __future__ import annotations

from .rule import Params, Place, rows, shaped

# DomainNameString of ACM's model, a label's length said in one place.
DOMAIN = r"(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])"
# Of a common name: RFC 5280.
LONGEST, LONGEST_OTHER = 64, 253


def _others(params: Params, place: Place) -> str | None:
    check = shaped("subjectAlternativeNames", DOMAIN, most=LONGEST_OTHER)
    others = params.get("SubjectAlternativeNames") or ()
    problems = (check({"subjectAlternativeNames": each}, place) for each in others)
    return next(filter(None, problems), None)


def _managed(params: Params, place: Place) -> str | None:
    """The hosted zone of a namespace is Cloud Map's."""
    zone = str(params.get("HostedZoneId") or params.get("Id")).rpartition("/")[2]
    for region, cloud_map in place.backends("servicediscovery")[place.account].items():
        for each in cloud_map.namespaces.values():
            own = str((each.dns_properties or {}).get("HostedZoneId")).rpartition("/")[2]
            if own == zone:
                return (
                    f"The resource hostedzone/{zone} can only be managed through AWS Cloud Map"
                    f" (arn:aws:servicediscovery:{region}:{place.account}:namespace/{each.id})"
                )
    return None


ACM = (
    *rows(
        "ACM API",
        ["RequestCertificate"],
        "ValidationException",
        shaped("IdempotencyToken", r"\w+", most=32),
    ),
    *rows(
        "ACM API",
        ["RequestCertificate"],
        "ValidationException",
        shaped("DomainName", DOMAIN, most=LONGEST),
    ),
    *rows("ACM API", ["RequestCertificate"], "ValidationException", _others),
)
ROUTE53 = rows(
    "service-discovery-ecs-dns#44, aws-sdk-java-v2#6754; Route 53 API",
    ["ChangeResourceRecordSets", "DeleteHostedZone"],
    "AccessDenied",
    _managed,
    403,
)
