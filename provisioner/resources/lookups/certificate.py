"""An issued certificate for a domain.

https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.engine.observe import WARNINGS
from provisioner.errors import LookupFailed

EXPIRES_SOON_DAYS = 30
KEY_TYPES = "KeyAlgorithm"


def certificate(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The newest issued certificate for `query["domain"]`; `query["field"]` is where it is asked.

    Outputs: Arn, Domain, and Warnings where it expires within 30 days.
    """
    domain = query["domain"]
    found, now = _issued(aws)
    fitting = [item for item in found if any(covers(name, domain) for name in _names(aws, item))]
    if not fitting:
        raise LookupFailed(
            f"{query['field']}: no issued certificate in {aws.region} is for {domain}"
            f"{_others(aws, found)}; import or request one, or name one by its ARN"
        )
    newest = max(fitting, key=lambda item: (_born(item), item["CertificateArn"]))
    answer = {"Arn": newest["CertificateArn"], "Domain": newest["DomainName"]}
    days = (newest["NotAfter"] - now).days if now and newest.get("NotAfter") else None
    if days is not None and days < EXPIRES_SOON_DAYS:
        words = f"the certificate for {domain}, {newest['CertificateArn']}, expires in {days} days"
        answer[WARNINGS] = [words]
    return answer


def _issued(aws: Aws) -> tuple[list[dict[str, Any]], Any]:
    """All issued certificates, and AWS's own idea of now.

    Without key types named, ACM lists RSA keys of 1024 and 2048 bits alone.
    """

    def read() -> tuple[list[dict[str, Any]], Any]:
        client = aws.client("acm")
        types = list(client.meta.service_model.shape_for(KEY_TYPES).enum)
        pages = list(
            client.get_paginator("list_certificates").paginate(
                CertificateStatuses=["ISSUED"], Includes={"keyTypes": types}
            )
        )
        date = pages[-1]["ResponseMetadata"]["HTTPHeaders"].get("date")
        found = [item for page in pages for item in page["CertificateSummaryList"]]
        return found, parsedate_to_datetime(date) if date else None

    return aws.once("certificates", read)


def _names(aws: Aws, item: Mapping[str, Any]) -> Iterable[str]:
    """Its names; the list shows at most a hundred."""
    if not item.get("HasAdditionalSubjectAlternativeNames"):
        return {item["DomainName"], *item.get("SubjectAlternativeNameSummaries", ())}
    arn = item["CertificateArn"]
    full = aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    return {full["DomainName"], *full.get("SubjectAlternativeNames", ())}


def covers(name: str, domain: str) -> bool:
    """Whether a certificate's name is good for a domain: a wildcard stands for one label."""
    if name == domain:
        return True
    label, _, rest = domain.partition(".")
    return name == f"*.{rest}" and label != "*"


def _born(item: Mapping[str, Any]) -> str:
    born = item.get("IssuedAt") or item.get("ImportedAt") or item.get("CreatedAt")
    return born.isoformat() if born else ""


def _others(aws: Aws, found: Iterable[Mapping[str, Any]]) -> str:
    names = sorted({", ".join(sorted(_names(aws, item))) for item in found})
    return f"; there are: {'; '.join(names)}" if names else "; there is none at all"
