"""Roles: the execution role starts a task, the task role is what the application is.

Each gets what the spec makes necessary and nothing else; both can be assumed by ECS tasks of this
account and region alone.
Source: Amazon ECS developer guide, task execution IAM role; confused deputy prevention.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Resource, Text, text
from provisioner.engine.owner import REGION
from provisioner.spec.image import Image
from provisioner.spec.parts import images
from provisioner.spec.reach import PRIVATE_IMAGE
from provisioner.spec.service import Workload
from provisioner.stack.context import Context
from provisioner.stack.permissions import allow, needed, read_files
from provisioner.stack.secrets import values
from provisioner.stack.vault import permissions

ROLE = "iam.role"
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def build(context: Context) -> Iterator[Resource]:
    """Two roles per service."""
    for name, workload in context.workloads():
        if workload.execution_role.existing is None:
            yield _execution_role(context, name, workload)
        if workload.task_role.existing is None:
            yield _task_role(context, name, workload)


def execution(service: str) -> str:
    """The name in the address of a service's execution role."""
    return f"{service}-execution"


def task(service: str) -> str:
    """The name in the address of a service's task role."""
    return f"{service}-task"


def physical(context: Context, name: str, service: Workload) -> tuple[str, str]:
    """What the two roles are called in IAM."""
    written = service.names
    return (
        written.execution_role or context.names.role("execution", name),
        written.task_role or context.names.role("task", name),
    )


def _execution_role(context: Context, name: str, service: Workload) -> Resource:
    statements = [*_pull(context, service), _write_logs(context, name, service)]
    statements.extend(read_files(service))
    statements.extend(permissions(context, values(service)))
    properties = {
        "RoleName": physical(context, name, service)[0],
        "AssumeRolePolicyDocument": _trust(context),
        "InlinePolicies": {"execution": document(statements)},
        "ManagedPolicyArns": [],
    }
    return role(context, execution(name), properties)


def _task_role(context: Context, name: str, service: Workload) -> Resource:
    statements = [
        allow(statement.actions, list(statement.resources))
        | ({"Condition": statement.conditions} if statement.conditions else {})
        for statement in service.task_role.allow
    ]
    statements.extend(needed(context, name, service))
    properties = {
        "RoleName": physical(context, name, service)[1],
        "AssumeRolePolicyDocument": _trust(context),
        "InlinePolicies": {"task": document(statements)} if statements else {},
        "ManagedPolicyArns": list(service.task_role.managed_policies),
    }
    return role(context, task(name), properties)


def role(context: Context, name: str, properties: dict[str, Any]) -> Resource:
    """A role is global: its tags say which region's stack it belongs to."""
    role = context.resource(ROLE, name, properties)
    return replace(role, tags={**role.tags, REGION: context.names.region})


def _pull(context: Context, service: Workload) -> list[dict[str, Any]]:
    found = [_repository_arn(context, image) for _, image in images(service)]
    arns = [arn for index, arn in enumerate(found) if arn and arn not in found[:index]]
    if not arns:
        return []
    return [allow(["ecr:GetAuthorizationToken"], ["*"]), allow(PULL, arns)]


def _repository_arn(context: Context, image: Image) -> str | Text | None:
    """Of our own repository, or of the private one that the image's URI names."""
    if image.repository:
        return context.arn("ecr", "repository/", image.repository)
    match = PRIVATE_IMAGE.match(image.uri or "")
    if match is None:
        return None
    account, region, name = match.groups()
    partition = context.account.ref("Partition")
    return text("arn:", partition, f":ecr:{region}:{account}:repository/{name}")


def _write_logs(context: Context, name: str, service: Workload) -> dict[str, Any]:
    group = service.logs.name or context.names.log_group(name)
    arn = context.arn("logs", "log-group:", group, ":*")
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], [arn])


def document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": statements}


def trust_of_ecs(context: Context) -> dict[str, Any]:
    """ECS itself, for services of this account."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": context.account.ref("Account")}},
    }
    return document([statement])


def _trust(context: Context) -> dict[str, Any]:
    account = context.account.ref("Account")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": text(context.arn("ecs", "*"))},
        },
    }
    return document([statement])
