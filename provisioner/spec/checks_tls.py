"""Rules about HTTPS listeners."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.document import Path, dotted
from provisioner.spec.finding import Finding
from provisioner.spec.ingress import Listener
from provisioner.spec.models import Spec
from provisioner.spec.tls import CertificateChoice

_ENCRYPTED = ("certificate", "extra_certificates", "tls_policy", "mutual_tls")
_MOST_EXTRA = 25
_LONGEST_MAIN = 64


def _listeners(spec: Spec) -> Iterator[tuple[Path, Listener]]:
    for name, listener in (spec.load_balancer.listeners if spec.load_balancer else {}).items():
        yield ("load_balancer", "listeners", name), listener


def certificates(spec: Spec) -> Iterator[Finding]:
    """HTTPS has a default certificate, HTTP none; elbv2.CreateListener, Certificates."""
    for path, listener in _listeners(spec):
        if listener.protocol == "HTTPS" and listener.certificate is None:
            message = "missing; HTTPS needs a domain, or the ARN of a certificate"
            yield Finding((*path, "certificate"), message)
        if listener.protocol == "HTTP":
            for field in _ENCRYPTED:
                if field in listener.model_fields_set:
                    yield Finding((*path, field), "only a listener with protocol HTTPS has one")
        if len(listener.extra_certificates) > _MOST_EXTRA:
            found = len(listener.extra_certificates)
            message = f"expected at most {_MOST_EXTRA} certificates, found {found}"
            yield Finding((*path, "extra_certificates"), message)


def requested(spec: Spec) -> Iterator[Finding]:
    """A certificate's main name is short, and one is requested once; acm.RequestCertificate."""
    known: dict[str, tuple[Path, CertificateChoice]] = {}
    for path, listener in _listeners(spec):
        extra = [
            ((*path, "extra_certificates", index), one)
            for index, one in enumerate(listener.extra_certificates)
        ]
        for where, choice in (((*path, "certificate"), listener.certificate), *extra):
            if choice is None:
                continue
            if not choice.request:
                for field in sorted({"zone", "key_algorithm"} & choice.model_fields_set):
                    yield Finding((*where, field), "only a certificate with `request` has one")
                continue
            name = choice.request[0]
            if len(name) > _LONGEST_MAIN:
                message = f"expected a first name of at most {_LONGEST_MAIN} characters"
                yield Finding(_written(spec, choice, where), f"{message}, found {name!r}")
            before, same = known.setdefault(name, (where, choice))
            if same != choice:
                message = f"{name} is requested otherwise at {dotted(before)}; use the same names"
                yield Finding((*where, "request", 0), message)


def _written(spec: Spec, choice: CertificateChoice, where: Path) -> Path:
    """Where a request stands: in `domain`, if that has asked for it."""
    domain = spec.load_balancer.domain if spec.load_balancer else None
    if domain and domain.names == choice.request:
        return ("load_balancer", "domain")
    return (*where, "request", 0)


def mutual_tls(spec: Spec) -> Iterator[Finding]:
    """Only `verify` has a trust store, and needs it; elbv2 MutualAuthenticationAttributes."""
    for path, listener in _listeners(spec):
        mutual, where = listener.mutual_tls, (*path, "mutual_tls")
        if mutual.mode == "verify" and mutual.trust_store_arn is None:
            yield Finding((*where, "trust_store_arn"), "missing; `verify` needs `trust_store_arn`")
        if mutual.mode == "verify":
            continue
        for field in sorted(mutual.model_fields_set - {"mode"}):
            yield Finding((*where, field), f"has no meaning with mode {mutual.mode}")
