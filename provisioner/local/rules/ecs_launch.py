"""What ECS refuses to launch services and tasks from: definitions and networks that are not there.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html and
API_AwsVpcConfiguration.html
"""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import ECSException

from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
# Of Linux (ECS guide: platform-linux-fargate); None where a call leaves it to AWS.
PLATFORMS = frozenset({None, "LATEST", "1.4.0", "1.3.0"})
FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})
# Most of each in an awsvpcConfiguration.
NETWORK = {"subnets": 16, "securityGroups": 5}


def definition(params: Params, place: Place) -> Any:
    """Return the task definition that a call names, None if there is none, or it names none."""
    name = params.get("taskDefinition")
    try:
        return place.of("ecs").describe_task_definition(name) if name else None
    except (ECSException, ValueError):  # moto's own answer is for DescribeTaskDefinition
        return None


def _absent(params: Params, place: Place) -> str | None:
    if params.get("taskDefinition") and definition(params, place) is None:
        return "TaskDefinition not found."
    return None


def _inactive(params: Params, place: Place) -> str | None:
    found = definition(params, place)
    return "TaskDefinition is inactive" if found and found.status != "ACTIVE" else None


def _subnets(params: Params, place: Place) -> str | None:
    known = place.of("ec2").subnets.values()
    for each in _network(params).get("subnets") or ():
        if not any(each in zone for zone in known):
            return (
                f"Error retrieving subnet information for [{each}]: The subnet ID '{each}' does not"
                " exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
    return None


def _groups(params: Params, place: Place) -> str | None:
    ec2 = place.of("ec2")
    zones = ec2.subnets.values()
    subnets = _network(params).get("subnets") or ()
    vpcs = {zone[each].vpc_id for zone in zones for each in subnets if each in zone}
    for each in _network(params).get("securityGroups") or ():
        found = ec2.get_security_group_from_id(each)
        if found is None:
            return (
                f"Error retrieving security group information for [{each}]: The security group"
                f" '{each}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
        if vpcs and found.vpc_id not in vpcs:
            return (
                f"Security group {each} does not appear to belong to the same VPC as the input"
                " subnets."
            )
    return None


def _providers(params: Params, place: Place) -> str | None:
    name = str(params.get("cluster", "default")).rpartition("/")[2]
    cluster = place.of("ecs").clusters.get(name)
    asked = {each["capacityProvider"] for each in params.get("capacityProviderStrategy") or ()}
    if cluster and asked - set(cluster.capacity_providers or ()):
        return (
            "The specified capacity provider strategy cannot contain a capacity provider that is"
            " not associated with the cluster. Associate the capacity provider with the cluster or"
            " specify a valid capacity provider and try again."
        )
    return None


def _negative(params: Params, _: Place) -> str | None:
    count = params.get("desiredCount")
    return "Desired count must be 0 or more." if count is not None and int(count) < 0 else None


def _no_subnet(params: Params, _: Place) -> str | None:
    asked = (params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    return "subnets can not be empty." if asked is not None and not asked.get("subnets") else None


def _unfit(params: Params, place: Place) -> str | None:
    found, kind = definition(params, place), params.get("launchType")
    if found and kind in {"EC2", "FARGATE"} and kind not in found.compatibilities:
        return f"Task definition does not support launch_type {kind}."
    return None


def _platform(params: Params, _: Place) -> str | None:
    version = params.get("platformVersion")
    return "The specified platform does not exist." if version not in PLATFORMS else None


def _size(params: Params, _: Place) -> str | None:
    for field, most in NETWORK.items():
        if len(_network(params).get(field) or ()) > most:
            return f"{field} can have at most {most} items."
    return None


def _launch_type_and_strategy(params: Params, _: Place) -> str | None:
    if params.get("launchType") and params.get("capacityProviderStrategy"):
        return (
            "Specifying both a launch type and capacity provider strategy is not supported."
            " Remove one and try again."
        )
    return None


def _placed(params: Params, _: Place) -> str | None:
    asked = {each["capacityProvider"] for each in params.get("capacityProviderStrategy") or ()}
    if params.get("launchType") != "FARGATE" and not asked & FARGATE:
        return None
    for field, words in (
        ("placementConstraints", "constraints"),
        ("placementStrategy", "strategies"),
    ):
        if params.get(field):
            return f"Placement {words} are not supported with FARGATE launch type."
    return None


def _based(params: Params, _: Place) -> str | None:
    strategy = params.get("capacityProviderStrategy") or ()
    if sum(bool(each.get("base")) for each in strategy) > 1:
        return "Only one capacity provider in a capacity provider strategy can have a base defined."
    if len(strategy) > 1 and not any(each.get("weight") for each in strategy):
        return "At least one capacity provider must have a weight that is greater than 0."
    return None


def _network(params: Params) -> Params:
    found: Params = (params.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    return found


RULES = (
    *(
        Rule(operation, code, check, source)
        for operation in ("CreateService", "UpdateService", "RunTask")
        for code, check, source in (
            ("ClientException", _absent, "EvalAI#2419"),
            (INVALID, _inactive, "ECS API: DeregisterTaskDefinition"),
            (INVALID, _unfit, "ECS guide: launch_types"),
            (INVALID, _launch_type_and_strategy, "ECS API: CreateService"),
            (INVALID, _placed, "cloudlift#138"),
            (INVALID, _based, "ECS API: CapacityProviderStrategyItem"),
            (INVALID, _size, "ECS API: AwsVpcConfiguration"),
            ("PlatformUnknownException", _platform, "ECS guide: platform-linux-fargate"),
            (INVALID, _no_subnet, "ECS API: AwsVpcConfiguration"),
            (INVALID, _subnets, "serverless-fargate#20"),
            (INVALID, _groups, "aws-dotnet-deploy#735"),
            (INVALID, _providers, "dask-cloudprovider#328"),
            (INVALID, _negative, "ECS API: CreateService"),
        )
    ),
)
