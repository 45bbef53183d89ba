"""Why a deployment failed: gathered once it has, by reads alone.

Whatever may not be read is named in `notes`, and the rest is told without it.
Source: ECS DescribeServices, ListTasks, DescribeTasks, DescribeTaskDefinition; CloudWatch Logs
GetLogEvents; ELBv2 DescribeTargetHealth; CloudWatch DescribeAlarms. ECS shows stopped tasks for
about an hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws
from provisioner.rollout import targets
from provisioner.rollout.follow import Watched, describe, target_groups
from provisioner.rollout.hints import Hint, find
from provisioner.rollout.known import KILLED, known
from provisioner.rollout.logs import clean, sensitive, tail
from provisioner.rollout.patterns import Fact
from provisioner.rollout.records import Item
from provisioner.rollout.state import Rollout

TASKS_SHOWN = 3
EVENTS_SHOWN = 10
ROUTINE = re.compile(
    r"has (started|stopped) \d+ (running )?tasks|registered \d+ targets|begun draining connections"
)
"""Events of tasks that come and go; they do not say why."""
NORMAL = "Scaling activity initiated by"
"""Of tasks that were stopped because the deployment had failed already."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a dead task, its last lines, or why there are none."""

    name: str
    exit_code: int | None = None
    reason: str = ""
    log: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the failed revision that has ended. `like` counts those that ended the same way."""

    id: str
    stop_code: str = ""
    reason: str = ""
    stopped_at: str = ""
    lived: str = ""
    like: int = 1
    containers: tuple[Container, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """A deployment alarm that went off."""

    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PostMortem:
    """What was found. `first` is what failed first, in one line."""

    service: str
    version: str = ""
    first: str = ""
    reason: str = ""
    tasks: tuple[Task, ...] = ()
    targets: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    events: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON's types."""
        document: dict[str, Any] = _lists(asdict(self))
        return document


def _lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, tuple) else value


@dataclass(slots=True)
class _Reading:
    """Reads that may be refused: the refusal is noted, and something else taken."""

    aws: Aws
    notes: list[str] = field(default_factory=list)

    def ask(self, what: str, call: Any, default: Any) -> Any:
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            self.notes.append(f"{what}: {targets.why(error)}")
        return default


def explain(aws: Aws, watched: Watched, rollout: Rollout) -> dict[str, Any]:
    """The rollout's document, with `post_mortem` where something failed or takes too long."""
    failed = rollout.verdict in ("waiting", "not-serving")
    found = gather(aws, watched, rollout).to_dict() if failed else None
    return {**rollout.to_dict(), "post_mortem": found}


def gather(aws: Aws, watched: Watched, rollout: Rollout) -> PostMortem:
    """Everything that tells why. Raises nothing that AWS says."""
    reading = _Reading(aws)
    service = reading.ask("ecs:DescribeServices", lambda: describe(aws, watched), None) or {}
    dead = _dead(reading, watched, rollout)
    definition = _definition(reading, dead, watched, rollout)
    tasks = _tasks(aws, dead, definition)
    health = targets.health(aws, target_groups(service), None)
    alarms = _alarms(reading, rollout.alarms)
    events = _events(service, rollout)
    facts = _facts(tasks, health.reasons, alarms, [*events, rollout.reason])
    first = _first_task(tasks)
    names = {
        **known(watched, service, definition, rollout, aws.endpoint, dead=dead),
        "task": first.id,
        "lived": first.lived or "not long",
    }
    return PostMortem(
        watched.service,
        rollout.new,
        _first(tasks, alarms, health.reasons, events) or rollout.reason,
        rollout.reason,
        tasks,
        health.reasons,
        alarms,
        events,
        find(facts, names),
        (*reading.notes, *health.notes),
    )


def _dead(reading: _Reading, watched: Watched, rollout: Rollout) -> list[Item]:
    """Tasks of the failed revision that ended by themselves or were unhealthy, the first first."""

    def stopped() -> list[Item]:
        return targets.tasks(reading.aws, watched.cluster, watched.service, status="STOPPED")

    found = reading.ask("ecs:ListTasks, ecs:DescribeTasks", stopped, [])
    mine = targets.started_by(found, rollout.number, watched.wanted)
    failed = [one for one in mine if not one.get("stoppedReason", "").startswith(NORMAL)]
    return sorted(failed, key=lambda one: str(one.get("stoppingAt") or one.get("stoppedAt") or ""))


def _definition(reading: _Reading, dead: list[Item], watched: Watched, rollout: Rollout) -> Item:
    arn = next((one["taskDefinitionArn"] for one in dead), watched.wanted or rollout.new)
    if not arn:
        return {}

    def ask() -> Item:
        client = reading.aws.client("ecs", attempts=2)
        found: Item = client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        return found

    answer: Item = reading.ask("ecs:DescribeTaskDefinition", ask, {})
    return answer


