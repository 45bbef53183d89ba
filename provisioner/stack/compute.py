"""Repositories, log groups, the cluster, task definitions and services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Keeper, Resource
from provisioner.engine.owner import DISCOVERED, EXTERNAL, IMAGE, SCALED
from provisioner.spec.containers import ExecuteCommand
from provisioner.spec.image import Image
from provisioner.spec.parts import images, in_front
from provisioner.spec.service import Service, Workload
from provisioner.stack import (
    connect,
    deployment,
    discovery,
    existing,
    identity,
    ingress,
    listener_rules,
    network,
    new_network,
)
from provisioner.stack.containers import container_name, definitions, log_group, volumes
from provisioner.stack.context import Context, address, ref
from provisioner.stack.images import REPOSITORY, remembered
from provisioner.stack.references import workload_group

LOG_GROUP = "logs.log_group"
CLUSTER = "ecs.cluster"
TASK_DEFINITION = "ecs.task_definition"
SERVICE = "ecs.service"
TIMEOUT = "timeoutMinutes"
MAIN = "main"
UNTAGGED_DAYS = 14
GRACE_SECONDS = 60
"""How long a task behind a load balancer may take to answer, where the spec says nothing."""


def build(context: Context) -> Iterator[Resource]:
    """Everything that runs, and what it needs at hand."""
    if context.spec.cluster.existing is None:
        yield _cluster(context)
    yield from _repositories(context)
    for name, workload in context.workloads():
        if not workload.logs.existing:
            yield _log_group(context, name, workload)
        yield _task_definition(context, name, workload)
        if isinstance(workload, Service):
            yield _service(context, name, workload)


def _cluster(context: Context) -> Resource:
    spec = context.spec.cluster
    properties = {
        "clusterName": spec.name or context.names.of("cluster"),
        "settings": {"containerInsights": spec.container_insights},
        "configuration": {"executeCommandConfiguration": _sessions(spec.execute_command)},
        "capacityProviders": list(spec.capacity_providers),
        "defaultCapacityProviderStrategy": [],
    }
    return context.resource(CLUSTER, MAIN, properties)


def _sessions(spec: ExecuteCommand | None) -> dict[str, Any]:
    if spec is None:
        return {}
    logs = {
        "cloudWatchLogGroupName": spec.log_group,
        "cloudWatchEncryptionEnabled": spec.log_encryption if spec.log_group else None,
        "s3BucketName": spec.s3_bucket,
        "s3EncryptionEnabled": spec.s3_encryption if spec.s3_bucket else None,
        "s3KeyPrefix": spec.s3_prefix,
    }
    return {
        "kmsKeyId": spec.kms_key,
        "logging": spec.mode,
        "logConfiguration": logs if spec.mode == "OVERRIDE" else {},
    }


def _repositories(context: Context) -> Iterator[Resource]:
    made: set[str] = set()
    for _, workload in context.workloads():
        for _, image in images(workload):
            if image.repository and not image.existing and image.repository not in made:
                made.add(image.repository)
                yield _repository(context, image)


def _repository(context: Context, image: Image) -> Resource:
    properties = {
        "repositoryName": image.repository,
        "imageTagMutability": image.tag_mutability,
        "imageScanningConfiguration": {"scanOnPush": image.scan_on_push},
        "lifecyclePolicy": {"rules": _lifecycle(image.keep_images)},
    }
    return context.resource(REPOSITORY, str(image.repository), properties)


def _lifecycle(keep: int) -> list[dict[str, Any]]:
    """Untagged images go after two weeks; of all others the newest are kept."""
    return [
        {
            "rulePriority": 1,
            "description": "Expire untagged images",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": UNTAGGED_DAYS,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": "Keep the newest images",
            "selection": {
                "tagStatus": "any",
                "countType": "imageCountMoreThan",
                "countNumber": keep,
            },
            "action": {"type": "expire"},
        },
    ]


def _log_group(context: Context, name: str, workload: Workload) -> Resource:
    properties = {
        "logGroupName": log_group(context, name, workload),
        "retentionInDays": workload.logs.retention_days,
    }
    return context.resource(LOG_GROUP, name, properties)


def _task_definition(context: Context, name: str, workload: Workload) -> Resource:
    storage = workload.ephemeral_storage_gib
    containers = definitions(context, name, workload)
    if isinstance(workload, Service):
        containers = connect.joined(context, name, workload, containers)
    properties = {
        "family": workload.names.task_family or context.names.of("task", service=name),
        "cpu": str(workload.cpu),
        "memory": str(workload.memory_mib),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": existing.role(workload.execution_role.existing)
        or ref(identity.ROLE, identity.execution(name)),
        "taskRoleArn": existing.role(workload.task_role.existing)
        or ref(identity.ROLE, identity.task(name)),
        "runtimePlatform": {
            "cpuArchitecture": workload.architecture,
            "operatingSystemFamily": "LINUX",
        },
        "ephemeralStorage": {"sizeInGiB": storage} if storage else None,
        "containerDefinitions": containers,
        "volumes": volumes(workload),
        "pidMode": workload.pid_mode,
        "enableFaultInjection": workload.enable_fault_injection or None,
    }
    logs = () if workload.logs.existing else (address(LOG_GROUP, name),)
    before = _before(context, name, workload)
    ways = new_network.ways_out(context, public=False) if before else ()
    made = context.resource(TASK_DEFINITION, name, properties | before, after=logs + ways)
    made = replace(made, initial=frozenset({"RunIn"}))
    if isinstance(workload, Service) and workload.manage.image == EXTERNAL:
        kept = {"containerDefinitions": Keeper("manage: image", shared=True)}
        return replace(made, kept=kept, tags={**made.tags, IMAGE: EXTERNAL})
    return replace(made, born=remembered(workload, container_name(context, name, workload)))


def _before(context: Context, name: str, workload: Workload) -> dict[str, Any]:
    """That its task must have run, and where, if a service is deployed after it."""
    if name not in {service.hooks.pre_deploy for _, service in context.services()}:
        return {}
    group = workload_group(name, workload)
    where = {"Cluster": context.cluster, "Subnets": context.private_subnets, "Group": group}
    return {"Ran": "yes", "RunIn": where}


def service_name(context: Context, name: str, service: Service) -> str:
    """The physical name of a service."""
    return service.names.service or context.names.of("service", service=name)


def _service(context: Context, name: str, service: Service) -> Resource:
    balanced = name in context.targeted()
    found = name in discovery.discovered(context)
    properties = {
        "serviceName": service_name(context, name, service),
        "cluster": context.cluster,
        "taskDefinition": ref(TASK_DEFINITION, name),
        "desiredCount": _count(service),
        "launchType": None if service.capacity_provider_strategy else "FARGATE",
        "capacityProviderStrategy": [
            {"capacityProvider": s.capacity_provider, "weight": s.weight, "base": s.base}
            for s in service.capacity_provider_strategy
        ],
        "networkConfiguration": {"awsvpcConfiguration": _interface(context, name, service)},
        "loadBalancers": _target(context, name, service) if balanced else [],
        "serviceRegistries": [{"registryArn": ref(discovery.SERVICE, name)}] if found else [],
        connect.CONFIGURATION: connect.configuration(context, name, service),
        "deploymentConfiguration": deployment.configuration(context, name, service),
        "enableExecuteCommand": service.enable_execute_command,
        "propagateTags": "SERVICE",
        "enableECSManagedTags": True,
        "rollout": "COMPLETED",
        **_if_any(service, balanced=balanced),
    }
    after = (*ingress.doors(context, name), *network.open_doors(name, service)) if balanced else ()
    kept = {"desiredCount": Keeper("autoscaling")} if service.autoscaling else {}
    kept |= deployment.kept(context, name, service)
    if connected := connect.takes_part(context, service):
        kept[connect.CONFIGURATION] = connect.BY_ECS
    named = connected and not context.spec.discovery.connect_namespace
    marks = ((SCALED, service.autoscaling), (DISCOVERED, found or named))
    tags = {key: "true" for key, used in marks if used}
    after += discovery.doors(context, name) + connect.before(context, name)
    if service.hooks.pre_deploy:
        after += (address(TASK_DEFINITION, service.hooks.pre_deploy),)
    after += new_network.ways_out(context, public=service.assign_public_ip)
    return context.resource(
        SERVICE, name, properties, after=after, initial=frozenset({TIMEOUT}), kept=kept, tags=tags
    )


def _if_any(service: Service, *, balanced: bool) -> dict[str, Any]:
    """What only some services have."""
    properties: dict[str, Any] = {}
    if timeout := service.deployment.timeout_minutes:
        properties[TIMEOUT] = timeout
    if service.platform_version != "LATEST":  # AWS may answer LATEST with the number it stands for
        properties["platformVersion"] = service.platform_version
    if balanced:
        properties["healthCheckGracePeriodSeconds"] = _grace(service)
    return properties


def _interface(context: Context, name: str, service: Service) -> dict[str, Any]:
    public = service.assign_public_ip
    return {
        "subnets": context.public_subnets if public else context.private_subnets,
        "securityGroups": [workload_group(name, service)],
        "assignPublicIp": "ENABLED" if public else "DISABLED",
    }


def _grace(service: Service) -> int:
    """How long the load balancer's verdict on a new task is ignored."""
    check, given = service.container_health_check, service.health_check_grace_period_seconds
    start = check.start_period_seconds if check else 0
    return max(start, GRACE_SECONDS) if given is None else given


def _count(service: Service) -> int:
    """How many tasks; with autoscaling only at the beginning, and within its range."""
    scaling = service.autoscaling
    if scaling is None:
        return service.desired_count
    return min(max(service.desired_count, scaling.min), scaling.max)


def _target(context: Context, name: str, service: Service) -> list[dict[str, Any]]:
    return [
        {
            "targetGroupArn": ref(listener_rules.TARGET_GROUP, name),
            "containerName": container_name(context, name, service, in_front(service)),
            "containerPort": service.port,
            **deployment.advanced(context, name, service),
        }
    ]
