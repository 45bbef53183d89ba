"""A service that can be scaled, and the targets, policies and actions that a test wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground

Make = Callable[..., Resource]
TARGET = "application_autoscaling.scalable_target"


@pytest.fixture
def place(bench: Bench, ground: Ground) -> dict[str, str]:
    """Where a service of two tasks runs that the stack owns."""
    cluster = f"{bench.name}-cluster"
    ground.cluster(cluster)
    bench.client("ecs").create_service(
        cluster=cluster,
        serviceName=f"{bench.name}-web",
        taskDefinition=ground.definition(),
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ground.subnets("private")}},
        tags=[
            {"key": "provisioner:stack", "value": bench.name},
            {"key": "provisioner:scaled", "value": "true"},
        ],
    )
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{cluster}/{bench.name}-web",
        "ScalableDimension": "ecs:service:DesiredCount",
    }


@pytest.fixture
def target(place: dict[str, str]) -> Make:
    def wanted(**changes: Any) -> Resource:
        suspended = dict.fromkeys(
            (
                "DynamicScalingInSuspended",
                "DynamicScalingOutSuspended",
                "ScheduledScalingSuspended",
            ),
            False,
        )
        limits = {"MinCapacity": 1, "MaxCapacity": 4, "SuspendedState": suspended}
        return changed(Resource(TARGET, "web", {**place, **limits}, {"team": "oak"}), changes)

    return wanted
