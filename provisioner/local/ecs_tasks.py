"""ECS's operations on tasks, answered from the simulation."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from .ecs_backend import EcsBackend
from .simulation.capacity import choose
from .simulation.reasons import NO_CAPACITY
from .simulation.script import unplaced
from .simulation.task import Task
from .task_views import task_view
from .throttles import message_of

PAGE = 100
MOST_AT_ONCE = 10
# Seconds until a task of no service has done what it is for, where its words say nothing of that:
# those of schedules would pile up, and who follows a migration to its end would wait for ever.
LASTS = 60.0
OTHERWISE = "The clientToken was used before, with other parameters."
NO_NETWORK = "Network Configuration must be provided when networkMode 'awsvpc' is specified."


class TasksApi(EC2ContainerServiceResponse):
    """RunTask, StopTask, ListTasks, DescribeTasks, ExecuteCommand."""

    @property
    def ecs_backend(self) -> EcsBackend:
        """The backend of the request's account and region."""
        return cast("EcsBackend", ecs_backends[self.current_account][self.region])

    def run_task(self) -> ActionResult:
        """Start tasks that belong to no service; those of a `clientToken` once.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
        """
        backend = self.ecs_backend
        tokens, token = backend.tokens, self.params.get("clientToken")
        if token in tokens:
            asked, tasks = tokens[token]
            if asked != self.params:
                raise ECSException("ConflictException", OTHERWISE)
            return ActionResult({"tasks": self._shown(tasks), "failures": []})
        tasks, missing = started(backend, self.params, backend.clock.now())
        if token and tasks:
            tokens[token] = (dict(self.params), tasks)
        failures = [{"reason": NO_CAPACITY}] * missing
        return ActionResult({"tasks": self._shown(tasks), "failures": failures})

    def stop_task(self) -> ActionResult:
        """Ask a task to stop."""
        backend = self.ecs_backend
        found = self._found([self._get_param("task")])
        if not found:
            raise InvalidParameterException("The referenced task was not found.")
        reason = self._get_param("reason") or "Task stopped by user"
        backend.region.stop(found[0], backend.clock.now(), "UserInitiated", reason)
        backend.advance()
        return ActionResult({"task": self._shown(found)[0]})

    def execute_command(self) -> ActionResult:
        """Open a session. Nobody is at its other end: there are no containers here."""
        (task,) = self._found([self._get_param("task")])
        (view,) = self._shown([task], tags=False)
        named = self._get_param("container", view["containers"][0]["name"])
        container = next(each for each in view["containers"] if each["name"] == named)
        session = f"ecs-execute-command-{secrets.token_hex(13)}"
        stream = f"wss://ssmmessages.{self.region}.amazonaws.com/v1/data-channel/{session}"
        return ActionResult(
            {
                "clusterArn": task.cluster_arn,
                "taskArn": task.arn,
                "containerArn": container["containerArn"],
                "containerName": named,
                "interactive": True,
                "session": {
                    "sessionId": session,
                    "streamUrl": f"{stream}?role=publish_subscribe",
                    "tokenValue": secrets.token_urlsafe(64),
                },
            }
        )

    def list_tasks(self) -> ActionResult:
        """List the tasks of a cluster; those that run unless the stopped ones are asked for."""
        get = self._get_param
        cluster = self.ecs_backend.cluster(get("cluster", "default")).arn
        desired, service = get("desiredStatus", "RUNNING"), get("serviceName")
        wanted = {
            "started_by": get("startedBy"),
            "group": service and f"service:{service.rpartition('/')[2]}",
        }
        found = [
            task.arn
            for task in self.ecs_backend.region.tasks()
            if task.cluster_arn == cluster
            and task.desired == desired
            and all(value in {None, getattr(task, name)} for name, value in wanted.items())
            and get("family") in {None, task.definition["family"]}
        ]
        start = int(get("nextToken", 0))
        end = start + int(get("maxResults", PAGE))
        return ActionResult(
            {"taskArns": found[start:end], "nextToken": str(end) if end < len(found) else None}
        )

    def describe_tasks(self) -> ActionResult:
        """Describe tasks, those that stopped within the hour, too."""
        asked = self._get_param("tasks", [])
        if not asked:
            raise InvalidParameterException("Tasks cannot be empty.")
        found = self._found(asked)
        known = {name for task in found for name in (task.arn, task.id)}
        cluster = self.ecs_backend.cluster(self._get_param("cluster", "default")).arn
        failures = [
            {
                "arn": arn if ":" in arn else f"{cluster.replace(':cluster/', ':task/')}/{arn}",
                "reason": "MISSING",
            }
            for arn in asked
            if arn not in known
        ]
        tags = "TAGS" in self._get_param("include", [])
        return ActionResult({"tasks": self._shown(found, tags=tags), "failures": failures})

    def _found(self, names: Iterable[str]) -> list[Task]:
        cluster = self.ecs_backend.cluster(self._get_param("cluster", "default")).arn
        wanted = {name.rpartition("/")[2] for name in names}
        tasks = self.ecs_backend.region.tasks()
        return [each for each in tasks if each.cluster_arn == cluster and each.id in wanted]

    def _shown(self, tasks: Iterable[Task], *, tags: bool = True) -> list[dict[str, Any]]:
        clock = self.ecs_backend.clock
        views = [task_view(each, clock.now(), clock.when) for each in tasks]
        if tags:
            for view, task in zip(views, tasks, strict=True):
                view["tags"] = task.tags
        return views


