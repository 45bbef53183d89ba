"""What Elastic Load Balancing refuses about attributes of application load balancers.

API_LoadBalancerAttribute, API_TargetGroupAttribute and API_ListenerAttribute of
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/; header values:
header-modification.html of the Application Load Balancers guide. The text about a key is that of
terraform-provider-aws#19953; those about values are like the one about
`deregistration_delay.timeout_seconds`, and [unverified] for the other attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from provisioner.local.elbv2_defaults import LOAD_BALANCER, TARGET_GROUP

from .rule import Params, Place, Rule

INVALID = "InvalidConfigurationRequest"
FLAG = ("true", "false")
WEEK = range(1, 604_801)
PERCENT = range(1, 101)
COUNT = range(1, 1_001)
HEADERS = "routing.http.response."
METHODS = frozenset({
    "GET", "HEAD", "POST", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PUT", "PATCH", "*",
})  # fmt: skip
COOKIE = re.compile(r"(?!AWSALB)[!#$%&'*+.^_`|~0-9A-Za-z-]+")
LONGEST = 1024
# What a value may be: numbers, words, or both; other keys may be anything.
Allowed = tuple[range, tuple[str, ...]]


def _either(numbers: range, *words: str) -> Allowed:
    return numbers, words


NO_NUMBER = range(0)
OF_BALANCER: dict[str, Allowed] = {
    **{key: (NO_NUMBER, FLAG) for key, value in LOAD_BALANCER.items() if value in FLAG},
    "ipv6.deny_all_igw_traffic": (NO_NUMBER, FLAG),
    "idle_timeout.timeout_seconds": _either(range(1, 4_001)),
    "client_keep_alive.seconds": _either(range(60, 604_801)),
    "routing.http.desync_mitigation_mode": (NO_NUMBER, ("monitor", "defensive", "strictest")),
    "routing.http.xff_header_processing.mode": (NO_NUMBER, ("append", "preserve", "remove")),
}
_DNS = "target_group_health.dns_failover.minimum_healthy_targets"
_ROUTING = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"
OF_GROUP: dict[str, Allowed] = {
    "deregistration_delay.timeout_seconds": _either(range(3_601)),
    "slow_start.duration_seconds": _either(range(30, 901), "0"),
    "stickiness.enabled": (NO_NUMBER, FLAG),
    "stickiness.type": (NO_NUMBER, ("lb_cookie", "app_cookie")),
    "stickiness.lb_cookie.duration_seconds": _either(WEEK),
    "stickiness.app_cookie.duration_seconds": _either(WEEK),
    "load_balancing.algorithm.type": (
        NO_NUMBER, ("round_robin", "least_outstanding_requests", "weighted_random"),
    ),
    "load_balancing.algorithm.anomaly_mitigation": (NO_NUMBER, ("on", "off")),
    "load_balancing.cross_zone.enabled": (
        NO_NUMBER, (*FLAG, "use_load_balancer_configuration"),
    ),
    f"{_DNS}.count": _either(COUNT, "off"),
    f"{_DNS}.percentage": _either(PERCENT, "off"),
    f"{_ROUTING}.count": _either(COUNT),
    f"{_ROUTING}.percentage": _either(PERCENT, "off"),
}  # fmt: skip
OF_LISTENER: dict[str, Allowed] = {
    f"{HEADERS}server.enabled": (NO_NUMBER, FLAG),
    f"{HEADERS}x_content_type_options.header_value": (NO_NUMBER, ("nosniff", "")),
    f"{HEADERS}x_frame_options.header_value": (NO_NUMBER, ("DENY", "SAMEORIGIN", "")),
    f"{HEADERS}access_control_allow_credentials.header_value": (NO_NUMBER, ("true", "")),
    f"{HEADERS}access_control_max_age.header_value": _either(range(-1, 86_401), ""),
}
_FREE = (
    *(
        f"{HEADERS}{name}.header_value"
        for name in (
            "strict_transport_security", "access_control_allow_origin",
            "access_control_allow_methods", "access_control_allow_headers",
            "access_control_expose_headers", "content_security_policy",
        )
    ),
    *(
        f"routing.http.request.x_amzn_{name}.header_name"
        for name in (
            "mtls_clientcert_serial_number", "mtls_clientcert_issuer", "mtls_clientcert_subject",
            "mtls_clientcert_validity", "mtls_clientcert_leaf", "mtls_clientcert", "tls_version",
            "tls_cipher_suite",
        )
    ),
)  # fmt: skip


def _asked(params: Params) -> dict[str, str]:
    return {each["Key"]: each.get("Value") or "" for each in params.get("Attributes") or ()}


def _values(
    noun: str, table: Mapping[str, Allowed], free: Iterable[str], whose: Callable[..., bool]
) -> Callable[[Params, Place], str | None]:
    keys = {*table, *free}

    def check(params: Params, place: Place) -> str | None:
        if not whose(params, place):
            return None
        for key, value in _asked(params).items():
            if key not in keys:
                return f"{noun} attribute key '{key}' is not recognized"
            if key in table and (message := _value(key, value, *table[key])):
                return message
        return None

    return check


def _value(key: str, value: str, numbers: range, words: tuple[str, ...]) -> str | None:
    if value in words or (re.fullmatch(r"-?\d+", value) and int(value) in numbers):
        return None
    if not numbers:
        return f"'{key}' value '{value}' must be one of [{', '.join(words)}]"
    other = "".join(f" or '{each}'" for each in words if each)
    between = f"'{numbers[0]}-{numbers[-1]}' inclusive"
    return f"'{key}' value '{value}' must be between {between}{other}"


def _application(params: Params, place: Place) -> bool:
    found = place.of("elbv2").load_balancers.get(params.get("LoadBalancerArn"))
    return found is not None and found.type == "application"


def _http(params: Params, place: Place) -> bool:
    found = place.of("elbv2").target_groups.get(params.get("TargetGroupArn"))
    return found is not None and found.protocol in {"HTTP", "HTTPS"}


def _of_application(params: Params, _: Place) -> bool:
    return ":listener/app/" in params.get("ListenerArn", "")


def _zones(params: Params, place: Place) -> str | None:
    off = _asked(params).get("load_balancing.cross_zone.enabled") == "false"
    if off and _application(params, place):
        return "Cross-zone load balancing cannot be turned off for application load balancers"
    return None


def _together(params: Params, place: Place) -> str | None:
    """Slow start goes with round robin, anomaly mitigation with weighted random, names with none.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
    edit-target-group-attributes.html
    """
    if not _http(params, place):
        return None
    asked, group = _asked(params), place.of("elbv2").target_groups[params["TargetGroupArn"]]
    whole: dict[str, Any] = {**TARGET_GROUP, **group.attributes, **asked}
    algorithm = whole["load_balancing.algorithm.type"]
    if algorithm != "round_robin" and str(whole["slow_start.duration_seconds"]) != "0":
        return f"Slow start is not supported with the algorithm '{algorithm}'"
    mitigated = whole["load_balancing.algorithm.anomaly_mitigation"] == "on"
    if algorithm != "weighted_random" and mitigated:
        return f"Anomaly mitigation is not supported with the algorithm '{algorithm}'"
    return None


def _cookie(params: Params, _: Place) -> str | None:
    name = _asked(params).get("stickiness.app_cookie.cookie_name")
    if name and not COOKIE.fullmatch(name):
        return f"The cookie name '{name}' is not valid; names that start with AWSALB are reserved"
    return None


def _headers(params: Params, _: Place) -> str | None:
    for key, value in _asked(params).items():
        if key in _FREE and len(value) > LONGEST:
            return f"'{key}' can have at most {LONGEST} characters"
        methods = {each.strip() for each in value.split(",")} if "allow_methods" in key else set()
        if value and methods - METHODS:
            return f"'{key}' value '{value}' must be of [{', '.join(sorted(METHODS))}]"
    return None


BALANCER, GROUP, LISTENER = (
    f"Modify{each}Attributes" for each in ("LoadBalancer", "TargetGroup", "Listener")
)
RULES = tuple(
    Rule(operation, code, check, source)
    for operation, code, check, source in (
        (
            BALANCER,
            "ValidationError",
            _values(
                "Load balancer",
                OF_BALANCER,
                LOAD_BALANCER,
                _application,
            ),
            "ELB API: LoadBalancerAttribute",
        ),
        (BALANCER, INVALID, _zones, "ELB API: LoadBalancerAttribute"),
        (
            GROUP,
            "ValidationError",
            _values("Target group", OF_GROUP, TARGET_GROUP, _http),
            "ELB API: TargetGroupAttribute",
        ),
        (GROUP, "ValidationError", _cookie, "ELB API: TargetGroupAttribute"),
        (GROUP, INVALID, _together, "ALB guide: edit-target-group-attributes"),
        (
            LISTENER,
            "ValidationError",
            _values("Listener", OF_LISTENER, _FREE, _of_application),
            "ELB API: ListenerAttribute",
        ),
        (LISTENER, "ValidationError", _headers, "ALB guide: header-modification"),
    )
)
