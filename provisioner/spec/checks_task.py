"""Rules about one service's task: size, image, logs, secrets, health inside, deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from math import ceil, floor
from typing import Any

from provisioner.spec.credentials import credential, named
from provisioner.spec.deployment import Deployment
from provisioner.spec.document import Path, dotted, quoted
from provisioner.spec.finding import Finding, services
from provisioner.spec.image import Image
from provisioner.spec.models import Spec
from provisioner.spec.parts import every_container, every_image, workloads
from provisioner.spec.service import RETENTION_DAYS, Container
from provisioner.spec.spelling import enumerated

_SIZES: Mapping[str, Any] = json.loads(
    files("provisioner.spec").joinpath("fargate.json").read_text("utf-8")
)["memory_mib_by_cpu"]
_LARGE_CPU = 8192


def fargate_size(spec: Spec) -> Iterator[Finding]:
    """Fargate has a table of memory sizes per CPU size; ECS API_RegisterTaskDefinition, cpu."""
    for path, service in workloads(spec):
        allowed = _SIZES.get(str(service.cpu))
        if allowed is None:
            known = enumerated(_SIZES, "or")
            message = f"{service.cpu} is not a Fargate size known here ({known}); AWS will decide"
            yield Finding((*path, "cpu"), message, "warning")
        elif service.memory_mib not in _amounts(allowed):
            words = f"expected {_amounts_in_words(allowed)} MiB with cpu {service.cpu}"
            yield Finding((*path, "memory_mib"), f"{words}, found {service.memory_mib}")


def _amounts(allowed: Any) -> Any:
    if isinstance(allowed, list):
        return allowed
    return range(allowed["from"], allowed["to"] + 1, allowed["step"])


def _amounts_in_words(allowed: Any) -> str:
    if isinstance(allowed, list):
        return enumerated(allowed, "or")
    return f"{allowed['from']} to {allowed['to']} in steps of {allowed['step']}"


def fargate_platform(spec: Spec) -> Iterator[Finding]:
    """Large tasks and extra storage need platform 1.4.0; ECS guide, Fargate platform versions."""
    for path, service in workloads(spec):
        version = service.platform_version
        if version == "LATEST" or tuple(map(int, version.split("."))) >= (1, 4, 0):
            continue
        where = (*path, "platform_version")
        if service.ephemeral_storage_gib:
            yield Finding(where, f"ephemeral storage needs 1.4.0 or LATEST, found {version}")
        if service.cpu >= _LARGE_CPU:
            yield Finding(where, f"cpu {service.cpu} needs 1.4.0 or LATEST, found {version}")


def log_retention(spec: Spec) -> Iterator[Finding]:
    """CloudWatch Logs accepts a list of values only; logs.PutRetentionPolicy."""
    for path, days in _retentions(spec):
        if days not in RETENTION_DAYS:
            below = [value for value in RETENTION_DAYS if value < days][-1:]
            above = [value for value in RETENTION_DAYS if value > days][:1]
            near = enumerated([*below, *above], "or")
            message = f"CloudWatch Logs does not keep logs for {days} days; nearest: {near}"
            yield Finding((*path, "logs", "retention_days"), message)


def _retentions(spec: Spec) -> Iterator[tuple[Path, int]]:
    for path, workload in workloads(spec):
        yield path, workload.logs.retention_days
    waf = spec.load_balancer.waf if spec.load_balancer else None
    if waf and waf.logs:
        yield ("load_balancer", "waf"), waf.logs.retention_days


def container_health(spec: Spec) -> Iterator[Finding]:
    """The check ECS runs in the container; ECS API_HealthCheck."""
    for path, service in every_container(spec):
        check, where = service.container_health_check, (*path, "container_health_check")
        if check is None:
            continue
        if check.command[0] not in ("CMD", "CMD-SHELL"):
            found = quoted(check.command[0])
            message = f"expected CMD or CMD-SHELL, then the command; found {found}"
            yield Finding((*where, "command", 0), message)
        if check.timeout_seconds > check.interval_seconds:
            message = (
                f"expected at most interval_seconds ({check.interval_seconds}),"
                f" found {check.timeout_seconds}"
            )
            yield Finding((*where, "timeout_seconds"), message)


def deployment_feasible(spec: Spec) -> Iterator[Finding]:
    """A rolling deployment can start or stop a task; ECS API_DeploymentConfiguration.

    ECS rounds the maximum down and the minimum up.
    """
    for path, service in services(spec):
        where, deployment = (*path, "deployment"), service.deployment
        low, high = deployment.minimum_healthy_percent, deployment.maximum_percent
        if low > 100:  # noqa: PLR2004
            yield Finding((*where, "minimum_healthy_percent"), f"expected at most 100, found {low}")
        elif high < 100:  # noqa: PLR2004
            yield Finding((*where, "maximum_percent"), f"expected at least 100, found {high}")
        elif low == high:  # 100 and 100, which CreateService refuses whatever the count
            message = "with 100 % for both ECS may neither stop an old task nor start a new one"
            yield Finding(where, f"{message}; raise maximum_percent or lower the other")
        elif service.desired_count and _stuck(service.desired_count, deployment):
            yield Finding(
                where,
                f"with desired_count {service.desired_count}, minimum_healthy_percent {low} and"
                f" maximum_percent {high} ECS may neither stop an old task nor start a new one;"
                f" raise maximum_percent or lower minimum_healthy_percent",
            )


def _stuck(desired: int, deployment: Deployment) -> bool:
    most = floor(desired * deployment.maximum_percent / 100)
    least = ceil(desired * deployment.minimum_healthy_percent / 100)
    return most <= least


def capacity(spec: Spec) -> Iterator[Finding]:
    """Capacity providers; ECS API_CreateService."""
    offered = spec.cluster.capacity_providers
    for path, service in workloads(spec):
        where, shares = (*path, "capacity_provider_strategy"), service.capacity_provider_strategy
        seen: set[str] = set()
        for index, share in enumerate(shares):
            name = share.capacity_provider
            if name not in offered:
                message = f"the cluster has no {name}; add it to cluster.capacity_providers"
                yield Finding((*where, index, "capacity_provider"), message)
            if name in seen:
                yield Finding((*where, index), f"{name} stands here twice")
            seen.add(name)
        if sum(share.base > 0 for share in shares) > 1:
            yield Finding(where, "only one capacity provider can have a base")
        if shares and not any(share.weight for share in shares):
            yield Finding(where, "at least one capacity provider needs a weight above 0")


def image_source(spec: Spec) -> Iterator[Finding]:
    """An image is one of the stack's repository, or a whole reference; never a mixture."""
    for where, image in every_image(spec):
        if (image.repository is None) == (image.uri is None):
            found = "both" if image.uri else "neither"
            yield Finding(where, f"expected either `repository` or `uri`, found {found}")
        elif image.uri is not None:
            for field in sorted(image.model_fields_set - {"uri", "repository"}):
                advice = (
                    "write it into `uri`"
                    if field in ("tag", "digest")
                    else "it is a setting of a `repository` of the stack"
                )
                yield Finding((*where, field), f"does not go with `uri`; {advice}")


