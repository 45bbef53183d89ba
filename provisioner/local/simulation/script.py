"""What a task will do, decided when it starts: from its definition, its images and the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .fate import NO_MANIFEST, Fate, fate_of
from .surroundings import Surroundings
from .task import Container

Shape = Mapping[str, Any]


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
        digest = world.digest(image)
        if digest is None and not fate.refused:
            fate = replace(fate, refused=NO_MANIFEST)
        made.append(Container(each["name"], image, digest, each, fate))
    return made


def refusal(definition: Shape, made: Sequence[Container], world: Surroundings) -> str:
    """Return why a task cannot start, else nothing."""
    for each in made:
        if each.fate.refused:
            logs = each.definition.get("logConfiguration", {}).get("options", {})
            words = {
                "{image}": each.image,
                "{role}": str(definition.get("executionRoleArn", "")),
                "{group}": str(logs.get("awslogs-group", "")),
                "{region}": str(logs.get("awslogs-region", "")),
            }
            text = each.fate.refused
            for name, value in words.items():
                text = text.replace(name, value)
            return text
    return world.missing(definition)
