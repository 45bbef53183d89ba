"""The table of known causes, the more particular before the more general.

Texts to look for are AWS's:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Where = Literal["stopped", "exit", "log", "target", "event", "alarm"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was found, in AWS's or the application's words.

    `stopped` is the reason of a task or container, `exit` an exit code, `target` why a target is
    not healthy.
    """

    where: Where
    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A hint for facts of some places whose text matches. `{name}` is filled in."""

    id: str
    where: tuple[Where, ...]
    text: str
    cause: str
    advice: str
    command: str = ""

    def fits(self, facts: Iterable[Fact]) -> bool:
        """Whether any of the facts is of this kind."""
        return any(
            fact.where in self.where and re.search(self.text, fact.text, re.IGNORECASE)
            for fact in facts
        )


STOPPED: tuple[Where, ...] = ("stopped", "event")
TARGET: tuple[Where, ...] = ("target", "event", "stopped")
ROLE_COMMAND = "aws iam list-role-policies --role-name {execution_role}"
TASKS_COMMAND = "aws ecs describe-tasks --cluster {cluster} --tasks {task}"
GROUPS_COMMAND = "aws ec2 describe-security-groups --group-ids {groups}"
HEALTH_COMMAND = "aws elbv2 describe-target-health --target-group-arn {target_group}"

PATTERNS = (
    Pattern(
        "wrong-architecture", ("log", "stopped"), r"exec format error|exec user process caused",
        "the image is built for another processor than the task's {architecture}",
        "build it with `docker build --platform`, or set `architecture:` of the service",
        "{inspection}",
    ),
    Pattern(
        "wrong-architecture", STOPPED, r"does not contain descriptor matching platform|no match for"
        r" platform in manifest",
        "the image has no variant for the task's {architecture}",
        "build it with `docker build --platform`, or set `architecture:` of the service",
        "{inspection}",
    ),
    Pattern(
        "rate-limit", STOPPED, r"toomanyrequests|pull rate limit",
        "the registry refuses more pulls from this address for now",
        "copy the image to ECR, or use an ECR pull-through cache with credentials",
    ),
    Pattern(
        "image-permission", STOPPED, r"ecr:(GetAuthorizationToken|BatchGetImage|GetDownloadUrl)|"
        r"pull access denied|no basic auth credentials|denied: .*requested access",
        "the execution role may not pull the image",
        "give {execution_role} the ECR permissions of AmazonECSTaskExecutionRolePolicy; a private"
        " registry elsewhere needs credentials",
        ROLE_COMMAND,
    ),
    Pattern(
        "image-missing", STOPPED, r"CannotPullContainerError.*(not found|manifest unknown|does not"
        r" exist|failed to resolve ref)(?!.*(timeout|dial tcp|lookup))",
        "the image {image} is not in its repository",
        "{push}, or correct the tag, and apply again",
        "{image_command}",
    ),
    Pattern(
        "no-route", STOPPED, r"(CannotPull|ResourceInitialization).*(i/o timeout|dial tcp|context"
        r" deadline|connection timed out|no route to host|no such host|Client\.Timeout|request"
        r" canceled)",
        "the subnets have no way to the registry, Secrets Manager or CloudWatch Logs",
        "give them a NAT gateway or VPC endpoints, or `assign_public_ip: true` in public subnets;"
        " the task's security group must let port 443 out",
        "provisioner plan",
    ),
    Pattern(
        "secret-missing", STOPPED, r"retrieve secret.*(ResourceNotFound|can't find|invalid ssm"
        r" parameters|ParameterNotFound)|invalid ssm parameters",
        "a secret or parameter that the containers are given does not exist, or has no value yet",
        "create it or give it a value, and apply again",
        "aws secretsmanager list-secrets",
    ),
    Pattern(
        "secret-key-missing", STOPPED, r"retrieved secret from .* did not contain json key",
        "a secret has no such key",
        "correct the key in `secrets:`, or put it into the secret's value",
    ),
    Pattern(
        "secret-permission", STOPPED, r"retrieve secret.*(AccessDenied|not authorized)|"
        r"secretsmanager:GetSecretValue|ssm:GetParameters|kms:Decrypt",
        "the execution role may not read a secret that the containers are given",
        "give {execution_role} secretsmanager:GetSecretValue or ssm:GetParameters on it, and"
        " kms:Decrypt where a key of your own encrypts it",
        ROLE_COMMAND,
    ),
    Pattern(
        "log-group-missing", STOPPED, r"(logger args|log ?stream|log driver).*(ResourceNotFound|log"
        r" group does not exist)",
        "the log group {log_group} does not exist",
        "create it, or correct `logs.name`",
        "aws logs describe-log-groups --log-group-name-prefix {log_group}",
    ),
    Pattern(
        "log-permission", STOPPED, r"failed to validate logger args|failed to create Cloudwatch log"
        r" stream|logs:CreateLogStream",
        "the execution role may not write to the log group {log_group}",
        "give {execution_role} logs:CreateLogStream and logs:PutLogEvents on it",
        ROLE_COMMAND,
    ),
    Pattern(
        "assume-role", STOPPED, r"unable to assume the role|could not be assumed",
        "ECS may not use a role of the task",
        "its trust policy must allow ecs-tasks.amazonaws.com sts:AssumeRole",
        "aws iam get-role --role-name {execution_role}",
    ),
    Pattern(
        "out-of-memory", ("stopped",), r"OutOfMemory",
        "a container took more memory than it is given ({memory} MiB for the task)",
        "raise `memory_mib`, or find out what it needs it for",
        "aws cloudwatch get-metric-statistics --namespace AWS/ECS --metric-name MemoryUtilization"
        " --dimensions Name=ClusterName,Value={cluster} Name=ServiceName,Value={service}",
    ),
    Pattern(
        "spot", ("stopped",), r"SpotInterruption|Spot (Task|capacity)",
        "Fargate Spot took its capacity back",
        "it is replaced by itself; for a share that stays, add FARGATE to"
        " `capacity_provider_strategy`",
    ),
    Pattern(
        "capacity", STOPPED, r"capacity is unavailable|no capacity|Fargate (Spot )?capacity",
        "AWS has no Fargate capacity of that size in these zones now",
        "wait, add subnets in more zones, or add FARGATE beside FARGATE_SPOT",
    ),
    Pattern(
        "addresses", STOPPED, r"insufficient free (ip )?addresses|not enough free|RESOURCE:ENI|"
        r"InsufficientFreeAddresses",
        "the subnets have no free addresses left",
        "use larger or more subnets, or fewer tasks at a time (`maximum_percent`)",
        "aws ec2 describe-subnets",
    ),
    Pattern(
        "quota", STOPPED, r"limit on the number of (tasks|vCPUs)|vCPU limit|reached the limit",
        "a quota of the account is used up",
        "ask for a higher quota, or stop something",
        "aws service-quotas list-service-quotas --service-code fargate",
    ),
    Pattern(
        "percentages", ("event",), r"because of the service deployment configuration",
        "`minimum_healthy_percent` and `maximum_percent` leave no room to start or stop a task",
        "raise `maximum_percent`, or lower `minimum_healthy_percent`",
    ),
    Pattern(
        "command-not-found", ("stopped", "log"), r"executable file not found|no such file or"
        r" directory: unknown|exec: .*not found|permission denied: unknown",
        "the image has no such command, or may not run it",
        "correct `command` or `entry_point`; scripts need a shell and the executable bit",
    ),
    Pattern(
        "port-taken", ("log",), r"address already in use|EADDRINUSE",
        "two containers of the task listen on the same port",
        "containers of a task share one network: give each a port of its own",
    ),
    Pattern(
        "low-port", ("log",), r"(bind|listen).*(permission denied|EACCES)",
        "the container's user may not listen on a port below 1024",
        "listen on a higher port, or run as another `user`",
    ),
    Pattern(
        "read-only", ("log",), r"read-only file system|EROFS",
        "the application writes to its root file system, which is read-only",
        "mount a volume where it writes, or set `read_only_root_filesystem: false`",
    ),
    Pattern(
        "database", ("log",), r"could not connect to (server|database)|connection refused|"
        r"ECONNREFUSED|could not translate host name|ENOTFOUND|Name or service not known",
        "the application cannot reach something that it needs",
        "check its address, and that security groups let the task out and in there",
    ),
    Pattern(
        "health-redirect", TARGET, r"codes: \[30\d\]",
        "the health check is answered with a redirect",
        "set `health_check.path` to a page that answers 200, or widen `health_check.matcher`",
        HEALTH_COMMAND,
    ),
    Pattern(
        "health-path", TARGET, r"codes: \[404\]",
        "the health check asks for a path that the application does not have",
        "set `health_check.path` to one that answers 200",
        HEALTH_COMMAND,
    ),
    Pattern(
        "health-login", TARGET, r"codes: \[40[13]\]",
        "the health check is refused: its path wants a login or another Host",
        "set `health_check.path` to a page that is open to everybody",
        HEALTH_COMMAND,
    ),
    Pattern(
        "health-status", TARGET, r"codes: \[5\d\d\]|ResponseCodeMismatch",
        "the application answers the health check, but not with success: it may not be ready yet",
        "read its log; where it just starts slowly, raise `health_check_grace_period_seconds`"
        " (now {grace}; the first such task lived {lived})",
        HEALTH_COMMAND,
    ),
    Pattern(
        "not-reachable", TARGET, r"Request timed out|Target\.Timeout",
        "nothing answers the health check in time: a security group is closed, the application"
        " hangs, or listens on 127.0.0.1 only",
        "the task's security group must let the load balancer in on port {port}; the application"
        " must listen on 0.0.0.0:{port}",
        GROUPS_COMMAND,
    ),
    Pattern(
        "wrong-port", TARGET, r"Target\.FailedHealthChecks|\(reason Health checks failed\)",
        "the connection of the health check is refused: nothing listens on port {port}, or not yet",
        "`port:` must be the one that the application listens on; where it just starts slowly,"
        " raise `health_check_grace_period_seconds` (now {grace}; the first such task lived"
        " {lived})",
        HEALTH_COMMAND,
    ),
    Pattern(
        "not-attached", TARGET, r"Target\.NotInUse",
        "the load balancer sends no requests to the target group, or not in the targets' zones",
        "a listener rule must forward to it; the load balancer needs a subnet in each zone",
        HEALTH_COMMAND,
    ),
    Pattern(
        "container-health", STOPPED, r"failed container health checks",
        "the container's own health check fails",
        "its command must exist in the image and succeed; raise its start period where it starts"
        " slowly (the first such task lived {lived})",
        TASKS_COMMAND,
    ),
    Pattern(
        "health", STOPPED, r"failed ELB health checks",
        "the load balancer's health checks fail",
        "check `health_check.path`, `port:` and `health_check_grace_period_seconds` (now {grace};"
        " the first such task lived {lived})",
        HEALTH_COMMAND,
    ),
    Pattern(
        "alarm", ("alarm",), r".",
        "a deployment alarm went off",
        "see what it measures",
        "aws cloudwatch describe-alarms --alarm-names {alarms}",
    ),
    Pattern(
        "killed", ("exit",), r"^(137|143)$",
        "a container was killed: it did not end in time when told to, or took too much memory",
        "handle SIGTERM, raise `stop_timeout_seconds` or `memory_mib`",
        TASKS_COMMAND,
    ),
    Pattern(
        "ended", ("exit",), r"^0$",
        "the container did its work and ended; a service's container must keep running",
        "start a server in the foreground, or make it a task in `tasks:`",
    ),
    Pattern(
        "crash", ("exit",), r"^(?!(0|137|143)$)\d+$",
        "the application ends by itself: see its last words above",
        "correct what it complains of, and apply again",
        "aws logs tail {log_group} --since 1h",
    ),
    Pattern(
        "runtime", ("stopped",), r"CannotStartContainer|ContainerRuntime|CannotCreateVolume|"
        r"InternalError|CannotInspect",
        "the container could not be started",
        "the reason is AWS's own; if it is an internal error, try again",
        TASKS_COMMAND,
    ),
)  # fmt: skip
