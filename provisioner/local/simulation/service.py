"""A service with its deployments: what was asked of it, and what has become of that.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/: API_Service, API_ServiceDeployment
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .hooks import Hook
from .task import Task

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
SUPERSEDED = "Service deployment was superseded by a newer one."
# The same complaint is told again only after so long.
QUIET = 6 * 3600.0
# Strategies that go through lifecycle stages with a second target group.
STAGED = frozenset({"BLUE_GREEN", "LINEAR", "CANARY"})
ENDED = frozenset({"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"})


@dataclass(slots=True)
class Progress:
    """Where a deployment in stages is: the stage, since when, and the last step of its traffic."""

    stage: str = ""
    since: float = 0
    step: int = -1
    stepped: float = 0
    hooks: list[Hook] = field(default_factory=list)


@dataclass(slots=True)
class Deployment:
    """One revision on its way to full size.

    `status` is the service deployment's, `rollout` that of the service's `deployments[]`.
    `failures` counts for the circuit breaker, `failed` all that ever failed. `swapped`: its tasks
    are in the alternate target group. `production` and `test`: its percent of the traffic.
    `alarmed`: the alarms that failed it; `ignored`: those in ALARM since before it began.
    `asked_at`: when it was asked to stop or to go back. `announced`: EventBridge knows of it.
    """

    number: int
    token: str
    revision: Settings
    configuration: Settings
    created: float
    wanted: int
    sources: list[int] = field(default_factory=list)
    images: list[dict[str, str]] = field(default_factory=list)
    status: str = "IN_PROGRESS"
    reason: str = ""
    rollout: Literal["IN_PROGRESS", "COMPLETED", "FAILED"] = "IN_PROGRESS"
    rollout_reason: str = ""
    failures: int = 0
    failed: int = 0
    tripped: bool = False
    back_to: int | None = None
    back_since: float = 0
    back_reason: str = ""
    updated: float = 0
    finished: float | None = None
    live: bool = True
    swapped: bool = False
    production: float = 0
    test: float = 0
    progress: Progress = field(default_factory=Progress)
    alarmed: list[str] = field(default_factory=list)
    ignored: set[str] | None = None
    bakes_until: float | None = None
    asked_at: float | None = None
    announced: bool = False

    @property
    def id(self) -> str:
        """The name of this deployment in the service's own list."""
        return f"ecs-svc/{self.number}"

    @property
    def staged(self) -> bool:
        """It goes through lifecycle stages instead of rolling."""
        return self.configuration["strategy"] in STAGED

    @property
    def balancers(self) -> list[Settings]:
        """Its load balancers, with the target groups as they are used by its tasks."""
        return [_swap(each) if self.swapped else each for each in self._given]

    @property
    def in_alternate(self) -> bool:
        """Its tasks are in the alternate target group of a pair."""
        return self.swapped and any("advancedConfiguration" in each for each in self._given)

    @property
    def _given(self) -> list[Settings]:
        given: list[Settings] = self.revision["loadBalancers"]
        return given

    @property
    def breaker(self) -> Mapping[str, Any]:
        """The settings of its circuit breaker."""
        found: Mapping[str, Any] = self.configuration["deploymentCircuitBreaker"]
        return found


@dataclass(slots=True)
class Event:
    """One line of a service's event stream."""

    id: str
    at: float
    message: str


@dataclass(slots=True)
class Notice:
    """What EventBridge is told of a service: the event's detail-type, and its detail."""

    kind: str
    detail: dict[str, Any]


