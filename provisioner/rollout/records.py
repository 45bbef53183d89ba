"""What ECS keeps of a service's deployments and revisions, as far as one may read it.

Source: ECS ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions.
A deployment of the service ends in the number of the revision that it brings, `ecs-svc/1234`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import DENIED, Aws, code_of

NO_SUCH_OPERATION = ("404", "500", "501", "UnknownOperationException", "NotImplemented")
"""AWS's own faults have names; a bare status is a page of a server that is not AWS."""
LIST_LIMIT = 100

Source = Literal["records", "denied", "none", "faulty"]
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """What ECS keeps of a service's deployments, in brief, the newest first.

    `denied`: the caller may not read it. `faulty`: no answer this time.
    `none`: this server, which is not AWS, has no such thing.
    """

    source: Source
    deployments: tuple[Item, ...] = ()

    def of(self, number: str) -> Item | None:
        """The record of the deployment that brings the revision with this number."""
        return next((one for one in self.deployments if number_of(one) == number), None)

    def after(self, record: Item) -> Item | None:
        """The newest that began later and brings another revision."""
        newest = self.deployments[0] if self.deployments else record
        same = newest["targetServiceRevisionArn"] == record["targetServiceRevisionArn"]
        return None if same or _created(newest) <= _created(record) else newest


def number_of(record: Item) -> str:
    """The number of the revision that a deployment brings."""
    return str(record.get("targetServiceRevisionArn", "")).rpartition("/")[2]


def read(aws: Aws, cluster: str, service: str) -> Records:
    """The records of a service; a server without any is asked once."""
    found = aws.once(("rollout-records", cluster), lambda: _list(aws, cluster, service))
    if found.source == "none":  # asking again and again would tell nothing new
        return found
    return _list(aws, cluster, service)


def _list(aws: Aws, cluster: str, service: str) -> Records:
    try:
        client = aws.client("ecs", attempts=1)
        found: list[Item] = []
        token: dict[str, str] = {}
        while True:
            answer = client.list_service_deployments(
                service=service, cluster=cluster, maxResults=LIST_LIMIT, **token
            )
            found += answer["serviceDeployments"]
            if not answer.get("nextToken"):
                break
            token = {"nextToken": answer["nextToken"]}
    except BotoCoreError:
        return Records("faulty")
    except ClientError as error:
        if code_of(error) in DENIED:
            return Records("denied")
        return Records("none" if code_of(error) in NO_SUCH_OPERATION else "faulty")
    return Records("records", tuple(sorted(found, key=_created, reverse=True)))


def _created(record: Item) -> Any:
    return record["createdAt"]


def describe(aws: Aws, arn: str) -> Item | None:
    """One deployment in full; None where it may not, or cannot, be read."""
    try:
        answer = aws.client("ecs", attempts=1).describe_service_deployments(
            serviceDeploymentArns=[arn]
        )
    except (ClientError, BotoCoreError):
        return None
    return next(iter(answer["serviceDeployments"]), None)


def revision(aws: Aws, arn: str) -> Item:
    """A service revision, which never changes; {} where it may not, or cannot, be read."""

    def ask() -> Item:
        client = aws.client("ecs")
        try:
            answer = client.describe_service_revisions(serviceRevisionArns=[arn])
        except (ClientError, BotoCoreError):
            return {}
        return next(iter(answer["serviceRevisions"]), {})

    return aws.once(("rollout-revision", arn), ask)
