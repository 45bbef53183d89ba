"""moto's ACM with what ListCertificates shows, and certificates that are issued once DNS says so.

moto 5.2.5 lists every key type where AWS lists RSA 1024 and 2048 unless told, never shows a
certificate's further names, issues whatever was requested after a minute, gives every certificate
the same record to validate it with, and deletes one that is in use.
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from moto.acm import models, urls
from moto.acm.models import AWSCertificateManagerBackend, CertBundle, acm_backends
from moto.acm.responses import AWSCertificateManagerResponse
from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends

from ._extension import Extension
from .elbv2_https import used_by
from .settings import Settings

LISTED = ["RSA_1024", "RSA_2048"]
PENDING = "PENDING_VALIDATION"
# Seconds from the records to the certificate: AWS says minutes, and gives no number.
VALIDATED_IN = 120.0
# https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-timed-out.html
TIMES_OUT_IN = 72 * 3600.0
# Until a new certificate tells its records: "several seconds" (API_RequestCertificate).
RECORDS_AFTER = 5.0
# Of an idempotency token (API_RequestCertificate).
TOKEN_LASTS = 3600.0
# What a certificate has only when it is issued.
ISSUED_ONLY = ("IssuedAt", "NotAfter", "NotBefore", "Serial")


def install(settings: Settings) -> None:
    """Put this backend and this API in the place of moto's, before moto has made one."""
    Bundle.settings = settings
    acm_backends.backend = AcmBackend
    vars(models)["CertBundle"] = Bundle
    for path in urls.url_paths:
        urls.url_paths[path] = Api.dispatch


class Bundle(CertBundle):
    """One certificate."""

    settings: ClassVar[Settings] = Settings()

    def __init__(self, account_id: str, *args: Any, **kwargs: Any) -> None:
        self.asked_at = self.issued_at = self.settings.clock.now()
        self.place = (account_id, str(kwargs["region"]))
        self.method = "DNS"
        self.algorithm = ""
        super().__init__(account_id, *args, **kwargs)

    @property
    def in_use_by(self) -> list[str]:
        """The load balancers whose listeners have it."""
        account, region = self.place
        late = self.settings.clock.now() if self.settings.consistency else None
        return used_by(elbv2_backends[account][region], self.arn, late)

    @in_use_by.setter
    def in_use_by(self, _: list[str]) -> None:
        """Moto begins with an empty list."""

    def check(self) -> None:
        """Look whether it is issued by now, or expired."""
        if self.status != PENDING:
            super().check()
            return
        now, since = self.settings.clock.now(), self._valid_since()
        if since is not None and now >= max(since, self.asked_at) + VALIDATED_IN:
            self.status, self.issued_at = "ISSUED", now
        elif now >= self.asked_at + TIMES_OUT_IN:
            self.status = "VALIDATION_TIMED_OUT"

    def describe(self) -> dict[str, Any]:
        """Describe it, its names as a summary calls them, too."""
        shown = super().describe()
        found = shown["Certificate"]
        for name, at in (
            ("ImportedAt", self.asked_at),
            ("CreatedAt", self.asked_at),
            ("IssuedAt", self.issued_at),
        ):
            if name in found:
                found[name] = self.settings.clock.wall(at)
        if self.algorithm:
            found["KeyAlgorithm"] = self.algorithm
        found["SubjectAlternativeNameSummaries"] = found["SubjectAlternativeNames"]
        if self.type != "AMAZON_ISSUED":
            return shown
        found["RenewalEligibility"] = "ELIGIBLE" if self.in_use_by else "INELIGIBLE"
        found["DomainValidationOptions"] = list(map(self._option, self.sans))
        if self.status != "ISSUED":
            for name in ISSUED_ONLY:
                found.pop(name, None)
        return shown

    def _option(self, domain: str) -> dict[str, Any]:
        status = {"ISSUED": "SUCCESS", PENDING: PENDING}.get(self.status, "FAILED")
        option: dict[str, Any] = {
            "DomainName": domain,
            "ValidationStatus": status,
            "ValidationMethod": self.method,
        }
        if self.method == "EMAIL":
            option["ValidationDomain"] = domain
            return option
        if (
            not self.settings.consistency
            or self.settings.clock.now() > self.asked_at + RECORDS_AFTER
        ):
            name, value = self.record(domain)
            option["ResourceRecord"] = {"Name": name, "Type": "CNAME", "Value": value}
        return option

    def record(self, domain: str) -> tuple[str, str]:
        """Name and value of the CNAME: the same for a wildcard, and for the next certificate."""
        base = domain.removeprefix("*.")
        account, _ = self.place
        one, two, three = (
            hashlib.sha256(f"{part}/{account}/{base}".encode()).hexdigest() for part in "nvz"
        )
        return f"_{one[:32]}.{base}.", f"_{two[:32]}.{three[:10]}.acm-validations.aws."

    def _valid_since(self) -> float | None:
        """When the last of its records came, None if one is missing."""
        if self.method != "DNS":
            return None
        account, _ = self.place
        dns: Any = route53_backends[account]["aws"]
        found = [dns.since(*self.record(domain)) for domain in self.sans]
        return None if None in found else max(found, default=None)