@dataclass(slots=True)
class Service:
    """One service. `settings` is what was asked for, with AWS's defaults.

    `lost`: how many tasks its good revision has lost that are not yet made up for.
    """

    arn: str
    cluster_arn: str
    name: str
    settings: Settings
    asked: Settings
    created: float
    status: Literal["ACTIVE", "DRAINING", "INACTIVE"] = "ACTIVE"
    steady: bool = False
    primary: Deployment | None = None
    rolling_back: Deployment | None = None
    retry_at: float = -math.inf
    in_a_row: int = 0
    launched: int = 0
    lost: int = 0
    deployments: list[Deployment] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def desired(self) -> int:
        """The number of tasks that it shall have."""
        return int(self.settings["desiredCount"])

    @property
    def live(self) -> list[Deployment]:
        """The primary deployment, then the others that still have tasks, the newest first."""
        others = [
            each for each in reversed(self.deployments) if each.live and each is not self.primary
        ]
        return [self.primary, *others] if self.primary else others

    @property
    def good(self) -> Deployment | None:
        """The last deployment that was completed."""
        done = (each for each in reversed(self.deployments) if each.status == "SUCCESSFUL")
        return next(done, None)

    def of(self, deployment: Deployment) -> list[Task]:
        """Return a deployment's tasks."""
        return [each for each in self.tasks if each.deployment == deployment.number]

    def numbered(self, number: int) -> Deployment:
        """Return a deployment by its number."""
        return next(each for each in self.deployments if each.number == number)

    def tell(self, at: float, message: str, *, once: bool = False, apart: float = 0) -> None:
        """Add an event; one that is told `once` is not repeated for some hours, or so long."""
        text = f"(service {self.name}) {message}"
        apart = QUIET if once else apart
        if apart and any(each.message == text and each.at > at - apart for each in self.events):
            return
        self.events = [Event(secrets.token_hex(16), at, text), *self.events][:EVENTS_KEPT]


def deploy(service: Service, now: float) -> Deployment:
    """Start a deployment of the service's present settings; a running one is given up."""
    for other in service.live:
        if other.status not in {*ENDED, "STOP_REQUESTED"}:
            other.status, other.asked_at, other.updated = "STOP_REQUESTED", now, now
            other.reason = SUPERSEDED
    deployment = Deployment(
        number=10**18 + secrets.randbelow(8 * 10**18),
        token=secrets.token_urlsafe(16)[:21].replace("-", "x").replace("_", "y"),
        revision={name: service.settings[name] for name in REVISED if name in service.settings},
        configuration=dict(service.settings["deploymentConfiguration"]),
        created=now,
        wanted=service.desired,
        sources=[other.number for other in service.live if service.of(other)],
        updated=now,
    )
    if service.good:  # the roles of the two target groups alternate
        deployment.swapped = service.good.in_alternate != deployment.staged
    service.deployments.append(deployment)
    service.primary, service.rolling_back, service.steady = deployment, None, False
    service.retry_at, service.in_a_row = -math.inf, 0
    return deployment


def _swap(balancer: Settings) -> Settings:
    advanced = balancer.get("advancedConfiguration") or {}
    if "alternateTargetGroupArn" not in advanced:
        return balancer
    used, idle = advanced["alternateTargetGroupArn"], balancer["targetGroupArn"]
    other = {**advanced, "alternateTargetGroupArn": idle}
    return {**balancer, "targetGroupArn": used, "advancedConfiguration": other}


def update(service: Service, changes: Settings, now: float) -> Deployment | None:
    """Take over an UpdateService request; return the deployment that it starts, if it does."""
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
        return deploy(service, now)
    return None


def scale(service: Service, wanted: int, now: float) -> None:
    """Change the number of tasks without a deployment."""
    before, changed = service.desired, wanted != service.desired
    service.settings["desiredCount"] = wanted
    good = service.good
    if good and good is not service.primary and any(each.active for each in service.of(good)):
        service.lost += max(0, wanted - before)  # both revisions grow during a deployment
    if changed and service.primary:
        service.primary.wanted, service.primary.updated = wanted, now
        service.steady = False


def delete(service: Service, now: float) -> None:
    """Drain the service: it is INACTIVE when its tasks have stopped."""
    scale(service, 0, now)
    service.status = "DRAINING"
