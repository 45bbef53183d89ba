"""HTTPS: certificates, TLS policy, client certificates, and the redirect from plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Lookup, Ref, Resource, Text, text
from provisioner.spec.ingress import Listener, LoadBalancer
from provisioner.spec.tls import CertificateChoice, MutualTls
from provisioner.stack.context import Context, ref

CERTIFICATE = "acm.certificate"
USUAL = {"http": 80, "https": 443}


def build(context: Context) -> Iterator[Resource]:
    """The certificates that are requested, each once."""
    requested = {choice.request[0]: choice for _, choice in _choices(context) if choice.request}
    for name, choice in requested.items():
        properties = {
            "DomainName": name,
            "SubjectAlternativeNames": choice.request[1:],
            "ValidationMethod": "DNS",
            "KeyAlgorithm": choice.key_algorithm,
            "HostedZones": {
                domain: zone(domain, choice.zone).ref("Id") for domain in _validated(choice)
            },
            "Status": "ISSUED",
            "Failure": "",
        }
        yield context.resource(CERTIFICATE, name, properties)


def lookups(context: Context) -> Iterator[Lookup]:
    """Certificates that the spec names by domain, and where others are validated, each once."""
    found: dict[str, Lookup] = {}
    for listener, choice in _choices(context):
        field = f"load_balancer.listeners.{listener}"
        if choice.domain:
            found.setdefault(choice.domain, _lookup(choice.domain, field))
        for domain in _validated(choice):
            one = zone(domain, choice.zone, field=f"{field}.certificate")
            found.setdefault(one.address, one)
    yield from found.values()


def _choices(context: Context) -> Iterator[tuple[str, CertificateChoice]]:
    balancer = context.spec.load_balancer
    for name, listener in balancer.listeners.items() if balancer else ():
        for choice in (listener.certificate, *listener.extra_certificates):
            if choice:
                yield name, choice


def _validated(choice: CertificateChoice) -> list[str]:
    """A wildcard has the validation record of the name below it."""
    return sorted({name.removeprefix("*.") for name in choice.request})


def zone(domain: str, given: str | None, field: str = "", *, private: bool = False) -> Lookup:
    """The hosted zone that holds a domain."""
    query = {"domain": domain, "zone": given, "private": private, "field": field}
    words = (given, domain, "any" if private else "")
    return Lookup("hosted_zone", query, "/".join(word for word in words if word))


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
    if choice.request:
        return ref(CERTIFICATE, choice.request[0])
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
    """Where people go: the first host name, or the certificate's, or the balancer's own."""
    name = balancer.secure()
    names = list(balancer.domain.names) if balancer.domain else []
    if name is not None and (certificate := balancer.listeners[name].certificate):
        names += [certificate.domain or "", *certificate.request]
    host = next((one for one in names if one and not one.startswith("*")), dns)
    if name is None:
        return _url("http", host, min(one.port for one in balancer.own().values()))
    return _url("https", host, balancer.listeners[name].port)


def _url(scheme: str, host: str | Ref, port: int) -> Text:
    return text(f"{scheme}://", host, "" if port == USUAL[scheme] else f":{port}")
