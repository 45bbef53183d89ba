"""`load_balancer.waf:` — a web application firewall before the load balancer."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Expected, Int, Part, Strings, Word

Mode = Literal["block", "count"]
Action = Literal["block", "count", "allow", "captcha", "challenge"]
WINDOWS = (60, 120, 300, 600)


@dataclass(frozen=True, slots=True)
class Known:
    """A managed rule group of AWS's: its name, its capacity units, and what it must be told.

    Rules in `counted` only count unless the spec says otherwise.
    """

    name: str
    capacity: int
    counted: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)


GROUPS: Mapping[str, Known] = {
    "common": Known("AWSManagedRulesCommonRuleSet", 700, ("SizeRestrictions_BODY",)),
    "known_bad_inputs": Known("AWSManagedRulesKnownBadInputsRuleSet", 200),
    "ip_reputation": Known("AWSManagedRulesAmazonIpReputationList", 25),
    "anonymous_ip": Known("AWSManagedRulesAnonymousIpList", 50),
    "admin_protection": Known("AWSManagedRulesAdminProtectionRuleSet", 100),
    "sql": Known("AWSManagedRulesSQLiRuleSet", 200),
    "linux": Known("AWSManagedRulesLinuxRuleSet", 200),
    "posix": Known("AWSManagedRulesUnixRuleSet", 100),
    "windows": Known("AWSManagedRulesWindowsRuleSet", 200),
    "php": Known("AWSManagedRulesPHPRuleSet", 100),
    "wordpress": Known("AWSManagedRulesWordPressRuleSet", 100),
    "bot_control": Known(
        "AWSManagedRulesBotControlRuleSet",
        50,
        config={"AWSManagedRulesBotControlRuleSet": {"InspectionLevel": "COMMON"}},
    ),
    "anti_ddos": Known(
        "AWSManagedRulesAntiDDoSRuleSet",
        50,
        config={
            "AWSManagedRulesAntiDDoSRuleSet": {
                "ClientSideActionConfig": {"Challenge": {"UsageOfAction": "DISABLED"}}
            }
        },
    ),
}
"""The short names. Source: AWS WAF developer guide, AWS Managed Rules rule groups list."""
USUAL = ("common", "known_bad_inputs", "ip_reputation")
GroupName = Annotated[
    str,
    Word(
        f"{', '.join(GROUPS)} or VENDOR/GROUP of a marketplace group",
        rf"{'|'.join(GROUPS)}|[^/\s]{{1,128}}/[A-Za-z0-9_-]{{1,100}}",
    ),
]
WebAcl = Annotated[
    str,
    Word(
        "the name or the ARN of a regional web ACL",
        r"[A-Za-z0-9_-]{1,128}|arn:[^:]+:wafv2:[^:]+:\d{12}:regional/webacl/[\w-]{1,128}/[0-9a-f-]{36}",
    ),
]
WebAclName = Annotated[
    str, Word("a name of at most 128 of A-Z a-z 0-9 _-", r"[A-Za-z0-9_-]{1,128}")
]
HeaderName = Annotated[str, Word("a header's name in lower case", r"[a-z0-9_-]{1,64}")]


class ManagedRules(Part):
    """How one managed rule group is used."""

    mode: Mode | None = None
    """`count` lets everything through and counts what would be blocked; that of the whole when
    not given."""
    rules: dict[Annotated[str, Field(pattern=r"^[\w-]{1,128}$")], Action] = {}
    """Single rules of the group that do something else: `{SizeRestrictions_BODY: count}`."""
    version: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """Stay with one version, `Version_1.10`; AWS's default when not given."""
    capacity_wcu: Annotated[Int, Field(ge=1, le=5000)] | None = None
    """Of a marketplace group, so that it counts in the check of the capacity."""


def _group(value: Any) -> Any:
    if value is None:
        return {}
    return {"mode": value} if isinstance(value, str) else value


Group = Annotated[
    ManagedRules,
    BeforeValidator(_group, json_schema_input_type=ManagedRules | Mode | None),
    Expected("block, count or a mapping"),
]


def _groups(value: Any) -> Any:
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return {name: {} for name in value}
    return value


Groups = Annotated[
    dict[GroupName, Group],
    BeforeValidator(
        _groups, json_schema_input_type=GroupName | list[GroupName] | dict[GroupName, Group]
    ),
    Expected("a list of rule groups, or a mapping of them"),
]
"""Names of groups, or `{name: block|count|{…}}`; the order is that of the rules."""


class RateLimit(Part):
    """How many requests one address may send."""

    requests: Annotated[Int, Field(ge=10, le=2000000000)] = 2000
    """Within the window; what goes beyond is blocked until the rate has fallen."""
    window_seconds: Annotated[Int, Expected("60, 120, 300 or 600")] = 300
    mode: Mode | None = None
    """That of the whole when not given."""


def _rate(value: Any) -> Any:
    if value in (False, "false"):
        return None
    number = isinstance(value, int) or (isinstance(value, str) and value.isdigit())
    return {"requests": value} if number and not isinstance(value, bool) else value


Rate = Annotated[
    RateLimit | None,
    BeforeValidator(_rate, json_schema_input_type=RateLimit | Int | Bool | None),
    Expected("a number of requests, false or a mapping"),
]


class WafLogs(Part):
    """A log group for what the firewall sees."""

    requests: Literal["matched", "all"] = "matched"
    """`matched`: those that a rule blocked, counted or challenged."""
    retention_days: Int = 30
    redact_headers: list[HeaderName] = ["authorization", "cookie"]
    """Never written down."""
    redact_query_string: Bool = False


def _short(value: Any) -> Any:
    if value in (True, "true"):
        return {}
    return None if value in (False, "false") else value


class Waf(Part):
    """A web ACL of the stack's, with AWS's managed rules and a rate limit; or one that exists."""

    web_acl: WebAcl | None = None
    """The name or the ARN of one that is there already, instead; only the association is made."""
    name: WebAclName | None = None
    mode: Mode = "block"
    """`count` blocks nothing by managed rules and rate limit, for a first look at what would be."""
    default_action: Literal["allow", "block"] = "allow"
    """For a request that no rule decides about."""
    allow_cidrs: Strings = []
    """Addresses that nothing else is asked about, IPv4 or IPv6."""
    block_cidrs: Strings = []
    """Addresses that are always blocked."""
    rate_limit: Rate = RateLimit()
    """Per address: a number of requests in five minutes, a mapping, or false."""
    managed_rules: Groups = {name: ManagedRules() for name in USUAL}
    """Names, or `{name: block|count|{…}}`; common, known_bad_inputs and ip_reputation when not
    given. In `common`, bodies beyond 8 KB are only counted: the firewall sees no more of them, and
    uploads are longer."""
    logs: Annotated[
        WafLogs | None,
        BeforeValidator(_short, json_schema_input_type=Bool | WafLogs | None),
        Expected("true, false or a mapping"),
    ] = WafLogs()
    """Requests that rules matched, in a log group for 30 days; false writes nothing down."""


Firewall = Annotated[
    Waf | None,
    BeforeValidator(_short, json_schema_input_type=Bool | Waf | None),
    Expected("true, false or a mapping"),
]
"""`true`, or what is different from the usual."""
