"""The spec as a whole. Everything a user may write, with its unit, default and reason."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from provisioner.spec.containers import ExecuteCommand
from provisioner.spec.discovery import Discovery
from provisioner.spec.existing import ExistingCluster
from provisioner.spec.fields import (
    Account,
    Bool,
    EcsName,
    Part,
    Region,
    Slug,
    StackName,
    TagKey,
    TagValue,
    Value,
    VariableName,
)
from provisioner.spec.ingress import LoadBalancer
from provisioner.spec.network import Network
from provisioner.spec.secrets import Parameter, Secret
from provisioner.spec.service import Service
from provisioner.spec.task import Task
from provisioner.spec.watching import Notifications


class Cluster(Part):
    """The ECS cluster."""

    existing: ExistingCluster = None
    """A cluster that is there already, by its name or tags, instead; it stays as it is."""
    name: EcsName | None = None
    container_insights: Literal["enabled", "enhanced", "disabled"] = "enabled"
    """`enhanced` adds metrics per task and container, and their cost."""
    capacity_providers: list[Literal["FARGATE", "FARGATE_SPOT"]] = ["FARGATE", "FARGATE_SPOT"]
    execute_command: ExecuteCommand | None = None
    """How exec sessions are encrypted and recorded."""


class Spec(Part):
    """One stack: the declaration that `plan`, `apply` and `teardown` work from."""

    stack: StackName
    """Begins the name of everything in the stack, and with the environment marks what it owns.

    Short, because a load balancer's name has at most 32 characters.
    """
    region: Region | None = None
    """`--region` is stronger, `AWS_REGION` weaker."""
    account: Account | None = None
    """Refuse to work in any other account."""
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=40)] = {}
    """Put on everything that can carry tags."""
    variables: dict[VariableName, Value] = {}
    """Defaults for `${name}`; `--var name=value` is stronger."""
    network: Network
    cluster: Cluster = Cluster()
    load_balancer: LoadBalancer | None = None
    discovery: Discovery = Discovery()
    """Where services with `discovery: true` are found; made when there is one."""
    services: dict[Slug, Service] = {}
    """What runs. `app` is the main service: its resources carry the stack's name alone."""
    tasks: dict[Slug, Task] = {}
    """What is run by hand or by the clock: task definition, roles and log group, but no service."""
    overrides: dict[str, dict[str, Any]] = {}
    """Properties in AWS's own words, put over those at an address: `{ecs.service/app: {…}}`."""
    resources: dict[str, dict[str, Any]] = {}
    """More resources in AWS's own words: `{logs.log_group/extra: {logGroupName: …}}`."""
    secrets: dict[Slug, Secret] = {}
    """Secrets that the stack makes: `{database-url: {}}`; their values are never read."""
    parameters: dict[Slug, Parameter] = {}
    """Parameters of Parameter Store that the stack makes."""
    notifications: Notifications | None = None
    """Who is told of alarms and failed deployments."""
    dashboard: Bool = False
    """A CloudWatch dashboard of the whole stack."""
    environments: dict[Slug, dict[str, Any]] = {}
    """Overlays: `-e NAME` merges one of them over the rest of the file."""
