"""What ECS answers about a service, its deployments and its revisions, at a given time.

Shapes: API_Service, API_Deployment, API_ServiceDeployment and API_ServiceRevision of
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .services import Deployment, Service, Settings, pending

View = dict[str, Any]

ROLLOUT = {"IN_PROGRESS": "IN_PROGRESS", "SUCCESSFUL": "COMPLETED", "STOPPED": "IN_PROGRESS"}
REASON = {"COMPLETED": "completed", "IN_PROGRESS": "in progress"}
# Settings that AWS shows with the deployment, never with the service.
DEPLOYMENT_ONLY = (
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)


def moment(seconds: float) -> datetime:
    """Seconds since the epoch, as AWS's answers have it."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def service_view(service: Service, now: float) -> View:
    """One entry of DescribeServices, without its tags."""
    settings = {
        name: value for name, value in service.settings.items() if name not in DEPLOYMENT_ONLY
    }
    view: View = {
        **settings,
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster_arn,
        "status": service.status,
        "runningCount": service.running(now),
        "pendingCount": service.pending(now),
        "deployments": [deployment_view(each, service, now) for each in service.live],
        "events": [
            {"id": event.id, "createdAt": moment(event.at), "message": event.message}
            for event in service.events
        ],
        "createdAt": moment(service.created),
    }
    if service.status == "ACTIVE" and service.deployments:
        view["currentServiceDeployment"] = deployment_arn(service, service.primary)
        view["currentServiceRevisions"] = [
            revision_counts(each, service, now) for each in service.live
        ]
    return view


def deployment_view(deployment: Deployment, service: Service, now: float) -> View:
    """One entry of a service's `deployments`."""
    state = ROLLOUT[deployment.status]
    revision = _shown(deployment.revision)
    for name in ("loadBalancers", "serviceRegistries"):
        revision.pop(name, None)
    return {
        **revision,
        "id": deployment.id,
        "status": "PRIMARY" if deployment is service.primary else "ACTIVE",
        "desiredCount": deployment.scale.wanted,
        "runningCount": deployment.scale.running(now, service.settle),
        "pendingCount": pending(deployment, now, service.settle),
        "failedTasks": 0,
        "createdAt": moment(deployment.created),
        "updatedAt": moment(deployment.updated),
        "rolloutState": state,
        "rolloutStateReason": f"ECS deployment {deployment.id} {REASON[state]}.",
    }


def brief_view(deployment: Deployment, service: Service) -> View:
    """One entry of ListServiceDeployments."""
    view = {
        "serviceDeploymentArn": deployment_arn(service, deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": moment(deployment.created),
        "startedAt": moment(deployment.created),
        "targetServiceRevisionArn": revision_arn(service, deployment.number),
        "status": deployment.status,
    }
    if deployment.finished is not None:
        view["finishedAt"] = moment(deployment.finished)
    if deployment.status == "STOPPED":
        view["statusReason"] = "Service deployment was superseded by a newer one."
    return view


def rollout_view(deployment: Deployment, service: Service, now: float) -> View:
    """One entry of DescribeServiceDeployments."""
    view = brief_view(deployment, service)
    del view["targetServiceRevisionArn"]
    going = deployment.status == "IN_PROGRESS"
    by_number = {each.number: each for each in service.deployments}
    breaker = deployment.configuration["deploymentCircuitBreaker"]["enable"]
    watching = "MONITORING" if going else "MONITORING_COMPLETE"
    if deployment.status == "STOPPED":
        view["stoppedAt"] = view["finishedAt"]
    if going:
        view["lifecycleStage"] = "SCALE_UP"
    return view | {
        "updatedAt": moment(deployment.updated),
        "targetServiceRevision": revision_counts(deployment, service, now),
        "sourceServiceRevisions": [
            revision_counts(by_number[number], service, now) for number in deployment.sources
        ],
        "deploymentConfiguration": deployment.configuration,
        "deploymentCircuitBreaker": {
            "status": watching if breaker else "DISABLED",
            "failureCount": 0,
            "threshold": min(200, max(3, math.ceil(deployment.scale.wanted / 2))),
        },
    }


def revision_counts(deployment: Deployment, service: Service, now: float) -> View:
    """Return a revision with the number of its tasks."""
    live = deployment.live
    return {
        "arn": revision_arn(service, deployment.number),
        "requestedTaskCount": deployment.scale.wanted if live else 0,
        "runningTaskCount": deployment.scale.running(now, service.settle) if live else 0,
        "pendingTaskCount": pending(deployment, now, service.settle) if live else 0,
    }


def revision_view(deployment: Deployment, service: Service) -> View:
    """One entry of DescribeServiceRevisions."""
    balancers = deployment.revision.get("loadBalancers", [])
    return {
        **_shown(deployment.revision),
        "serviceRevisionArn": revision_arn(service, deployment.number),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "containerImages": deployment.images,
        "guardDutyEnabled": False,
        "createdAt": moment(deployment.created),
        "resolvedConfiguration": {
            "loadBalancers": [
                {"targetGroupArn": each["targetGroupArn"]}
                for each in balancers
                if "targetGroupArn" in each
            ]
        },
    }


def deployment_arn(service: Service, deployment: Deployment) -> str:
    """Name a service deployment."""
    return f"{service.arn.replace(':service/', ':service-deployment/')}/{deployment.token}"


def revision_arn(service: Service, number: int) -> str:
    """Name a service revision; it ends like the deployment's id."""
    return f"{service.arn.replace(':service/', ':service-revision/')}/{number}"


def _shown(revision: Mapping[str, Any]) -> Settings:
    connect = revision.get("serviceConnectConfiguration") or {}
    return {
        name: value
        for name, value in revision.items()
        if name != "serviceConnectConfiguration" or connect.get("enabled")
    }
