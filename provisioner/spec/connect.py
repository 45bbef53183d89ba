"""`connect:` of a service — ECS Service Connect: a short name for callers, and a proxy."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Expected, Int, Part, Port, RoleReference, Word

AliasName = Annotated[
    str,
    Word(
        "a name of at most 127 lower-case letters, digits and ._-, no hyphen first",
        r"[a-z0-9_][a-z0-9_.-]{0,126}",
    ),
]
AuthorityArn = Annotated[
    str,
    Word(
        "the ARN of a certificate authority of AWS Private CA",
        r"arn:[^:]+:acm-pca:[^:]+:\d{12}:certificate-authority/[\w-]+",
    ),
]
KeyArn = Annotated[str, Word("the ARN of a KMS key", r"arn:[^:]+:kms:[^:]+:\d{12}:key/[\w-]+")]


class ConnectTls(Part):
    """Requests between the proxies are encrypted; applications speak plainly to their own."""

    certificate_authority: AuthorityArn
    """Issues the certificates, which ECS renews every few days."""
    role: RoleReference | None = None
    """A role by which ECS gets and keeps certificates; made when not given."""
    kms_key: KeyArn | None = None
    """Encrypts the private keys; AWS's own key when not given."""


class Connect(Part):
    """How other services call this one, and how its proxy behaves."""

    enabled: Bool = True
    name: AliasName | None = None
    """The host name that callers use: the service's key when not given."""
    port: Port | None = None
    """The port that callers use: the service's own when not given."""
    protocol: Literal["http", "http2", "grpc", "tcp"] = "http"
    """What the proxies understand of the requests, and count."""
    ingress_port: Port | None = None
    """Where the proxy listens, instead of in front of the service's port."""
    idle_timeout_seconds: Annotated[Int, Field(ge=0, le=2147483647)] | None = None
    """A connection without requests ends: after 5 minutes, an hour with tcp; 0 is never."""
    request_timeout_seconds: Annotated[Int, Field(ge=0, le=2147483647)] | None = None
    """How long an answer may take; 0 is any time."""
    tls: ConnectTls | None = None
    logs: Bool = True
    """What the proxy says goes into the service's log group."""
    access_logs: Literal["text", "json"] | None = None
    """A line for every request, in that form."""
    access_log_queries: Bool = False
    """With the query strings, which may hold what nobody should read."""


def _switch(value: Any) -> Any:
    return {"enabled": value} if isinstance(value, bool | str) else value


Connected = Annotated[
    Connect,
    BeforeValidator(_switch, json_schema_input_type=Connect | bool | str),
    Expected("true, false or a mapping"),
]
