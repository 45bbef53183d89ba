"""What EventBridge is told of services and their deployments.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html and
ecs_service_events.html; the region adds the rest of the event when it passes it on.
"""

from __future__ import annotations

from .service import Deployment, Notice, Service

DEPLOYMENT = "ECS Deployment State Change"
ACTION = "ECS Service Action"
TASK = "ECS Task State Change"
LEVELS = {
    "SERVICE_DEPLOYMENT_FAILED": "ERROR",
    "SERVICE_TASK_PLACEMENT_FAILURE": "ERROR",
    "SERVICE_TASK_CONFIGURATION_FAILURE": "ERROR",
    "SERVICE_TASK_START_IMPAIRED": "WARN",
}


def deployment(service: Service, which: Deployment, state: str, reason: str) -> None:
    """Tell that a deployment is IN_PROGRESS, COMPLETED or FAILED."""
    name = f"SERVICE_DEPLOYMENT_{state}"
    detail: dict[str, object] = {"deploymentId": which.id, "reason": reason}
    service.notices.append(Notice(DEPLOYMENT, _detail(name, detail)))


def action(service: Service, name: str, **further: object) -> None:
    """Tell what the scheduler has done, or could not do."""
    service.notices.append(
        Notice(ACTION, _detail(name, {"clusterArn": service.cluster_arn, **further}))
    )


def begun(service: Service) -> None:
    """Tell of the primary deployment, once, that it is in progress."""
    primary = service.primary
    if primary and not primary.announced:
        primary.announced = True
        deployment(service, primary, "IN_PROGRESS", f"ECS deployment {primary.id} in progress.")


def _detail(name: str, further: dict[str, object]) -> dict[str, object]:
    return {"eventType": LEVELS.get(name, "INFO"), "eventName": name, **further}
