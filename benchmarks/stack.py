"""OakTree with N services instead of one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

OAKTREE = Path(__file__).parents[1] / "specs" / "oaktree.yaml"
ENVIRONMENT = "dev"
MAIN = "app"
FIXED_TAG = "1.0.0"


def names(count: int) -> list[str]:
    """The services: OakTree's own, then `s02`, `s03`, …"""
    return [MAIN, *(f"s{number:02}" for number in range(2, count + 1))]


def spec(count: int) -> dict[str, Any]:
    """The spec of N services, as data.

    Each further service is OakTree's with its own repository and route, and so with its own log
    group, roles, security group, target group and task definition. `image_tag` is that of the
    first service alone: changing it changes one image.
    """
    document: dict[str, Any] = yaml.safe_load(OAKTREE.read_text())
    pattern = document["services"][MAIN]
    for name in names(count)[1:]:
        service = copy.deepcopy(pattern)
        repository = f"{pattern['image']['repository']}-{name}"
        service["image"] = {"repository": repository, "tag": FIXED_TAG}
        service["routes"] = [{"listener": "http", "path": f"/{name}/*"}]
        document["services"][name] = service
    return document


def write(count: int, directory: Path) -> Path:
    """Write the spec of N services. Returns its path."""
    path = directory / f"oaktree-{count}.yaml"
    path.write_text(yaml.safe_dump(spec(count), sort_keys=False))
    return path
