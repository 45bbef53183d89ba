"""What only an HTTPS listener has and moto 5.2.5 does not know: client and SNI certificates.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_MutualAuthenticationAttributes.html
"""

from __future__ import annotations

from typing import Any

from flask import request
from moto.elbv2.models import FakeListener

PREFIX = "MutualAuthentication."


def asked() -> dict[str, Any]:
    """What the request under way says of client certificates; empty where it says nothing."""
    return {
        key.removeprefix(PREFIX): value == "true" if value in {"true", "false"} else value
        for key, value in request.values.items()
        if key.startswith(PREFIX)
    }


def settle(listener: FakeListener) -> None:
    """Give an HTTPS listener what was asked, `off` at first; take it from any other."""
    given = asked() or getattr(listener, "mutual_authentication", None) or {"Mode": "off"}
    shown = given if listener.protocol == "HTTPS" else None
    listener.mutual_authentication = shown  # type: ignore[attr-defined]  # moto reads it by this name
    if listener.protocol != "HTTPS":
        listener.certificate, listener.certificates = None, []


class SniCertificates:
    """A backend's certificates beside the default one.

    moto shows them in DescribeListeners, too, and forgets them when the default one changes.
    """

    def add_listener_certificates(self, arn: str, certificates: list[dict[str, Any]]) -> list[str]:
        """Add them; one that is there stays."""
        listener = self._listener(arn)
        added = [each["CertificateArn"] for each in certificates]
        listener.sni = list(dict.fromkeys([*_sni(listener), *added]))  # type: ignore[attr-defined]
        return _sni(listener)

    def describe_listener_certificates(self, arn: str) -> list[str]:
        """Name the default one and then the others."""
        listener = self._listener(arn)
        return [str(each) for each in (*listener.certificates, *_sni(listener))]

    def remove_listener_certificates(self, arn: str, certificates: list[dict[str, Any]]) -> None:
        """Remove them."""
        listener = self._listener(arn)
        gone = {each["CertificateArn"] for each in certificates}
        listener.sni = [each for each in _sni(listener) if each not in gone]  # type: ignore[attr-defined]

    def _listener(self, arn: str) -> FakeListener:
        (found,) = self.describe_listeners(  # type: ignore[attr-defined]  # a backend has it
            load_balancer_arn=None, listener_arns=[arn]
        )
        return found  # type: ignore[no-any-return]


def _sni(listener: FakeListener) -> list[str]:
    return list(getattr(listener, "sni", ()))
