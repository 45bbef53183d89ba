"""moto's ACM with what ListCertificates shows, and what it leaves out.

moto 5.2.5 lists every key type where AWS lists RSA 1024 and 2048 unless told, never shows a
certificate's further names, and issues one after a minute whether it was validated or not.
https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.acm import urls
from moto.acm.models import AWSCertificateManagerBackend, CertBundle, acm_backends
from moto.route53.models import route53_backends

from ._extension import Extension

WAITING, ISSUED = "PENDING_VALIDATION", "ISSUED"
LISTED = ["RSA_1024", "RSA_2048"]


def install() -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    acm_backends.backend = AcmBackend


class AcmBackend(Extension, AWSCertificateManagerBackend):
    """One region."""

    urls_of = urls

    def get_certificate(self, arn: str) -> CertBundle:
        """Return it, issued once its validation records are in public hosted zones."""
        bundle = self._certificates.get(arn)
        if bundle and bundle.type == "AMAZON_ISSUED" and bundle.status in (WAITING, ISSUED):
            proven = bundle.status == ISSUED or self._validated(bundle)
            super().get_certificate(arn)
            bundle.status = ISSUED if proven else WAITING
            return bundle
        return super().get_certificate(arn)

    def _validated(self, bundle: CertBundle) -> bool:
        options = bundle.describe()["Certificate"].get("DomainValidationOptions", ())
        wanted = {
            (one["ResourceRecord"]["Name"], one["ResourceRecord"]["Value"]) for one in options
        }
        zones = route53_backends[self.account_id][self.partition].zones.values()
        public = (record for zone in zones if not zone.private_zone for record in zone.rrsets)
        there = {
            (record.name, value)
            for record in public
            if record.type == "CNAME"
            for value in record.records or ()
        }
        return wanted <= there

    def list_certificates(self, statuses: list[str], includes: dict[str, Any]) -> Iterable[Any]:
        """List them with all their names."""
        asked = {"keyTypes": LISTED, **(includes or {})}
        return [Listed(each) for each in super().list_certificates(statuses, asked)]


class Listed:
    """A certificate as a list shows it."""

    def __init__(self, bundle: CertBundle) -> None:
        self.bundle, self.cert_options = bundle, bundle.cert_options

    def describe(self) -> dict[str, Any]:
        """Describe it, its names as a summary calls them."""
        shown = self.bundle.describe()
        names = shown["Certificate"]["SubjectAlternativeNames"]
        shown["Certificate"]["SubjectAlternativeNameSummaries"] = names
        return shown
