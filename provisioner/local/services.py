"""ECS services as AWS runs them: revisions, deployments and counts as a function of time.

First form: every deployment succeeds. Half of `settle` seconds after it was asked for, its tasks
run; after the whole, it is complete and the tasks before it are gone.
Nothing here knows moto. Times are seconds since the epoch; structures are in the API's own words
(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html).
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Settings = dict[str, Any]

# What a change of has ECS start a deployment (UpdateService's own documentation).
DEPLOYED = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
# What a revision freezes: the above, and what only takes effect with the next deployment.
REVISED = (*DEPLOYED, "launchType", "capacityProviderStrategy", "platformFamily")
EVENTS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Scale:
    """A change of the number of tasks, asked for at `since`."""

    before: int
    wanted: int
    since: float

    def running(self, now: float, settle: float) -> int:
        """Tasks that run: all of them, half a settle time after they were asked for."""
        return self.wanted if now >= self.since + settle / 2 else self.before


@dataclass(slots=True)
class Deployment:
    """One revision on its way to full size. `images` are the revision's, as in the API."""

    number: int
    token: str
    revision: Settings
    images: Sequence[Mapping[str, str]]
    configuration: Settings
    created: float
    scale: Scale
    sources: list[int] = field(default_factory=list)
    status: Literal["IN_PROGRESS", "SUCCESSFUL", "STOPPED"] = "IN_PROGRESS"
    updated: float = 0
    finished: float | None = None
    live: bool = True

    @property
    def id(self) -> str:
        """The name of this deployment in the service's own list."""
        return f"ecs-svc/{self.number}"


@dataclass(slots=True)
class Event:
    """One line of a service's event stream."""

    id: str
    at: float
    message: str


@dataclass(slots=True)
class Service:
    """One service. `settings` is what was asked for, with AWS's defaults."""

    arn: str
    cluster_arn: str
    name: str
    settings: Settings
    asked: Settings
    created: float
    settle: float
    status: Literal["ACTIVE", "DRAINING", "INACTIVE"] = "ACTIVE"
    drained: float = math.inf
    steady: bool = False
    deployments: list[Deployment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def primary(self) -> Deployment:
        """The newest deployment."""
        return self.deployments[-1]

    @property
    def live(self) -> list[Deployment]:
        """Deployments that have tasks, the newest first."""
        return [deployment for deployment in reversed(self.deployments) if deployment.live]

    def running(self, now: float) -> int:
        """Tasks that run, of all deployments."""
        return sum(each.scale.running(now, self.settle) for each in self.live)

    def pending(self, now: float) -> int:
        """Tasks that were asked for and do not run yet."""
        return sum(pending(each, now, self.settle) for each in self.live)


def pending(deployment: Deployment, now: float, settle: float) -> int:
    """Tasks of a deployment that were asked for and do not run yet."""
    return max(0, deployment.scale.wanted - deployment.scale.running(now, settle))


def deploy(service: Service, images: Sequence[Mapping[str, str]], now: float) -> None:
    """Start a deployment of the service's present settings; a running one is given up."""
    for other in service.live:
        if other.status == "IN_PROGRESS":
            other.status, other.finished = "STOPPED", now
    service.deployments.append(
        Deployment(
            number=10**18 + secrets.randbelow(9 * 10**18),
            token=secrets.token_hex(11)[:21],
            revision={name: service.settings[name] for name in REVISED if name in service.settings},
            images=images,
            configuration=dict(service.settings["deploymentConfiguration"]),
            created=now,
            scale=Scale(0, service.settings["desiredCount"], now),
            sources=[other.number for other in service.live],
            updated=now,
        )
    )
    service.steady = False


def update(
    service: Service, changes: Settings, images: Sequence[Mapping[str, str]], now: float
) -> None:
    """Take over an UpdateService request; `images` are those of the task definition after it."""
    settings = service.settings
    before = {name: settings.get(name) or None for name in DEPLOYED}
    settings["deploymentConfiguration"] |= changes.get("deploymentConfiguration", {})
    apart = {"desiredCount", "deploymentConfiguration", "forceNewDeployment"}
    settings |= {name: value for name, value in changes.items() if name not in apart}
    if settings.get("capacityProviderStrategy"):
        settings.pop("launchType", None)
    elif settings.pop("capacityProviderStrategy", None) is not None:
        settings["launchType"] = service.asked.get("launchType", "FARGATE")
    if "desiredCount" in changes:
        scale(service, changes["desiredCount"], now)
    after = {name: settings.get(name) or None for name in DEPLOYED}
    if changes.get("forceNewDeployment") or before != after:
        deploy(service, images, now)


def scale(service: Service, wanted: int, now: float) -> None:
    """Change the number of tasks without a deployment."""
    service.settings["desiredCount"] = wanted
    if not service.deployments:
        return
    primary = service.primary
    if wanted != primary.scale.wanted:
        primary.scale = Scale(primary.scale.running(now, service.settle), wanted, now)
        primary.updated = now
        service.steady = False


def delete(service: Service, now: float) -> None:
    """Drain the service: its tasks stop, and after the settle time it is INACTIVE."""
    scale(service, 0, now)
    service.status, service.drained = "DRAINING", now + service.settle


def advance(service: Service, now: float) -> None:
    """Let happen what has become due until `now`."""
    if service.status == "DRAINING" and now >= service.drained:
        service.status = "INACTIVE"
        for deployment in service.deployments:
            deployment.live = False
    if service.status != "ACTIVE" or not service.deployments:
        return
    primary = service.primary
    due = primary.created + service.settle
    if primary.status == "IN_PROGRESS" and now >= due:
        primary.status, primary.finished, primary.updated = "SUCCESSFUL", due, due
        for other in service.deployments[:-1]:
            other.live = False
        _tell(service, due, f"(deployment {primary.id}) deployment completed.")
    due = max(due, primary.scale.since + service.settle)
    if primary.status == "SUCCESSFUL" and not service.steady and now >= due:
        service.steady = True
        _tell(service, due, "has reached a steady state.")


def _tell(service: Service, at: float, message: str) -> None:
    event = Event(secrets.token_hex(16), at, f"(service {service.name}) {message}")
    service.events = [event, *service.events][:EVENTS_KEPT]
