"""Whether a deployment is complete, has failed, or goes back.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from __future__ import annotations

import math

from .rolling import count
from .service import ENDED, Deployment, Service
from .targets import Targets

BREAKER = "ECS deployment circuit breaker: "
# Bounds of the threshold of type BOUNDED_PERCENT.
LEAST, MOST = 3, 200
TRIPPED = "the circuit breaker threshold was exceeded."


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


def judge(service: Service, now: float, targets: Targets) -> None:
    """Complete, fail or turn back the service's deployment as its tasks have it."""
    for each in service.deployments:
        gone = each is not service.primary and all(t.status == "STOPPED" for t in service.of(each))
        if each.live and gone and each is not service.rolling_back:
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
    if primary.rollout == "IN_PROGRESS":
        if full and not others:
            _complete(service, primary, now)
        elif primary.breaker["enable"] and primary.failures >= threshold(primary):
            trip(service, primary, now)
    stopping = any(not t.active and t.status != "STOPPED" for t in service.tasks)
    if primary.rollout == "COMPLETED" and full and not stopping and not service.steady:
        service.steady = True
        service.tell(now, "has reached a steady state.")


def _complete(service: Service, primary: Deployment, now: float) -> None:
    primary.rollout, primary.updated = "COMPLETED", now
    primary.rollout_reason = f"ECS deployment {primary.id} completed."
    service.tell(now, f"(deployment {primary.id}) deployment completed.")
    for each in service.deployments:
        each.live = each is primary
    failed = service.rolling_back
    if failed is None:
        if primary.status not in ENDED:
            primary.status, primary.finished = "SUCCESSFUL", now
        return
    failed.status, failed.finished, failed.updated = "ROLLBACK_SUCCESSFUL", now, now
    service.rolling_back = None


def trip(service: Service, primary: Deployment, now: float) -> None:
    """Let a deployment fail, and go back if it shall and can."""
    primary.tripped = True
    service.tell(now, f"(deployment {primary.id}) deployment failed: tasks failed to start.")
    primary.rollout_reason = f"{BREAKER}tasks failed to start."
    if service.rolling_back is not None:  # what it goes back to fails, too
        _fail(
            service.rolling_back,
            now,
            "ROLLBACK_FAILED",
            f"Service deployment rollback failed because {TRIPPED}",
        )
        primary.rollout, service.rolling_back = "FAILED", None
    elif primary.breaker["rollback"]:
        roll_back(service, primary, now, TRIPPED, f"{BREAKER}rolling back to deploymentId")
    else:
        primary.rollout = "FAILED"
        _fail(primary, now, "STOPPED", f"Service deployment stopped because {TRIPPED}")


def roll_back(service: Service, failing: Deployment, now: float, why: str, words: str) -> bool:
    """Return to the last deployment that was completed; without one the service stays as it is."""
    failing.rollout = "FAILED"
    good = next(
        (each for each in reversed(service.deployments) if each.status == "SUCCESSFUL"), None
    )
    if good is None:
        _fail(
            failing,
            now,
            "ROLLBACK_FAILED",
            f"Service deployment failed because {why} There is nothing to roll back to.",
        )
        return False
    failing.status, failing.reason = (
        "ROLLBACK_IN_PROGRESS",
        f"Service deployment rolled back because {why}",
    )
    failing.back_to, failing.back_since, failing.updated = good.number, now, now
    failing.back_reason = failing.reason
    service.rolling_back, service.primary, service.steady = failing, good, False
    service.settings |= good.revision
    service.retry_at, service.in_a_row = -math.inf, 0
    good.rollout, good.wanted, good.updated, good.live = "IN_PROGRESS", service.desired, now, True
    good.failures, good.rollout_reason = 0, f"{words} {good.id}."
    service.tell(now, f"rolling back to deployment {good.id}.")
    return True


def _fail(deployment: Deployment, now: float, status: str, reason: str) -> None:
    deployment.status, deployment.reason, deployment.finished = status, reason, now
    deployment.updated = now
