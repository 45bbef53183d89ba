"""`load_balancer:` — the application load balancer, its listeners and their rules."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from provisioner.spec.access_logs import Logs
from provisioner.spec.dns import HostNames, with_https
from provisioner.spec.existing import (
    BalancerLookup,
    ExistingBalancer,
    ExistingGroup,
    ExistingListener,
    Priorities,
    balancer_of,
)
from provisioner.spec.fields import (
    Bool,
    ElbName,
    Expected,
    GroupName,
    Int,
    Part,
    Port,
    RedirectPort,
    Slug,
    StatusCode,
    Strings,
    Value,
)
from provisioner.spec.headers import Cors, Security
from provisioner.spec.tls import TLS_POLICY, Certificate, Mutual, MutualTls, TlsPolicy
from provisioner.spec.waf import Firewall

HTTP_PORT, HTTPS_PORT = 80, 443
REDIRECT_KEEP = {"host": "#{host}", "path": "/#{path}", "query": "#{query}"}


class Conditions(Part):
    """What a request must look like for a rule to apply. All of the given conditions must hold.

    AWS allows five values and six wildcards in one rule.
    """

    path: Strings = []
    """Path patterns such as `/api/*`."""
    host: Strings = []
    """Host names, `*` and `?` allowed."""
    header: dict[str, Strings] = {}
    """Header name (at most 40 characters) to accepted values."""
    method: Strings = []
    """HTTP methods, upper case."""
    query: dict[str, Strings] = {}
    """Query-string key to accepted values."""
    source_ip: Strings = []
    """CIDR blocks."""

    def given(self) -> bool:
        """Whether any condition is set."""
        return any(getattr(self, name) for name in Conditions.model_fields)


class Redirect(Part):
    """Send the client elsewhere. What is not given is kept from the request."""

    protocol: Literal["HTTP", "HTTPS", "#{protocol}"] = "#{protocol}"
    port: RedirectPort = "#{port}"
    host: Annotated[str, Field(max_length=128)] = REDIRECT_KEEP["host"]
    path: Annotated[str, Field(max_length=128)] = REDIRECT_KEEP["path"]
    query: Annotated[str, Field(max_length=128)] = REDIRECT_KEEP["query"]
    permanent: Bool = True
    """301 when true, 302 when false."""


class FixedResponse(Part):
    """Answer at the load balancer."""

    status_code: StatusCode
    content_type: Literal[
        "text/plain", "text/css", "text/html", "application/javascript", "application/json"
    ] = "text/plain"
    body: Annotated[str, Field(max_length=1024)] = ""


class Target(Part):
    """One share of a weighted forward."""

    service: Slug
    weight: Annotated[Int, Field(ge=0, le=999)] = 1


def _targets(value: Any) -> Any:
    if isinstance(value, str):
        return [{"service": value}]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("service"), str) and value.keys() <= Target.model_fields.keys():
        return [value]
    return [{"service": name, "weight": weight} for name, weight in value.items()]


Forward = Annotated[
    list[Target],
    BeforeValidator(_targets, json_schema_input_type=str | dict[str, Int] | list[Target]),
    Field(max_length=5),
    Expected("a service, or `{service: weight, …}`"),
]
"""A service, `{service: weight, …}`, or a list of targets; at most five."""


class Action(Part):
    """Exactly one of forward, redirect, fixed_response."""

    forward: Forward = []
    redirect: Redirect | None = None
    fixed_response: FixedResponse | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [bool(self.forward), self.redirect is not None, self.fixed_response is not None]
        if sum(given) != 1:
            raise ValueError("expected exactly one of `forward`, `redirect`, `fixed_response`")
        return self


class Rule(Conditions, Action):
    """A rule of a listener that is not simply a service's route."""

    name: Slug | None = None
    """What the rule is called in plans; made from its conditions when not given."""
    priority: Annotated[Int, Field(ge=1, le=50000)] | None = None
    """Fixed priority; without one, the order in the file decides."""

    @model_validator(mode="after")
    def _conditions(self) -> Self:
        if not self.given():
            raise ValueError(
                "expected at least one condition (path, host, header, method, query, source_ip)"
            )
        return self


