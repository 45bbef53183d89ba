"""When ECS opens no session in a container.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html and the Developer
Guide's ecs-exec.html. The agent of a session writes into its container's file system, and reaches
Systems Manager with the task role.
"""

from __future__ import annotations

from typing import Any

from provisioner.local.access.enforcement import documents
from provisioner.local.access.policies import Asked, decide

from .rule import Params, Place, Rule

INVALID = "InvalidParameterException"
GUIDE = "ECS guide: ecs-exec"
CHANNELS = tuple(
    f"ssmmessages:{verb}{what}Channel"
    for verb in ("Create", "Open")
    for what in ("Control", "Data")
)


def _modes(params: Params, _: Place) -> str | None:
    if not params.get("interactive"):
        return "Interactive is the only mode supported currently."
    return None


def _task(params: Params, place: Place) -> Any:
    ecs = place.of("ecs")
    ecs.advance()
    name = str(params.get("task", "")).rpartition("/")[2]
    return next((each for each in ecs.region.tasks() if each.id == name), None)


def _absent(params: Params, place: Place) -> str | None:
    task = _task(params, place)
    if task is None or task.status == "STOPPED":
        return "The referenced task was not found."
    name = params.get("container")
    if not name and len(task.containers) > 1:
        return "Container name must be specified for a task with several containers."
    if name and name not in {each.name for each in task.containers}:
        return f"The container {name} does not exist in the task."
    return None


def _without_agent(params: Params, place: Place) -> str | None:
    task = _task(params, place)
    if task is None:
        return None
    name = params.get("container", task.containers[0].name)
    if not any(each.name == name and task.has_agent(each) for each in task.containers):
        return (
            "The execute command failed because execute command was not enabled when the task was"
            " run or the execute command agent isn't running. Wait and try again or run a new task"
            " with execute command enabled and try again."
        )
    return None


def _unconnected(params: Params, place: Place) -> str | None:
    task = _task(params, place)
    arn = task and task.definition.get("taskRoleArn")
    roles = place.backends("iam")[place.account]["aws"].roles.values()
    role = next((each for each in roles if each.arn == arn), None)
    allowed = documents(role) if role else []
    asked = (Asked(action, "*", lambda _key: ()) for action in CHANNELS)
    if all(decide(allowed, each) == "allowed" for each in asked):
        return None
    return "The execute command failed due to an internal error. Try again later."


RULES = (
    Rule("ExecuteCommand", INVALID, _modes, "ECS API: ExecuteCommand"),
    Rule("ExecuteCommand", INVALID, _absent, "ECS API: ExecuteCommand"),
    Rule("ExecuteCommand", INVALID, _without_agent, GUIDE),
    Rule("ExecuteCommand", "TargetNotConnectedException", _unconnected, GUIDE),
)
