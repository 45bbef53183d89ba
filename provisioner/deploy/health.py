"""How a service is: its newest deployment, its targets, its last events, and whether it is well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, explain
from provisioner.engine.model import Live
from provisioner.rollout.follow import Watched, describe, look
from provisioner.rollout.targets import UNHEALTHY

EVENTS_SHOWN = 10


def service_status(aws: Aws, live: Live) -> dict[str, Any]:
    """A service of `status`. Reads only. Raises NoAccess, ProvisionerError.

    It is healthy when as many tasks run as should and no target is unhealthy: the old version that
    serves after a rollback is. What became of the newest deployment is told by `deployment`.
    """
    watched = Watched(live.properties["cluster"], live.properties["serviceName"])
    try:
        item = describe(aws, watched) or {}
        rollout = look(aws, watched, item or None)
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    events = [
        {"when": one["createdAt"].isoformat(), "message": one["message"]}
        for one in item.get("events", ())[:EVENTS_SHOWN]
    ]
    desired = item.get("desiredCount", live.outputs["Desired"])
    running = item.get("runningCount", live.outputs["Running"])
    return {
        "service_arn": live.id,
        "task_definition": item.get("taskDefinition", live.outputs["TaskDefinition"]),
        "desired": desired,
        "running": running,
        "rollout": live.outputs["Rollout"],
        "healthy": running >= desired and _well(rollout.targets, desired),
        "deployment": rollout.to_dict(),
        "events": list(reversed(events)),
    }


def _well(targets: Mapping[str, int], desired: int) -> bool:
    """Whether the load balancer has somebody to send requests to, and no complaint."""
    if not targets or not desired:
        return True
    return bool(targets.get("healthy")) and not targets.keys() & UNHEALTHY
