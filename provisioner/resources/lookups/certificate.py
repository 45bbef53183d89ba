"""An issued certificate for a domain.

https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.engine.observe import WARNINGS
from provisioner.errors import LookupFailed
from provisioner.resources.acm._common import names, summaries

EXPIRES_SOON_DAYS = 30


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
    """All issued certificates, and AWS's own idea of now."""
    found, now = summaries(aws)
    return [item for item in found if item["Status"] == "ISSUED"], now


def _names(aws: Aws, item: Mapping[str, Any]) -> Iterable[str]:
    """Its names; the list shows at most a hundred."""
    if not item.get("HasAdditionalSubjectAlternativeNames"):
        return names(item)
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
