"""How an image gets into a repository: words that fit the place that is asked.

Nothing can be pushed with Docker into the embedded cloud, or whatever else answers on loopback.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

REGISTRY = re.compile(r"\d{12}\.dkr[.-]ecr\.[^/]+/(?P<repository>[^:@]+)(?P<rest>[:@].*)?")
LOCAL_PUSH = "provisioner local push"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(endpoint: str) -> bool:
    """Whether calls stay on this machine. `endpoint` is that of `Aws.endpoint`."""
    return bool(endpoint) and urlsplit(endpoint).hostname in LOOPBACK


def command(image: str, endpoint: str) -> str:
    """What pushes an image by tag to a repository of ECR."""
    found = REGISTRY.fullmatch(image)
    if found is None or not is_loopback(endpoint):
        return f"docker push {image}"
    return f"{LOCAL_PUSH} {found['repository']}{found['rest'] or ':latest'}"


def advice(image: str, endpoint: str) -> str:
    """How to bring an image there, where that is ours to do."""
    ours = REGISTRY.fullmatch(image) and "@" not in image
    return f"push it ({command(image, endpoint)})" if ours else "push it"


def inspection(image: str, endpoint: str) -> str:
    """The command that shows what an image is built for; "" where no registry can be asked."""
    there = REGISTRY.fullmatch(image) is None or not is_loopback(endpoint)
    return f"docker manifest inspect {image}" if there else ""


def look(image: str) -> str:
    """The command that shows whether an image is there."""
    found = REGISTRY.fullmatch(image)
    if found is None:
        return f"docker manifest inspect {image}"
    rest = found["rest"] or ":latest"
    kind = "imageDigest" if "@" in rest else "imageTag"
    repository, value = found["repository"], rest.removeprefix("@").removeprefix(":")
    value = value.rpartition("@")[2]
    return f"aws ecr describe-images --repository-name {repository} --image-ids {kind}={value}"
