"""`services:` — what runs, how it is checked, who may reach it and how it is rolled out."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.connect import Connect, Connected
from provisioner.spec.containers import Extras, LogRouter, Volume
from provisioner.spec.deployment import Deployment
from provisioner.spec.existing import ExistingGroup
from provisioner.spec.fields import (
    Bool,
    EcsName,
    ElbName,
    GroupName,
    HealthPath,
    Int,
    LogGroupName,
    Matcher,
    Part,
    PlatformVersion,
    Port,
    RoleName,
    Slug,
    Strings,
    Value,
    VariableName,
)
from provisioner.spec.image import ImageSource
from provisioner.spec.ingress import Conditions
from provisioner.spec.roles import ExecutionRole, TaskRole
from provisioner.spec.scaling import Autoscaling
from provisioner.spec.tracing import Traced, Tracing
from provisioner.spec.watching import AlarmsOrNot

RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip  # logs.PutRetentionPolicy


class Logs(Part):
    """The service's log group and how containers write to it."""

    name: LogGroupName | None = None
    existing: Bool = False
    """The log group `name` is somebody else's: it must be there, and stays as it is."""
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


def _router(value: Any) -> Any:
    return {} if value in (True, "true") else None if value in (False, "false") else value


class Container(Extras):
    """What the main container of a task and those beside it have in common."""

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
    container_health_check: ContainerHealthCheck | None = None


class Beside(Container):
    """A container beside the main one."""

    cpu: Annotated[Int, Field(ge=0)] = 0
    """CPU units of the task's kept for it."""
    memory_mib: Annotated[Int, Field(ge=6)] | None = None
    """It is ended when it takes more."""
    memory_reservation_mib: Annotated[Int, Field(ge=6)] | None = None


class Sidecar(Beside):
    """A container that runs as long as the task."""

    image: ImageSource
    """`{repository: …, tag: …}` for an image of ours, or a whole reference such as `nginx:1.29`."""
    essential: Bool = True
    """When it ends, the task ends."""
    ports: list[Port] = []
    """Where it listens. With the service's `port` among them, requests go to it."""


class InitContainer(Beside):
    """A container that must have ended well before the others start."""

    image: ImageSource | None = None
    """That of the main container when not given."""


class Workload(Container):
    """What runs on Fargate: the task of a service, or one that is run by itself."""

    image: ImageSource
    """`{repository: …, tag: …}` for an image of ours, or a whole reference such as `nginx:1.29`."""
    cpu: Annotated[Int, Field(gt=0)] = 256
    """CPU units; 1024 is one vCPU."""
    memory_mib: Annotated[Int, Field(gt=0)] = 512
    architecture: Literal["X86_64", "ARM64"] = "X86_64"
    ephemeral_storage_gib: Annotated[Int, Field(ge=21, le=200)] | None = None
    """Fargate gives 20 GiB without it."""
    logs: Logs = Logs()
    sidecars: dict[Slug, Sidecar] = {}
    """More containers, beside the main one."""
    init_containers: dict[Slug, InitContainer] = {}
    """Run before all others, one after the other, each to its end."""
    volumes: dict[Slug, Volume] = {}
    """Storage that the containers share by `mounts`: `{}` is an empty directory."""
    log_router: (
        Annotated[
            LogRouter, BeforeValidator(_router, json_schema_input_type=LogRouter | bool | str)
        ]
        | None
    ) = None
    """`true`, or a mapping: what the main container and sidecars print goes through FireLens."""
    tracing: Traced = Tracing(enabled=False)
    """`true`, or a mapping: a collector beside the main container sends its traces to X-Ray."""
    enable_execute_command: Bool = False
    """Allow `aws ecs execute-command`; it needs a root file system that can be written to."""
    pid_mode: Literal["task"] | None = None
    """`task`: the containers see each other's processes."""
    enable_fault_injection: Bool = False
    """Let AWS Fault Injection Service disturb the network of its tasks."""
    task_role: TaskRole = TaskRole()
    execution_role: ExecutionRole = ExecutionRole()
    security_group: ExistingGroup = None
    """A security group that is there already, by its id, name or tags: it gets our rules."""
    capacity_provider_strategy: list[CapacityShare] = []
    """Instead of plain Fargate: `[{capacity_provider: FARGATE_SPOT, weight: 3}, …]`."""
    platform_version: PlatformVersion = "LATEST"
    names: Names = Names()


class Manage(Part):
    """What of a service somebody else changes after it was made."""

    image: Literal["external"] | None = None
    """`external`: whatever image runs stays; the spec's is that of the first revision."""


class Hooks(Part):
    """What must have gone well before a new version is deployed."""

    pre_deploy: Slug | None = None
    """One of `tasks:`. It runs once per revision of its own, so once per image; 0 lets it pass."""


class Service(Workload):
    """One ECS service on Fargate, and everything that belongs to it alone."""

    assign_public_ip: Bool = False
    """Tasks run in the public subnets and get public addresses: the way out where there is no NAT.

    Nobody reaches them there: their security group lets in the load balancer alone.
    """
    port: Port | None = None
    """The port the container listens on; none for a service that takes no requests."""
    desired_count: Annotated[Int, Field(ge=0, le=5000)] = 2
    autoscaling: Autoscaling | None = None
    alarms: AlarmsOrNot = None
    """`true`: the usual alarms of a web service; a mapping changes their limits."""
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
    discovery: Bool = False
    """Other tasks of the VPC find this service's tasks at `<service>.<namespace>`."""
    connect: Connected = Connect(enabled=False)
    """`true`, or a mapping: those that call it do so through Service Connect, at its own name.

    Without a `port` it is called by nobody, and calls others of the namespace.
    """
    connects_to: list[Slug] = []
    """Services that this one calls: its tasks, and no others, may reach their port.

    They are given names in the namespace, as with `discovery: true`, unless they have `connect`.
    """
    deployment: Deployment = Deployment()
    manage: Manage = Manage()
    hooks: Hooks = Hooks()
