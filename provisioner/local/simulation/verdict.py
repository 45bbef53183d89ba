"""Whether a deployment is complete, has failed, or goes back.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from __future__ import annotations

import math
from typing import NamedTuple

from . import alarms, early, hooks, notices, traffic
from .rolling import count
from .service import ENDED, Deployment, Service
from .surroundings import Surroundings
from .targets import Targets

BREAKER = "ECS deployment circuit breaker: "
# Bounds of the threshold of type BOUNDED_PERCENT.
LEAST, MOST = 3, 200
NOBODY = "No rollback candidate was found to run the rollback."


class Cause(NamedTuple):
    """Why a deployment fails: for its statusReason, for the event, and what the latter starts."""

    why: str
    told: str
    who: str


TRIPPED = Cause("the circuit breaker threshold was exceeded.", "tasks failed to start.", BREAKER)


ALARMED = Cause("an alarm went off.", "alarm detected.", "ECS deployment failed: ")


def threshold(deployment: Deployment) -> int:
    """How many failures trip the circuit breaker: half of the tasks unless told otherwise."""
    given = deployment.breaker.get("thresholdConfiguration") or {}
    value = int(given.get("value", 50))
    if given.get("type") == "COUNT":
        return value
    share = math.ceil(deployment.wanted * value / 100)
    return (
        max(1, share) if given.get("type") == "UNBOUNDED_PERCENT" else min(MOST, max(LEAST, share))
    )


def judge(service: Service, now: float, targets: Targets, world: Surroundings) -> None:
    """Complete, fail or turn back the service's deployment as its tasks have it."""
    for each in service.deployments:
        kept = not each.live or each is service.primary or each is service.rolling_back
        if not kept and all(task.status == "STOPPED" for task in service.of(each)):
            each.live = False
    primary = service.primary
    if service.status != "ACTIVE" or primary is None or primary.rollout == "FAILED":
        return
    mine = count(service.of(primary), now, targets)
    if mine.healthy and primary.breaker.get("resetOnHealthyTask", True):
        primary.failures = 0
    if mine.healthy:
        service.in_a_row = 0
    others = [t for t in service.tasks if t.deployment != primary.number and t.status != "STOPPED"]
    full = len(mine.healthy) == mine.all == service.desired
    going = primary.rollout == "IN_PROGRESS" and primary.status != "ROLLBACK_REQUESTED"
    going = going and not _fails(service, primary, now, world)
    ready = going and _enough(service, primary, len(mine.healthy), full=full, alone=not others)
    if ready and _through(service, primary, now, world):
        _complete(service, primary, now)
    stopping = any(not t.active and t.status != "STOPPED" for t in service.tasks)
    if primary.rollout == "COMPLETED" and full and not stopping and not service.steady:
        service.steady = True
        service.tell(now, "has reached a steady state.")
        notices.action(service, "SERVICE_STEADY_STATE")


def _fails(service: Service, primary: Deployment, now: float, world: Surroundings) -> bool:
    """Let it fail by an alarm or by its tasks; return whether it did."""
    if primary.progress.stage == "CLEAN_UP" and service.rolling_back is None:
        return False  # there is nothing left to go back to
    if service.rolling_back is None and alarms.watch(primary, world):
        back = bool(alarms.settings(primary).get("rollback"))
        fall(service, primary, now, ALARMED, world, back=back)
        return True
    if primary.breaker["enable"] and primary.failures >= threshold(primary):
        primary.tripped = True
        fall(service, primary, now, TRIPPED, world, back=primary.breaker["rollback"])
        return True
    return False


def _enough(
    service: Service, primary: Deployment, healthy: int, *, full: bool, alone: bool
) -> bool:
    """Whether its tasks, and those of the others, are as its success wants them."""
    if primary.staged or service.rolling_back is not None:
        return full and alone
    least = early.enough(primary.configuration, service.desired)
    ready = full if least == service.desired else healthy >= least
    return ready and (alone or early.deferred(primary.configuration))


