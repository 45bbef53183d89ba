"""What ACM lists, and which names certificates share a validation record for.

https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from provisioner.engine.aws import Aws

KEY_TYPES = "KeyAlgorithm"
WILDCARD = "*."


def summaries(aws: Aws) -> tuple[list[dict[str, Any]], Any]:
    """Every certificate of the region in any state, and AWS's own idea of now."""
    return aws.once("certificates", lambda: listed(aws))


def listed(aws: Aws, region: str = "") -> tuple[list[dict[str, Any]], Any]:
    """The same of any region, asked anew.

    Without key types named, ACM lists RSA keys of 1024 and 2048 bits alone.
    """
    client = aws.client("acm", region=region)
    types = list(client.meta.service_model.shape_for(KEY_TYPES).enum)
    pages = list(client.get_paginator("list_certificates").paginate(Includes={"keyTypes": types}))
    date = pages[-1]["ResponseMetadata"]["HTTPHeaders"].get("date")
    found = [item for page in pages for item in page["CertificateSummaryList"]]
    return found, parsedate_to_datetime(date) if date else None


def names(item: Mapping[str, Any]) -> set[str]:
    """A certificate's names as the list shows them: a hundred at most."""
    return {item["DomainName"], *item.get("SubjectAlternativeNameSummaries", ())}


def base(name: str) -> str:
    """The name whose validation record it shares: `*.shop.example` has that of `shop.example`."""
    return name.removeprefix(WILDCARD)


def shared(items: Iterable[Mapping[str, Any]], domain: str) -> bool:
    """Whether any of these certificates needs the validation record of a domain, or may need it."""
    return any(
        domain in {base(name) for name in names(item)}
        or item.get("HasAdditionalSubjectAlternativeNames")
        for item in items
        if item.get("Type") != "IMPORTED" and item.get("Status") in ("ISSUED", "PENDING_VALIDATION")
    )
