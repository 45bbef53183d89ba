"""How a service starts tasks: one by one, where there is capacity, and ever more slowly in vain.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html and
service-event-messages-list.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import capacity, notices, script
from . import task as lifecycle
from .reasons import NO_CAPACITY
from .service import Deployment, Service
from .surroundings import Surroundings
from .task import Container, Task

# Failures in a row before ECS waits between attempts, the first wait, and the longest
# (service-throttle-logic.html: up to 15 minutes; the rest [unverified]).
PATIENT_UNTIL = 10
FIRST_WAIT = 15.0
LONGEST_WAIT = 900.0
THROTTLED = (
    "is unable to consistently start tasks successfully. For more information, see the"
    " Troubleshooting section of the Amazon ECS Developer Guide."
)
UNASSUMABLE = (
    "failed to launch a task with (error ECS was unable to assume the role '{role}' that was"
    " provided for this task. Please verify that the role being passed has the proper trust"
    " relationship and permissions and that your IAM user has permissions to pass this role.)."
)
# Seconds until ECS looks for capacity again [unverified].
CAPACITY_AGAIN = 60.0
# Fargate's launch rate (throttling.html), and until ECS tries again: it gives no number.
HURRIED = "operations are being throttled. Will try again later."
HURRIED_AGAIN = 5.0
UNPLACED = "was unable to place a task. Reason: {why}."
# The same reason is told again after so long.
REPEATED = 60.0


def start(
    service: Service, deployment: Deployment, number: int, now: float, world: Surroundings
) -> None:
    """Start tasks of a deployment."""
    definition = world.definition(deployment.revision["taskDefinition"])
    if role := world.unassumable(definition):
        text = UNASSUMABLE.replace("{role}", role)
        service.tell(now, text, once=True)
        notices.action(service, "SERVICE_TASK_CONFIGURATION_FAILURE", reason=text)
        fail(service, deployment, now)
        service.retry_at = max(service.retry_at, now + FIRST_WAIT)
        return
    strategy = deployment.revision.get("capacityProviderStrategy") or ()
    providers = [each.provider for each in service.of(deployment) if each.active]
    started: list[Task] = []
    for _ in range(number):
        provider = capacity.choose(strategy, providers)
        if not world.launches(provider, now):
            service.tell(now, HURRIED, apart=REPEATED)
            service.retry_at = max(service.retry_at, now + HURRIED_AGAIN)
            break
        made = script.containers(definition, world, service.name, service.launched)
        service.launched += 1
        if script.unplaced(made, provider):
            complain(service, now, NO_CAPACITY, reason="RESOURCE:FARGATE")
            service.retry_at = max(service.retry_at, now + CAPACITY_AGAIN)
            continue
        providers.append(provider)
        started.append(launch(service, deployment, made, provider, now, world))
    service.steady = False
    if started:
        service.tasks += started
        names = " ".join(f"(task {each.id})" for each in started)
        service.tell(now, f"has started {len(started)} tasks: {names}.")


def launch(
    service: Service,
    deployment: Deployment,
    made: list[Container],
    provider: str,
    now: float,
    world: Surroundings,
) -> Task:
    """Start one task of a deployment, of these containers."""
    definition = world.definition(deployment.revision["taskDefinition"])
    if not deployment.images:
        deployment.images = [
            {"containerName": each.name, "image": each.image, "imageDigest": each.digest}
            if each.digest
            else {"containerName": each.name, "image": each.image}
            for each in made
        ]
    name = lifecycle.new_id()
    task = Task(
        arn=f"{service.cluster_arn.replace(':cluster/', ':task/')}/{name}",
        cluster_arn=service.cluster_arn,
        definition=definition,
        group=f"service:{service.name}",
        settings=deployment.revision,
        containers=made,
        created=now,
        started_by=deployment.id,
        deployment=deployment.number,
        balancers=deployment.balancers,
        tags=_tags(service, definition, world),
        provider=provider,
        exec_enabled=bool(service.settings.get("enableExecuteCommand")),
        grace=float(service.settings.get("healthCheckGracePeriodSeconds") or 0),
        refused=script.refusal(definition, made, world, name),
    )
    lifecycle.begin(task, world)
    return task


def _tags(
    service: Service, definition: Mapping[str, Any], world: Surroundings
) -> list[dict[str, str]]:
    """Tags that a task has from the start: those propagated to it, and ECS's own.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
    """
    settings = service.settings
    sources = {"SERVICE": service.arn, "TASK_DEFINITION": definition.get("taskDefinitionArn", "")}
    source = sources.get(settings.get("propagateTags", "NONE"))
    given = [dict(each) for each in world.tags(source)] if source else []
    if settings.get("enableECSManagedTags"):
        cluster = service.cluster_arn.rpartition("/")[2]
        own = {"aws:ecs:clusterName": cluster, "aws:ecs:serviceName": service.name}
        given += [{"key": key, "value": value} for key, value in own.items()]
    return given


def complain(service: Service, now: float, why: str, **further: str) -> None:
    """Tell that a task was not placed, or did not start."""
    service.tell(now, UNPLACED.format(why=why.rstrip(".")), apart=REPEATED)
    notices.action(service, "SERVICE_TASK_PLACEMENT_FAILURE", **{"reason": why, **further})


def fail(service: Service, deployment: Deployment, now: float) -> None:
    """Count a failure, and wait the longer before the next start the more there were."""
    deployment.failures += 1
    deployment.failed += 1
    deployment.updated = now
    service.in_a_row += 1
    beyond = service.in_a_row - PATIENT_UNTIL
    if beyond >= 0:
        service.retry_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(beyond, 10))
        service.tell(now, THROTTLED, once=True)
        notices.action(service, "SERVICE_TASK_START_IMPAIRED")
