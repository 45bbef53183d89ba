"""What Elastic Load Balancing refuses.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from provisioner.local.elbv2_targets import serving

from .rule import Params, Place, Rule

BALANCER = re.compile(r"arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer/\w+/[^/]+/\w+")
NAME = re.compile(r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
LEAST_ZONES = 2
MOST_ATTRIBUTES = 20
MOST_BODY = 1024
PRIORITIES = range(1, 50_001)


def _protected(params: Params, place: Place) -> str | None:
    found = place.of("elbv2").load_balancers.get(params.get("LoadBalancerArn"))
    if found and found.attrs.get("deletion_protection.enabled") == "true":
        return (
            f"Load balancer '{found.arn}' cannot be deleted because deletion protection is enabled"
        )
    return None


def _arn(params: Params, _: Place) -> str | None:
    """What is gone may be deleted again; what never was a load balancer may not."""
    arn = params["LoadBalancerArn"]
    return None if BALANCER.fullmatch(arn) else f"'{arn}' is not a valid load balancer ARN"


def _name(params: Params, _: Place) -> str | None:
    if not NAME.fullmatch(params["Name"]):
        return (
            f"The name '{params['Name']}' can have at most 32 letters, digits and hyphens, must not"
            " begin or end with a hyphen, and must not begin with 'internal-'"
        )
    return None


def _zones(params: Params, place: Place) -> str | None:
    if params.get("Type", "application") != "application" or not params.get("Subnets"):
        return None
    ec2 = place.of("ec2")
    zones = [s.availability_zone for each in params["Subnets"] if (s := _subnet(ec2, each))]
    if len(zones) < len(params["Subnets"]):
        return None  # _unknown_subnet says so
    if len(zones) != len(set(zones)):
        return (
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
    if len(zones) < LEAST_ZONES:
        return "At least two subnets in two different Availability Zones must be specified"
    return None


def _subnet(ec2: Any, name: str) -> Any:
    return next((zone[name] for zone in ec2.subnets.values() if name in zone), None)


def _unknown_subnet(params: Params, place: Place) -> str | None:
    mapped = [each["SubnetId"] for each in params.get("SubnetMappings") or ()]
    for each in (*(params.get("Subnets") or ()), *mapped):
        if _subnet(place.of("ec2"), each) is None:
            return f"The subnet ID '{each}' does not exist"
    return None


def _default_rule(params: Params, place: Place) -> str | None:
    moved = [each["RuleArn"] for each in params.get("RulePriorities") or ()]
    named = {params.get("RuleArn"), *moved}
    for balancer in place.of("elbv2").load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                if rule.is_default and rule.arn in named:
                    return (
                        f"Default rule '{rule.arn}' cannot be {'reordered' if moved else 'deleted'}"
                    )
    return None


def _port_in_use(params: Params, place: Place) -> str | None:
    for balancer in place.of("elbv2").load_balancers.values():
        others = {arn: str(each.port) for arn, each in balancer.listeners.items()}
        if others.pop(params["ListenerArn"], None) and str(params.get("Port")) in others.values():
            return "A listener already exists on this port for this load balancer"
    return None


def _groups(params: Params, place: Place) -> str | None:
    ec2 = place.of("ec2")
    for each in params.get("SecurityGroups") or ():
        if ec2.get_security_group_from_id(each) is None:
            return f"One or more security groups are invalid: '{each}'"
    return None


def _health_check(params: Params, place: Place) -> str | None:
    group = place.of("elbv2").target_groups.get(params.get("TargetGroupArn"))
    present = getattr(group, "health_check_interval_seconds", 30)
    interval = params.get("HealthCheckIntervalSeconds") or present or 30
    timeout = params.get("HealthCheckTimeoutSeconds")
    if timeout and int(timeout) >= int(interval):
        return "Health check timeout must be smaller than the interval"
    return None


def _one_balancer(params: Params, place: Place) -> str | None:
    elb = place.of("elbv2")
    listener = params.get("ListenerArn", "")
    parts = params.get("RuleArn", listener).split("/")
    mine = params.get("LoadBalancerArn") or "/".join(parts[:4]).replace(
        ":listener-rule/", ":loadbalancer/"
    ).replace(":listener/", ":loadbalancer/")
    for arn in _forwarded(params.get("DefaultActions") or params.get("Actions") or ()):
        if set(serving(elb, arn)) - {mine}:
            return f"The target group {arn} cannot be associated with more than one load balancer"
    return None


def _incompatible(params: Params, place: Place) -> str | None:
    """Application load balancers forward to groups of their own protocols; text [unverified]."""
    if "/app/" not in (params.get("LoadBalancerArn") or _at(params)):
        return None
    groups = place.of("elbv2").target_groups
    for arn in _forwarded(params.get("DefaultActions") or params.get("Actions") or ()):
        protocol = getattr(groups.get(arn), "protocol", None)
        if protocol not in {None, "HTTP", "HTTPS"}:
            return f"Target group '{arn}' has protocol {protocol}, which the listener does not take"
    return None


def _at(params: Params) -> str:
    """Return the ARN of the rule or listener that a call is about."""
    return str(params.get("RuleArn") or params.get("ListenerArn") or "")


def _forwarded(actions: Iterable[Params]) -> Iterable[str]:
    for action in actions:
        if "TargetGroupArn" in action:
            yield action["TargetGroupArn"]
        for each in action.get("ForwardConfig", {}).get("TargetGroups", ()):
            yield each["TargetGroupArn"]


def _body(params: Params, _: Place) -> str | None:
    for action in params.get("DefaultActions") or params.get("Actions") or ():
        if len(action.get("FixedResponseConfig", {}).get("MessageBody") or "") > MOST_BODY:
            return "The message body can have at most 1024 characters"
    return None


def _priority(params: Params, _: Place) -> str | None:
    if int(params["Priority"]) not in PRIORITIES:
        return "Priority must be between 1 and 50000"
    return None


def _values(params: Params, _: Place) -> str | None:
    count = sum(
        len(values)
        for each in params.get("Conditions") or ()
        for values in [each.get("Values") or _config(each).get("Values") or ()]
    )
    return "A rule can have at most 5 condition values" if count > 5 else None  # noqa: PLR2004


def _config(condition: Params) -> Params:
    return next((value for name, value in condition.items() if name.endswith("Config")), {})


def _attributes(params: Params, _: Place) -> str | None:
    if len(params.get("Attributes") or ()) > MOST_ATTRIBUTES:
        return "At most 20 attributes can be changed in one call"
    return None


def _last_listener(params: Params, place: Place) -> str | None:
    if params["TargetGroupArn"] in place.of("elbv2").target_groups and serving(
        place.of("elbv2"), params["TargetGroupArn"]
    ):
        arn = params["TargetGroupArn"]
        return f"Target group '{arn}' is currently in use by a listener or a rule"
    return None


INVALID = "InvalidConfigurationRequest"
RULES = (
    Rule("DeleteLoadBalancer", "ValidationError", _arn, "API_DeleteLoadBalancer"),
    Rule("DeleteLoadBalancer", "OperationNotPermitted", _protected, "ELB API: DeleteLoadBalancer"),
    Rule("CreateLoadBalancer", "ValidationError", _name, "ELB API: CreateLoadBalancer"),
    Rule("CreateTargetGroup", "ValidationError", _name, "ELB API: CreateTargetGroup"),
    Rule("CreateLoadBalancer", "SubnetNotFound", _unknown_subnet, "ELB API: CreateLoadBalancer"),
    Rule("SetSubnets", "SubnetNotFound", _unknown_subnet, "ELB API: SetSubnets"),
    Rule("DeleteRule", "OperationNotPermitted", _default_rule, "ELB API: DeleteRule"),
    Rule("SetRulePriorities", "OperationNotPermitted", _default_rule, "ELB API: SetRulePriorities"),
    Rule("ModifyListener", "DuplicateListener", _port_in_use, "ELB API: ModifyListener"),
    Rule("CreateLoadBalancer", INVALID, _zones, "ELB API: CreateLoadBalancer"),
    Rule("SetSubnets", INVALID, _zones, "ELB API: SetSubnets"),
    Rule("CreateLoadBalancer", "InvalidSecurityGroup", _groups, "ELB API: CreateLoadBalancer"),
    Rule("SetSecurityGroups", "InvalidSecurityGroup", _groups, "ELB API: SetSecurityGroups"),
    Rule("CreateTargetGroup", "ValidationError", _health_check, "ELB API: CreateTargetGroup"),
    Rule("ModifyTargetGroup", "ValidationError", _health_check, "ELB API: ModifyTargetGroup"),
    Rule("DeleteTargetGroup", "ResourceInUse", _last_listener, "ELB API: DeleteTargetGroup"),
    Rule("CreateRule", "ValidationError", _priority, "ELB API: CreateRule"),
    Rule("CreateRule", "ValidationError", _values, "ALB guide: load-balancer-limits"),
    Rule("ModifyRule", "ValidationError", _values, "ALB guide: load-balancer-limits"),
    Rule(
        "ModifyLoadBalancerAttributes",
        INVALID,
        _attributes,
        "ELB API: ModifyLoadBalancerAttributes",
    ),
    *(
        Rule(operation, code, check, source)
        for operation in ("CreateListener", "ModifyListener", "CreateRule", "ModifyRule")
        for code, check, source in (
            ("TargetGroupAssociationLimit", _one_balancer, "ELB API: Action"),
            ("IncompatibleProtocols", _incompatible, f"ELB API: {operation}"),
            ("ValidationError", _body, "ELB API: Action"),
        )
    ),
)
