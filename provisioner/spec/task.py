"""`tasks:` — what is run by hand or by the clock instead of being kept running."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Int, Part, Word
from provisioner.spec.service import Workload

Expression = Annotated[
    str,
    Word(
        "rate(VALUE UNIT), cron(MINUTES HOURS DAY MONTH WEEKDAY YEAR) or at(yyyy-mm-ddThh:mm:ss)",
        r"rate\([1-9][0-9]* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)"
        r"|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)",
    ),
]
QueueArn = Annotated[
    str, Word("the ARN of an SQS queue", r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+")
]


class Schedule(Part):
    """When Amazon EventBridge Scheduler runs the task."""

    expression: Expression
    """`cron(0 3 * * ? *)`, `rate(1 hour)` or `at(2030-01-31T03:00:00)`."""
    time_zone: Annotated[str, Field(min_length=1, max_length=50)] = "UTC"
    """An IANA name such as Europe/Berlin, in which `expression` is meant."""
    enabled: Bool = True
    flexible_minutes: Annotated[Int, Field(ge=1, le=1440)] | None = None
    """Start at any time within so many minutes, instead of on the minute."""
    count: Annotated[Int, Field(ge=1, le=10)] = 1
    """Tasks started each time."""
    retries: Annotated[Int, Field(ge=0, le=185)] = 3
    """Of starting the task; what becomes of it once it runs is its own business."""
    retry_seconds: Annotated[Int, Field(ge=60, le=86400)] = 3600
    """A start that has not succeeded by then is given up."""
    dead_letter_queue: QueueArn | None = None
    """Where a start that was given up is written down."""


def _schedule(value: Any) -> Any:
    return {"expression": value} if isinstance(value, str) else value


class Task(Workload):
    """One task on Fargate that no service keeps running: a migration, a report, a clean-up."""

    schedule: (
        Annotated[Schedule, BeforeValidator(_schedule, json_schema_input_type=Schedule | str)]
        | None
    ) = None
    """An expression, or a mapping; without it the task waits to be run by hand."""
