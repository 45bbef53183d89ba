"""Roles: the execution role starts a task, the task role is what the application is.

Each gets what the spec makes necessary and nothing else; both can be assumed by ECS tasks of this
account and region alone.
Source: Amazon ECS developer guide, task execution IAM role; confused deputy prevention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Resource, Text, text
from provisioner.engine.owner import REGION
from provisioner.spec.service import Service
from provisioner.stack.context import Context
from provisioner.stack.secrets import values
from provisioner.stack.vault import permissions

ROLE = "iam.role"
PRIVATE_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def build(context: Context) -> Iterator[Resource]:
    """Two roles per service."""
    for name, service in context.services():
        yield _execution_role(context, name, service)
        yield _task_role(context, name, service)


def execution(service: str) -> str:
    """The name in the address of a service's execution role."""
    return f"{service}-execution"


def task(service: str) -> str:
    """The name in the address of a service's task role."""
    return f"{service}-task"


def _execution_role(context: Context, name: str, service: Service) -> Resource:
    statements = [*_pull(context, service), _write_logs(context, name, service)]
    statements.extend(permissions(context, values(service)))
    properties = {
        "RoleName": service.names.execution_role or context.names.role("execution", name),
        "AssumeRolePolicyDocument": _trust(context),
        "InlinePolicies": {"execution": _document(statements)},
        "ManagedPolicyArns": [],
    }
    return _role(context, execution(name), properties)


def _task_role(context: Context, name: str, service: Service) -> Resource:
    statements = [
        _allow(statement.actions, list(statement.resources))
        | ({"Condition": statement.conditions} if statement.conditions else {})
        for statement in service.task_role.allow
    ]
    properties = {
        "RoleName": service.names.task_role or context.names.role("task", name),
        "AssumeRolePolicyDocument": _trust(context),
        "InlinePolicies": {"task": _document(statements)} if statements else {},
        "ManagedPolicyArns": list(service.task_role.managed_policies),
    }
    return _role(context, task(name), properties)


def _role(context: Context, name: str, properties: dict[str, Any]) -> Resource:
    """A role is global: its tags say which region's stack it belongs to."""
    role = context.resource(ROLE, name, properties)
    return replace(role, tags={**role.tags, REGION: context.names.region})


def _pull(context: Context, service: Service) -> list[dict[str, Any]]:
    arn = _repository_arn(context, service)
    if arn is None:
        return []
    return [_allow(["ecr:GetAuthorizationToken"], ["*"]), _allow(PULL, [arn])]


def _repository_arn(context: Context, service: Service) -> str | Text | None:
    """Of our own repository, or of the private one that the image's URI names."""
    if service.image.repository:
        return context.arn("ecr", "repository/", service.image.repository)
    match = PRIVATE_IMAGE.match(service.image.uri or "")
    if match is None:
        return None
    account, region, name = match.groups()
    partition = context.account.ref("Partition")
    return text("arn:", partition, f":ecr:{region}:{account}:repository/{name}")


def _write_logs(context: Context, name: str, service: Service) -> dict[str, Any]:
    group = service.logs.name or context.names.log_group(name)
    arn = context.arn("logs", "log-group:", group, ":*")
    return _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [arn])


def _allow(actions: list[str], resources: list[str] | list[Text] | list[Any]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


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
    return _document([statement])
