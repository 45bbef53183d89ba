"""The digests that tags of a repository stand for now, so that a revision says what it runs.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.resources.ecr._images import digests
from provisioner.rollout.pushing import LOCAL_PUSH, is_loopback

MISSING = "(missing)"
"""The output with words about tags that are not there; no tag has such a name."""


def image(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """What follows the name in a reference, per tag of `query["tags"]`: `@sha256:…`.

    A tag that is not in the repository `query["name"]`, or whose repository is not there yet,
    stays as it is, `:latest`, and is told under `MISSING`. Raises ClientError.
    """
    name, tags = query["name"], query["tags"]
    found = digests(aws, name, tags)
    return {
        **{tag: f"@{found[tag]}" if tag in found else f":{tag}" for tag in tags},
        MISSING: [_missing(aws, name, tag) for tag in tags if tag not in found],
    }


def _missing(aws: Aws, name: str, tag: str) -> str:
    absent = f"the repository {name} has no image {tag} yet"
    if is_loopback(aws.endpoint):
        return (
            f"{absent}: the embedded cloud runs it all the same; with --strict-images, as on AWS,"
            f" tasks cannot start with it: push it ({LOCAL_PUSH} {name}:{tag}), and apply again"
        )
    return (
        f"{absent}: tasks cannot start with it; everything else is made; push it, and apply again"
    )