def _through(service: Service, primary: Deployment, now: float, world: Surroundings) -> bool:
    """Whether there is no stage left for it to pass; what it goes back to passes none."""
    if service.rolling_back is not None:
        return not any(each.open for each in service.rolling_back.progress.hooks)
    if primary.staged:
        return primary.progress.stage == "CLEAN_UP"
    return alarms.baked(primary, now, world)


def _complete(service: Service, primary: Deployment, now: float) -> None:
    primary.rollout, primary.updated = "COMPLETED", now
    primary.rollout_reason = f"ECS deployment {primary.id} completed."
    service.tell(now, f"(deployment {primary.id}) deployment completed.")
    notices.deployment(service, primary, "COMPLETED", primary.rollout_reason)
    for each in service.deployments:
        each.live = each is primary or (
            each.live and any(task.status != "STOPPED" for task in service.of(each))
        )
    failed = service.rolling_back
    if failed is None:
        if primary.status not in ENDED:
            primary.status, primary.finished = "SUCCESSFUL", now
        return
    failed.status, failed.finished, failed.updated = "ROLLBACK_SUCCESSFUL", now, now
    service.rolling_back = None


def fall(
    service: Service,
    primary: Deployment,
    now: float,
    cause: Cause,
    world: Surroundings,
    *,
    back: bool = True,
) -> None:
    """Let a deployment fail, and go back if it shall and can."""
    service.tell(now, f"(deployment {primary.id}) deployment failed: {cause.told}")
    primary.rollout_reason = f"{cause.who}{cause.told}"
    if primary.breaker["enable"]:  # only then, says the documentation
        notices.deployment(service, primary, "FAILED", primary.rollout_reason)
    if service.rolling_back is not None:  # what it goes back to fails, too
        _fail(
            service.rolling_back,
            now,
            "ROLLBACK_FAILED",
            f"Service deployment rollback failed because {cause.why}",
        )
        primary.rollout, service.rolling_back = "FAILED", None
    elif back:
        roll_back(service, primary, now, cause, world)
    else:
        primary.rollout = "FAILED"
        _fail(primary, now, "STOPPED", f"Service deployment stopped because {cause.why}")


def roll_back(
    service: Service, failing: Deployment, now: float, cause: Cause, world: Surroundings
) -> None:
    """Return to the last deployment that was completed; without one the service stays as it is."""
    failing.rollout = "FAILED"
    good = service.good
    if good is None:
        _fail(failing, now, "ROLLBACK_FAILED", NOBODY)
        return
    failing.status, failing.reason = (
        "ROLLBACK_IN_PROGRESS",
        f"Service deployment rolled back because {cause.why}",
    )
    failing.back_to, failing.back_since, failing.updated = good.number, now, now
    failing.back_reason = failing.reason
    for stage, shifted in zip(hooks.AGAIN, (failing.production, failing.test), strict=True):
        if shifted:
            asked = hooks.begun(failing.configuration, stage, now, world)
            failing.progress.hooks += [each for each in asked if each.kind != "PAUSE"]
    traffic.restore(service, good, world)
    service.rolling_back, service.primary, service.steady = failing, good, False
    service.settings |= good.revision
    service.retry_at, service.in_a_row = -math.inf, 0
    good.rollout, good.wanted, good.updated, good.live = "IN_PROGRESS", service.desired, now, True
    good.failures = 0
    good.rollout_reason = f"{cause.who}rolling back to deploymentId {good.id}."
    service.tell(now, f"rolling back to deployment {good.id}.")
    notices.deployment(service, good, "IN_PROGRESS", good.rollout_reason)


def _fail(deployment: Deployment, now: float, status: str, reason: str) -> None:
    deployment.status, deployment.reason, deployment.finished = status, reason, now
    deployment.updated = now
