"""What WAF refuses.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Operations_AWS_WAFV2.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from provisioner.local.waf_capacity import MANAGED, MOST, statements

from .rule import Params, Place, Rule

# Seconds; AWS says: a few seconds to a number of minutes.
PROPAGATES = 60.0
LINGERS = 30.0
DUPLICATE = (
    "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of"
    " an existing one."
)
IN_USE = (
    "AWS WAF couldn't perform the operation because your resource is being used by another resource"
    " or it's associated with another resource."
)
ABSENT = "AWS WAF couldn't perform the operation because your resource doesn't exist."
UNAVAILABLE = "AWS WAF couldn't retrieve the resource that you requested. Retry your request."
TOO_MUCH = (
    "AWS WAF couldn't perform the operation because you exceeded your resource limit: the rules"
    " need {cost} capacity units, and {most} are the most."
)
NO_DELIVERY = (
    "Unable to deliver logs to the configured destination. You might need to grant log delivery"
    " permissions for the destination."
)
NO_GROUP = "ManagedRules with name {name} by vendor AWS does not exist. Please check your inputs"
NOT_ONE = "You have used none or multiple values for a field that requires exactly one value."
INVALID = "WAFInvalidParameterException"
NAME = re.compile(r"[\w-]{1,128}", re.ASCII)
DESTINATION = re.compile(
    r"arn:[\w-]+:(?:logs:[\w-]+:\d{12}:log-group:(aws-waf-logs-[^:*]+)"
    r"|s3:::aws-waf-logs-[\w.-]+|firehose:[\w-]+:\d{12}:deliverystream/aws-waf-logs-[\w-]+)"
)
REFERENCES = {
    "IPSetReferenceStatement": "ip_sets",
    "RegexPatternSetReferenceStatement": "regex_pattern_sets",
    "RuleGroupReferenceStatement": "rule_groups",
}
GROUPS = {"ManagedRuleGroupStatement", "RuleGroupReferenceStatement"}


def _waf(params: Params, place: Place) -> Any:
    whole = params.get("Scope") == "CLOUDFRONT" or ":global/" in params.get("WebACLArn", "")
    return place.backends("wafv2")[place.account]["global" if whole else place.region]


def _why(reason: str, field: str, parameter: str = "") -> str:
    return f"Error reason: {reason}, field: {field}, parameter: {parameter}"


def _used(params: Params) -> Iterator[tuple[str, Params]]:
    for rule in params.get("Rules") or ():
        yield from statements(rule.get("Statement") or {})


def _name(params: Params, _: Place) -> str | None:
    if not NAME.fullmatch(params["Name"]):
        return _why("The parameter contains formatting that is not valid.", "ENTITY_NAME")
    return None


def _twin_acl(params: Params, place: Place) -> str | None:
    return _twin(params, _waf(params, place).wacls)


def _twin_set(params: Params, place: Place) -> str | None:
    return _twin(params, _waf(params, place).ip_sets)


def _twin(params: Params, found: Any) -> str | None:
    return DUPLICATE if any(each.name == params["Name"] for each in found.values()) else None


def _rules(params: Params, _: Place) -> str | None:
    """Names and priorities of rules are unique; groups have an OverrideAction, others an Action."""
    rules = params.get("Rules") or []
    for field in ("Name", "Priority"):
        if len({each[field] for each in rules}) < len(rules):
            return _why("You have used a value twice that must be unique.", "RULE", field)
    for each in rules:
        group = bool(GROUPS & (each.get("Statement") or {}).keys())
        if group == bool(each.get("Action")) or group != bool(each.get("OverrideAction")):
            return _why(NOT_ONE, "RULE", each["Name"])
    return None


def _managed(params: Params, _: Place) -> str | None:
    for name, body in _used(params):
        if name != "ManagedRuleGroupStatement" or body["VendorName"] != "AWS":
            continue
        if body["Name"] not in MANAGED:
            return NO_GROUP.format(name=body["Name"])
    return None


def _reference(params: Params, place: Place) -> str | None:
    waf = _waf(params, place)
    for name, body in _used(params):
        if name in REFERENCES and body["ARN"] not in getattr(waf, REFERENCES[name]):
            return ABSENT
    return None


def _fresh_reference(params: Params, place: Place) -> str | None:
    waf = _waf(params, place)
    new = any(name in REFERENCES and _new(waf, body["ARN"], place) for name, body in _used(params))
    return UNAVAILABLE if new else None


def _new(waf: Any, arn: str, place: Place) -> bool:
    born: float = waf.born.get(arn, 0)
    return place.settings.consistency and place.settings.clock.now() < born + PROPAGATES


def _capacity(params: Params, place: Place) -> str | None:
    cost = _waf(params, place).cost(params.get("Rules") or [])
    return TOO_MUCH.format(cost=cost, most=MOST) if cost > MOST else None


def _addresses(params: Params, _: Place) -> str | None:
    version = {"IPV4": 4, "IPV6": 6}.get(params.get("IPAddressVersion", ""))
    for each in params.get("Addresses") or ():
        try:
            found = ipaddress.ip_network(each)
        except ValueError:
            found = None
        if (
            found is None
            or "/" not in each
            or not found.prefixlen
            or version not in {None, found.version}
        ):
            return _why("The parameter contains formatting that is not valid.", "IP_ADDRESS", each)
    return None


def _set_in_use(params: Params, place: Place) -> str | None:
    for acl in _waf(params, place).wacls.values():
        for rule in acl.rules:
            if any(
                body.get("ARN", "").endswith(f"/{params['Id']}")
                for name, body in statements(rule.statement)
                if name in REFERENCES
            ):
                return IN_USE
    return None


def _associated(params: Params, place: Place) -> str | None:
    waf = _waf(params, place)
    found = next((each for each in waf.wacls.values() if each.id == params["Id"]), None)
    if found is None:
        return None
    left = waf.left.get(found.arn, 0) + LINGERS
    lingers = place.settings.consistency and place.settings.clock.now() < left
    return IN_USE if found.associated_resources or lingers else None


def _scope(params: Params, _: Place) -> str | None:
    if ":global/" in params["WebACLArn"]:
        return _why("The scope is not valid.", "SCOPE_VALUE", "CLOUDFRONT")
    return None


def _absent(params: Params, place: Place) -> str | None:
    balancer = params["ResourceArn"]
    if params["WebACLArn"] not in _waf(params, place).wacls:
        return ABSENT
    absent = ":loadbalancer/" in balancer and balancer not in place.of("elbv2").load_balancers
    return ABSENT if absent else None


def _unavailable(params: Params, place: Place) -> str | None:
    return UNAVAILABLE if _new(_waf(params, place), params["WebACLArn"], place) else None


def _inactive(params: Params, place: Place) -> str | None:
    active: float = place.of("elbv2").active_at.get(params["ResourceArn"], 0)
    return ABSENT if place.settings.clock.now() < active else None


def _destination(params: Params, _: Place) -> str | None:
    arns = params["LoggingConfiguration"]["LogDestinationConfigs"]
    if len(arns) != 1 or not DESTINATION.fullmatch(arns[0]):
        return _why("The ARN isn't valid.", "LOG_DESTINATION", arns[0] if arns else "")
    return None


def _no_delivery(params: Params, place: Place) -> str | None:
    """That a log group which is not there is refused with this error is [unverified]."""
    (arn,) = params["LoggingConfiguration"]["LogDestinationConfigs"]
    found = DESTINATION.fullmatch(arn)
    name = found[1] if found else None
    return NO_DELIVERY if name and name not in place.of("logs").groups else None


def _logged(params: Params, place: Place) -> str | None:
    arn = params["LoggingConfiguration"]["ResourceArn"]
    return None if arn in _waf({"WebACLArn": arn}, place).wacls else ABSENT


RULES = (
    Rule("CreateWebACL", INVALID, _name, "WAF API: CreateWebACL"),
    Rule("CreateWebACL", "WAFDuplicateItemException", _twin_acl, "WAF API: CreateWebACL"),
    Rule("CreateIPSet", "WAFDuplicateItemException", _twin_set, "WAF API: CreateIPSet"),
    *(
        Rule(operation, code, check, source)
        for operation in ("CreateWebACL", "UpdateWebACL", "CheckCapacity")
        for code, check, source in (
            (INVALID, _rules, "WAF API: Rule"),
            ("WAFNonexistentItemException", _managed, "terraform-aws-wafv2#23"),
            ("WAFNonexistentItemException", _reference, f"WAF API: {operation}"),
            ("WAFUnavailableEntityException", _fresh_reference, f"WAF API: {operation}"),
            ("WAFLimitsExceededException", _capacity, "WAF guide: limits"),
        )
    ),
    Rule("CreateIPSet", INVALID, _addresses, "WAF API: CreateIPSet"),
    Rule("UpdateIPSet", INVALID, _addresses, "WAF API: UpdateIPSet"),
    *(
        Rule(operation, "WAFAssociatedItemException", _set_in_use, f"WAF API: {operation}")
        for operation in ("DeleteIPSet", "DeleteRegexPatternSet", "DeleteRuleGroup")
    ),
    Rule("DeleteWebACL", "WAFAssociatedItemException", _associated, "WAF API: DeleteWebACL"),
    Rule("AssociateWebACL", INVALID, _scope, "WAF API: AssociateWebACL"),
    *(
        Rule("AssociateWebACL", code, check, source)
        for code, check, source in (
            ("WAFNonexistentItemException", _absent, "WAF API: AssociateWebACL"),
            ("WAFUnavailableEntityException", _unavailable, "terraform-provider-aws#17527"),
            ("WAFNonexistentItemException", _inactive, "aws-load-balancer-controller#2022"),
        )
    ),
    Rule(
        "PutLoggingConfiguration",
        "WAFNonexistentItemException",
        _logged,
        "WAF API: PutLoggingConfiguration",
    ),
    Rule("PutLoggingConfiguration", INVALID, _destination, "WAF API: LoggingConfiguration"),
    Rule(
        "PutLoggingConfiguration",
        "WAFLogDestinationPermissionIssueException",
        _no_delivery,
        "WAF API: PutLoggingConfiguration",
    ),
)
