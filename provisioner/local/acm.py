"""moto's ACM with what ListCertificates shows, and what it leaves out.

moto 5.2.5 lists every key type where AWS lists RSA 1024 and 2048 unless told, and never shows a
certificate's further names.
https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.acm import urls
from moto.acm.models import AWSCertificateManagerBackend, CertBundle, acm_backends

from ._extension import Extension

LISTED = ["RSA_1024", "RSA_2048"]


def install() -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    acm_backends.backend = AcmBackend


class AcmBackend(Extension, AWSCertificateManagerBackend):
    """One region."""

    urls_of = urls

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