def _tasks(aws: Aws, dead: list[Item], definition: Item) -> tuple[Task, ...]:
    """One of each way to end, and how many ended that way."""
    ways: dict[tuple[Any, ...], list[Item]] = {}
    for one in dead:
        codes = tuple((c["name"], c.get("exitCode")) for c in one["containers"])
        ways.setdefault((one.get("stopCode"), codes), []).append(one)
    shown = list(ways.values())[:TASKS_SHOWN]
    defined = {one["name"]: one for one in definition.get("containerDefinitions", ())}
    return tuple(_task(aws, same[0], len(same), defined) for same in shown)


def _task(aws: Aws, one: Item, like: int, defined: Mapping[str, Item]) -> Task:
    identifier = one["taskArn"].rpartition("/")[2]
    stopped = one.get("stoppedAt") or one.get("stoppingAt")
    hidden = [value for each in defined.values() for value in sensitive(each)]
    return Task(
        identifier,
        one.get("stopCode", ""),
        clean(one.get("stoppedReason", ""), hidden),
        stopped.isoformat() if stopped else "",
        _lived(one),
        like,
        tuple(_container(aws, each, identifier, defined) for each in one["containers"]),
    )


def _lived(one: Item) -> str:
    began, ended = one.get("startedAt"), one.get("stoppingAt") or one.get("stoppedAt")
    return f"{(ended - began).total_seconds():.0f} s" if began and ended else ""


def _container(aws: Aws, found: Item, task: str, defined: Mapping[str, Item]) -> Container:
    """Of one that never ran there is nothing to read."""
    definition = defined.get(found["name"])
    reason = clean(found.get("reason", ""), sensitive(definition) if definition else ())
    ran = found.get("exitCode") is not None
    if not ran or definition is None:
        return Container(found["name"], found.get("exitCode"), reason)
    last = tail(aws, definition, task)
    return Container(found["name"], found["exitCode"], reason, last.lines, last.note)


def _alarms(reading: _Reading, names: Iterable[str]) -> tuple[Alarm, ...]:
    wanted = sorted(names)
    if not wanted:
        return ()

    def ask() -> dict[str, str]:
        answer = reading.aws.client("cloudwatch", attempts=2).describe_alarms(
            AlarmNames=wanted, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        every = [*answer["MetricAlarms"], *answer.get("CompositeAlarms", ())]
        return {one["AlarmName"]: one.get("StateReason", "") for one in every}

    reasons = reading.ask("cloudwatch:DescribeAlarms", ask, {})
    return tuple(Alarm(name, reasons.get(name, "")) for name in wanted)


def _events(service: Item, rollout: Rollout) -> tuple[str, ...]:
    """What the service told since the deployment began, the newest last.

    A crash loop buries the event that says why under those of tasks that come and go.
    """
    said = [
        event["message"]
        for event in service.get("events", ())
        if rollout.since is None or event["createdAt"] >= rollout.since
    ]
    telling = [words for words in said if not ROUTINE.search(words)]
    return tuple(reversed(list(dict.fromkeys(telling or said))[:EVENTS_SHOWN]))


def _facts(
    tasks: Iterable[Task], reasons: Iterable[str], alarms: Iterable[Alarm], events: Iterable[str]
) -> list[Fact]:
    found = [Fact("target", words) for words in reasons]
    found += [Fact("alarm", alarm.name) for alarm in alarms]
    found += [Fact("event", words) for words in events]
    for task in tasks:
        found += [Fact("stopped", f"{task.stop_code} {task.reason}")]
        for one in task.containers:
            found += [Fact("stopped", one.reason), *(Fact("log", line) for line in one.log)]
        found += [Fact("exit", str(code)) for code in _telling(task)]
    return found


def _telling(task: Task) -> list[int]:
    """Exit codes of containers that ended by themselves: then ECS stops those beside them."""
    if task.stop_code != "EssentialContainerExited":
        return []
    codes = [one.exit_code for one in task.containers if one.exit_code is not None]
    failed = [code for code in codes if code and code not in KILLED]
    return failed or [code for code in codes if code == 0] or codes


def _first_task(tasks: tuple[Task, ...]) -> Task:
    return tasks[0] if tasks else Task("")


def _first(
    tasks: tuple[Task, ...],
    alarms: tuple[Alarm, ...],
    reasons: Iterable[str],
    events: Iterable[str],
) -> str:
    """What failed first, in one line."""
    for alarm in alarms:
        return f"the alarm {alarm.name} went off"
    for task in tasks:
        codes = [f"{c.name} exited with {c.exit_code}" for c in task.containers if c.exit_code]
        why = ", ".join(codes) or task.reason
        again = f", and {task.like - 1} more like it" if task.like > 1 else ""
        return f"task {task.id[:8]}: {why}{again}"
    return next(iter((*reasons, *(e for e in events if "unhealthy" in e or "unable" in e))), "")
