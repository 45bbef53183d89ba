"""What tasks must reach before they can start.

Fargate pulls images, writes logs and reads secrets through the task's own network interface.
Source: Amazon ECS developer guide, Fargate task networking; Amazon ECR user guide, VPC endpoints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioner.spec.image import Image
from provisioner.spec.parts import containers, images
from provisioner.spec.secrets import source
from provisioner.spec.service import Workload

PRIVATE_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")
REGISTRY = ("ecr.api", "ecr.dkr", "s3")
"""A pull asks two endpoints of ECR, and fetches the layers from S3."""
GATEWAYS = ("s3", "dynamodb")
"""Services whose endpoints are routes, cost nothing, and need no network interface."""


def needs(workload: Workload) -> tuple[str, ...]:
    """AWS services that its tasks talk to, as endpoints call them, in order.

    At the start; traces are stored later.
    """
    found = {"logs"}
    if any(from_ecr(image) for image in _pulled(workload)):
        found.update(REGISTRY)
    written = [value for _, _, one in containers(workload) for value in one.secrets.values()]
    if workload.log_router:
        written += workload.log_router.secret_options.values()
    found.update(_vault(value) for value in written)
    if workload.enable_execute_command:
        found.add("ssmmessages")
    if workload.tracing.enabled:
        found.add("xray")
    if any(one.environment_files for _, _, one in containers(workload)):
        found.add("s3")
    return tuple(sorted(found))


def from_outside(workload: Workload) -> list[str]:
    """Images that only the internet has: of a sidecar, the log router and the collector, too."""
    found = [image.uri for image in _pulled(workload) if image.uri and not from_ecr(image)]
    return list(dict.fromkeys(found))


def _pulled(workload: Workload) -> Iterator[Image]:
    yield from (image for _, image in images(workload))
    if workload.log_router:
        yield Image(uri=workload.log_router.image)
    if workload.tracing.enabled:
        yield Image(uri=workload.tracing.source)


def _vault(written: str) -> str:
    found = source(written)
    if found and (found.form == "parameter" or ":ssm:" in found.name):
        return "ssm"
    return "secretsmanager"


def from_ecr(image: Image) -> bool:
    """Whether the image lies in a private repository, which endpoints can stand in for."""
    return bool(image.repository or PRIVATE_IMAGE.match(image.uri or ""))
