"""EventBridge Scheduler at work: schedules that run tasks of ECS when they are due.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; what a target is told:
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_EcsParameters.html
Of targets there is ECS's RunTask; a call that fails is not tried again, and no queue gets it. With
`enforce_iam` it fails where the policies of its role do not allow it.
A flexible window is used at its beginning.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from moto.backends import get_backend
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.scheduler import urls
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import (
    EventBridgeSchedulerBackend,
    Schedule,
    ScheduleGroup,
    scheduler_backends,
)
from moto.utilities.utils import get_partition

from ._extension import Extension
from .access.enforcement import Session, refused
from .ecs_tasks import started
from .rules.rule import Place
from .settings import Settings
from .simulation.schedules import following
from .wire import Call

if TYPE_CHECKING:
    from .ecs_backend import EcsBackend

# Of the times that have passed while nobody asked, the last so many are made up for. They are
# looked for in the last hour first: a schedule may be due every minute of a year.
MOST = 10
SPANS = (3_600.0, 86_400.0, 32 * 86_400.0, math.inf)


def install(settings: Settings) -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    Backend.settings = settings
    scheduler_backends.backend = Backend


class Backend(Extension, EventBridgeSchedulerBackend, TaggableResourcesMixin):
    """One region, with its groups in the index of tags, and gone ones said to be gone."""

    SERVICE_NAMESPACE = "scheduler"
    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # By a schedule's ARN, in simulated time: since when it is as it is, when it is due next.
        self.begun: dict[str, float] = {}
        self.due: dict[str, float] = {}

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the groups; schedules have no tags."""
        for group in self.schedule_groups.values():
            tags = self.tagger.get_tag_dict_for_resource(group.arn)
            yield TaggedResource(group.arn, tags, "scheduler:schedule-group")

    def delete_schedule_group(self, name: str | None) -> None:
        """Delete a group with its schedules."""
        self.get_schedule_group(name)
        super().delete_schedule_group(name)

    def tag_resource(self, arn: str, tags: Any) -> None:
        """Tag a group: a list of tags from its own API, a mapping from the tagging API."""
        if isinstance(tags, dict):
            tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        super().tag_resource(arn, tags)

    def create_schedule_group(self, name: str, tags: list[dict[str, str]]) -> ScheduleGroup:
        """Create it, if there is none of its name: moto forgets that and its schedules."""
        if name in self.schedule_groups:
            raise JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
        return super().create_schedule_group(name, tags)

    def create_schedule(self, *args: Any, **kwargs: Any) -> Schedule:
        """Create it, and see when it is due. Raises ValidationException."""
        self.get_schedule_group(kwargs["group_name"])
        _check(kwargs["schedule_expression"], kwargs["schedule_expression_timezone"])
        return self._planned(super().create_schedule(*args, **kwargs))

    def update_schedule(self, *args: Any, **kwargs: Any) -> Schedule:
        """Change it, and see when it is due now. Raises ValidationException."""
        _check(kwargs["schedule_expression"], kwargs["schedule_expression_timezone"])
        return self._planned(super().update_schedule(*args, **kwargs))

    def _planned(self, schedule: Schedule) -> Schedule:
        self.begun[schedule.arn] = now = self.settings.clock.now()
        self.due[schedule.arn] = self._next(schedule, now)
        return schedule

    def _next(self, schedule: Schedule, after: float) -> float:
        if schedule.state == "DISABLED":
            return math.inf
        begun, zone = self.begun[schedule.arn], schedule.schedule_expression_timezone
        if schedule.start_date:
            start = float(schedule.start_date)
            begun, after = max(begun, start), max(after, start - 1)
        at = following(schedule.schedule_expression, zone, begun, after)
        return math.inf if schedule.end_date and at > float(schedule.end_date) else at

    def advance(self, ecs: EcsBackend) -> None:
        """Start the tasks that are due; the simulation of ECS has them happen in their order."""
        now = self.settings.clock.now()
        if min(self.due.values(), default=math.inf) > now:
            return
        for group in self.schedule_groups.values():
            for schedule in list(group.schedules.values()):
                if self.due[schedule.arn] > now:
                    continue
                for at in self._passed(schedule, now):
                    _start(ecs, schedule, at)
                self.due[schedule.arn] = self._next(schedule, now)
                over = self.due[schedule.arn] == math.inf
                if over and schedule.action_after_completion == "DELETE":
                    group.delete_schedule(schedule.name)
        groups = self.schedule_groups.values()
        known = {each.arn for group in groups for each in group.schedules.values()}
        self.due = {arn: at for arn, at in self.due.items() if arn in known}

    def _passed(self, schedule: Schedule, now: float) -> list[float]:
        """Return when it was due, the last times alone."""
        first, found = self.due[schedule.arn], list[float]()
        for span in SPANS:
            found = list(self._times(schedule, max(first, now - span), now))
            if len(found) >= MOST or now - span <= first:
                break
        return found[-MOST:]

    def _times(self, schedule: Schedule, since: float, now: float) -> Iterator[float]:
        at = self._next(schedule, since - 1)
        while at <= now:
            yield at
            at = self._next(schedule, at)


def _check(expression: str, zone: str | None) -> None:
    try:
        following(expression, zone or "UTC", 0, 0)
    except (ValueError, LookupError, ZeroDivisionError) as error:
        raise ValidationException(f"Invalid Schedule Expression {expression}.") from error


def _start(ecs: EcsBackend, schedule: Schedule, at: float) -> None:
    asked = schedule.target.get("EcsParameters")
    if asked is None or not ecs.world.assumable(schedule.target["RoleArn"]):
        return
    request = _request(asked, schedule)
    if not _allowed(ecs, schedule, request):
        return
    try:
        started(ecs, request, at)
    except ServiceException:
        return  # the cluster or the task definition is gone


def _allowed(ecs: EcsBackend, schedule: Schedule, request: Mapping[str, Any]) -> bool:
    """Whether the schedule's role may run the tasks, if policies count.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
    """
    settings, account, region = Backend.settings, ecs.account_id, ecs.region_name
    if not settings.enforce_iam:
        return True
    role = schedule.target["RoleArn"]
    name = f"{role.partition(':role/')[2]}/scheduler"
    arn = f"arn:{get_partition(region)}:sts::{account}:assumed-role/{name}"
    assumed = SimpleNamespace(arn=arn, role_arn=role, account_id=account, policy=None)
    backends: Any = get_backend
    place = Place(account, region, settings, backends)
    call = Call("ecs", "RunTask", write=True, region=region)
    return not refused(Session(assumed, place), call, request, place)


def _request(asked: Mapping[str, Any], schedule: Schedule) -> dict[str, Any]:
    """Say in the words of RunTask what the target says in its own."""
    request = _lowered(asked)
    vpc = asked.get("NetworkConfiguration", {}).get("awsvpcConfiguration")
    network = {"networkConfiguration": {"awsvpcConfiguration": _lowered(vpc)}} if vpc else {}
    return {
        **request,
        **network,
        "cluster": schedule.target["Arn"],
        "taskDefinition": request["taskDefinitionArn"],
        "count": request.get("taskCount", 1),
        "overrides": _overrides(schedule.target.get("Input")),
        # As ECS shows it [unverified].
        "startedBy": f"chronos-schedule/{schedule.name}",
    }


def _lowered(words: Mapping[str, Any]) -> dict[str, Any]:
    return {name[0].lower() + name[1:]: value for name, value in words.items()}


def _overrides(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
