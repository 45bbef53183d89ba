"""One look at a service's deployment, and looking until there is a verdict.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, code_of, message_of, says
from provisioner.engine.clock import Clock
from provisioner.errors import StepFailed, TimedOut
from provisioner.rollout import records, standing, targets
from provisioner.rollout.records import Item, Records
from provisioner.rollout.standing import Standing, number_in, short
from provisioner.rollout.state import Breaker, Hook, Rollout

EVERY_SECONDS = 5.0
PATIENCE_SECONDS = 1800.0

Listen = Callable[[Rollout], None]


@dataclass(frozen=True, slots=True)
class Watched:
    """Which deployment of which service.

    `deployment` is the PRIMARY one in the answer of the call that started it, `ecs-svc/1234`; ""
    for the newest, or the PRIMARY one if it brings what is wanted. `since` is its `createdAt`.
    `wanted` is the ARN of the task definition that is to serve; "" for any.
    """

    cluster: str
    service: str
    deployment: str = ""
    wanted: str = ""
    since: datetime | None = None


def look(aws: Aws, watched: Watched, described: Item | None = None) -> Rollout:
    """How it stands now. Raises ClientError where the service itself cannot be read.

    `described` is the service as DescribeServices has just told it, where that is known.
    """
    service = described or describe(aws, watched)
    if service is None:
        return Rollout(watched.cluster, watched.service, reason="not visible yet")
    kept = records.read(aws, watched.cluster, watched.service)
    number = number_in(watched.deployment) or _newest(service, kept, watched.wanted)
    found = standing.stand(service, kept, number=number, wanted=watched.wanted, since=watched.since)
    rollout = _counted(_begin(watched, service, found, number), found)
    if found.record is not None:
        rollout = _detailed(rollout, aws, service, found.record)
    if found.judge != "none":
        rollout = _checked(rollout, aws, service, watched)
    return _other_version(rollout, watched)


def follow(
    aws: Aws,
    watched: Watched,
    *,
    clock: Clock,
    patience: float = PATIENCE_SECONDS,
    listen: Listen = lambda _: None,
) -> Rollout:
    """Look until there is a verdict. Raises TimedOut, Interrupted, ClientError."""
    deadline = clock.now() + patience
    while True:
        last = clock.now() >= deadline
        rollout = look(aws, watched)
        listen(rollout)
        if rollout.over:
            return rollout
        if last:
            raise TimedOut(
                f"{watched.service}: still not settled after {patience:g} s: {rollout.words()}"
            )
        clock.sleep(EVERY_SECONDS)


def stop(aws: Aws, deployment: str) -> None:
    """Have ECS go back to the old revision. `deployment` is a service deployment's ARN.

    ECS knows no other way to stop a deployment. Raises StepFailed when it is past that.
    """
    _act(lambda: aws.client("ecs").stop_service_deployment(
        serviceDeploymentArn=deployment, stopType="ROLLBACK"
    ))  # fmt: skip


def proceed(aws: Aws, deployment: str, hook: str, action: Literal["CONTINUE", "ROLLBACK"]) -> None:
    """Answer a PAUSE hook. Raises StepFailed when it does not wait for an answer."""
    _act(lambda: aws.client("ecs").continue_service_deployment(
        serviceDeploymentArn=deployment, hookId=hook, action=action
    ))  # fmt: skip


def _act(call: Callable[[], Any]) -> None:
    try:
        call()
    except ClientError as error:
        raise StepFailed(message_of(error), code_of(error)) from error


def describe(aws: Aws, watched: Watched) -> Item | None:
    """The service as DescribeServices shows it; None where it is not ACTIVE."""
    try:
        answer = aws.client("ecs").describe_services(
            cluster=watched.cluster, services=[watched.service]
        )
    except ClientError as error:
        if says(error, ("ClusterNotFoundException",)):
            return None
        raise
    active = (item for item in answer["services"] if item["status"] == "ACTIVE")
    return next(active, None)


def _newest(service: Item, kept: Records, wanted: str) -> str:
    """The number of the deployment that was started last, failed or not.

    If what is wanted is PRIMARY, a later one has failed and does not matter.
    """
    primary = standing.primary(service)
    if wanted and primary is not None and primary["taskDefinition"] == wanted:
        return number_in(primary["id"])
    if kept.deployments:
        return records.number_of(kept.deployments[0])
    newest: Any = max(service["deployments"], key=lambda d: d["createdAt"], default={"id": ""})
    return number_in(newest["id"])


def _begin(watched: Watched, service: Item, found: Standing, number: str) -> Rollout:
    configuration = service.get("deploymentConfiguration") or {}
    mine = found.deployment or {}
    newest: Item = next(iter(service.get("events") or ()), {})
    return Rollout(
        watched.cluster,
        watched.service,
        found.verdict,
        found.status,
        found.judge,
        strategy=configuration.get("strategy") or "ROLLING",
        old=_old(service, number),
        new=short(mine.get("taskDefinition", watched.wanted)),
        deployment=mine.get("id", f"ecs-svc/{number}" if number else ""),
        number=number,
        reason=found.reason,
        event=newest.get("message", ""),
        since=mine.get("createdAt"),
        notes=(found.note,) if found.note else (),
    )


def _old(service: Item, number: str) -> str:
    """The task definition of the other deployment: going, or serving again."""
    others = (d for d in service["deployments"] if number_in(d["id"]) != number)
    return next((short(one["taskDefinition"]) for one in others), "")


def _counted(rollout: Rollout, found: Standing) -> Rollout:
    mine = found.deployment
    if mine is None or number_in(mine["id"]) != rollout.number:
        return rollout
    return replace(
        rollout,
        desired=mine["desiredCount"],
        pending=mine.get("pendingCount", 0),
        running=mine["runningCount"],
        failed=mine.get("failedTasks", 0),
    )


def _detailed(rollout: Rollout, aws: Aws, service: Item, record: Item) -> Rollout:
    """With what only the service deployment itself tells."""
    arn = record["serviceDeploymentArn"]
    full = records.describe(aws, arn)
    if full is None:
        note = "ecs:DescribeServiceDeployments does not answer: no stage, no circuit breaker"
        return replace(rollout, deployment=arn, notes=(*rollout.notes, note))
    target = full.get("targetServiceRevision") or {}
    names = {d["id"].rpartition("/")[2]: d["taskDefinition"] for d in service["deployments"]}
    back = (full.get("rollback") or {}).get("serviceRevisionArn")
    sources = [back] if back else [one["arn"] for one in full.get("sourceServiceRevisions", ())]
    breaker = full.get("deploymentCircuitBreaker")
    # After the end the service does not list the deployment any more, and with it the number.
    counted = (breaker or {}).get("failureCount", 0)
    alarms = full.get("alarms") or {}
    return replace(
        rollout,
        deployment=arn,
        strategy=(full.get("deploymentConfiguration") or {}).get("strategy") or rollout.strategy,
        stage=full.get("lifecycleStage", ""),
        new=_version(aws, record["targetServiceRevisionArn"], names) or rollout.new,
        old=next((_version(aws, arn, names) for arn in sources), ""),
        desired=target.get("requestedTaskCount", rollout.desired),
        pending=target.get("pendingTaskCount", rollout.pending),
        running=target.get("runningTaskCount", rollout.running),
        failed=max(rollout.failed, counted),
        breaker=breaker and Breaker(
            breaker.get("status", ""), breaker.get("failureCount", 0), breaker.get("threshold", 0)
        ),
        production=target.get("requestedProductionTrafficWeight"),
        test=target.get("requestedTestTrafficWeight"),
        hooks=tuple(map(_hook, full.get("lifecycleHookDetails", ()))),
        alarms=tuple(alarms.get("triggeredAlarmNames", ())),
        reason=rollout.reason or full.get("statusReason", ""),
        since=full.get("createdAt"),
    )  # fmt: skip


def _hook(found: Item) -> Hook:
    expires = found.get("expiresAt")
    return Hook(
        found.get("hookId", ""),
        found.get("targetType", "AWS_LAMBDA"),
        found.get("status", ""),
        expires.isoformat() if expires else "",
    )


def _version(aws: Aws, arn: str, names: dict[str, str]) -> str:
    """The task definition of a revision; the service's deployments name most of them."""
    number = arn.rpartition("/")[2]
    return short(names.get(number) or records.revision(aws, arn).get("taskDefinition", ""))