def started(backend: EcsBackend, params: Mapping[str, Any], at: float) -> tuple[list[Task], int]:
    """Start tasks as RunTask is asked; those that got a place, and the number of the others.

    Raises ServiceException.
    """
    cluster = backend.cluster(params.get("cluster", "default"))
    definition = backend.describe_task_definition(params["taskDefinition"])
    number = int(params.get("count", 1))
    if not 1 <= number <= MOST_AT_ONCE:
        raise InvalidParameterException("Count must be between 1 and 10.")
    if definition.network_mode == "awsvpc" and not params.get("networkConfiguration"):
        raise InvalidParameterException(NO_NETWORK)
    words = (
        "networkConfiguration",
        "capacityProviderStrategy",
        "launchType",
        "platformVersion",
    )
    settings = {name: params[name] for name in words if name in params}
    providers: list[str] = []
    for _ in range(number):
        providers.append(choose(params.get("capacityProviderStrategy") or (), providers))
    _check_rate(backend, providers, at)
    made = [
        backend.region.single_task(
            backend.world.definition(definition.arn),
            settings,
            at,
            cluster_arn=cluster.arn,
            group=params.get("group") or f"family:{definition.family}",
            started_by=params.get("startedBy", ""),
            tags=_tags(params, definition, cluster.name),
            overrides=params.get("overrides", {}),
            provider=provider,
            exec_enabled=bool(params.get("enableExecuteCommand")),
        )
        for provider in providers
    ]
    for task in made:
        _end(task)
    placed = [each for each in made if not unplaced(each.containers, each.provider)]
    for task in placed:
        backend.region.run(task)  # the answer shows it as it begins, however fast time passes
    return placed, len(made) - len(placed)


def _end(task: Task) -> None:
    """Have a task end well that says nothing of its end."""
    for each in task.containers:
        if each.fate.ends_in == math.inf and each.definition.get("essential", True):
            each.fate = replace(each.fate, ends_in=LASTS, exit_code=0)


def _check_rate(backend: EcsBackend, providers: list[str], at: float) -> None:
    """Fargate launches so many tasks a second (Amazon ECS Developer Guide, throttling.html)."""
    for provider in set(providers):
        if not backend.world.launches(provider, at, providers.count(provider)):
            raise ECSException("ThrottlingException", message_of("ecs"))


def _tags(params: Mapping[str, Any], definition: Any, cluster: str) -> list[dict[str, str]]:
    """Tags that were asked for, before those of the definition; and ECS's own."""
    given = {each["key"]: each["value"] for each in params.get("tags") or ()}
    if params.get("propagateTags") == "TASK_DEFINITION":
        given = {**{each["key"]: each["value"] for each in definition.tags or ()}, **given}
    if params.get("enableECSManagedTags"):
        given["aws:ecs:clusterName"] = cluster
    return [{"key": key, "value": value} for key, value in given.items()]