class Listener(Part):
    """One port of the load balancer."""

    existing: ExistingListener = None
    """One that is there already, by its port, ARN or tags; it gets our rules, no more."""
    priorities: Priorities | None = None
    """Where our rules are on an existing listener: a hundred that the stack's name decides on."""
    port: Port = HTTP_PORT
    """443 where there is a `certificate` and nothing else is said."""
    protocol: Literal["HTTP", "HTTPS"] = "HTTP"
    """HTTPS where there is a `certificate`."""
    certificate: Certificate | None = None
    """A domain whose certificate is found in ACM, or a certificate's ARN."""
    extra_certificates: list[Certificate] = []
    """For further host names: the load balancer picks by the name that the client asks for."""
    tls_policy: TlsPolicy = TLS_POLICY
    """Which TLS versions and ciphers clients may use."""
    mutual_tls: Mutual = MutualTls(mode="off")
    """`passthrough`, or `{trust_store_arn: …}` to let in only clients with a certificate."""
    default: Action | None = None
    """For a request that no rule takes; a 404 unless a service's route is the default."""
    rules: list[Rule] = []
    """Rules beside the services' own routes; they come before them."""

    @model_validator(mode="before")
    @classmethod
    def _https(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("certificate") is not None:
            return {"port": HTTPS_PORT, "protocol": "HTTPS", **value}
        return value


def _listeners_or_domain(schema: dict[str, Any]) -> None:
    """What is required of what is written: `domain` makes its listeners itself."""
    schema.pop("required")
    schema["if"] = {"not": {"required": ["domain"]}}
    schema["then"] = {"required": ["listeners"]}


class LoadBalancer(Part):
    """The application load balancer."""

    existing: ExistingBalancer = None
    """One that is there already, by its name, ARN or tags; it stays as it is."""
    name: ElbName | None = None
    security_group: ExistingGroup = None
    """A security group that is there already, by its id, name or tags: it gets our rules."""
    security_group_name: GroupName | None = None
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Cannot be changed later: another scheme is another load balancer with another address."""
    domain: HostNames = None
    """Host names: records that lead here, and a certificate for them, requested from ACM.

    `shop.example`, a list of names, or `{names: …, zone: …}`. Without a listener that has a
    certificate, one on port 443 is made.
    """
    ip_address_type: Literal["ipv4", "dualstack"] = "ipv4"
    """`dualstack` needs subnets with IPv6 addresses."""
    deletion_protection: Bool = False
    idle_timeout_seconds: Annotated[Int, Field(ge=1, le=4000)] = 60
    client_keep_alive_seconds: Annotated[Int, Field(ge=60, le=604800)] = 3600
    drop_invalid_header_fields: Bool = True
    """AWS's default is false; dropping malformed headers is the safe form."""
    desync_mitigation: Literal["monitor", "defensive", "strictest"] = "defensive"
    http2: Bool = True
    preserve_host_header: Bool = False
    attributes: dict[str, Value] = {}
    """Any other load balancer attribute by its AWS key."""
    access_logs: Logs = None
    """Every request, as a line in a bucket that is made for it."""
    security_headers: Security = None
    """Headers that every response gets, and no `Server`: `true`, or what differs from the usual."""
    cors: Cors | None = None
    """Which other site's pages may call this one; without it, the application says."""
    waf: Firewall = None
    """A web application firewall: AWS's managed rules, a rate limit, address lists."""
    ingress_cidrs: Strings = ["0.0.0.0/0"]
    """Who may reach the listeners."""
    redirect_http: Bool = True
    """Where a listener has a certificate, port 80 redirects to it: its routes are served there.

    A listener on port 80 with a `default` of its own is left alone.
    """
    listeners: Annotated[dict[Slug, Listener], Field(min_length=1)]
    """By a name of your own. `https: {certificate: shop.example}` alone makes a redirect, too.

    `domain` makes them where none are written.
    """

    model_config = ConfigDict(json_schema_extra=_listeners_or_domain)

    @model_validator(mode="before")
    @classmethod
    def _port_80(cls, value: Any) -> Any:
        """A listener to redirect from, where there is one to redirect to."""
        value = with_https(value)
        listeners = value.get("listeners") if isinstance(value, dict) else None
        if not isinstance(listeners, dict) or str(value.get("redirect_http")).lower() == "false":
            return value
        if value.get("existing") is not None:  # there, port 80 is somebody else's
            return value
        found = [one for one in listeners.values() if isinstance(one, dict)]
        secure = any(one.get("certificate") is not None for one in found)
        if not secure or "http" in listeners or any(_is_80(one) for one in found):
            return value
        return {**value, "listeners": {"http": {"port": HTTP_PORT}, **listeners}}

    def found(self) -> BalancerLookup | None:
        """The load balancer that is there already: the one written, or that of a listener."""
        arns = (one.existing.arn for one in self.listeners.values() if one.existing)
        of = next((balancer_of(arn) for arn in arns if arn), None)
        return self.existing or (BalancerLookup(name=of) if of else None)

    def own(self) -> dict[str, Listener]:
        """The listeners that the stack makes."""
        return {name: one for name, one in self.listeners.items() if one.existing is None}

    def secure(self) -> str | None:
        """The HTTPS listener that plain HTTP is redirected to: that on 443, or the first."""
        names = [name for name, one in self.listeners.items() if one.protocol == "HTTPS"]
        usual = [name for name in names if self.listeners[name].port == HTTPS_PORT]
        return next(iter([*usual, *names]), None)

    def redirects(self, name: str) -> bool:
        """Whether a listener sends everything to the HTTPS one."""
        one = self.listeners[name]
        if one.existing:
            return False
        plain = one.protocol == "HTTP" and one.port == HTTP_PORT and one.default is None
        return self.redirect_http and plain and self.secure() is not None

    def serving(self, name: str) -> str:
        """Where the routes that name a listener are: on it, or on the one it redirects to."""
        secure = self.secure()
        return secure if secure and name in self.listeners and self.redirects(name) else name


def _is_80(listener: dict[str, Any]) -> bool:
    default = HTTPS_PORT if listener.get("certificate") is not None else HTTP_PORT
    return str(listener.get("port", default)) == str(HTTP_PORT)
