"""What a task will do, decided when it starts: from its definition, its images and the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .fate import Fate, fate_of
from .reasons import NO_ECR, NO_MANIFEST, NO_REGISTRY
from .surroundings import Surroundings
from .task import Container

Shape = Mapping[str, Any]
HUB = ("docker.io", "registry-1.docker.io")
PLATFORMS = {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}


def containers(
    definition: Shape,
    world: Surroundings,
    service: str,
    earlier: int,
    overrides: Sequence[Shape] = (),
) -> list[Container]:
    """Return the containers of the next task; `earlier` is how many tasks the service has had."""
    changed = {each["name"]: each for each in overrides if "name" in each}
    made = []
    for plain in definition["containerDefinitions"]:
        each = {**plain, **changed.get(plain["name"], {})}
        pairs = [
            *plain.get("environment", ()),
            *changed.get(plain["name"], {}).get("environment", ()),
        ]
        environment = {pair["name"]: pair.get("value", "") for pair in pairs}
        image = str(each["image"])
        fate = fate_of(image, environment, world.fates(image, service))
        if earlier >= fate.times:
            fate = Fate()
        if fate.refused == NO_ECR and not from_ecr(image):
            fate = replace(fate, refused=NO_REGISTRY)
        digest = world.digest(image)
        if digest is None and not fate.refused:
            fate = replace(fate, refused=NO_MANIFEST)
        made.append(Container(each["name"], image, digest, each, fate))
    return made


def unplaced(made: Sequence[Container], provider: str) -> bool:
    """Whether there is no capacity for a task."""
    return any(each.fate.unplaced in {"FARGATE", provider} - {""} for each in made)


def refusal(
    definition: Shape, made: Sequence[Container], world: Surroundings, task: str = ""
) -> str:
    """Return why a task cannot start, else nothing. `task` is its id."""
    for each in made:
        if each.fate.refused:
            return filled(each.fate.refused, definition, each, task)
    if problem := world.missing(definition):
        return filled(problem, definition, made[0], task)
    return ""


def filled(reason: str, definition: Shape, container: Container, task: str = "") -> str:
    """Return a reason with the names that are in it."""
    image, logs = container.image, container.definition.get("logConfiguration") or {}
    options = logs.get("options") or {}
    role = str(definition.get("executionRoleArn", ""))
    account = role.split(":")[4] if role.count(":") > 4 else ""  # noqa: PLR2004  the account's place in an ARN
    secrets = container.definition.get("secrets") or [{"valueFrom": ""}]
    processor = (definition.get("runtimePlatform") or {}).get("cpuArchitecture", "X86_64")
    registry, path, tag = _named(image)
    words = {
        "{image}": image,
        "{ref}": f"{registry}/{path}:{tag}",
        "{manifest}": f"https://{dict([HUB]).get(registry, registry)}/v2/{path}/manifests/{tag}",
        "{platform}": PLATFORMS.get(processor, processor),
        "{user}": f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{task}",
        "{group}": str(options.get("awslogs-group", "")),
        "{region}": str(options.get("awslogs-region", "")) or _region(image),
        "{secret}": ":".join(secrets[0]["valueFrom"].split(":")[:7]),
        "{request}": f"{task[:8]}-{task[8:12]}-{task[12:16]}-{task[16:20]}-{task[20:]}",
    }
    for name, value in words.items():
        reason = reason.replace(name, value)
    return reason


def from_ecr(image: str) -> bool:
    """Whether an image is in a private repository of ECR."""
    return ".dkr.ecr." in image.partition("/")[0]


def _region(image: str) -> str:
    return image.partition("/")[0].split(".")[3] if from_ecr(image) else ""


def _named(image: str) -> tuple[str, str, str]:
    """Return registry, path and tag of an image, as containerd names it."""
    name, _, tag = image.partition("@")[0].partition(":")
    first, _, rest = name.partition("/")
    if rest and ("." in first or first == "localhost"):
        return first, rest, tag or "latest"
    return HUB[0], name if rest else f"library/{name}", tag or "latest"
