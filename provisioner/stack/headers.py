"""Response headers as listener attributes, and the rule that answers preflight requests.

Source: Application Load Balancer guide, HTTP header modification.
"""

from __future__ import annotations

from provisioner.engine.owner import MARK
from provisioner.spec.headers import Cors, SecurityHeaders
from provisioner.spec.ingress import FixedResponse, Listener, LoadBalancer, Rule

PREFIX = "routing.http.response."
HEADERS = (
    "strict_transport_security",
    "x_content_type_options",
    "x_frame_options",
    "content_security_policy",
    "access_control_allow_origin",
    "access_control_allow_methods",
    "access_control_allow_headers",
    "access_control_allow_credentials",
    "access_control_expose_headers",
    "access_control_max_age",
)
PREFLIGHT = "Access-Control-Request-Method"


def attributes(balancer: LoadBalancer, listener: Listener) -> dict[str, str]:
    """All of them, so that one that is no longer wanted goes: an empty value adds no header."""
    security, values = balancer.security_headers, dict.fromkeys(HEADERS, "")
    if security:
        values |= _security(security, secure=listener.protocol == "HTTPS")
    if balancer.cors:
        values |= _cors(balancer.cors)
    server = "false" if security and security.hide_server else "true"
    named = {f"{PREFIX}{name}.header_value": value for name, value in values.items()}
    return {f"{PREFIX}server.enabled": server, **named}


def tags(balancer: LoadBalancer) -> dict[str, str]:
    """What makes the attributes worth a look."""
    return {MARK: "set"} if balancer.security_headers or balancer.cors else {}


def preflight(balancer: LoadBalancer | None, listener: str) -> list[Rule]:
    """Before every other rule: OPTIONS from a browser that asks whether it may.

    Not on a listener of others: it would answer for them, too.
    """
    cors = balancer.cors if balancer else None
    if balancer is None or cors is None or not cors.preflight or balancer.redirects(listener):
        return []
    if balancer.listeners[listener].existing:
        return []
    answer = FixedResponse(status_code="204")
    return [Rule(method=["OPTIONS"], header={PREFLIGHT: ["*"]}, fixed_response=answer)]


def _security(spec: SecurityHeaders, *, secure: bool) -> dict[str, str]:
    return {
        "strict_transport_security": spec.strict_transport_security if secure else "",
        "x_content_type_options": spec.content_type_options.replace("none", ""),
        "x_frame_options": spec.frame_options.replace("none", ""),
        "content_security_policy": spec.content_security_policy,
    }


def _cors(spec: Cors) -> dict[str, str]:
    return {
        "access_control_allow_origin": spec.allow_origin,
        "access_control_allow_methods": ",".join(spec.allow_methods),
        "access_control_allow_headers": ",".join(spec.allow_headers),
        "access_control_expose_headers": ",".join(spec.expose_headers),
        "access_control_allow_credentials": "true" if spec.allow_credentials else "",
        "access_control_max_age": "" if spec.max_age_seconds is None else str(spec.max_age_seconds),
    }
