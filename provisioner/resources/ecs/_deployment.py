"""Did the deployment that a service call started succeed? The judge is ECS's own record of it.

Waiting for "steady" is not enough: a service is steady after a rollback, too.
Source: ECS ListServiceDeployments, DescribeServiceDeployments. A deployment of the service ends
in the number of the revision that it brings, `ecs-svc/1234`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError, HTTPClientError

from provisioner.engine.aws import DENIED, Aws, code_of
from provisioner.errors import NotServing

RUNNING = frozenset({"PENDING", "IN_PROGRESS"})
SUCCESSFUL = "SUCCESSFUL"
NO_SUCH_OPERATION = ("404", "500", "501", "UnknownOperationException", "NotImplemented")
"""AWS's own faults have names; a bare status is a page of a server that is not AWS."""

Source = Literal["records", "denied", "none", "faulty"]


@dataclass(frozen=True, slots=True)
class Records:
    """What ECS keeps of a service's deployments.

    `denied`: the caller may not read it. `faulty`: no answer this time.
    `none`: this server, which is not AWS, has no such thing.
    """

    source: Source
    deployments: tuple[dict[str, Any], ...] = ()


def rollout(service: dict[str, Any]) -> str:
    """How the PRIMARY deployment of a described service stands: COMPLETED, IN_PROGRESS, FAILED.

    A server whose services have no events does not deploy: its deployments never end.
    """
    states = [d.get("rolloutState") for d in service["deployments"] if d["status"] == "PRIMARY"]
    state = str(states[0]) if states and states[0] else "COMPLETED"
    return "COMPLETED" if state == "IN_PROGRESS" and not service.get("events") else state


def progress(aws: Aws, cluster: str, service: dict[str, Any], wanted: str) -> str:
    """What the deployment of a described service still waits for; "" once it succeeded.

    `wanted` is the task definition that is to serve. Raises NotServing when the deployment
    failed, was stopped or rolled back: PRIMARY is then the old version again, and completed.
    """
    primary = next((d for d in service["deployments"] if d["status"] == "PRIMARY"), None)
    if primary is None:
        return "no deployment yet"
    name = service["serviceName"]
    records = aws.once("ecs-deployment-records", lambda: _read(aws, cluster, name))
    if records.source != "none":  # else asking again and again would tell nothing new
        records = _read(aws, cluster, name)
    if records.source == "faulty":
        return "ECS does not answer"
    if records.source == "none" and not service.get("events"):
        return ""  # it keeps no records and shows no events: it will never move
    if primary["taskDefinition"] != wanted:
        return _superseded(service, records, primary)
    if not records.deployments:
        return _by_deployments(service, primary)
    return _by_record(service, primary, _matching(records, primary["id"]))


def _by_record(
    service: dict[str, Any], primary: dict[str, Any], record: dict[str, Any] | None
) -> str:
    if record is None:
        return "the deployment is not listed yet"
    if record["status"] == SUCCESSFUL:
        return ""
    if record["status"] in RUNNING:
        return _counts(primary)
    raise NotServing(_verdict(record["status"], record.get("statusReason"), service))


def _read(aws: Aws, cluster: str, service: str) -> Records:
    try:
        client = aws.client("ecs", attempts=1)
        answer = client.list_service_deployments(service=service, cluster=cluster)
    except HTTPClientError:
        return Records("faulty")
    except ClientError as error:
        if code_of(error) in DENIED:
            return Records("denied")
        return Records("none" if code_of(error) in NO_SUCH_OPERATION else "faulty")
    return Records("records", tuple(answer["serviceDeployments"]))


def _matching(records: Records, deployment: str) -> dict[str, Any] | None:
    """The record of the deployment that brings the same revision."""
    number = deployment.rpartition("/")[2]
    for record in records.deployments:
        if record["targetServiceRevisionArn"].endswith(f"/{number}"):
            return record
    return None


def _superseded(service: dict[str, Any], records: Records, primary: dict[str, Any]) -> str:
    """Another version is PRIMARY: ours is not visible yet, or ECS has gone back already."""
    newest = max(records.deployments, key=lambda record: str(record.get("createdAt")), default={})
    status = newest.get("status", "PENDING")
    if status not in RUNNING and status != SUCCESSFUL:
        raise NotServing(_verdict(status, newest.get("statusReason"), service))
    return f"{primary['taskDefinition'].rpartition('/')[2]} is still the version that serves"


def _by_deployments(service: dict[str, Any], primary: dict[str, Any]) -> str:
    """The older, weaker view: `deployments` of the service."""
    state = primary.get("rolloutState")
    if state == "FAILED":
        raise NotServing(_verdict(state, primary.get("rolloutStateReason"), service))
    return "" if state == "COMPLETED" else _counts(primary)


def _counts(deployment: dict[str, Any]) -> str:
    failed = deployment.get("failedTasks", 0)
    words = f"{deployment['runningCount']} of {deployment['desiredCount']} tasks run"
    return f"{words}, {failed} failed" if failed else words


def _verdict(status: str, reason: str | None, service: dict[str, Any]) -> str:
    newest = next((event["message"] for event in service.get("events", ())), "")
    lines = [f"the deployment ended as {status.replace('_', ' ').lower()}", reason or "", newest]
    return "; ".join(line for line in lines if line)
