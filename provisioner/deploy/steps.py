"""Plans by hand: each step is one that `apply` could have made, and is carried out like one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from provisioner.deploy.places import Place
from provisioner.engine.kind import Effect
from provisioner.engine.model import Change, Ref, Resource
from provisioner.engine.step import Plan, Step
from provisioner.resources.ecs._rollout import RESTART, ROLLOUT, TURNED_BACK
from provisioner.resources.ecs.service import TIMEOUT

WAITED_FOR = ("serviceName", "cluster", "taskDefinition")


def plan(
    stack: str, places: Iterable[Place], steps: Iterable[Step], known: Mapping[str, Any]
) -> Plan:
    """The steps as a plan, with what is known of the services and of whatever else they need."""
    services = {one.wanted.address: one.live.outputs for one in places}
    return Plan(stack, tuple(steps), (), {**known, **services})


def roll_to(place: Place, definition: str | Ref, reason: str, *needs: str) -> Step:
    """One UpdateService with another task definition, an ARN or one that a step before makes."""
    change = Change(("taskDefinition",), place.serving, definition)
    return _update(place, {"taskDefinition": definition}, (change,), reason, needs)


def restart(place: Place) -> Step:
    """The same version again, by new tasks."""
    change = Change((ROLLOUT,), place.live.properties[ROLLOUT], RESTART)
    return _update(place, {ROLLOUT: RESTART}, (change,), "restart")


def scale(place: Place, count: int) -> Step:
    """Another number of tasks. It starts no deployment."""
    change = Change(("desiredCount",), place.live.properties["desiredCount"], count)
    step = _update(place, {"desiredCount": count}, (change,), "desiredCount differs")
    return replace(step, effect=Effect.IN_PLACE)


def wait(place: Place) -> Step:
    """No change: until the newest deployment has a verdict, whoever started it."""
    step = _update(place, {ROLLOUT: "COMPLETED", "taskDefinition": ""}, (), "waited for")
    properties = {**place.live.properties, ROLLOUT: "IN_PROGRESS", "taskDefinition": ""}
    outputs = {**place.live.outputs, "Deployment": "", "DeploymentCreated": None}
    return replace(step, live=replace(place.live, properties=properties, outputs=outputs))


def unfinished(place: Place) -> list[Step]:
    """What a version that is there already still needs: to be followed, or to be tried again."""
    state = place.live.properties[ROLLOUT]
    if state == "COMPLETED":
        return []
    return [replace(restart(place), reason="it failed") if state == "FAILED" else wait(place)]


def turned(place: Place) -> Step:
    """No change: until a deployment that has been stopped is rolled back."""
    step = wait(place)
    resource = step.resource
    wanted = {**resource.properties, ROLLOUT: TURNED_BACK} if resource else {}
    return replace(step, resource=resource and replace(resource, properties=wanted))


def _update(
    place: Place,
    wanted: Mapping[str, Any],
    changes: tuple[Change, ...],
    reason: str,
    needs: Iterable[str] = (),
) -> Step:
    """Only what is named is compared, so only that can change."""
    properties = {name: place.live.properties[name] for name in WAITED_FOR}
    for name in ("deploymentConfiguration", "healthCheckGracePeriodSeconds"):
        properties[name] = place.live.properties.get(name)  # they say how long to be patient
    if TIMEOUT in place.wanted.properties:
        properties[TIMEOUT] = place.wanted.properties[TIMEOUT]
    tags = {key: value for key, value in place.live.tags.items() if key in place.wanted.tags}
    resource = Resource(
        place.wanted.kind, place.wanted.name, {**properties, **wanted}, tags=tags
    )  # fmt: skip
    return Step(
        "update", place.wanted.address, place.wanted.kind, reason, Effect.ROLLING,
        resource, place.live, changes, needs=frozenset(needs),
    )  # fmt: skip
