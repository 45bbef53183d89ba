"""Going back: a running deployment is stopped; else the last known-good revision is deployed."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.deploy.history import known_good
from provisioner.deploy.places import Place
from provisioner.engine.aws import Aws, explain
from provisioner.errors import PlanError, UsageError
from provisioner.resources.ecs.task_definition import TaskDefinition
from provisioner.rollout import records
from provisioner.rollout.follow import look
from provisioner.rollout.standing import short
from provisioner.rollout.state import Rollout


@dataclass(frozen=True, slots=True)
class Decision:
    """How a service goes back.

    `stop` is the ARN of a service deployment, and ECS knows the way from it;
    `to` is that of a task definition. Neither: it is back already.
    """

    place: Place
    words: str
    stop: str = ""
    to: str = ""
    asked: bool = False
    """Whether ECS is on its way back already: there is nothing to stop."""


def decide(aws: Aws, place: Place, to: str = "") -> Decision:
    """How to go back. Reads only. Raises PlanError, UsageError, NoAccess."""
    try:
        if to:
            return _to(aws, place, to)
        now = look(aws, place.watched)
        return _running(place, now) or _back_already(place, now) or _last_good(aws, place)
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _running(place: Place, now: Rollout) -> Decision | None:
    if now.over or ":service-deployment/" not in now.deployment:
        return None
    if now.going_back:
        words = f"{now.new} is being rolled back to {now.old} already: followed to its end"
        return Decision(place, words, now.deployment, asked=True)
    if not now.old:
        raise PlanError(
            f"{place.wanted.address}: {now.new} is its first deployment: there is nothing to go"
            " back to; deploy an image that works"
        )
    words = f"the deployment of {now.new} is stopped, and ECS goes back to {now.old}"
    return Decision(place, words, now.deployment)


def _back_already(place: Place, now: Rollout) -> Decision | None:
    """Where the newest deployment has failed, ECS has done it: the last good one serves."""
    if now.verdict != "not-serving" or now.old != short(place.serving):
        return None
    words = f"{now.new} failed, and {now.old} serves again; to go further back: --to REVISION"
    return Decision(place, words)


def _to(aws: Aws, place: Place, to: str) -> Decision:
    family = place.serving.rpartition("/")[2].rpartition(":")[0]
    name = f"{family}:{to}" if to.isdecimal() else to
    if short(name).rpartition(":")[0] != family:
        raise UsageError(f"--to {to}: expected a revision of {family}, such as 7 or {family}:7")
    found = TaskDefinition().read(aws, name)
    if found is None:
        raise PlanError(f"{short(name)} is not there any more; `revisions` lists those that are")
    if found.id == place.serving:
        raise PlanError(f"{place.wanted.address} has {short(found.id)} already")
    return Decision(place, f"{short(place.serving)} → {short(found.id)}, as asked", to=found.id)


def _last_good(aws: Aws, place: Place) -> Decision:
    found = known_good(aws, place)
    if found:
        words = f"{short(place.serving)} → {short(found)}, the last revision that served"
        return Decision(place, words, to=found)
    source = records.read(aws, place.cluster, place.service).source
    why = {
        "denied": "ecs:ListServiceDeployments is not allowed, so",
        "none": "this server keeps no service deployments, so",
        "faulty": "ECS does not answer, so",
    }.get(source, "ECS remembers no other deployment that succeeded, so")
    raise PlanError(
        f"{place.wanted.address}: {why} it is not known where to go back to; say it: --to REVISION"
        " (`revisions` lists them)"
    )
