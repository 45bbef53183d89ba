"""Headers that the load balancer adds to responses: security, and CORS."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Expected, Int, Part, Strings, Word

HeaderValue = Annotated[
    str, Word("a header's value of at most 1024 printable characters", r"[\x20-\x7e]{0,1024}")
]
Origin = Annotated[
    str,
    Word(
        "one origin such as https://shop.example, or *; more than one only the application can do",
        r"\*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?",
    ),
]


class SecurityHeaders(Part):
    """`none`, or an empty text, leaves a header to the application."""

    hide_server: Bool = True
    """Without the load balancer's own `Server`."""
    strict_transport_security: HeaderValue = "max-age=31536000"
    """On HTTPS listeners only: browsers ignore it elsewhere."""
    content_type_options: Literal["nosniff", "none"] = "nosniff"
    frame_options: Literal["DENY", "SAMEORIGIN", "none"] = "SAMEORIGIN"
    content_security_policy: HeaderValue = ""
    """Nothing by itself: what is right depends on the pages."""


def _short(value: Any) -> Any:
    if value in (True, "true"):
        return {}
    return None if value in (False, "false") else value


Security = Annotated[
    SecurityHeaders | None,
    BeforeValidator(_short, json_schema_input_type=Bool | SecurityHeaders | None),
    Expected("true, or a mapping"),
]
"""`true`, or what is different from the usual."""


class Cors(Part):
    """Every response says the same, whoever asks: hence one origin."""

    allow_origin: Origin
    """The site whose pages may call this one, `*` for all."""
    allow_methods: Strings = ["GET", "HEAD", "POST"]
    allow_headers: Strings = []
    """Request headers beside those that are always allowed."""
    expose_headers: Strings = []
    """Response headers that scripts may read."""
    allow_credentials: Bool = False
    """Whether cookies may be sent along; not with origin `*`."""
    max_age_seconds: Annotated[Int, Field(ge=0, le=86400)] | None = None
    """How long a browser may remember the answer to a preflight request."""
    preflight: Bool = False
    """Whether the load balancer answers preflight requests by itself, with 204."""