def _checked(rollout: Rollout, aws: Aws, service: Item, watched: Watched) -> Rollout:
    """With the health of what runs: a success without one healthy target is none."""
    if rollout.verdict in ("not-serving", "superseded"):
        return rollout
    groups = target_groups(service)
    mine, notes = _tasks(aws, watched, rollout)
    addresses = targets.addresses(mine) if mine is not None else None
    health = targets.health(aws, groups, addresses)
    healthy = health.mine.get("healthy", 0) if health.mine is not None else None
    if not groups and mine is not None:
        states = [one.get("healthStatus", "UNKNOWN") for one in mine]
        healthy = states.count("HEALTHY") if set(states) - {"UNKNOWN"} else None
    rollout = replace(
        rollout,
        healthy=healthy,
        targets=health.states,
        reasons=health.reasons,
        notes=(*rollout.notes, *notes, *health.notes),
    )
    if rollout.verdict != "serving" or not service["desiredCount"]:
        return rollout
    if health.dead:
        reason = f"deployed, but no target is healthy: {'; '.join(health.reasons)}"
        return replace(rollout, verdict="not-serving", reason=reason)
    if health.empty:
        return replace(rollout, verdict="waiting", reason="no target is healthy yet")
    return rollout


def target_groups(service: Item) -> list[str]:
    """Both of a pair, where ECS moves the traffic between two."""
    found = []
    for one in service.get("loadBalancers") or ():
        advanced = one.get("advancedConfiguration") or {}
        found += [one.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")]
    return [group for group in found if group]


def _tasks(
    aws: Aws, watched: Watched, rollout: Rollout
) -> tuple[list[Item] | None, tuple[str, ...]]:
    try:
        found = targets.tasks(aws, watched.cluster, watched.service)
    except (ClientError, BotoCoreError) as error:
        return None, (f"the tasks are not readable: {targets.why(error)}",)
    return targets.started_by(found, rollout.number, watched.wanted), ()


def _other_version(rollout: Rollout, watched: Watched) -> Rollout:
    """A success of another version than the wanted one is none."""
    wanted = short(watched.wanted)
    if rollout.verdict != "serving" or rollout.judge == "none":
        return rollout
    if not wanted or not rollout.new or rollout.new == wanted:
        return rollout
    return replace(rollout, verdict="superseded", reason=f"{rollout.new} serves, not {wanted}")
