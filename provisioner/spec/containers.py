"""What any container of a task may have beside its command and environment, and the task's volumes.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Int, Part, Slug, Value, Word

Condition = Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]
Limit = Literal[
    "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
    "rss", "rtprio", "rttime", "sigpending", "stack",
]  # fmt: skip
ContainerPath = Annotated[
    str, Word("an absolute path such as /var/data", r"/[A-Za-z0-9._/-]{0,254}(?<!/)|/")
]
EnvironmentFile = Annotated[
    str,
    Word(
        "the ARN of an S3 object whose name ends in .env (arn:aws:s3:::bucket/app.env)",
        r"arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+\.env",
    ),
]
FileSystemId = Annotated[str, Word("a file system id (fs-…)", r"fs-[0-9a-f]{8,40}")]
AccessPointId = Annotated[str, Word("an access point id (fsap-…)", r"fsap-[0-9a-f]{8,40}")]
BIND = "writable-"
"""Begins the names of the volumes that `writable` makes."""


class Mount(Part):
    """A volume of the task inside one container."""

    volume: Slug
    read_only: Bool = False


class Ulimit(Part):
    """One resource limit of a container's processes."""

    soft: Int
    hard: Int


class Restart(Part):
    """ECS starts this container again in its place, without replacing the task."""

    enabled: Bool = True
    ignored_exit_codes: Annotated[list[Int], Field(max_length=50)] = []
    attempt_period_seconds: Annotated[Int, Field(ge=60, le=1800)] = 300
    """It must have run for so long before it is started again."""


class Efs(Part):
    """A file system of Amazon EFS. Its mount targets must admit port 2049 from the tasks' group."""

    file_system: FileSystemId
    access_point: AccessPointId | None = None
    """Enforces a directory and a user; then `root_directory` stays `/`."""
    root_directory: ContainerPath = "/"
    iam: Bool = True
    """The task role is asked; it gets ClientMount, and ClientWrite unless all is read-only."""
    root_access: Bool = False
    """Lets root inside the container be root on the file system (ClientRootAccess)."""
    transit_encryption: Bool = True


class Volume(Part):
    """Storage that containers of a task share: empty and as old as the task, or a file system."""

    efs: Efs | None = None


def _volume(value: Any) -> Any:
    return {"volume": value} if isinstance(value, str) else value


def _limit(value: Any) -> Any:
    number = isinstance(value, int | str) and not isinstance(value, bool)
    return {"soft": value, "hard": value} if number else value


def _switch(value: Any) -> Any:
    return {"enabled": value} if isinstance(value, bool | str) else value


class Extras(Part):
    """Settings of one container that most do without."""

    working_directory: ContainerPath | None = None
    environment_files: Annotated[list[EnvironmentFile], Field(max_length=10)] = []
    """Objects in S3 with `NAME=value` lines; `environment` is stronger, later files too."""
    writable: Annotated[list[ContainerPath], Field(max_length=20)] = []
    """Empty directories that can be written to although the root file system cannot.

    They belong to root unless the image declares them as VOLUME with another owner; `tmpfs` is
    open to every user.
    """
    tmpfs: dict[ContainerPath, Annotated[Int, Field(ge=1)]] = {}
    """Directories in memory, writable by every user: path to MiB, which count as the task's."""
    mounts: dict[
        ContainerPath,
        Annotated[Mount, BeforeValidator(_volume, json_schema_input_type=Mount | str)],
    ] = {}
    """Path to the volume that is seen there: `{/data: uploads}`."""
    depends_on: dict[Slug, Condition] = {}
    """Container to what it must have reached before this one starts: START, HEALTHY, …"""
    start_timeout_seconds: Annotated[Int, Field(ge=2, le=120)] | None = None
    """How long others wait for this one to reach what they depend on."""
    ulimits: dict[
        Limit, Annotated[Ulimit, BeforeValidator(_limit, json_schema_input_type=Ulimit | int | str)]
    ] = {}
    """Soft and hard limit, or one number for both: `{nofile: 65536}`."""
    system_controls: dict[str, Value] = {}
    """Kernel parameters: `{net.ipv4.tcp_keepalive_time: 60}`."""
    docker_labels: dict[str, Value] = {}
    restart: (
        Annotated[Restart, BeforeValidator(_switch, json_schema_input_type=Restart | bool | str)]
        | None
    ) = None
    """`true`, or a mapping: start the container again when it ends."""
    version_consistency: Literal["enabled", "disabled"] = "enabled"
    """ECS keeps a deployment at the digest that the image's tag had when it began."""
    add_capabilities: list[Literal["SYS_PTRACE"]] = []
    """The only one that Fargate can add."""


class LogRouter(Part):
    """FireLens: a Fluent Bit beside the application that takes its output wherever it should go."""

    image: str = "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.16"
    options: dict[str, Value] = {}
    """Fluent Bit's output: `{Name: firehose, delivery_stream: logs, region: …}`.

    The service's own log group in CloudWatch when not given.
    """
    secret_options: dict[str, str] = {}
    """Options whose values are secrets: option to ARN."""
    config_file: ContainerPath | None = None
    """A configuration inside the image, read besides; Fargate reads none from S3."""
    ecs_metadata: Bool = True
    """Adds cluster, task and container to every line."""
    memory_mib: Annotated[Int, Field(ge=32)] = 128
    essential: Bool = True
    """Without its router a container that writes much may come to a stand: the task ends."""


class ExecuteCommand(Part):
    """How sessions of `aws ecs execute-command` in the cluster are encrypted and recorded."""

    logging: Literal["DEFAULT", "NONE", "OVERRIDE"] | None = None
    """OVERRIDE where a log group or bucket is given, else DEFAULT: the container's own log."""
    kms_key: (
        Annotated[str, Word("the ARN of a KMS key", r"arn:aws[a-z-]*:kms:[^:]+:\d{12}:key/.+")]
        | None
    ) = None
    log_group: str | None = None
    """An existing log group for the sessions."""
    log_encryption: Bool = False
    s3_bucket: str | None = None
    s3_prefix: str | None = None
    s3_encryption: Bool = False

    @property
    def mode(self) -> str:
        """What AWS calls `logging`."""
        return self.logging or ("OVERRIDE" if self.log_group or self.s3_bucket else "DEFAULT")
