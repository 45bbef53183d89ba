"""Images of repositories: looked up while planning, and pinned by what their tags stand for."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.engine.model import Lookup, Ref, Text, text
from provisioner.engine.owner import IMAGE_TAG
from provisioner.spec.image import Image
from provisioner.spec.parts import MAIN, containers, images
from provisioner.spec.service import InitContainer, Sidecar, Workload
from provisioner.stack import existing
from provisioner.stack.context import Context, ref

REPOSITORY = "ecr.repository"


def lookups(context: Context) -> Iterator[Lookup]:
    """One question per repository, however many containers and tags it has."""
    asked: dict[str, list[str]] = {}
    for _, workload in context.workloads():
        for _, image in images(workload):
            if image.repository and not image.digest:
                tags = asked.setdefault(image.repository, [])
                tags += [image.tag] if image.tag not in tags else []
    for name, tags in asked.items():
        yield _lookup(name, sorted(tags))


def reference(image: Image) -> str | Text:
    """What a container definition says: by digest, or by tag where there is no such image yet."""
    if image.uri:
        return image.uri
    name = str(image.repository)
    uri = existing.repository(image) or ref(REPOSITORY, name, "Uri")
    if image.digest:
        return text(uri, f"@{image.digest}")
    return text(uri, Ref(_lookup(name, []).address, image.tag))


def remembered(workload: Workload, main: str) -> dict[str, str]:
    """The tags of its containers' images, to be written on a new revision. `main` is a name."""
    found = {}
    for _, key, container in containers(workload):
        own = container.image if isinstance(container, Sidecar | InitContainer) else None
        image = own or workload.image
        if image.repository and not image.digest:
            found[f"{IMAGE_TAG}{main if key == MAIN else key}"] = image.tag
    return found


def _lookup(name: str, tags: list[str]) -> Lookup:
    return Lookup("image", {"name": name, "tags": tags}, name)
