"""What ECS refuses about clusters, services and tasks."""

from __future__ import annotations

import re
from typing import Any

from provisioner.local.elbv2_targets import serving

from . import ecs_launch
from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
NAME = re.compile(r"[\w-]{1,255}")
# Most names in one call.
BATCHES = {
    "DescribeServices": ("services", 10),
    "DescribeTasks": ("tasks", 100),
    "DescribeClusters": ("clusters", 100),
    "DescribeServiceDeployments": ("serviceDeploymentArns", 20),
    "DescribeServiceRevisions": ("serviceRevisionArns", 20),
    "DeleteTaskDefinitions": ("taskDefinitions", 10),
}
INSIGHTS = frozenset({"enabled", "enhanced", "disabled"})
# Seconds until the service-linked role can be assumed: AWS gives no number.
LINKED_IN = 5.0


def _cluster_with_services(params: Params, place: Place) -> str | None:
    found = _cluster(params, place)
    services = place.of("ecs").region.services.values()
    if found and any(
        each.cluster_arn == found.arn and each.status != "INACTIVE" for each in services
    ):
        return "The Cluster cannot be deleted while Services are active."
    return None


def _cluster_with_tasks(params: Params, place: Place) -> str | None:
    found = _cluster(params, place)
    tasks = place.of("ecs").region.tasks()
    if found and any(each.cluster_arn == found.arn and each.status != "STOPPED" for each in tasks):
        return "The Cluster cannot be deleted while Tasks are active."
    return None


def _cluster(params: Params, place: Place) -> Any:
    ecs = place.of("ecs")
    ecs.advance()
    return ecs.clusters.get(str(params.get("cluster", "default")).rpartition("/")[2])


def _inactive_cluster(params: Params, place: Place) -> str | None:
    found = _cluster(params, place)
    return "The referenced cluster was inactive." if found and found.status != "ACTIVE" else None


def _unknown_provider(params: Params, place: Place) -> str | None:
    known = {*ecs_launch.FARGATE, *place.of("ecs").capacity_providers}
    for name in params.get("capacityProviders") or ():
        if name.rpartition("/")[2] not in known:
            return (
                f"The specified capacity provider '{name}' was not found. Specify a valid name or"
                " ARN and try again."
            )
    return None


def _stray_default(params: Params, _: Place) -> str | None:
    own = set(params.get("capacityProviders") or ())
    strategy = params.get("defaultCapacityProviderStrategy") or ()
    if any(each["capacityProvider"] not in own for each in strategy):
        return (
            "The specified capacity provider strategy cannot contain a capacity provider that is"
            " not associated with the cluster. Associate the capacity provider with the cluster"
            " and try again."
        )
    return None


def _provider_in_use(params: Params, place: Place) -> str | None:
    found = _cluster(params, place)
    kept = params.get("capacityProviders") or ()
    if found and any(
        each.cluster_arn == found.arn and each.status != "STOPPED" and each.provider not in kept
        for each in place.of("ecs").region.tasks()
        if each.provider
    ):
        return "The specified capacity provider is in use and cannot be removed."
    return None


