"""`services:` — what runs, how it is checked, who may reach it and how it is rolled out."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import (
    Bool,
    Digest,
    EcsName,
    ElbName,
    Expected,
    GroupName,
    HealthPath,
    IamAction,
    ImageTag,
    ImageUri,
    Int,
    LogGroupName,
    Matcher,
    Part,
    Percent,
    PlatformVersion,
    PolicyArn,
    Port,
    RepositoryName,
    RoleName,
    Slug,
    Strings,
    Value,
    VariableName,
)
from provisioner.spec.ingress import Conditions
from provisioner.spec.watching import AlarmsOrNot

RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip  # logs.PutRetentionPolicy


class Image(Part):
    """What to run: an image of a repository that the stack makes, or any image by `uri`."""

    repository: RepositoryName | None = None
    """The ECR repository, made and owned by the stack."""
    tag: ImageTag = "latest"
    digest: Digest | None = None
    """`sha256:…`; stronger than the tag."""
    uri: ImageUri | None = None
    """A whole image reference elsewhere, instead of `repository`."""
    keep_images: Annotated[Int, Field(ge=1, le=1000)] = 30
    """The repository's lifecycle policy keeps this many images."""
    scan_on_push: Bool = True
    tag_mutability: Literal["MUTABLE", "IMMUTABLE"] = "MUTABLE"
    """IMMUTABLE refuses a second push of a tag, `latest` included."""


def _image(value: Any) -> Any:
    return {"uri": value} if isinstance(value, str) else value


class Logs(Part):
    """The service's log group and how containers write to it."""

    name: LogGroupName | None = None
    retention_days: Int = 30
    """One of the values that CloudWatch Logs accepts."""
    stream_prefix: str = "ecs"
    mode: Literal["blocking", "non-blocking"] = "non-blocking"
    """non-blocking never stalls the application; it loses lines beyond the buffer."""


class ContainerHealthCheck(Part):
    """The check that ECS runs inside the container."""

    command: Annotated[
        list[str],
        BeforeValidator(
            lambda v: ["CMD-SHELL", v] if isinstance(v, str) else v,
            json_schema_input_type=str | list[str],
        ),
        Field(min_length=2),
    ]
    """A shell command line, or the AWS form `[CMD, program, argument, …]`."""
    interval_seconds: Annotated[Int, Field(ge=5, le=300)] = 30
    timeout_seconds: Annotated[Int, Field(ge=2, le=60)] = 5
    retries: Annotated[Int, Field(ge=1, le=10)] = 3
    start_period_seconds: Annotated[Int, Field(ge=0, le=300)] = 0


class HealthCheck(Part):
    """The check that the load balancer makes of every task."""

    path: HealthPath = "/"
    port: Port | None = None
    """The traffic port when not given."""
    interval_seconds: Annotated[Int, Field(ge=5, le=300)] = 15
    timeout_seconds: Annotated[Int, Field(ge=2, le=120)] = 5
    healthy_threshold: Annotated[Int, Field(ge=2, le=10)] = 2
    unhealthy_threshold: Annotated[Int, Field(ge=2, le=10)] = 2
    matcher: Matcher = "200"
    """HTTP codes that count as healthy: `200`, `200-299`, `200,202`."""


class Route(Conditions):
    """Requests that the load balancer sends to this service."""

    listener: Slug = "http"
    default: Bool = False
    """Take every request that no rule takes."""
    name: Slug | None = None
    priority: Annotated[Int, Field(ge=1, le=50000)] | None = None


class Statement(Part):
    """One allow statement of the task role."""

    actions: Annotated[list[IamAction], Field(min_length=1)]
    resources: Annotated[list[str], Field(min_length=1)]
    conditions: dict[str, dict[str, Any]] = {}
    """As in an IAM policy: `{StringEquals: {"s3:prefix": "public/"}}`."""


class TaskRole(Part):
    """What the application may do in AWS. Nothing unless it is written here."""

    allow: list[Statement] = []
    managed_policies: list[PolicyArn] = []


