"""What Elastic Load Balancing refuses about actions, conditions and health checks.

API_Action, API_RuleCondition, API_CreateRule and API_CreateTargetGroup of
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/. The texts are [unverified].
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from .rule import Params, Place, Rule

INVALID = "ValidationError"
MOST_GROUPS = 5
WEIGHTS = range(1_000)
WEEK = range(1, 604_801)
LAST = frozenset({"forward", "redirect", "fixed-response"})
# Conditions of which a rule has one at most.
SINGLE = frozenset({"host-header", "http-request-method", "path-pattern", "source-ip"})
HOST = re.compile(r"[A-Za-z0-9.*?-]+")
PATH = re.compile(r"[A-Za-z0-9_.$/~\"'@:+&*?-]+")
PORTS = range(1, 65_536)
CODES = range(200, 500)
URI = {"Protocol": "#{protocol}", "Host": "#{host}", "Port": "#{port}", "Path": "/#{path}"}


def _actions(params: Params) -> list[Any]:
    return list(params.get("DefaultActions") or params.get("Actions") or ())


def _none(params: Params, _: Place) -> str | None:
    return None if _actions(params) else "An action must be specified"


def _last(params: Params, _: Place) -> str | None:
    kinds = [each.get("Type") for each in _actions(params)]
    if kinds and sum(each in LAST for each in kinds) != 1:
        return "Exactly one action must be a forward, a redirect or a fixed-response"
    return None


def _forward(params: Params, _: Place) -> str | None:
    for action in _actions(params):
        if action.get("Type") != "forward":
            continue
        config = action.get("ForwardConfig") or {}
        groups = config.get("TargetGroups") or []
        if message := _groups(groups, alone=action.get("TargetGroupArn")) or _sticky(config):
            return message
    return None


def _groups(groups: list[Any], *, alone: str | None) -> str | None:
    if not groups and not alone:
        return "A forward action must have a target group"
    if len(groups) > MOST_GROUPS:
        return f"A forward action can have at most {MOST_GROUPS} target groups"
    arns = [each.get("TargetGroupArn") for each in groups]
    if len(arns) != len(set(arns)):
        return "The target groups of a forward action must be unique"
    for each in groups:
        if each.get("Weight") is not None and int(each["Weight"]) not in WEIGHTS:
            return f"Weight '{each['Weight']}' must be between '0-999' inclusive"
    return None


def _sticky(config: Params) -> str | None:
    stickiness = config.get("TargetGroupStickinessConfig") or {}
    seconds = stickiness.get("DurationSeconds")
    if stickiness.get("Enabled") and seconds is None:
        return "DurationSeconds must be specified to enable target group stickiness"
    if seconds is not None and int(seconds) not in WEEK:
        return f"DurationSeconds '{seconds}' must be between '1-604800' inclusive"
    return None


def _redirect(params: Params, _: Place) -> str | None:
    for action in _actions(params):
        config = action.get("RedirectConfig") or {}
        path, port = config.get("Path") or "", config.get("Port") or ""
        if path and not path.startswith("/"):
            return "The Path parameter must be a valid path, should start with a '/'"
        if port not in {"", "#{port}"} and not _port(port):
            return f"The Port parameter '{port}' must be between '1-65535' or '#{{port}}'"
    return None


def _port(text: str) -> bool:
    return text.isdigit() and int(text) in PORTS


def _loop(params: Params, _: Place) -> str | None:
    for action in _actions(params):
        config = action.get("RedirectConfig")
        if config and all((config.get(name) or same) == same for name, same in URI.items()):
            return "The redirect configuration is not valid because it creates a loop."
    return None


def _plain_login(params: Params, place: Place) -> str | None:
    """Users log in over HTTPS only."""
    arn = params.get("ListenerArn", "")
    elb = place.of("elbv2")
    found = next(
        (b.listeners[arn] for b in elb.load_balancers.values() if arn in b.listeners), None
    )
    protocol = params.get("Protocol") or getattr(found, "protocol", "HTTPS")
    for action in _actions(params):
        if str(action.get("Type")).startswith("authenticate-") and protocol != "HTTPS":
            return f"Actions of type '{action['Type']}' are supported only on HTTPS listeners"
    return None


def _unconditional(params: Params, _: Place) -> str | None:
    return None if params.get("Conditions") else "A condition must be specified"


def _conditions(params: Params, _: Place) -> str | None:
    fields = [each.get("Field") for each in params.get("Conditions") or ()]
    for each in SINGLE:
        if fields.count(each) > 1:
            return f"A rule can only have one '{each}' condition"
    for each in params.get("Conditions") or ():
        name = (each.get("HttpHeaderConfig") or {}).get("HttpHeaderName")
        if each.get("Field") == "http-header" and (not name or name.lower() == "host"):
            return "HttpHeaderName must be specified, and cannot be Host"
    for field, value in _values(params):
        pattern = {"host-header": HOST, "path-pattern": PATH}.get(field)
        if pattern and not pattern.fullmatch(value):
            return f"The '{field}' value '{value}' contains invalid characters"
        if field == "source-ip" and not _block(value):
            return f"The 'source-ip' value '{value}' must be a CIDR block"
    return None


def _once(params: Params, _: Place) -> str | None:
    """A condition has its values in one place, and each of them once."""
    for each in params.get("Conditions") or ():
        configs = {name: one for name, one in each.items() if name.endswith("Config") and one}
        if each.get("Values") and configs:
            return (
                f"You cannot provide both Values and '{next(iter(configs))}' for a condition of"
                f" type '{each.get('Field')}'"
            )
        for holder in (each, *configs.values()):
            values = [str(one) for one in holder.get("Values") or ()]
            if len(values) > len({*values}):
                return "Condition values must be unique"
    return None


def _values(params: Params) -> Iterator[tuple[str, str]]:
    for each in params.get("Conditions") or ():
        configs = [value for name, value in each.items() if name.endswith("Config") and value]
        for holder in (each, *configs):
            for value in holder.get("Values") or ():
                if isinstance(value, str):
                    yield each.get("Field", ""), value


def _block(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return "/" in text


def _health_check(params: Params, place: Place) -> str | None:
    found = place.of("elbv2").target_groups.get(params.get("TargetGroupArn"))
    if (params.get("Protocol") or getattr(found, "protocol", None)) not in {"HTTP", "HTTPS"}:
        return None
    path, port = params.get("HealthCheckPath"), params.get("HealthCheckPort")
    if path and not path.startswith("/"):
        return f"Health check path '{path}' must start with a '/'"
    if port and port != "traffic-port" and not _port(port):
        return f"Health check port '{port}' must be 'traffic-port' or between '1-65535' inclusive"
    if params.get("HealthCheckProtocol") not in {None, "HTTP", "HTTPS"}:
        return f"Health check protocol '{params['HealthCheckProtocol']}' must be one of HTTP, HTTPS"
    kind = params.get("TargetType") or getattr(found, "target_type", "instance")
    if params.get("HealthCheckEnabled") is False and kind != "lambda":
        return f"Health checks cannot be disabled for target groups with target type '{kind}'"
    return _matcher((params.get("Matcher") or {}).get("HttpCode"))


def _matcher(codes: str | None) -> str | None:
    for part in (codes or "").split(",") if codes else ():
        if not re.fullmatch(r"\d{3}(-\d{3})?", part.strip()):
            return f"Health check matcher HTTP code '{codes}' is not valid"
        if any(int(each) not in CODES for each in part.split("-")):
            return f"Health check matcher HTTP code '{codes}' must be within '200-499' inclusive"
    return None


RULES = (
    *(
        Rule(operation, code, check, source)
        for operation in ("CreateListener", "ModifyListener", "CreateRule", "ModifyRule")
        for code, check, source in (
            (INVALID, _last, "ELB API: CreateRule"),
            (INVALID, _forward, "ELB API: ForwardActionConfig"),
            (INVALID, _redirect, "ELB API: RedirectActionConfig"),
            ("InvalidLoadBalancerAction", _loop, "ELB API: RedirectActionConfig"),
            ("InvalidLoadBalancerAction", _plain_login, "ELB API: Action"),
        )
    ),
    Rule("CreateListener", INVALID, _none, "ELB API: CreateListener"),
    Rule("CreateRule", INVALID, _none, "ELB API: CreateRule"),
    Rule("CreateRule", INVALID, _unconditional, "ELB API: CreateRule"),
    *(
        Rule(operation, INVALID, _once, "aws-load-balancer-controller#4306, ack community#2759")
        for operation in ("CreateRule", "ModifyRule")
    ),
    Rule("CreateRule", INVALID, _conditions, "ELB API: RuleCondition"),
    Rule("ModifyRule", INVALID, _conditions, "ELB API: RuleCondition"),
    Rule("CreateTargetGroup", INVALID, _health_check, "ELB API: CreateTargetGroup"),
    Rule("ModifyTargetGroup", INVALID, _health_check, "ELB API: ModifyTargetGroup"),
)
