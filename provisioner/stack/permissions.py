"""What features of a task make necessary in its roles, beside what the spec allows in words.

Sources: Amazon ECS developer guide: task IAM role for ECS Exec, environment files, FireLens;
Amazon EFS user guide: using IAM to control access to file systems.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Ref, Text, text
from provisioner.spec.containers import Efs, ExecuteCommand
from provisioner.spec.parts import containers
from provisioner.spec.service import Workload
from provisioner.stack import tracing
from provisioner.stack.context import Context

CHANNELS = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
]
"""What the agent of ECS Exec does; Session Manager has no resources for it."""


def allow(
    actions: list[str], resources: list[Any], condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One statement of a policy."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement


def read_files(workload: Workload) -> Iterator[dict[str, Any]]:
    """The execution role reads environment files, and asks where their buckets are."""
    files = sorted({
        arn for _, _, container in containers(workload) for arn in container.environment_files
    })  # fmt: skip
    if files:
        yield allow(["s3:GetObject"], files)
        buckets = sorted({arn.split("/", 1)[0] for arn in files})
        yield allow(["s3:GetBucketLocation"], buckets)


def needed(context: Context, name: str, workload: Workload) -> Iterator[dict[str, Any]]:
    """What the task role needs for exec, file systems, the log router and tracing."""
    if workload.enable_execute_command:
        yield allow(CHANNELS, ["*"])
        if context.spec.cluster.execute_command:
            yield from _sessions(context, context.spec.cluster.execute_command)
    for volume, one in workload.volumes.items():
        if one.efs and one.efs.iam:
            yield _mount(context, workload, volume, one.efs)
    if workload.log_router and not workload.log_router.options:
        group = workload.logs.name or context.names.log_group(name)
        actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        yield allow(actions, [context.arn("logs", "log-group:", group, ":*")])
    if workload.tracing.enabled:
        yield allow(tracing.ACTIONS, ["*"])


def _sessions(context: Context, spec: ExecuteCommand) -> Iterator[dict[str, Any]]:
    """The agent in the container writes the record of a session itself."""
    if spec.kms_key:
        yield allow(["kms:Decrypt"], [spec.kms_key])
    if spec.mode != "OVERRIDE":
        return
    if spec.log_group:
        yield allow(["logs:DescribeLogGroups"], ["*"])
        actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        yield allow(actions, [context.arn("logs", "log-group:", spec.log_group, ":*")])
    if spec.s3_bucket:
        bucket = text("arn:", context.account.ref("Partition"), ":s3:::", spec.s3_bucket)
        yield allow(["s3:GetBucketLocation", "s3:GetEncryptionConfiguration"], [bucket])
        yield allow(["s3:PutObject"], [text(bucket, "/*")])


def _mount(context: Context, workload: Workload, volume: str, efs: Efs) -> dict[str, Any]:
    mounts = [
        mount.read_only
        for _, _, container in containers(workload)
        for mount in container.mounts.values()
        if mount.volume == volume
    ]
    actions = ["elasticfilesystem:ClientMount"]
    if not all(mounts):
        actions.append("elasticfilesystem:ClientWrite")
    if efs.root_access:
        actions.append("elasticfilesystem:ClientRootAccess")
    system: Ref | Text = context.arn("elasticfilesystem", "file-system/", efs.file_system)
    condition = None
    if efs.access_point:
        point = context.arn("elasticfilesystem", "access-point/", efs.access_point)
        condition = {"StringEquals": {"elasticfilesystem:AccessPointArn": point}}
    return allow(actions, [system], condition)