class CircuitBreaker(Part):
    """ECS stops a deployment whose tasks keep failing."""

    enabled: Bool = True
    rollback: Bool = True
    """Return to the last deployment that completed."""


class Deployment(Part):
    """How a new version replaces the old one."""

    strategy: Literal["rolling"] = "rolling"
    minimum_healthy_percent: Percent = 100
    maximum_percent: Percent = 200
    circuit_breaker: CircuitBreaker = CircuitBreaker()


class CapacityShare(Part):
    """One item of a capacity provider strategy."""

    capacity_provider: Literal["FARGATE", "FARGATE_SPOT"]
    weight: Annotated[Int, Field(ge=0, le=1000)] = 1
    base: Annotated[Int, Field(ge=0, le=100000)] = 0


class Names(Part):
    """Names written out, where the defaults will not do."""

    service: EcsName | None = None
    task_family: EcsName | None = None
    container: EcsName | None = None
    target_group: ElbName | None = None
    security_group: GroupName | None = None
    execution_role: RoleName | None = None
    task_role: RoleName | None = None


class Service(Part):
    """One ECS service on Fargate, and everything that belongs to it alone."""

    image: Annotated[
        Image,
        BeforeValidator(_image, json_schema_input_type=Image | str),
        Expected("`{repository: …, tag: …}`, or an image reference such as nginx:1.29"),
    ]
    """`{repository: …, tag: …}` for an image of ours, or a whole reference such as `nginx:1.29`."""
    cpu: Annotated[Int, Field(gt=0)] = 256
    """CPU units; 1024 is one vCPU."""
    memory_mib: Annotated[Int, Field(gt=0)] = 512
    architecture: Literal["X86_64", "ARM64"] = "X86_64"
    ephemeral_storage_gib: Annotated[Int, Field(ge=21, le=200)] | None = None
    """Fargate gives 20 GiB without it."""
    port: Port | None = None
    """The port the container listens on; none for a service that takes no requests."""
    desired_count: Annotated[Int, Field(ge=0, le=5000)] = 2
    command: list[str] = []
    entry_point: list[str] = []
    environment: dict[VariableName, Value] = {}
    visible: list[VariableName] = []
    """Variables of `environment` that look like a credential and are none."""
    secrets: dict[VariableName, str] = {}
    """Variable name to a secret (`NAME`, `NAME:KEY`), a parameter (`ssm:NAME`) or their ARN."""
    user: Value | None = None
    """The user the container runs as: name or uid[:gid]."""
    read_only_root_filesystem: Bool = True
    drop_capabilities: Strings = ["ALL"]
    init_process: Bool = True
    """A small init reaps zombies and forwards signals."""
    stop_timeout_seconds: Annotated[Int, Field(ge=2, le=120)] = 30
    logs: Logs = Logs()
    container_health_check: ContainerHealthCheck | None = None
    health_check: HealthCheck = HealthCheck()
    health_check_grace_period_seconds: Annotated[Int, Field(ge=0, le=2147483647)] | None = None
    """How long ECS ignores the load balancer's verdict on a new task.

    The container's start period when not given.
    """
    deregistration_delay_seconds: Annotated[Int, Field(ge=0, le=3600)] = 30
    """AWS's default of 300 makes every deployment five minutes slower."""
    slow_start_seconds: Annotated[Int, Field(ge=30, le=900)] | None = None
    load_balancing: Literal["round_robin", "least_outstanding_requests", "weighted_random"] = (
        "round_robin"
    )
    routes: list[Route] = []
    task_role: TaskRole = TaskRole()
    deployment: Deployment = Deployment()
    capacity_provider_strategy: list[CapacityShare] = []
    """Instead of plain Fargate: `[{capacity_provider: FARGATE_SPOT, weight: 3}, …]`."""
    platform_version: PlatformVersion = "LATEST"
    alarms: AlarmsOrNot = None
    """`true`: the usual alarms of a web service; a mapping changes their limits."""
    names: Names = Names()
