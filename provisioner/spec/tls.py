"""`certificate:` and what else makes a listener an HTTPS one."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

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
Domain = Annotated[
    str,
    Word(
        "a domain in lower case such as shop.example or *.shop.example",
        r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?",
    ),
]
TlsPolicy = Annotated[
    str, Word("a policy such as ELBSecurityPolicy-TLS13-1-2-2021-06", r"ELBSecurityPolicy-[\w-]+")
]
TrustStoreArn = Annotated[
    str,
    Word("the ARN of a trust store", r"arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:truststore/.+"),
]


class CertificateChoice(Part):
    """An existing certificate: exactly one of arn, domain."""

    arn: CertificateArn | None = None
    domain: Domain | None = None
    """Found in ACM: issued, in this region, for this name or a wildcard above it; the newest."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.arn is None) == (self.domain is None):
            raise ValueError("expected either `arn` or `domain`")
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
