"""What the simulation needs of the world around it, and tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Shape = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """Of a target group, what decides about its targets. Seconds, and counts of checks."""

    interval: float = 30
    passes: int = 5
    fails: int = 2
    drain: float = 300
    used: bool = True
    port: int = 80
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Address:
    """A network interface of a task."""

    id: str
    ip: str
    subnet: str
    mac: str = ""
    zone: str = ""


class Surroundings(Protocol):
    """The world. Nothing here may block or fail."""

    def definition(self, arn: str) -> Shape:
        """Return a task definition in the words of RegisterTaskDefinition."""

    def tags(self, arn: str) -> Sequence[Mapping[str, str]]:
        """Return the tags of a service or a task definition as they are now."""

    def group(self, arn: str) -> Group:
        """Return a target group's settings; those of an unused one if it does not exist."""

    def launches(self, provider: str, at: float, number: int = 1) -> bool:
        """Whether so many tasks may begin now, of a capacity provider or of none."""

    def attach(self, network: Shape, task: str) -> Address | None:
        """Make a task's network interface in one of the subnets."""

    def detach(self, address: Address) -> None:
        """Delete it."""

    def remembers(self) -> float:
        """For how many seconds a task that has stopped is shown."""

    def digest(self, image: str) -> str | None:
        """Return an image's digest, None if its repository does not have it."""

    def missing(self, definition: Shape) -> str:
        """Return why a task of this definition cannot start whatever its images, else nothing."""

    def unreachable(self, definition: Shape, network: Shape, address: Address | None) -> str:
        """Return why a task cannot start from where it is in the network, else nothing."""

    def announce(self, subject: str, kind: str, detail: Shape, at: float) -> None:
        """Tell EventBridge of a service, by its ARN; `kind` is the event's detail-type."""

    def task_changed(self, task: object, at: float) -> None:
        """Tell EventBridge of a task whose status has changed."""

    def unassumable(self, definition: Shape) -> str:
        """Return the ARN of a role that ECS cannot assume for this definition, else nothing."""

    def assumable(self, role: str) -> bool:
        """Whether ECS can assume a role, by its ARN."""

    def fates(self, image: str, service: str) -> Sequence[str]:
        """Return further words of fate for an image, or for a service."""

    def weights(self, rule: str) -> Mapping[str, float] | None:
        """Return what a listener rule forwards to each target group; None if it is not there."""

    def weigh(self, rule: str, percents: Mapping[str, float]) -> None:
        """Have a listener rule, or a listener, forward so much to each of the target groups."""

    def ringing(self, alarms: Sequence[str]) -> Sequence[str]:
        """Return those of the alarms that are in ALARM."""

    def evaluation(self, alarms: Sequence[str]) -> float:
        """Return how many seconds the slowest of the alarms takes to be judged."""

    def log(self, container: Shape, task: str, at: float, lines: Sequence[str]) -> None:
        """Write lines to a container's log stream."""
