"""Rules whose traffic ECS moves between two target groups.

ECS writes the weights of the rule's forward at every deployment, and the groups take turns: to put
back the weights that the rule was made with would send everybody to a group without tasks.
Source: Amazon ECS developer guide, Application Load Balancer resources for blue/green, linear and
canary deployments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.resources.elbv2._actions import canonical_actions

ALL = 100
LEAVING = {"draining"}
Actions = Sequence[Mapping[str, Any]]


def conceded(want: Actions, live: Actions) -> list[Mapping[str, Any]]:
    """The wanted actions with the live weights; as they are where the live ones tell nothing."""
    weights, groups = _weights(live), _wanted(want)
    if not any(weights.get(arn) for arn in groups):
        return list(want)
    if len(weights) == 1:
        weights = dict.fromkeys(weights, ALL)
    return _weighted(want, {arn: weights.get(arn, 0) for arn in groups})


def restored(aws: Aws, rule: str, want: Actions) -> list[Mapping[str, Any]]:
    """What to write into a rule: the weights that it has by now, or by targets where it has none.

    A deployment may have moved the traffic since the plan.
    """
    (found,) = aws.client("elbv2").describe_rules(RuleArns=[rule])["Rules"]
    weights = _weights(found["Actions"])
    if any(weights.get(arn) for arn in _wanted(want)):
        return conceded(want, found["Actions"])
    return by_targets(aws, want)


def by_targets(aws: Aws, want: Actions) -> list[Mapping[str, Any]]:
    """All traffic to the group that has targets: the first where none has, or several."""
    groups = _wanted(want)
    used = [arn for arn in groups if _targets(aws, arn)]
    if not groups:
        return list(want)
    chosen = used[0] if len(used) == 1 else groups[0]
    return _weighted(want, {arn: ALL if arn == chosen else 0 for arn in groups})


def shares(actions: Actions) -> dict[str, int]:
    """Name of a target group to its weight."""
    return {arn.split("/")[-2]: weight for arn, weight in sorted(_weights(actions).items())}


def _targets(aws: Aws, group: str) -> bool:
    try:
        answer = aws.client("elbv2").describe_target_health(TargetGroupArn=group)
    except ClientError as error:
        if says(error, ("TargetGroupNotFound",)):
            return False
        raise
    states = [one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]]
    return any(state not in LEAVING for state in states)


def _wanted(actions: Actions) -> list[Any]:
    """The target groups of a weighted forward in their order; none where it is something else."""
    configs = [action.get("ForwardConfig") or {} for action in actions]
    return [group["TargetGroupArn"] for one in configs for group in one.get("TargetGroups", ())]


def _weights(actions: Actions) -> dict[str, int]:
    """Target group to weight of what is live."""
    return {
        str(group["TargetGroupArn"]): group["Weight"]
        for action in canonical_actions(actions)
        if action["Type"] == "forward"
        for group in action["ForwardConfig"]["TargetGroups"]
    }


def _weighted(actions: Actions, weights: Mapping[str, int]) -> list[Mapping[str, Any]]:
    """The forward with these weights, in the order of its own groups."""
    (action,) = actions
    config = action["ForwardConfig"]
    groups = [
        {**group, "Weight": weights[group["TargetGroupArn"]]} for group in config["TargetGroups"]
    ]
    return [{**action, "ForwardConfig": {**config, "TargetGroups": groups}}]
