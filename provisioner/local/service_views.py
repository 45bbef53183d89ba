"""What ECS answers about a service, its deployments and its revisions, at a given time.

Shapes: API_Service, API_Deployment, API_ServiceDeployment and API_ServiceRevision of
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .simulation.service import ENDED, Deployment, Service, Settings
from .simulation.verdict import threshold

View = dict[str, Any]

PENDING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})
# Settings that AWS shows with the deployment, never with the service.
DEPLOYMENT_ONLY = (
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)


def running(service: Service, deployment: Deployment | None = None) -> int:
    """Count the tasks that run, of one deployment or of all."""
    tasks = service.of(deployment) if deployment else service.tasks
    return sum(each.status == "RUNNING" for each in tasks)


def pending(service: Service, deployment: Deployment | None = None) -> int:
    """Count the tasks that start, of one deployment or of all."""
    tasks = service.of(deployment) if deployment else service.tasks
    return sum(each.status in PENDING for each in tasks)


@dataclass(frozen=True, slots=True)
class Views:
    """The answers; `when` makes a moment of a simulated time."""

    when: Callable[[float], datetime]

    def service(self, service: Service) -> View:
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
            "runningCount": running(service),
            "pendingCount": pending(service),
            "deployments": [self.deployment(each, service) for each in service.live if each.live],
            "events": [
                {"id": event.id, "createdAt": self.when(event.at), "message": event.message}
                for event in service.events
            ],
            "createdAt": self.when(service.created),
        }
        if service.status == "ACTIVE" and service.primary:
            current = service.rolling_back or service.primary
            if current.status not in ENDED or current is service.deployments[-1]:
                view["currentServiceDeployment"] = deployment_arn(service, current)
            view["currentServiceRevisions"] = [
                self.revision_counts(each, service) for each in service.live
            ]
        return view

    def deployment(self, deployment: Deployment, service: Service) -> View:
        """One entry of a service's `deployments`."""
        revision = _shown(deployment.revision)
        for name in ("loadBalancers", "serviceRegistries"):
            revision.pop(name, None)
        reason = f"ECS deployment {deployment.id} in progress."
        return {
            **revision,
            "id": deployment.id,
            "status": "PRIMARY" if deployment is service.primary else "ACTIVE",
            "desiredCount": _wanted(deployment, service),
            "runningCount": running(service, deployment),
            "pendingCount": pending(service, deployment),
            "failedTasks": deployment.failed,
            "createdAt": self.when(deployment.created),
            "updatedAt": self.when(deployment.updated),
            "rolloutState": deployment.rollout,
            "rolloutStateReason": deployment.rollout_reason or reason,
        }

    def brief(self, deployment: Deployment, service: Service) -> View:
        """One entry of ListServiceDeployments."""
        view = {
            "serviceDeploymentArn": deployment_arn(service, deployment),
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "createdAt": self.when(deployment.created),
            "startedAt": self.when(deployment.created),
            "targetServiceRevisionArn": revision_arn(service, deployment.number),
            "status": deployment.status,
        }
        if deployment.finished is not None:
            view["finishedAt"] = self.when(deployment.finished)
        if deployment.reason:
            view["statusReason"] = deployment.reason
        return view

    def rollout(self, deployment: Deployment, service: Service) -> View:
        """One entry of DescribeServiceDeployments."""
        view = self.brief(deployment, service)
        del view["targetServiceRevisionArn"]
        if deployment.status == "STOPPED":
            view["stoppedAt"] = view["finishedAt"]
        if deployment.status not in ENDED:
            view["lifecycleStage"] = _stage(deployment, service)
        if deployment.back_to is not None:
            view["rollback"] = {
                "reason": deployment.back_reason,
                "startedAt": self.when(deployment.back_since),
                "serviceRevisionArn": revision_arn(service, deployment.back_to),
            }
        if deployment.staged:
            view |= self._stages(deployment)
        if deployment.configuration.get("alarms"):
            view["alarms"] = _alarms(deployment)
        return view | {
            "updatedAt": self.when(deployment.updated),
            "targetServiceRevision": self.revision_counts(deployment, service, deployment),
            "sourceServiceRevisions": [
                self.revision_counts(service.numbered(number), service, deployment)
                for number in deployment.sources
            ],
            "deploymentConfiguration": deployment.configuration,
            "deploymentCircuitBreaker": {
                "status": _breaker(deployment),
                "failureCount": deployment.failures,
                "threshold": threshold(deployment),
            },
        }

    def _stages(self, deployment: Deployment) -> View:
        return {
            "lifecycleHookDetails": [
                {
                    "hookId": each.id,
                    "targetType": each.kind,
                    "status": each.status,
                    "expiresAt": self.when(each.expires),
                    "timeoutAction": each.on_timeout,
                    **({"targetArn": each.target} if each.target else {}),
                }
                for each in deployment.progress.hooks
            ]
        }

    def revision_counts(
        self, deployment: Deployment, service: Service, shared: Deployment | None = None
    ) -> View:
        """Return a revision with the number of its tasks and its part of the traffic."""
        traffic = {
            "requestedTestTrafficWeight": deployment.test,
            "requestedProductionTrafficWeight": deployment.production,
        }
        return (traffic if shared and shared.staged else {}) | {
            "arn": revision_arn(service, deployment.number),
            "requestedTaskCount": _wanted(deployment, service),
            "runningTaskCount": running(service, deployment),
            "pendingTaskCount": pending(service, deployment),
        }

    def revision(self, deployment: Deployment, service: Service) -> View:
        """One entry of DescribeServiceRevisions."""
        balancers = deployment.balancers
        return {
            **_shown(deployment.revision),
            "serviceRevisionArn": revision_arn(service, deployment.number),
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "containerImages": deployment.images,
            "guardDutyEnabled": False,
            "createdAt": self.when(deployment.created),
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


def _wanted(deployment: Deployment, service: Service) -> int:
    if deployment is service.primary:
        return service.desired
    return sum(each.active for each in service.of(deployment))


def _stage(deployment: Deployment, service: Service) -> str:
    if deployment.staged:
        # A hook's stage that no answer knows [unverified: what is shown instead].
        shown = {"PRE_PRODUCTION_TRAFFIC_SHIFT": "POST_TEST_TRAFFIC_SHIFT"}
        return shown.get(deployment.progress.stage, deployment.progress.stage)
    if deployment.bakes_until is not None:
        return "BAKE_TIME"
    mine = [each for each in service.of(deployment) if each.active]
    started = len(mine) >= service.desired and all(each.status == "RUNNING" for each in mine)
    return "CLEAN_UP" if started and deployment is service.primary else "SCALE_UP"


def _breaker(deployment: Deployment) -> str:
    if not deployment.breaker["enable"]:
        return "DISABLED"
    if deployment.tripped:
        return "TRIGGERED"
    return "MONITORING_COMPLETE" if deployment.status in ENDED else "MONITORING"


def _alarms(deployment: Deployment) -> View:
    given = deployment.configuration["alarms"]
    watching = "MONITORING_COMPLETE" if deployment.status in ENDED else "MONITORING"
    status = "TRIGGERED" if deployment.alarmed else watching
    return {
        "status": status if given.get("enable") else "DISABLED",
        "alarmNames": given.get("alarmNames", []),
        "triggeredAlarmNames": deployment.alarmed,
    }


def _shown(revision: Mapping[str, Any]) -> Settings:
    connect = revision.get("serviceConnectConfiguration") or {}
    return {
        name: value
        for name, value in revision.items()
        if name != "serviceConnectConfiguration" or connect.get("enabled")
    }
