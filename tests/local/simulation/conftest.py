"""A region of ECS without HTTP, moto or a real clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from provisioner.local.ecs_defaults import service as settings_of
from provisioner.local.simulation import service as services
from provisioner.local.simulation.region import Region
from provisioner.local.simulation.service import Deployment, Service
from provisioner.local.simulation.surroundings import Address, Group
from provisioner.local.simulation.task import Task

CLUSTER = "arn:aws:ecs:r:1:cluster/c"
GROUP = "arn:aws:elasticloadbalancing:r:1:targetgroup/web/1"
OTHER = "arn:aws:elasticloadbalancing:r:1:targetgroup/green/1"


class World:
    """The world as a test wants it."""

    def __init__(self) -> None:
        self.settings = Group(interval=10, passes=3, fails=2, drain=30)
        self.health_check: dict[str, Any] | None = None
        self.absent: set[str] = set()
        self.role = ""
        self.problem = ""
        self.words: list[str] = []
        self.logs: list[str] = []
        self.addresses: dict[str, Address] = {}
        self.moved: dict[str, dict[str, float]] = {}
        self.in_alarm: list[str] = []
        self.cut_off = ""
        self.told: list[tuple[float, str, dict[str, Any]]] = []
        self.passed: list[tuple[float, str, str]] = []
        self.roles: set[str] = {"role"}
        self.rules: dict[str, dict[str, float] | None] = {}
        self.room = math.inf
        self._made = 0

    def definition(self, arn: str) -> Mapping[str, Any]:
        check = {"healthCheck": self.health_check} if self.health_check else {}
        return {
            "containerDefinitions": [
                {"name": "web", "image": f"web:{arn}", "essential": True, **check}
            ]
        }

    def tags(self, arn: str) -> Sequence[Mapping[str, str]]:
        return [{"key": "of", "value": arn}]

    def group(self, arn: str) -> Group:
        return self.settings

    def launches(self, provider: str, at: float, number: int = 1) -> bool:
        self.room -= number
        return self.room >= 0

    def attach(self, network: Mapping[str, Any], task: str) -> Address:
        self._made += 1
        self.addresses[task] = made = Address(f"eni-{self._made}", f"10.0.0.{self._made}", "subnet")
        return made

    def detach(self, address: Address) -> None:
        self.addresses = {k: v for k, v in self.addresses.items() if v is not address}

    def remembers(self) -> float:
        return 3600

    def digest(self, image: str) -> str | None:
        return None if image in self.absent else f"sha256:{image}"

    def missing(self, definition: Mapping[str, Any]) -> str:
        return self.problem

    def unassumable(self, definition: Mapping[str, Any]) -> str:
        return self.role

    def unreachable(
        self, definition: Mapping[str, Any], network: Mapping[str, Any], address: Address | None
    ) -> str:
        return self.cut_off

    def announce(self, subject: str, kind: str, detail: Mapping[str, Any], at: float) -> None:
        self.told.append((at, kind, dict(detail)))

    def task_changed(self, task: object, at: float) -> None:
        assert isinstance(task, Task)
        self.passed.append((at, task.status, task.desired))

    def assumable(self, role: str) -> bool:
        return role in self.roles

    def fates(self, image: str, service: str) -> Sequence[str]:
        return self.words

    def weights(self, rule: str) -> Mapping[str, float] | None:
        return self.moved.get(rule) or self.rules.get(rule, {GROUP: 100, OTHER: 0})

    def weigh(self, rule: str, percents: Mapping[str, float]) -> None:
        self.moved[rule] = dict(percents)

    def ringing(self, alarms: Sequence[str]) -> Sequence[str]:
        return [each for each in alarms if each in self.in_alarm]

    def evaluation(self, alarms: Sequence[str]) -> float:
        return 120

    def log(self, container: Mapping[str, Any], task: str, at: float, lines: Sequence[str]) -> None:
        self.logs += lines


class Stage:
    """One service in a region, with the time that a test moves on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.region = Region(world)
        self.now = 0.0
        self.service: Service

    def create(
        self, tag: str = "ok", desired: int = 2, name: str = "web", **request: Any
    ) -> Service:
        request = {"serviceName": name, "taskDefinition": tag, "desiredCount": desired, **request}
        settings = settings_of(request, cluster_strategy=[], default_groups=[], role="role")
        arn = f"arn:aws:ecs:r:1:service/c/{name}"
        self.service = Service(arn, CLUSTER, name, settings, request, self.now)
        self.region.services[arn] = self.service
        services.deploy(self.service, self.now)
        self.region.touch(self.service, self.now)
        return self.after(0)

    def update(self, **changes: Any) -> Service:
        services.update(self.service, changes, self.now)
        self.region.touch(self.service, self.now)
        return self.after(0)

    def after(self, seconds: float) -> Service:
        self.now += seconds
        self.region.advance(self.now)
        return self.service

    def until(self, ready: Callable[[Service], bool], within: float = 7200) -> float:
        """Go on second by second until something is so; return how long that took."""
        start = self.now
        while not ready(self.service):
            assert self.now < start + within, [event.message for event in self.service.events]
            self.after(1)
        return self.now - start

    @property
    def statuses(self) -> list[str]:
        return [task.status for task in self.service.tasks]

    @property
    def running(self) -> list[Task]:
        return [task for task in self.service.tasks if task.status == "RUNNING" and task.active]

    @property
    def messages(self) -> list[str]:
        return [event.message for event in self.service.events]

    @property
    def last(self) -> Deployment:
        return self.service.deployments[-1]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


@pytest.fixture
def balanced() -> dict[str, Any]:
    """What a service with a target group is asked."""
    return {
        "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}]
    }


def settled(service: Service) -> bool:
    return service.steady
