"""One task: PROVISIONING → PENDING → ACTIVATING → RUNNING → … → STOPPED.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .fate import KILLED, Fate
from .reasons import patience
from .surroundings import Address, Surroundings
from .targets import Target, Targets

# Seconds that Fargate takes, typically [unverified].
PROVISIONING = 10.0
PENDING = 15.0
ACTIVATING = 3.0
STOPPING = 1.0
DEPROVISIONING = 10.0
STOP_TIMEOUT = 30.0
# Longest time between a Spot interruption's warning and the end.
WARNING = 120.0

Shape = Mapping[str, Any]


@dataclass(slots=True)
class Container:
    """One container of a task, with what becomes of it."""

    name: str
    image: str
    digest: str | None
    definition: Shape
    fate: Fate
    status: str = "PENDING"
    exit_code: int | None = None
    reason: str = ""


@dataclass(slots=True)
class Task:
    """One task. `due` is when its status changes next; `stamps` are the times it has passed.

    `told`: the status and the desired status of which EventBridge has been told. `member_of`: the
    target groups of which the service has told that they have it.
    """

    arn: str
    cluster_arn: str
    definition: Shape
    group: str
    settings: Shape
    containers: list[Container]
    created: float
    started_by: str = ""
    deployment: int = 0
    balancers: Sequence[Shape] = ()
    grace: float = 0
    tags: list[dict[str, str]] = field(default_factory=list)
    overrides: Shape = field(default_factory=dict)
    refused: str = ""
    provider: str = ""
    exec_enabled: bool = False
    status: str = "PROVISIONING"
    desired: str = "RUNNING"
    due: float = math.inf
    address: Address | None = None
    stop_code: str = ""
    reason: str = ""
    failed: bool = False
    stamps: dict[str, float] = field(default_factory=dict)
    told: tuple[str, str] = ("", "")
    member_of: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The last part of its ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def active(self) -> bool:
        """Nobody has asked it to stop, and it has not stopped."""
        return self.desired == "RUNNING"

    @property
    def started(self) -> float:
        """When its containers started."""
        return self.stamps.get("startedAt", math.inf)

    def has_agent(self, container: Container) -> bool:
        """Whether a session can be opened in a container of it: its agent runs, and can write."""
        sealed = container.definition.get("readonlyRootFilesystem", False)
        return self.exec_enabled and not sealed and container.status == "RUNNING"

    @property
    def essential(self) -> list[Container]:
        """The containers without which it ends."""
        return [each for each in self.containers if each.definition.get("essential", True)]


def new_id() -> str:
    """Return an id as ECS makes them."""
    return secrets.token_hex(16)


def begin(task: Task, world: Surroundings) -> None:
    """Give it a network interface; it starts by itself from here on."""
    task.address = world.attach(task.settings.get("networkConfiguration") or {}, task.arn)
    task.due = task.created + PROVISIONING


def advance(task: Task, now: float, world: Surroundings, targets: Targets) -> bool:
    """Let happen what is due; return whether anything did."""
    moved = False
    while task.due <= now:
        at, moved = task.due, True
        around = _Around(world, targets)
        _STEPS[task.status](task, at, around)
    return moved


def stop(task: Task, now: float, code: str, reason: str, targets: Targets) -> None:
    """Ask it to stop: it drains, gets SIGTERM, is deprovisioned. The second time does nothing."""
    if not task.active:
        return
    task.desired, task.stop_code, task.reason = "STOPPED", code, reason
    task.stamps["stoppingAt"] = now
    if task.status == "RUNNING":
        task.status, task.due = "DEACTIVATING", _deregister(task, now, targets)
    else:
        _deregister(task, now, targets)
        task.status, task.due = "DEPROVISIONING", now + DEPROVISIONING


class _Around(NamedTuple):
    """What a step may touch."""

    world: Surroundings
    targets: Targets


def _provisioned(task: Task, at: float, around: _Around) -> None:
    network = task.settings.get("networkConfiguration") or {}
    task.refused = around.world.unreachable(task.definition, network, task.address) or task.refused
    pull = max((each.fate.pull for each in task.containers), default=0) + patience(task.refused)
    task.stamps["connectivityAt"] = task.stamps["pullStartedAt"] = at
    task.status, task.due = "PENDING", at + PENDING + pull


def _pulled(task: Task, at: float, around: _Around) -> None:
    if task.refused:
        task.desired, task.stop_code, task.reason = "STOPPED", "TaskFailedToStart", task.refused
        task.stamps["stoppingAt"] = at
        task.status, task.due = "DEPROVISIONING", at + DEPROVISIONING
        for each in task.containers:
            each.status, each.reason = "STOPPED", task.refused
        return
    task.stamps["pullStoppedAt"] = at
    task.status, task.due = "ACTIVATING", at + ACTIVATING
    for balancer in task.balancers:
        fate = _named(task, balancer.get("containerName", "")).fate
        up = at + ACTIVATING + fate.answers_in if fate.balancer_ok else math.inf
        ends = at + ACTIVATING + min(fate.fails_in, fate.ends_in)
        if task.address and "targetGroupArn" in balancer:
            target = Target(task.address.ip, balancer["containerPort"], at, up, ends, fate.balancer)
            around.targets.register(balancer["targetGroupArn"], target)


def _activated(task: Task, at: float, around: _Around) -> None:
    task.stamps["startedAt"] = at
    task.status = "RUNNING"
    task.due = at + min((each.fate.ends_in for each in task.essential), default=math.inf)
    for each in task.containers:
        each.status = "RUNNING"
        around.world.log(each.definition, task.id, at, [f"{each.name} starts from {each.image}"])


def _ended(task: Task, at: float, around: _Around) -> None:
    """An essential container has ended, and takes the others with it."""
    if any(
        each.fate.stop_code == "SpotInterruption" and at >= task.started + each.fate.ends_in
        for each in task.essential
    ):
        _interrupted(task, at, around)
        return
    task.desired = "STOPPED"
    task.stamps["stoppingAt"] = task.stamps["executionStoppedAt"] = at
    for each in task.containers:
        ended = at >= task.started + each.fate.ends_in
        each.status, each.exit_code = "STOPPED", each.fate.exit_code if ended else 0
        each.reason = each.fate.reason if ended else ""
        if ended:
            task.stop_code = each.fate.stop_code
            task.reason = "Essential container in task exited"
            around.world.log(each.definition, task.id, at, each.fate.lines)
    _deregister(task, at, around.targets)
    task.status, task.due = "DEPROVISIONING", at + DEPROVISIONING


def _interrupted(task: Task, at: float, around: _Around) -> None:
    """Fargate Spot takes it back: SIGTERM at once, and no more than two minutes."""
    task.desired, task.stop_code = "STOPPED", "SpotInterruption"
    task.reason = "Your Spot Task was interrupted."
    task.stamps["stoppingAt"] = at
    _deregister(task, at, around.targets)
    _drained(task, at, around)
    task.due = min(task.due, at + WARNING)


def _drained(task: Task, at: float, _: _Around) -> None:
    deaf = [each for each in task.containers if each.fate.deaf]
    patience = max(
        (float(each.definition.get("stopTimeout", STOP_TIMEOUT)) for each in deaf), default=STOPPING
    )
    task.status, task.due = "STOPPING", at + patience


def _stopped(task: Task, at: float, around: _Around) -> None:
    task.stamps["executionStoppedAt"] = at
    for each in task.containers:
        each.status, each.exit_code = "STOPPED", KILLED if each.fate.deaf else 0
        around.world.log(
            each.definition, task.id, at, ["SIGTERM, ignored" if each.fate.deaf else "SIGTERM, bye"]
        )
    task.status, task.due = "DEPROVISIONING", at + DEPROVISIONING


def _gone(task: Task, at: float, around: _Around) -> None:
    task.stamps["stoppedAt"] = at
    task.status, task.due = "STOPPED", math.inf
    if task.address:
        around.world.detach(task.address)


_STEPS = {
    "PROVISIONING": _provisioned,
    "PENDING": _pulled,
    "ACTIVATING": _activated,
    "RUNNING": _ended,
    "DEACTIVATING": _drained,
    "STOPPING": _stopped,
    "DEPROVISIONING": _gone,
}


def _deregister(task: Task, now: float, targets: Targets) -> float:
    """Deregister its targets; return when the last is drained."""
    if task.address is None:
        return now
    ip = task.address.ip
    drained = [
        targets.deregister(each["targetGroupArn"], ip, each["containerPort"], now)
        for each in task.balancers
        if "targetGroupArn" in each
    ]
    return max(drained, default=now)


def _named(task: Task, name: str) -> Container:
    return next((each for each in task.containers if each.name == name), task.containers[0])
