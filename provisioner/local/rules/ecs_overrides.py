"""What ECS refuses about tasks that RunTask starts: what they override, whose they are.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html, API_TaskOverride and
API_ContainerOverride. Texts without an issue as their source are [unverified].
"""

from __future__ import annotations

import json
import re
from typing import Any

from . import ecs_launch, task_definitions
from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
LONGEST = {"startedBy": 128, "clientToken": 64}
STARTED_BY = re.compile(r"[\w/-]*", re.ASCII)
MOST_CHARACTERS = 8192
UNASSUMABLE = (
    "ECS was unable to assume the role '{role}' that was provided for this task. Please verify that"
    " the role being passed has the proper trust relationship and permissions and that your IAM"
    " user has permissions to pass this role."
)


def _overrides(params: Params) -> dict[str, Any]:
    return params.get("overrides") or {}


def _stray(params: Params, place: Place) -> str | None:
    found = ecs_launch.definition(params, place)
    names = {each["name"] for each in found.container_definitions} if found else set()
    for each in _overrides(params).get("containerOverrides") or ():
        name = each.get("name")
        if found and name not in names:
            return f"Override for container named {name} is not a container in the TaskDefinition."
    return None


def _size(params: Params, place: Place) -> str | None:
    """A task on Fargate has a size that there is, and its containers have room in it."""
    found, asked = ecs_launch.definition(params, place), _overrides(params)
    if found is None or "FARGATE" not in found.compatibilities:
        return None
    whole = {
        "requiresCompatibilities": ["FARGATE"],
        "cpu": asked.get("cpu") or found.cpu,
        "memory": asked.get("memory") or found.memory,
        "containerDefinitions": [
            {**each, **_override(asked, each["name"])} for each in found.container_definitions
        ],
    }
    message = None
    if "cpu" in asked or "memory" in asked:
        message = task_definitions.misfit(str(whole["cpu"]), str(whole["memory"]))
    return message or task_definitions.overfull(whole)


def _override(asked: Params, name: str) -> Params:
    found = (each for each in asked.get("containerOverrides") or () if each.get("name") == name)
    return {key: value for key, value in next(found, {}).items() if value is not None}


def _storage(params: Params, _: Place) -> str | None:
    return task_definitions.storage(_overrides(params))


def _length(params: Params, _: Place) -> str | None:
    if len(json.dumps(_overrides(params), separators=(",", ":"))) > MOST_CHARACTERS:
        return f"Container Overrides length must be at most {MOST_CHARACTERS}"
    return None


def _role(params: Params, place: Place) -> str | None:
    """Whom ECS asks at once for a task of its own, later for those of a service."""
    found = ecs_launch.definition(params, place)
    world = place.of("ecs").world
    for field, own in (
        ("executionRoleArn", "execution_role_arn"), ("taskRoleArn", "task_role_arn"),
    ):  # fmt: skip
        role = _overrides(params).get(field) or getattr(found, own, None)
        if role and not world.assumable(role):
            return UNASSUMABLE.replace("{role}", role)
    return None


def _words(params: Params, _: Place) -> str | None:
    for field, most in LONGEST.items():
        if len(params.get(field) or "") > most:
            return f"{field} longer than {most}."
    if not STARTED_BY.fullmatch(params.get("startedBy") or ""):
        return "startedBy contains invalid characters."
    if str(params.get("group") or "").startswith("service:"):
        return "Invalid namespace for group."
    return None


def _propagated(params: Params, _: Place) -> str | None:
    if params.get("propagateTags") == "SERVICE":
        return "SERVICE is not a valid value of propagateTags when running a task."
    return None


RULES = tuple(
    Rule("RunTask", code, check, source)
    for code, check, source in (
        (INVALID, _words, "convox/rack#1727, ECS API: RunTask"),
        (INVALID, _propagated, "ECS API: RunTask"),
        (INVALID, _length, "ECS API: RunTask"),
        (INVALID, _stray, "ECS API: ContainerOverride"),
        (INVALID, _size, "ECS API: TaskOverride"),
        (INVALID, _storage, "ECS API: EphemeralStorage"),
        ("ClientException", _role, "ECS guide: task-iam-roles"),
    )
)
