"""HTTPS: certificates, TLS policy, client certificates, and the redirect from plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Lookup, Ref, Text, text
from provisioner.spec.ingress import Listener, LoadBalancer
from provisioner.spec.tls import CertificateChoice, MutualTls
from provisioner.stack.context import Context

USUAL = {"http": 80, "https": 443}


def lookups(context: Context) -> Iterator[Lookup]:
    """Certificates that the spec names by domain, each once."""
    balancer = context.spec.load_balancer
    domains: dict[str, str] = {}
    for name, listener in balancer.listeners.items() if balancer else ():
        for choice in (listener.certificate, *listener.extra_certificates):
            if choice and choice.domain:
                domains.setdefault(choice.domain, f"load_balancer.listeners.{name}")
    for domain, field in domains.items():
        yield _lookup(domain, field)


def _lookup(domain: str, field: str = "") -> Lookup:
    return Lookup("certificate", {"domain": domain, "field": field}, domain)


def properties(listener: Listener) -> dict[str, Any]:
    """What only an HTTPS listener has."""
    if listener.certificate is None:
        return {}
    return {
        "SslPolicy": listener.tls_policy,
        "Certificates": [{"CertificateArn": _arn(listener.certificate)}],
        "ExtraCertificates": [_arn(choice) for choice in listener.extra_certificates],
        "MutualAuthentication": _mutual(listener.mutual_tls),
    }


def _arn(choice: CertificateChoice) -> str | Ref:
    return choice.arn or _lookup(str(choice.domain)).ref("Arn")


def _mutual(spec: MutualTls) -> dict[str, Any]:
    if spec.mode != "verify":
        return {"Mode": spec.mode}
    return {
        "Mode": "verify",
        "TrustStoreArn": spec.trust_store_arn,
        "IgnoreClientCertificateExpiry": spec.ignore_client_certificate_expiry,
        "AdvertiseTrustStoreCaNames": "on" if spec.advertise_trust_store_ca_names else "off",
    }


def redirect(balancer: LoadBalancer) -> dict[str, Any]:
    """To the same address at the HTTPS listener, for good."""
    port = balancer.listeners[str(balancer.secure())].port
    config = {
        "Protocol": "HTTPS",
        "Port": str(port),
        "Host": "#{host}",
        "Path": "/#{path}",
        "Query": "#{query}",
        "StatusCode": "HTTP_301",
    }
    return {"Type": "redirect", "RedirectConfig": config}


def url(balancer: LoadBalancer, dns: Ref) -> Text:
    """Where people go: the certificate's domain where it is one name, else the balancer's own."""
    name = balancer.secure()
    if name is None:
        return _url("http", dns, min(one.port for one in balancer.own().values()))
    listener = balancer.listeners[name]
    domain = listener.certificate.domain if listener.certificate else None
    host = domain if domain and not domain.startswith("*") else dns
    return _url("https", host, listener.port)


def _url(scheme: str, host: str | Ref, port: int) -> Text:
    return text(f"{scheme}://", host, "" if port == USUAL[scheme] else f":{port}")
