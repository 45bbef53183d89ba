"""What Elastic Load Balancing refuses about the certificates of its listeners.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .rule import Params, Place, Rule

# The fourth part of an ARN is its region.
REGION = 3


def _none(params: Params, _: Place) -> str | None:
    if params.get("Protocol") == "HTTPS" and not params.get("Certificates"):
        return "A certificate must be specified for HTTPS listeners"
    return None


def _plain(params: Params, place: Place) -> str | None:
    """A listener that encrypts nothing has no certificate, and no policy of how to."""
    found = _listener(params, place)
    if (params.get("Protocol") or getattr(found, "protocol", None)) != "HTTP":
        return None
    if params.get("Certificates"):
        return "A certificate cannot be specified for HTTP listeners"
    if params.get("SslPolicy"):
        return "An SSL policy cannot be specifed for HTTP listeners"  # AWS's own spelling
    return None


def _listener(params: Params, place: Place) -> Any:
    arn = params.get("ListenerArn")
    balancers = place.of("elbv2").load_balancers.values()
    return next((each.listeners[arn] for each in balancers if arn in each.listeners), None)


def _elsewhere(params: Params, place: Place) -> str | None:
    for arn in _of_acm(params):
        if arn.split(":")[REGION] != place.region:
            return f"Certificate ARN '{arn}' is not valid"
    return None


def _absent(params: Params, place: Place) -> str | None:
    absent = (arn for arn in _of_acm(params) if _found(arn, place) is None)
    return next((f"Certificate '{arn}' not found" for arn in absent), None)


def _pending(params: Params, place: Place) -> str | None:
    for arn in _of_acm(params):
        if (found := _found(arn, place)) and found.status != "ISSUED":
            return (
                f"The certificate '{arn}' must have a fully-qualified domain name, a supported"
                " signature, and a supported key size."
            )
    return None


def _of_acm(params: Params) -> Iterator[str]:
    for each in params.get("Certificates") or ():
        if ":acm:" in each["CertificateArn"]:
            yield each["CertificateArn"]


def _found(arn: str, place: Place) -> Any:
    found = place.of("acm")._certificates.get(arn)  # noqa: SLF001  moto's way raises
    if found is not None:
        found.check()
    return found


RULES = (
    Rule("CreateListener", "ValidationError", _none, "ELB API: CreateListener"),
    *(
        Rule(operation, "ValidationError", _plain, "planx-new#1051")
        for operation in ("CreateListener", "ModifyListener", "AddListenerCertificates")
    ),
    *(
        Rule(operation, code, check, source)
        for operation in ("CreateListener", "ModifyListener", "AddListenerCertificates")
        for code, check, source in (
            ("ValidationError", _elsewhere, "aws-load-balancer-controller#2754"),
            ("CertificateNotFound", _absent, "ELB API: CreateListener"),
            ("UnsupportedCertificate", _pending, "terraform-aws-acm-request-certificate#58"),
        )
    ),
)
