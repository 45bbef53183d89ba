"""Repositories, log groups, the cluster, task definitions and services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Resource, Text, text
from provisioner.spec.service import Deployment, Image, Service
from provisioner.stack import identity, ingress, network
from provisioner.stack.context import Context, address, ref
from provisioner.stack.vault import value_from

REPOSITORY = "ecr.repository"
LOG_GROUP = "logs.log_group"
CLUSTER = "ecs.cluster"
TASK_DEFINITION = "ecs.task_definition"
SERVICE = "ecs.service"
MAIN = "main"
UNTAGGED_DAYS = 14
GRACE_SECONDS = 60
"""How long a task behind a load balancer may take to answer, where the spec says nothing."""


def build(context: Context) -> Iterator[Resource]:
    """Everything that runs, and what it needs at hand."""
    yield _cluster(context)
    yield from _repositories(context)
    for name, service in context.services():
        yield _log_group(context, name, service)
        yield _task_definition(context, name, service)
        yield _service(context, name, service)


def _cluster(context: Context) -> Resource:
    spec = context.spec.cluster
    properties = {
        "clusterName": spec.name or context.names.of("cluster"),
        "settings": {"containerInsights": spec.container_insights},
        "capacityProviders": list(spec.capacity_providers),
        "defaultCapacityProviderStrategy": [],
    }
    return context.resource(CLUSTER, MAIN, properties)


def _repositories(context: Context) -> Iterator[Resource]:
    made: set[str] = set()
    for _, service in context.services():
        image = service.image
        if image.repository and image.repository not in made:
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


def _log_group(context: Context, name: str, service: Service) -> Resource:
    properties = {
        "logGroupName": service.logs.name or context.names.log_group(name),
        "retentionInDays": service.logs.retention_days,
    }
    return context.resource(LOG_GROUP, name, properties)


def _task_definition(context: Context, name: str, service: Service) -> Resource:
    storage = service.ephemeral_storage_gib
    properties = {
        "family": service.names.task_family or context.names.of("task", service=name),
        "cpu": str(service.cpu),
        "memory": str(service.memory_mib),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": ref(identity.ROLE, identity.execution(name)),
        "taskRoleArn": ref(identity.ROLE, identity.task(name)),
        "runtimePlatform": {
            "cpuArchitecture": service.architecture,
            "operatingSystemFamily": "LINUX",
        },
        "ephemeralStorage": {"sizeInGiB": storage} if storage else None,
        "containerDefinitions": [_container(context, name, service)],
    }
    logs = address(LOG_GROUP, name)
    return context.resource(TASK_DEFINITION, name, properties, after=(logs,))


def _container(context: Context, name: str, service: Service) -> dict[str, Any]:
    check = service.container_health_check
    port = service.port
    return {
        "name": container_name(context, name, service),
        "image": _image(service.image),
        "essential": True,
        "command": list(service.command),
        "entryPoint": list(service.entry_point),
        "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"}]
        if port else [],
        "environment": [
            {"name": key, "value": service.environment[key]} for key in sorted(service.environment)
        ],
        "secrets": [
            {"name": key, "valueFrom": value_from(context, service.secrets[key])}
            for key in sorted(service.secrets)
        ],
        "user": service.user,
        "readonlyRootFilesystem": service.read_only_root_filesystem,
        "linuxParameters": {
            "capabilities": {"drop": list(service.drop_capabilities)},
            "initProcessEnabled": service.init_process,
        },
        "stopTimeout": service.stop_timeout_seconds,
        "healthCheck": {
            "command": list(check.command),
            "interval": check.interval_seconds,
            "timeout": check.timeout_seconds,
            "retries": check.retries,
            "startPeriod": check.start_period_seconds,
        } if check else None,
        "logConfiguration": _logging(context, name, service),
    }  # fmt: skip


def container_name(context: Context, name: str, service: Service) -> str:
    """The application's container."""
    return service.names.container or context.names.container(name)


def service_name(context: Context, name: str, service: Service) -> str:
    """The physical name of a service."""
    return service.names.service or context.names.of("service", service=name)


def _image(image: Image) -> str | Text:
    if image.uri:
        return image.uri
    suffix = f"@{image.digest}" if image.digest else f":{image.tag}"
    return text(ref(REPOSITORY, str(image.repository), "Uri"), suffix)


def _logging(context: Context, name: str, service: Service) -> dict[str, Any]:
    """The mode is written out: AWS changed its default, and an account can change it again."""
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": service.logs.name or context.names.log_group(name),
            "awslogs-region": context.names.region,
            "awslogs-stream-prefix": service.logs.stream_prefix,
            "mode": service.logs.mode,
        },
    }


def _service(context: Context, name: str, service: Service) -> Resource:
    balanced = name in context.targeted()
    check = service.container_health_check
    start = check.start_period_seconds if check else 0
    grace = service.health_check_grace_period_seconds
    properties = {
        "serviceName": service_name(context, name, service),
        "cluster": ref(CLUSTER, MAIN),
        "taskDefinition": ref(TASK_DEFINITION, name),
        "desiredCount": service.desired_count,
        "launchType": None if service.capacity_provider_strategy else "FARGATE",
        "capacityProviderStrategy": [
            {"capacityProvider": s.capacity_provider, "weight": s.weight, "base": s.base}
            for s in service.capacity_provider_strategy
        ],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": context.network.ref("PrivateSubnetIds"),
                "securityGroups": [ref(network.GROUP, name, "Id")],
                "assignPublicIp": "DISABLED",
            }
        },
        "loadBalancers": _target(context, name, service) if balanced else [],
        "deploymentConfiguration": _rollout(service.deployment),
        "propagateTags": "SERVICE",
        "enableECSManagedTags": True,
        "rollout": "COMPLETED",
    }
    if service.platform_version != "LATEST":  # AWS may answer LATEST with the number it stands for
        properties["platformVersion"] = service.platform_version
    if balanced:
        seconds = max(start, GRACE_SECONDS) if grace is None else grace
        properties["healthCheckGracePeriodSeconds"] = seconds
    after = (*ingress.doors(context, name), *network.open_doors(name, service)) if balanced else ()
    return context.resource(SERVICE, name, properties, after=after)


def _rollout(deployment: Deployment) -> dict[str, Any]:
    breaker = deployment.circuit_breaker
    return {
        "minimumHealthyPercent": deployment.minimum_healthy_percent,
        "maximumPercent": deployment.maximum_percent,
        "deploymentCircuitBreaker": {
            "enable": breaker.enabled,
            "rollback": breaker.enabled and breaker.rollback,
        },
    }


def _target(context: Context, name: str, service: Service) -> list[dict[str, Any]]:
    return [
        {
            "targetGroupArn": ref(ingress.TARGET_GROUP, name),
            "containerName": container_name(context, name, service),
            "containerPort": service.port,
        }
    ]
