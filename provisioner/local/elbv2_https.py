"""What only an HTTPS listener has and moto 5.2.5 does not know: client and SNI certificates.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_MutualAuthenticationAttributes.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from flask import request
from moto.elbv2.models import ELBv2Backend, FakeListener

from .settings import Settings

PREFIX = "MutualAuthentication."
# Seconds that ACM goes on saying that a certificate is in use: AWS gives no number.
RELEASED_IN = 60.0


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


class Encrypting(ELBv2Backend):
    """A backend's certificates: what uses which, and those beside the default one.

    moto shows them in DescribeListeners, too, and forgets them when the default one changes.
    """

    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # Which load balancer had a certificate, and until when ACM says so.
        self.released: dict[str, tuple[str, float]] = {}

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
        with self._releasing():
            listener.sni = [each for each in _sni(listener) if each not in gone]  # type: ignore[attr-defined]

    def modify_listener(self, *args: Any, **kwargs: Any) -> FakeListener:
        """Change it."""
        with self._releasing():
            return super().modify_listener(*args, **kwargs)

    def delete_listener(self, listener_arn: str) -> FakeListener:
        """Delete it."""
        with self._releasing():
            return super().delete_listener(listener_arn)

    def delete_load_balancer(self, arn: str) -> None:
        """Delete it with its listeners."""
        with self._releasing():
            super().delete_load_balancer(arn)

    @contextmanager
    def _releasing(self) -> Iterator[None]:
        """Remember who had a certificate that nobody has afterwards."""
        before = self._used()
        yield
        until = self.settings.clock.now() + RELEASED_IN
        for arn in before.keys() - self._used().keys():
            self.released[arn] = (before[arn], until)

    def _used(self) -> dict[str, str]:
        return {
            arn: balancer.arn
            for balancer in self.load_balancers.values()
            for listener in balancer.listeners.values()
            for arn in certificates(listener)
        }

    def _listener(self, arn: str) -> FakeListener:
        (found,) = self.describe_listeners(load_balancer_arn=None, listener_arns=[arn])
        return found


def _sni(listener: FakeListener) -> list[str]:
    return list(getattr(listener, "sni", ()))


def certificates(listener: FakeListener) -> set[str]:
    """All certificates of a listener."""
    return {*map(str, filter(None, [listener.certificate, *listener.certificates]))} | {
        *_sni(listener)
    }


def used_by(backend: ELBv2Backend, arn: str, late: float | None) -> list[str]:
    """Name the load balancers whose listeners have a certificate, or, at `late`, had it."""
    found = [
        balancer.arn
        for balancer in backend.load_balancers.values()
        if any(arn in certificates(each) for each in balancer.listeners.values())
    ]
    had, until = getattr(backend, "released", {}).get(arn, ("", 0.0))
    return found or ([had] if late is not None and late < until else [])
