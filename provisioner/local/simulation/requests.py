"""Deployments that were asked to stop or to go back, by a user or by a newer deployment.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
"""

from __future__ import annotations

from collections.abc import Iterator

from .service import Deployment, Service
from .surroundings import Surroundings
from .verdict import Cause, roll_back

# Seconds from the request until it is carried out [unverified].
CARRIED_OUT_IN = 3.0
# States in which a request to go back is not refused; but for the first two it changes nothing.
STOPPABLE = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED",
             "ROLLBACK_IN_PROGRESS")  # fmt: skip
STOPPED = Cause("the service deployment was stopped by the user.", "stopped.", "ECS deployment ")


def stoppable(deployment: Deployment) -> bool:
    """Whether it can be asked to go back: it has not ended, nor has it nothing to go back to."""
    return deployment.status in STOPPABLE and deployment.progress.stage != "CLEAN_UP"


def ask_back(deployment: Deployment, now: float) -> None:
    """Ask a deployment to go back; one that stops or goes back already goes on with that."""
    if deployment.status in STOPPABLE[:2]:
        deployment.status, deployment.asked_at, deployment.updated = "ROLLBACK_REQUESTED", now, now


def settle(service: Service, now: float, world: Surroundings) -> None:
    """Carry out what is due."""
    for each in service.deployments:
        if each.asked_at is None or now < each.asked_at + CARRIED_OUT_IN:
            continue
        each.asked_at = None
        if each.status == "ROLLBACK_REQUESTED":
            roll_back(service, each, now, STOPPED, world)
        elif each.status == "STOP_REQUESTED":
            each.status, each.finished, each.updated = "STOPPED", now, now


def moments(service: Service) -> Iterator[float]:
    """Yield when something is due."""
    for each in service.deployments:
        if each.asked_at is not None:
            yield each.asked_at + CARRIED_OUT_IN
