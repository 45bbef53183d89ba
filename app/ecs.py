"""What ECS and the load balancer say of a service, without what the public must not know.

Operations: ECS DescribeServices, ListTasks, DescribeTasks, DescribeServiceRevisions; Elastic Load
Balancing DescribeTargetHealth. Answers name no account and no address: ARNs are cut to their ends.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
)
from botocore.parsers import ResponseParserError

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
RUNNING, STOPPED = 90, 10
"""How many tasks are described; DescribeTasks takes 100."""
EVENTS = 10
ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:([^\s),]+)")
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b\d{12}\b")
LIMITS = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})


class Unavailable(Exception):
    """The service cannot be described; the message is fit for the public."""


@dataclass
class Reader:
    """Reads synchronously, so in a thread; every call has a time limit, and all together one."""

    session: Callable[[], boto3.Session] = boto3.Session
    seconds: float = 5
    clock: Callable[[], float] = time.monotonic
    _clients: dict[tuple[str, str | None], Any] = field(default_factory=dict)
    _until: float = 0

    def service_of(self, cluster: str, task: str) -> str:
        """The service that started a task, from its group: `service:NAME`."""
        self._until = self.clock() + self.seconds
        found = self._ask("ecs", cluster, "describe_tasks", cluster=cluster, tasks=[task])
        groups = [each.get("group", "") for each in found["tasks"]]
        if not groups or not groups[0].startswith("service:"):
            raise Unavailable("This task was not started by a service.")
        return str(groups[0].removeprefix("service:"))

    def read(self, cluster: str, service: str) -> dict[str, Any]:
        """The service; a part that cannot be read is null, and `missing` has the reason by part.

        Raises Unavailable where the service itself cannot be read.
        """
        self._until = self.clock() + self.seconds
        found = self._ask("ecs", cluster, "describe_services", cluster=cluster, services=[service])[
            "services"
        ]
        if not found:
            raise Unavailable("ECS does not know this service.")
        said, missing = found[0], {}
        tasks: list[dict[str, Any]] = []
        parts: dict[str, Any] = {}
        readers: dict[str, Callable[[], Any]] = {
            "tasks": lambda: [_task(one) for one in self._tasks(cluster, service, tasks)],
            "revisions": lambda: self._revisions(cluster, said),
            "targets": lambda: self._targets(cluster, said, tasks),
        }
        for name, part in readers.items():
            try:
                parts[name] = part()
            except Unavailable as error:
                parts[name], missing[name] = None, str(error)
        return {**_service(cluster, said), **parts, "missing": missing}

    def _tasks(
        self, cluster: str, service: str, found: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Newest first; they are put into `found` too, which tells targets whose they are."""
        arns: list[str] = []
        for status, most in (("RUNNING", RUNNING), ("STOPPED", STOPPED)):
            asked = {"cluster": cluster, "serviceName": service, "desiredStatus": status}
            listed = self._ask("ecs", cluster, "list_tasks", **asked, maxResults=most)
            arns += listed["taskArns"]
        if arns:
            told = self._ask("ecs", cluster, "describe_tasks", cluster=cluster, tasks=arns)
            found += told["tasks"]
        return sorted(found, key=lambda one: str(one.get("createdAt", "")), reverse=True)

    def _revisions(self, cluster: str, said: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Those that have tasks now, at most 20: as many as one call describes."""
        counts = {each["arn"]: each for each in said.get("currentServiceRevisions", [])[:20]}
        if not counts:
            return []
        found = self._ask(
            "ecs", cluster, "describe_service_revisions", serviceRevisionArns=list(counts)
        )
        return [
            _revision(one, counts[one["serviceRevisionArn"]]) for one in found["serviceRevisions"]
        ]

    def _targets(
        self, cluster: str, said: Mapping[str, Any], tasks: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        owners = {address: _end(one["taskArn"]) for one in tasks for address in _addresses(one)}
        groups = [one["targetGroupArn"] for one in said["loadBalancers"] if "targetGroupArn" in one]
        return [
            _target(group, each, owners)
            for group in dict.fromkeys(groups)
            for each in self._ask("elbv2", cluster, "describe_target_health", TargetGroupArn=group)[
                "TargetHealthDescriptions"
            ]
        ]

    def _ask(self, kind: str, place: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """One call; raises Unavailable for whatever AWS or the way there has against it."""
        if self.clock() >= self._until:
            raise Unavailable("AWS took too long to answer.")
        try:
            found: dict[str, Any] = getattr(self._client(kind, place), operation)(**arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            prefix = "elasticloadbalancing" if kind == "elbv2" else kind
            action = f"{prefix}:{error.operation_name}"
            refused = f"The task role does not allow {action}."
            said = refused if code in DENIED else f"AWS answered {action} with {code}."
            raise Unavailable(said) from error
        except (NoCredentialsError, CredentialRetrievalError) as error:
            raise Unavailable("There are no AWS credentials: the task has no role.") from error
        except NoRegionError as error:
            raise Unavailable("There is no AWS region: set AWS_REGION.") from error
        except (BotoCoreError, ResponseParserError) as error:
            raise Unavailable(f"AWS does not answer ({type(error).__name__}).") from error
        return found

    def _client(self, kind: str, cluster: str) -> Any:
        named = cluster.split(":")[3] if cluster.startswith("arn:") else None
        region = named or os.environ.get("AWS_REGION")  # botocore knows AWS_DEFAULT_REGION alone
        if (kind, region) not in self._clients:
            made = self.session().client(kind, region_name=region, config=LIMITS)
            self._clients[kind, region] = made
        return self._clients[kind, region]


def _service(cluster: str, said: Mapping[str, Any]) -> dict[str, Any]:
    events = said.get("events", [])[:EVENTS]
    return {
        "cluster": _end(cluster),
        "service": said["serviceName"],
        "status": said["status"],
        "desired": said["desiredCount"],
        "running": said["runningCount"],
        "pending": said["pendingCount"],
        "deployments": [_deployment(each) for each in said.get("deployments", [])],
        "events": [
            {"at": _time(one["createdAt"]), "message": _fit(one["message"])} for one in events
        ],
    }


def _deployment(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": said["id"],
        "status": said["status"],
        "rollout": said.get("rolloutState"),
        "reason": _fit(said.get("rolloutStateReason")),
        "task_definition": _end(said["taskDefinition"]),
        "desired": said["desiredCount"],
        "running": said["runningCount"],
        "pending": said["pendingCount"],
        "failed": said.get("failedTasks", 0),
        "created_at": _time(said["createdAt"]),
        "updated_at": _time(said["updatedAt"]),
    }


def _revision(said: Mapping[str, Any], counts: Mapping[str, Any]) -> dict[str, Any]:
    images = said.get("containerImages", [])
    return {
        "id": _end(said["serviceRevisionArn"]),
        "task_definition": _end(said["taskDefinition"]),
        "created_at": _time(said.get("createdAt")),
        "requested": counts.get("requestedTaskCount"),
        "running": counts.get("runningTaskCount"),
        "pending": counts.get("pendingTaskCount"),
        "images": {each["containerName"]: each.get("imageDigest") for each in images},
    }


def _task(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _end(said["taskArn"]),
        "task_definition": _end(said["taskDefinitionArn"]),
        "status": said["lastStatus"],
        "wanted": said["desiredStatus"],
        "health": said.get("healthStatus", "UNKNOWN"),
        "zone": said.get("availabilityZone"),
        "started_at": _time(said.get("startedAt")),
        "stopped_reason": _fit(said.get("stoppedReason")),
    }


def _target(group: str, said: Mapping[str, Any], owners: Mapping[str, str]) -> dict[str, Any]:
    health = said.get("TargetHealth", {})
    return {
        "group": group.split("/")[1],
        "task": owners.get(said["Target"]["Id"]),
        "port": said["Target"].get("Port"),
        "state": health.get("State"),
        "reason": health.get("Reason"),
        "description": _fit(health.get("Description")),
    }


def _addresses(task: Mapping[str, Any]) -> list[str]:
    """Of the network interfaces of a task in `awsvpc` mode."""
    details = [one for each in task.get("attachments", []) for one in each.get("details", [])]
    return [one["value"] for one in details if one.get("name") == "privateIPv4Address"]


def _end(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _fit(text: str | None) -> str | None:
    """A sentence of AWS's without accounts, and with no address of the network inside."""
    return ADDRESS.sub("…", ARN.sub(r"\1", text)) if text else None


def _time(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
