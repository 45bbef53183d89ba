"""`domain:` — the names under which the load balancer is found."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from provisioner.spec.fields import Bool, Expected, Part
from provisioner.spec.tls import Domains, HostedZone

MOST_NAMES = 8
"""The load balancer remembers each in a tag, and has room for fifty tags."""


class Dns(Part):
    """Records in Route 53 that lead to the load balancer."""

    names: Annotated[Domains, Field(min_length=1, max_length=MOST_NAMES)]
    """The first is that of the output `url`."""
    zone: HostedZone | None = None
    """The id or name of the hosted zone; without it, the one nearest above each name."""
    evaluate_target_health: Bool = True
    """Whether Route 53 looks at the health of the load balancer's targets when it answers."""
    request_certificate: Bool = True
    """For all of the names, unless a listener has a certificate already."""


def _names(value: Any) -> Any:
    return {"names": value} if isinstance(value, str | list) else value


HostNames = Annotated[
    Dns | None,
    BeforeValidator(_names, json_schema_input_type=Dns | str | list[str] | None),
    Expected("a domain, a list of domains, or `{names: …, zone: …}`"),
]
"""A domain, several, or all that there is to say of them."""


def with_https(value: Any) -> Any:
    """The load balancer as written, with the listener that its domain asks for.

    Where one has a certificate already, or speaks HTTPS, nothing is added; nor is it to a load
    balancer of somebody else's.
    """
    if not isinstance(value, dict) or value.get("domain") is None:
        return value
    if value.get("existing") is not None:
        return value
    try:
        domain = Dns.model_validate(_names(value["domain"]))
    except ValidationError:  # complained of where it stands; a listener in its name is no help
        return {"listeners": {"http": {}}, **value}
    listeners = value.get("listeners", {})
    https = (listeners.get("https") or {}) if isinstance(listeners, dict) else None
    if not domain.request_certificate or not isinstance(https, dict) or _secure(listeners):
        return value
    certificate = {"request": domain.names, "zone": domain.zone}
    return {**value, "listeners": {**listeners, "https": {**https, "certificate": certificate}}}


def _secure(listeners: dict[str, Any]) -> bool:
    found = [one for one in listeners.values() if isinstance(one, dict)]
    return any(
        one.get("certificate") is not None
        or one.get("existing") is not None
        or one.get("protocol") == "HTTPS"
        for one in found
    )
