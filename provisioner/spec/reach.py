"""What a service's tasks must reach before they can start.

Fargate pulls images, writes logs and reads secrets through the task's own network interface.
Source: Amazon ECS developer guide, Fargate task networking; Amazon ECR user guide, VPC endpoints.
"""

from __future__ import annotations

import re

from provisioner.spec.image import Image
from provisioner.spec.service import Workload

PRIVATE_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")
REGISTRY = ("ecr.api", "ecr.dkr", "s3")
"""A pull asks two endpoints of ECR, and fetches the layers from S3."""
GATEWAYS = ("s3", "dynamodb")
"""Services whose endpoints are routes, cost nothing, and need no network interface."""


def needs(service: Workload) -> tuple[str, ...]:
    """AWS services that its tasks talk to at the start, as endpoints call them, in order."""
    found = {"logs"}
    if from_ecr(service.image):
        found.update(REGISTRY)
    for value in service.secrets.values():
        found.add("secretsmanager" if ":secretsmanager:" in value else "ssm")
    if service.enable_execute_command:
        found.add("ssmmessages")
    return tuple(sorted(found))


def from_ecr(image: Image) -> bool:
    """Whether the image lies in a private repository, which endpoints can stand in for."""
    return bool(image.repository or PRIVATE_IMAGE.match(image.uri or ""))
