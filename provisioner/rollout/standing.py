"""The verdict on a deployment. Pure: from a described service and what ECS keeps of it.

The judge is ECS's own record of the deployment that our call started. Waiting for "steady" is not
enough: a service is steady after a rollback, too. Where there are no records, or nobody may read
them, `deployments` of the service judges, which is weaker: it forgets what has failed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from provisioner.rollout.records import Item, Records
from provisioner.rollout.state import Judge, Verdict

SUCCESSFUL, STOPPED = "SUCCESSFUL", "STOPPED"
UNDER_WAY = frozenset({
    "PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS",
})  # fmt: skip
FORWARD = frozenset({"PENDING", "IN_PROGRESS"})
DENIED_NOTE = (
    "no permission for ecs:ListServiceDeployments: judged by the service's `deployments`, which"
    " forget what failed"
)
NONE_NOTE = "this server keeps no service deployments: judged by the service's `deployments`"
STILL_NOTE = "this server does not move tasks: its deployments are taken for done"


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict, ECS's own status and reason, and by what it was judged.

    `record` and `deployment` are ours among the records and among `deployments`, where there.
    """

    verdict: Verdict
    status: str = ""
    reason: str = ""
    judge: Judge = "deployments"
    record: Item | None = None
    deployment: Item | None = None
    note: str = ""


def rollout(service: Item) -> str:
    """How the PRIMARY deployment of a described service stands: COMPLETED, IN_PROGRESS, FAILED.

    A server whose services have no events does not deploy: its deployments never end.
    """
    states = [d.get("rolloutState") for d in service["deployments"] if d["status"] == "PRIMARY"]
    state = str(states[0]) if states and states[0] else "COMPLETED"
    return "COMPLETED" if state == "IN_PROGRESS" and not service.get("events") else state


def primary(service: Item) -> Item | None:
    """The PRIMARY deployment of a described service."""
    return next((d for d in service["deployments"] if d["status"] == "PRIMARY"), None)


def number_in(deployment: str) -> str:
    """`1234` of `ecs-svc/1234`."""
    return deployment.rpartition("/")[2]


def stand(
    service: Item,
    records: Records,
    *,
    number: str,
    wanted: str = "",
    since: datetime | None = None,
) -> Standing:
    """How the deployment of this number stands.

    `wanted` is the ARN of the task definition that is to serve, "" for whichever it brings.
    `since` is when it was created, where that is known: an older one may be shown for a moment.
    """
    now = primary(service)
    if records.source == "faulty":
        return Standing("waiting", reason="ECS does not answer", judge="none")
    if records.source == "none" and not service.get("events"):
        return Standing("serving", rollout(service), "", "none", None, now, STILL_NOTE)
    if now is None:
        return Standing("waiting", reason="no deployment yet")
    notes = {"denied": DENIED_NOTE, "none": NONE_NOTE}
    record = records.of(number)
    if record is not None:
        return _by_record(record, records, service, now)
    found = _deployment(service, number)
    same = bool(wanted) and now["taskDefinition"] == wanted
    if found is None and same and (since is None or now["createdAt"] > since):
        found = now  # somebody deployed the same version again
    failure = _told_failure(service, now, number)
    standing = _by_deployments(now, found, failure, since)
    return replace(standing, note=notes.get(records.source, ""))


def _by_record(record: Item, records: Records, service: Item, now: Item) -> Standing:
    status, reason = record["status"], record.get("statusReason", "")
    mine = _deployment(service, record["targetServiceRevisionArn"].rpartition("/")[2])
    # After a rollback the later one has failed, and ours is PRIMARY again.
    later = None if mine is now else records.after(record)

    def standing(verdict: Verdict, reason: str) -> Standing:
        return Standing(verdict, status, reason, "service-deployments", record, mine)

    if later is not None and status in {SUCCESSFUL, STOPPED, *FORWARD}:
        return standing("superseded", _superseded(service, later))
    if status == SUCCESSFUL:
        return standing("serving", reason)
    stuck = mine is now and status in FORWARD and now.get("rolloutState") == "FAILED"
    if stuck:  # it has failed, and there is nothing that ECS could go back to
        return standing("not-serving", reason or now.get("rolloutStateReason", ""))
    return standing("waiting" if status in UNDER_WAY else "not-serving", reason)


def _superseded(service: Item, later: Item) -> str:
    number = later["targetServiceRevisionArn"].rpartition("/")[2]
    theirs = _deployment(service, number)
    what = short(theirs["taskDefinition"]) if theirs else f"revision {number}"
    return f"superseded by another deployment, of {what} ({later['status'].lower()})"


def _by_deployments(now: Item, mine: Item | None, failure: str, since: datetime | None) -> Standing:
    """The older, weaker view: `deployments` of the service. `mine` is ours of them."""
    state = (mine or {}).get("rolloutState", "")

    def standing(verdict: Verdict, status: str, reason: str) -> Standing:
        return Standing(verdict, status, reason, deployment=mine)

    if mine is now and state in ("", "COMPLETED"):
        return standing("serving", "COMPLETED", "")
    if mine is not None and state == "FAILED":
        return standing("not-serving", state, mine.get("rolloutStateReason", ""))
    if mine is now:
        return standing("waiting", state, "")
    if failure:
        return standing("not-serving", "FAILED", failure)
    began = mine["createdAt"] if mine is not None else since
    theirs = short(now["taskDefinition"])
    if began is not None and now["createdAt"] > began:
        return standing("superseded", state, f"superseded by another deployment, of {theirs}")
    return standing("waiting", state, f"{theirs} is still the version that serves")


def _told_failure(service: Item, now: Item, number: str) -> str:
    """What says that a deployment failed and is gone: an event, or the one that ECS went back to.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    words = f"(deployment ecs-svc/{number}) deployment failed"
    said = (event["message"] for event in service.get("events", ()))
    told = next((message for message in said if words in message), "") if number else ""
    back: str = now.get("rolloutStateReason", "")
    return told or (back if "rolling back to" in back else "")


def _deployment(service: Item, number: str) -> Item | None:
    found: Any = (d for d in service["deployments"] if number_in(d["id"]) == number)
    return next(found, None)


def short(arn: str) -> str:
    """`web:6` of a task definition's ARN."""
    return arn.rpartition("/")[2]
