"""Deployment alarms: what is in ALARM while a deployment is under way fails it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from .service import ENDED, Deployment, Service
from .surroundings import Surroundings

# Seconds between two looks at the alarms [unverified].
EVERY = 10.0


def settings(deployment: Deployment) -> dict[str, Any]:
    """Return the alarm settings, none if they are not enabled."""
    given: dict[str, Any] = deployment.configuration.get("alarms") or {}
    return given if given.get("enable") else {}


def watch(deployment: Deployment, world: Surroundings) -> bool:
    """Return whether an alarm has gone off since the deployment began.

    One that was in ALARM at the beginning counts only once it has been in another state.
    """
    names = settings(deployment).get("alarmNames") or ()
    ringing = world.ringing(names)
    if deployment.ignored is None:
        deployment.ignored = set(ringing)
    deployment.ignored &= set(ringing)
    new = [each for each in ringing if each not in deployment.ignored]
    deployment.alarmed += [each for each in new if each not in deployment.alarmed]
    return bool(deployment.alarmed)


def baked(deployment: Deployment, now: float, world: Surroundings) -> bool:
    """Return whether a rolling deployment that is else complete has been watched long enough.

    ECS computes that time from the alarms' settings: here, the longest evaluation of any.
    """
    names = settings(deployment).get("alarmNames") or ()
    if not names or deployment.staged:
        return True
    if deployment.bakes_until is None:
        deployment.bakes_until = now + world.evaluation(names)
    return now >= deployment.bakes_until


def moments(service: Service, now: float) -> Iterator[float]:
    """Yield when to look again."""
    primary = service.primary
    if primary and primary.status not in ENDED and settings(primary):
        yield (math.floor(now / EVERY) + 1) * EVERY
        if primary.bakes_until is not None:
            yield primary.bakes_until
