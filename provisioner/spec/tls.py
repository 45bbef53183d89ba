"""`certificate:` and what else makes a listener an HTTPS one."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from provisioner.spec.fields import Bool, Expected, Part, Word

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""What the console recommends; the API without a policy takes one that allows TLS 1.0."""

CertificateArn = Annotated[
    str,
    Word(
        "the ARN of a certificate in ACM or IAM",
        r"arn:[^:]+:(acm:[^:]+:\d{12}:certificate|iam::\d{12}:server-certificate)/.+",
    ),
]
_LABELS = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?"
Domain = Annotated[
    str,
    Word(
        "a domain in lower case such as shop.example or *.shop.example",
        rf"(\*\.)?{_LABELS}",
    ),
]
TlsPolicy = Annotated[
    str, Word("a policy such as ELBSecurityPolicy-TLS13-1-2-2021-06", r"ELBSecurityPolicy-[\w-]+")
]
TrustStoreArn = Annotated[
    str,
    Word("the ARN of a trust store", r"arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:truststore/.+"),
]


HostedZone = Annotated[
    str,
    Word(
        "a hosted zone's id (Z…), or its name such as shop.example",
        rf"Z[A-Z0-9]{{1,31}}|{_LABELS}",
    ),
]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Domains = Annotated[
    list[Domain],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Expected("a domain, or a list of domains"),
]
"""One domain, or several; the first is the main one."""


class CertificateChoice(Part):
    """A certificate: exactly one of arn, domain, request."""

    arn: CertificateArn | None = None
    domain: Domain | None = None
    """Found in ACM: issued, in this region, for this name or a wildcard above it; the newest."""
    request: Annotated[Domains, Field(max_length=100)] = []  # noqa: RUF012  # pydantic copies it
    """Requested from ACM for these names, the main one first, and renewed by itself.

    Validated through records that are made in Route 53.
    """
    zone: HostedZone | None = None
    """The hosted zone for the validation records; the nearest public one above each name."""
    key_algorithm: Literal["RSA_2048", "EC_prime256v1", "EC_secp384r1"] = "RSA_2048"
    """Of a requested certificate. Another one is another certificate; listeners move over."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if [self.arn is None, self.domain is None, not self.request].count(False) != 1:
            raise ValueError("expected exactly one of `arn`, `domain`, `request`")
        return self


def _certificate(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return {"arn": value} if value.startswith("arn:") else {"domain": value}


Certificate = Annotated[
    CertificateChoice,
    BeforeValidator(_certificate, json_schema_input_type=CertificateChoice | str),
    Expected("a domain, or the ARN of a certificate"),
]
"""A domain, or an ARN."""


class MutualTls(Part):
    """Whether clients show a certificate, and who checks it."""

    mode: Literal["off", "passthrough", "verify"] = "verify"
    """`passthrough` hands it to the application in headers, unchecked."""
    trust_store_arn: TrustStoreArn | None = None
    """The authorities that `verify` trusts."""
    ignore_client_certificate_expiry: Bool = False
    advertise_trust_store_ca_names: Bool = False
    """Tell clients the authorities' names, so that they can choose a certificate."""


def _mutual(value: Any) -> Any:
    return {"mode": value} if isinstance(value, str) else value


Mutual = Annotated[
    MutualTls,
    BeforeValidator(_mutual, json_schema_input_type=MutualTls | Literal["off", "passthrough"]),
    Expected("off, passthrough or `{trust_store_arn: …}`"),
]