def one_repository_one_setting(spec: Spec) -> Iterator[Finding]:
    """Services may share a repository, which is then made once."""
    first: dict[str, tuple[Path, Image]] = {}
    for where, image in every_image(spec):
        if image.repository is None:
            continue
        other_path, other = first.setdefault(image.repository, (where, image))
        for field in ("keep_images", "scan_on_push", "tag_mutability"):
            mine, theirs = getattr(image, field), getattr(other, field)
            if mine != theirs:
                shared = f"the same repository has {str(theirs).lower()} in {dotted(other_path)}"
                yield Finding((*where, field), f"{shared}, found {str(mine).lower()}")


def immutable_latest(spec: Spec) -> Iterator[Finding]:
    """`latest` can be pushed once only where tags are immutable; ECR tag mutability."""
    for where, image in every_image(spec):
        immutable = image.repository is not None and image.tag_mutability == "IMMUTABLE"
        if immutable and image.tag == "latest" and image.digest is None:
            message = "IMMUTABLE refuses a second push of `latest`; deploy other tags, or digests"
            yield Finding((*where, "tag_mutability"), message, "warning")


def secrets_beside_environment(spec: Spec) -> Iterator[Finding]:
    """A variable comes from one place; ecs.RegisterTaskDefinition refuses the second."""
    for path, container in every_container(spec):
        for name in container.secrets:
            if name in container.environment:
                message = f"`{name}` is also in `environment`; keep one of them"
                yield Finding((*path, "secrets", name), message)


def credentials_in_sight(spec: Spec) -> Iterator[Finding]:
    """A task definition can be read by many; a secret in it is not one any more."""
    for path, container in every_container(spec):
        for where, value in _visible_texts(container):
            if kind := credential(value) or _by_name(where, value):
                yield Finding(
                    (*path, *where),
                    f"this looks like {kind}; keep it in Secrets Manager or SSM and give its name"
                    f" or ARN under `secrets:`{_way_out(where)}",
                )


def _by_name(where: Path, value: str) -> str | None:
    shown = where[0] == "environment" and named(str(where[1]), value)
    return "a credential by the name of the variable" if shown else None


def _way_out(where: Path) -> str:
    return f"; if it is none, put {where[1]} under `visible:`" if where[0] == "environment" else ""


def _visible_texts(container: Container) -> Iterator[tuple[Path, str]]:
    for name, value in container.environment.items():
        if name not in container.visible:
            yield ("environment", name), value
    for field in ("command", "entry_point"):
        for index, text in enumerate(getattr(container, field)):
            yield (field, index), text
