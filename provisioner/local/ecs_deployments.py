"""StopServiceDeployment and ContinueServiceDeployment: what a user has a deployment do.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html and
continue-service-deployment.html.
"""

from __future__ import annotations

from moto.ecs.exceptions import ECSException, InvalidParameterException

from .service_views import deployment_arn
from .simulation.region import Region
from .simulation.service import Deployment, Service
from .simulation.verdict import Cause, roll_back

STOPPED = Cause("the service deployment was stopped by the user.", "stopped.", "ECS deployment ")
DECLINED = Cause(
    "a lifecycle hook was answered with ROLLBACK.", "rolled back by the user.", "ECS deployment "
)


def stop(region: Region, arn: str, kind: str, now: float) -> None:
    """Roll a deployment back that is in progress; no other kind is valid (its documentation)."""
    service, deployment = _found(region, arn)
    if kind != "ROLLBACK":
        raise InvalidParameterException(f"The stop type {kind} is not valid.")
    if not _stoppable(service, deployment):
        raise ECSException(
            "ConflictException",
            "The service deployment is not in a state in which it can be stopped.",
        )
    roll_back(service, deployment, now, STOPPED, region.world)
    region.touch(service, now)


def resume(region: Region, arn: str, hook_id: str, action: str, now: float) -> None:
    """Answer a PAUSE hook that waits; the texts of the refusals are [unverified]."""
    service, deployment = _found(region, arn)
    if action not in {"CONTINUE", "ROLLBACK"}:
        raise InvalidParameterException(f"The action {action} is not valid.")
    hook = next((each for each in deployment.progress.hooks if each.id == hook_id), None)
    if hook is None:
        raise InvalidParameterException(f"The lifecycle hook {hook_id} was not found.")
    if hook.status != "AWAITING_ACTION" or not _stoppable(service, deployment):
        raise InvalidParameterException(f"The lifecycle hook {hook_id} is not awaiting an action.")
    if action == "CONTINUE":
        hook.status = "SUCCEEDED"
    else:
        hook.status = "FAILED"
        roll_back(service, deployment, now, DECLINED, region.world)
    region.touch(service, now)


def _stoppable(service: Service, deployment: Deployment) -> bool:
    return (
        deployment is service.primary
        and deployment.status == "IN_PROGRESS"
        and deployment.progress.stage != "CLEAN_UP"
    )


def _found(region: Region, arn: str) -> tuple[Service, Deployment]:
    for service in region.services.values():
        for each in service.deployments:
            if deployment_arn(service, each) == arn:
                return service, each
    raise ECSException("ServiceDeploymentNotFoundException", "Service deployment not found.")
