"""What containers print, as it comes in: from CloudWatch Logs, by group, service, task, container.

The awslogs driver writes to the stream `<prefix>/<container>/<task id>`:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, code_of, explain
from provisioner.rollout.logs import clean, group_of, sensitive

LATE_SECONDS = 30.0
"""Lines may come in later than others that were written after them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that a container printed."""

    when: datetime
    service: str
    task: str
    container: str
    message: str

    def to_dict(self) -> dict[str, Any]:
        """JSON's types."""
        return {
            "when": self.when.isoformat(timespec="milliseconds"),
            "service": self.service,
            "task": self.task,
            "container": self.container,
            "message": self.message,
        }


@dataclass(slots=True)
class Source:
    """The log streams of one service or task; each line is told once.

    `definitions` are its container definitions. `tasks`: only of these; `others`: of none of these.
    """

    name: str
    definitions: Iterable[Mapping[str, Any]]
    tasks: Collection[str] | None = None
    others: Collection[str] = ()
    _told: set[str] = field(default_factory=set)

    def read(self, aws: Aws, since: float, pattern: str = "") -> Iterator[Line]:
        """What is new since then, in seconds since the epoch. Raises NoAccess, ProvisionerError."""
        ours = {one["name"]: one for one in self.definitions if group_of(one)}
        groups = {
            (group_of(one), str(one["logConfiguration"]["options"]["awslogs-stream-prefix"]))
            for one in ours.values()
        }
        for group, prefix in sorted(groups):
            for event in _events(aws, group, prefix, since, pattern):
                yield from self._line(event, ours)

    def _line(self, event: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[Line]:
        *_, container, task = str(event["logStreamName"]).split("/")
        wanted = self.tasks is None or task in self.tasks
        if event["eventId"] in self._told or container not in ours or not wanted:
            return
        if task in self.others:
            return
        self._told.add(event["eventId"])
        when = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        message = clean(event["message"], sensitive(ours[container]))
        yield Line(when, self.name, task, container, message)


def _events(aws: Aws, group: str, prefix: str, since: float, pattern: str) -> list[dict[str, Any]]:
    more = {"filterPattern": pattern} if pattern else {}
    try:
        return aws.pages(
            "logs", "filter_log_events", "events", logGroupName=group,
            logStreamNamePrefix=f"{prefix}/", startTime=max(int(since * 1000), 0), **more,
        )  # fmt: skip
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return []
        raise explain(error) from error
    except BotoCoreError as error:
        raise explain(error) from error


def merged(aws: Aws, sources: Iterable[Source], since: float, pattern: str = "") -> list[Line]:
    """The new lines of all of them, by time."""
    found = [line for source in sources for line in source.read(aws, since, pattern)]
    return sorted(found, key=lambda line: line.when)
