"""`task_role:` and `execution_role:` of a workload: what it may do, and who starts it."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from provisioner.spec.fields import IamAction, Part, PolicyArn, RoleReference


class Statement(Part):
    """One allow statement of the task role."""

    actions: Annotated[list[IamAction], Field(min_length=1)]
    resources: Annotated[list[str], Field(min_length=1)]
    conditions: dict[str, dict[str, Any]] = {}
    """As in an IAM policy: `{StringEquals: {"s3:prefix": "public/"}}`."""


class TaskRole(Part):
    """What the application may do in AWS. Nothing unless it is written here."""

    existing: RoleReference | None = None
    """A role that is there already, by name or ARN, instead; it stays as it is."""
    allow: list[Statement] = []
    managed_policies: list[PolicyArn] = []


class ExecutionRole(Part):
    """What ECS may do to start a task. The stack makes it, with what the service needs."""

    existing: RoleReference | None = None
    """A role that is there already, by name or ARN, instead; it stays as it is."""
