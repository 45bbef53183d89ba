"""What Elastic Load Balancing refuses about where things are: in other VPCs, or nowhere.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ lists the codes; the texts
about VPCs are [unverified].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .rule import Check, Params, Place, Rule

INVALID = "InvalidConfigurationRequest"
# Of what a tag is asked for: what its ARN has, the code, and AWS's words.
KINDS = {
    ":loadbalancer/": ("LoadBalancerNotFound", "One or more load balancers not found"),
    ":targetgroup/": ("TargetGroupNotFound", "One or more target groups not found"),
    ":listener/": ("ListenerNotFound", "One or more listeners not found"),
    ":listener-rule/": ("RuleNotFound", "One or more rules not found"),
}


def _subnets(params: Params, place: Place) -> str | None:
    vpcs = set(_vpcs(params.get("Subnets") or (), place))
    if balancer := place.of("elbv2").load_balancers.get(params.get("LoadBalancerArn")):
        vpcs.add(balancer.vpc_id)
    if len(vpcs) > 1:
        return f"All subnets must belong to the same VPC: '{', '.join(params['Subnets'])}'"
    return None


def _vpcs(subnets: Any, place: Place) -> Iterator[str]:
    for zone in place.of("ec2").subnets.values():
        yield from (str(zone[each].vpc_id) for each in subnets if each in zone)


def _groups(params: Params, place: Place) -> str | None:
    balancer = place.of("elbv2").load_balancers.get(params.get("LoadBalancerArn"))
    own = {balancer.vpc_id} if balancer else set(_vpcs(params.get("Subnets") or (), place))
    for each in params.get("SecurityGroups") or ():
        found = place.of("ec2").get_security_group_from_id(each)
        if found is not None and own and found.vpc_id not in own:
            return f"The security group '{each}' is not in the VPC of the load balancer"
    return None


def _target_groups(params: Params, place: Place) -> str | None:
    elb = place.of("elbv2")
    named = str(params.get("RuleArn") or params.get("ListenerArn") or params.get("LoadBalancerArn"))
    mine = named.rpartition(":")[2].split("/")[1:4]
    balancer = next((b for b in elb.load_balancers.values() if b.arn.split("/")[1:4] == mine), None)
    for action in params.get("DefaultActions") or params.get("Actions") or ():
        config = action.get("ForwardConfig") or {}
        for each in (action, *(config.get("TargetGroups") or ())):
            group = elb.target_groups.get(each.get("TargetGroupArn"))
            if balancer and group is not None and group.vpc_id not in {None, balancer.vpc_id}:
                return f"The target group '{group.arn}' is not in the VPC of the load balancer"
    return None


def _absent(kind: str, words: str, field: str) -> Check:
    def check(params: Params, place: Place) -> str | None:
        asked = params.get(field) or ()
        arns = [asked] if isinstance(asked, str) else asked
        known = set(_known(place.of("elbv2")))
        return words if any(kind in arn and arn not in known for arn in arns) else None

    return check


def _malformed(params: Params, _: Place) -> str | None:
    for arn in params.get("ResourceArns") or ():
        if not any(kind in arn for kind in (*KINDS, ":truststore/")):
            return f"'{arn}' is not a valid ARN"
    return None


def _known(elb: Any) -> Iterator[str]:
    yield from elb.target_groups
    for balancer in elb.load_balancers.values():
        yield balancer.arn
        for listener in balancer.listeners.values():
            yield listener.arn
            yield from (rule.arn for rule in listener.rules.values())


RULES = (
    *(
        Rule(operation, INVALID, check, f"ELB API: {operation}")
        for check, operations in (
            (_subnets, ("CreateLoadBalancer", "SetSubnets")),
            (_groups, ("CreateLoadBalancer", "SetSecurityGroups")),
            (_target_groups, ("CreateListener", "ModifyListener", "CreateRule", "ModifyRule")),
        )
        for operation in operations
    ),
    Rule("DescribeTags", "ValidationError", _malformed, "ELB API: DescribeTags"),
    *(
        Rule("DescribeTags", code, _absent(kind, words, "ResourceArns"), "ELB API: DescribeTags")
        for kind, (code, words) in KINDS.items()
    ),
    Rule(
        "DeleteRule",
        KINDS[":listener-rule/"][0],
        _absent(":listener-rule/", KINDS[":listener-rule/"][1], "RuleArn"),
        "ELB API: DeleteRule",
    ),
)
