"""The verdict on a deployment. Pure: from a described service and what ECS keeps of it.

The judge is ECS's own record of the deployment that our call started. Waiting for "steady" is not
enough: a service is steady after a rollback, too. Where there are no records, or nobody may read
them, `deployments` of the service judges, which is weaker: it forgets what has failed.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    return _by_deployments(service, now, found, number, notes.get(records.source, ""))


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


def _by_deployments(
    service: Item, now: Item, mine: Item | None, number: str, note: str
) -> Standing:
    """The older, weaker view: `deployments` of the service. `mine` is ours of them."""

    def standing(verdict: Verdict, status: str, reason: str) -> Standing:
        return Standing(verdict, status, reason, "deployments", None, mine or now, note)

    state = (mine or {}).get("rolloutState", "")
    why = (mine or {}).get("rolloutStateReason", "")
    if mine is now and state in ("", "COMPLETED"):
        return standing("serving", "COMPLETED", "")
    if state == "FAILED":
        return standing("not-serving", state, why)
    if mine is now:
        return standing("waiting", state, "")
    failure = _told_failure(service, number)
    if failure:
        return standing("not-serving", "FAILED", failure)
    still = f"{short(now['taskDefinition'])} is still the version that serves"
    if mine is not None and now["createdAt"] > mine["createdAt"]:
        newer = f"superseded by another deployment, of {short(now['taskDefinition'])}"
        return standing("superseded", state, newer)
    return standing("waiting", state, still)


def _told_failure(service: Item, number: str) -> str:
    """The event that says that a deployment failed; it outlives the deployment."""
    words = f"(deployment ecs-svc/{number}) deployment failed"
    said = (event["message"] for event in service.get("events", ()))
    return next((message for message in said if words in message), "") if number else ""


def _deployment(service: Item, number: str) -> Item | None:
    found: Any = (d for d in service["deployments"] if number_in(d["id"]) == number)
    return next(found, None)


def short(arn: str) -> str:
    """`web:6` of a task definition's ARN."""
    return arn.rpartition("/")[2]
