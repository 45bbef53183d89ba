"""The last lines of a container that has ended.

The awslogs driver writes to the stream `<prefix>/<container>/<task id>`:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, code_of
from provisioner.engine.document import HIDDEN, SECRET_NAME
from provisioner.rollout.targets import why

LINES = 20
LONGEST = 400
SHORTEST_SECRET = 4
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
"""Escape sequences and control characters: a log line must not move the reader's cursor."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The last lines, or why there are none."""

    lines: tuple[str, ...] = ()
    note: str = ""


def group_of(container: Mapping[str, Any]) -> str:
    """The log group of a container's definition; "" where it writes to none."""
    logging = container.get("logConfiguration") or {}
    return str((logging.get("options") or {}).get("awslogs-group", ""))


def tail(aws: Aws, container: Mapping[str, Any], task: str, *, lines: int = LINES) -> Tail:
    """The last lines of a container of a task, by its definition and the task's id."""
    logging = container.get("logConfiguration") or {}
    options = logging.get("options") or {}
    driver, prefix = logging.get("logDriver"), options.get("awslogs-stream-prefix")
    if driver != "awslogs" or not prefix:
        return Tail(note=f"its log driver is {driver or 'none'}: no lines can be read")
    if options.get("awslogs-region", aws.region) != aws.region:
        return Tail(note=f"its log is in {options['awslogs-region']}")
    stream = f"{prefix}/{container['name']}/{task}"
    try:
        answer = aws.client("logs", attempts=2).get_log_events(
            logGroupName=options["awslogs-group"],
            logStreamName=stream,
            limit=lines,
            startFromHead=False,
        )
    except (ClientError, BotoCoreError) as error:
        if code_of(error) == "ResourceNotFoundException":
            return Tail(note="it has logged nothing")
        return Tail(note=f"logs:GetLogEvents does not answer: {why(error)}")
    hidden = sensitive(container)
    found = tuple(clean(event["message"], hidden) for event in answer["events"])
    return Tail(found, "" if found else "it has logged nothing")


def sensitive(container: Mapping[str, Any]) -> tuple[str, ...]:
    """Values of environment variables whose names look like a credential, the longest first.

    Values of secrets are never read, so those cannot be known.
    """
    values = {
        str(pair.get("value", ""))
        for pair in container.get("environment", ())
        if SECRET_NAME.search(str(pair.get("name", "")))
    }
    return tuple(sorted((v for v in values if len(v) >= SHORTEST_SECRET), key=len, reverse=True))


def clean(message: str, hidden: Iterable[str]) -> str:
    """One line fit for a terminal and for a pipeline's log."""
    line = CONTROL.sub("", message.rstrip().replace("\n", " ⏎ "))
    for value in hidden:
        line = line.replace(value, HIDDEN)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