def _insights(params: Params, _: Place) -> str | None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html."""
    for each in params.get("settings") or ():
        if each.get("value") not in INSIGHTS:
            return f"Invalid value for setting {each.get('name')}: '{each.get('value')}'"
    return None


def _unlinked(_: Params, place: Place) -> str | None:
    """The first cluster of an account has ECS make its role, which takes a while.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
    """
    if not place.settings.consistency or place.of("ecs").clusters:
        return None
    iam = place.backends("iam")[place.account]["aws"]
    now = place.settings.clock.now()
    made = iam.linked.setdefault("ecs", now)
    if now < made + LINKED_IN:
        return (
            "Unable to assume the service linked role. Please verify that the ECS service linked"
            " role exists."
        )
    return None


def _too_many(params: Params, _: Place) -> str | None:
    for name, most in BATCHES.values():
        if len(params.get(name) or ()) > most:
            return f"{name.capitalize()} cannot have more than {most} elements."
    return None


def _bad_name(params: Params, _: Place) -> str | None:
    for field in ("serviceName", "clusterName"):
        if field in params and not NAME.fullmatch(params[field]):
            return f"{field} must have 1 to 255 letters, digits, hyphens or underscores."
    return None


def _no_network(params: Params, place: Place) -> str | None:
    definition = _definition(params, place)
    if (
        definition
        and definition.network_mode == "awsvpc"
        and not params.get("networkConfiguration")
    ):
        return "Network Configuration must be provided when networkMode 'awsvpc' is specified."
    return None


def _unattached_group(params: Params, place: Place) -> str | None:
    groups = place.of("elbv2")
    for each in params.get("loadBalancers") or ():
        arn = each.get("targetGroupArn")
        if arn and not (arn in groups.target_groups and serving(groups, arn)):
            return (
                f"The target group with targetGroupArn {arn} does not have an associated load"
                " balancer."
            )
    return None


def _instance_targets(params: Params, place: Place) -> str | None:
    definition = _definition(params, place)
    groups = place.of("elbv2").target_groups
    for each in params.get("loadBalancers") or ():
        group = groups.get(each.get("targetGroupArn"))
        awsvpc = definition is not None and definition.network_mode == "awsvpc"
        if group and awsvpc and group.target_type != "ip":
            return (
                f"The provided target group {group.arn} has target type {group.target_type}, which"
                " is incompatible with the awsvpc network mode specified in the task definition."
            )
    return None


def _unknown_port(params: Params, place: Place) -> str | None:
    definition = _definition(params, place)
    if definition is None:
        return None
    containers = {each["name"]: each for each in definition.container_definitions}
    for each in params.get("loadBalancers") or ():
        name, port = each.get("containerName"), each.get("containerPort")
        if name not in containers:
            return f"The container {name} does not exist in the task definition."
        mapped = [mapping.get("containerPort") for mapping in containers[name]["portMappings"]]
        if port not in mapped:
            return f"The container {name} did not have a container port {port} defined."
    return None


def _daemon(params: Params, _: Place) -> str | None:
    if params.get("schedulingStrategy") == "DAEMON" and params.get("launchType") == "FARGATE":
        return "The daemon scheduling strategy is not supported for Fargate launch type."
    return None


def _definition(params: Params, place: Place) -> Any:
    """Return the revision that is asked for, or that an updated service has."""
    asked = params.get("taskDefinition")
    if not asked and "service" in params:
        cluster = str(params.get("cluster", "default")).rpartition("/")[2]
        name = params["service"].rpartition("/")[2]
        found = place.of("ecs").region.services.get(f"{cluster}:{name}")
        asked = found and found.settings.get("taskDefinition")
    return ecs_launch.definition({"taskDefinition": asked}, place)


def _uncounted(params: Params, _: Place) -> str | None:
    replica = params.get("schedulingStrategy", "REPLICA") == "REPLICA"
    return "The desired count is required." if replica and "desiredCount" not in params else None


def _rebalancing(params: Params, _: Place) -> str | None:
    most = params.get("deploymentConfiguration", {}).get("maximumPercent", 200)
    if params.get("availabilityZoneRebalancing") == "ENABLED" and most <= 100:  # noqa: PLR2004
        return "Availability Zone rebalancing needs a maximumPercent of more than 100."
    return None


RULES = (
    Rule(
        "DeleteCluster",
        "ClusterContainsServicesException",
        _cluster_with_services,
        "ECS API: DeleteCluster",
    ),
    Rule(
        "DeleteCluster",
        "ClusterContainsTasksException",
        _cluster_with_tasks,
        "ECS API: DeleteCluster",
    ),
    *(
        Rule(operation, "ClusterNotFoundException", _inactive_cluster, f"ECS API: {operation}")
        for operation in ("CreateService", "UpdateService", "RunTask")
    ),
    *(Rule(operation, INVALID, _too_many, f"ECS API: {operation}") for operation in BATCHES),
    *(
        Rule(operation, code, check, source)
        for operation in ("CreateService", "UpdateService")
        for code, check, source in (
            (INVALID, _unknown_port, "ECS API: LoadBalancer"),
            (INVALID, _unattached_group, "terraform-provider-aws#3495"),
            (INVALID, _instance_targets, "ECS API: LoadBalancer"),
            (INVALID, _rebalancing, "ECS guide: service-rebalancing"),
        )
    ),
    Rule("CreateService", INVALID, _bad_name, "ECS API: CreateService"),
    Rule("CreateService", INVALID, _no_network, "ECS API: CreateService"),
    Rule("CreateService", INVALID, _uncounted, "ECS API: CreateService"),
    Rule("CreateService", INVALID, _daemon, "ECS API: CreateService"),
    Rule("CreateCluster", INVALID, _bad_name, "ECS API: CreateCluster"),
    *(
        Rule(operation, INVALID, check, f"ECS API: {operation}")
        for operation in ("CreateCluster", "PutClusterCapacityProviders")
        for check in (_unknown_provider, _stray_default)
    ),
    Rule(
        "PutClusterCapacityProviders",
        "ResourceInUseException",
        _provider_in_use,
        "ECS API: PutClusterCapacityProviders",
    ),
    *(
        Rule(operation, INVALID, _insights, "ECS API: ClusterSetting")
        for operation in ("CreateCluster", "UpdateCluster", "UpdateClusterSettings")
    ),
    Rule("CreateCluster", INVALID, _unlinked, "ECS guide: using-service-linked-roles"),
)