class AcmBackend(Extension, AWSCertificateManagerBackend):
    """One region."""

    urls_of = urls

    def list_certificates(self, statuses: list[str], includes: dict[str, Any]) -> Iterable[Any]:
        """List them with all their names."""
        return super().list_certificates(statuses, {"keyTypes": LISTED, **(includes or {})})

    def delete_certificate(self, arn: str) -> None:
        """Delete one that nobody uses."""
        if arn in self._certificates and self._certificates[arn].in_use_by:
            raise AWSError(f"Certificate {arn} is in use.", "ResourceInUseException")
        super().delete_certificate(arn)

    def request_certificate(
        self, domain_name: str, idempotency_token: str | None, *args: Any, **kwargs: Any
    ) -> str:
        """Request one. That a token is about one domain alone is [unverified]; AWS says nothing."""
        token: Any = idempotency_token and f"{domain_name}/{idempotency_token}"
        return super().request_certificate(domain_name, token, *args, **kwargs)

    def _get_arn_from_idempotency_token(self, token: str) -> str | None:
        """A token lasts an hour of AWS's time, and what is deleted is not returned again."""
        arn, until = self._idempotency_tokens.get(token, ("", 0.0))
        return arn if arn in self._certificates and Bundle.settings.clock.now() < until else None

    def _set_idempotency_token_arn(self, token: str, arn: str) -> None:
        self._idempotency_tokens[token] = (arn, Bundle.settings.clock.now() + TOKEN_LASTS)


class Api(AWSCertificateManagerResponse):
    """One request. The public methods are operations."""

    def request_certificate(self) -> ActionResult:
        """Request one, by the method and with the key that are asked for."""
        known = {*vars(self.acm_backend)["_certificates"]}
        answer = super().request_certificate()
        result: Any = answer.result
        bundle: Any = self.acm_backend.get_certificate(result["CertificateArn"])
        if bundle.type == "AMAZON_ISSUED" and bundle.arn not in known:
            bundle.sans = list(dict.fromkeys(self._names()))
            bundle.method = self._get_param("ValidationMethod") or "EMAIL"
            bundle.algorithm = self._get_param("KeyAlgorithm") or ""
        return answer

    def update_certificate_options(self) -> ActionResult:
        """Change how the domains are validated (moto has no such operation).

        What else is in the options stays: no certificate is without transparency logging any more,
        and whether it can be exported is decided when it is made (API_CertificateOptions).
        """
        bundle: Any = self.acm_backend.get_certificate(self._get_param("CertificateArn"))
        bundle.method = self._get_param("Options").get("ValidationMethod", bundle.method)
        return EmptyResult()

    def _names(self) -> Iterator[str]:
        yield self._get_param("DomainName")
        yield from self._get_param("SubjectAlternativeNames") or ()
