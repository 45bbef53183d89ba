"""StopServiceDeployment and ContinueServiceDeployment: what a user has a deployment do.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html and
continue-service-deployment.html.
"""

from __future__ import annotations

import re

from moto.ecs.exceptions import ECSException, InvalidParameterException

from .service_views import deployment_arn
from .simulation import hooks
from .simulation.region import Region
from .simulation.requests import ask_back, stoppable
from .simulation.service import ENDED, Deployment, Service
from .simulation.verdict import Cause, roll_back

# The words of troubleshooting-blue-green.html and of the pages above.
HOOK = re.compile(r"ecs-[a-z]+-[\w-]+")
BAD_HOOK = "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}"
NO_HOOK = (
    "Provided hookId is either completed, unavailable, or not associated with the given Resource"
    " ARN"
)
OVER = "Continuing a service deployment is not allowed for service deployment in terminal states."
DECLINED = Cause(hooks.TURNED_BACK, "rolled back by the user.", "ECS deployment ")


def stop(region: Region, arn: str, kind: str, now: float) -> None:
    """Have a deployment roll back that has not ended; no other kind is valid.

    ABORT is among the API's values, but its documentation says that ROLLBACK alone is valid.
    """
    service, deployment = _found(region, arn)
    if kind != "ROLLBACK":
        raise InvalidParameterException(f"The stop type {kind} is not valid.")
    if not stoppable(deployment):
        raise ECSException(
            "ConflictException",
            "The service deployment is not in a state in which it can be stopped.",
        )
    ask_back(deployment, now)
    region.touch(service, now)


def resume(region: Region, arn: str, hook_id: str, action: str, now: float) -> None:
    """Answer a PAUSE hook that waits."""
    service, deployment = _found(region, arn)
    if action not in {"CONTINUE", "ROLLBACK"}:
        raise InvalidParameterException(f"The action {action} is not valid.")
    if not HOOK.fullmatch(hook_id):
        raise InvalidParameterException(BAD_HOOK)
    if deployment.status in ENDED:
        raise InvalidParameterException(OVER)
    hook = next((each for each in deployment.progress.hooks if each.id == hook_id), None)
    if hook is None or hook.status != "AWAITING_ACTION" or deployment.status != "IN_PROGRESS":
        raise InvalidParameterException(NO_HOOK)
    if action == "CONTINUE":
        hook.status = "SUCCEEDED"
    else:
        hook.status = "FAILED"
        roll_back(service, deployment, now, DECLINED, region.world)
    region.touch(service, now)


def _found(region: Region, arn: str) -> tuple[Service, Deployment]:
    for service in region.services.values():
        for each in service.deployments:
            if deployment_arn(service, each) == arn:
                return service, each
    raise ECSException("ServiceDeploymentNotFoundException", "Service deployment not found.")
