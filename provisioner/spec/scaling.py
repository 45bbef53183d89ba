"""`services.*.autoscaling` — between how many tasks, by which metrics, and at which times."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Expected, Int, Part, Slug, Value, Word

Count = Annotated[Int, Field(ge=0, le=5000)]
Seconds = Annotated[Int, Field(ge=0, le=86400)]
Percentage = Annotated[Int, Field(ge=1, le=100)]


def _number(value: Any) -> Any:
    """Numbers may arrive as text, from a variable."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", value):
        return float(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[
    float, BeforeValidator(_number, json_schema_input_type=float | str), Expected("a number")
]
MetricId = Annotated[
    str, Word("an id such as m1: a lower-case letter first", r"[a-z][A-Za-z0-9_]{0,254}")
]
When = Annotated[
    str,
    Word(
        "cron(minute hour day month weekday year), rate(5 minutes) or at(2026-12-24T18:00:00)",
        r"cron\(\S+( \S+){5}\)|rate\([1-9]\d* (minute|hour|day)s?\)"
        r"|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)",
    ),
]
Moment = Annotated[
    str,
    Word(
        "a time in UTC such as 2026-12-24T18:00:00Z",
        r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ",
    ),
]
TimeZone = Annotated[
    str, Word("an IANA time zone such as Europe/Berlin", r"[A-Za-z_]+(/[A-Za-z0-9_+-]+)*")
]


class Metric(Part):
    """A CloudWatch metric."""

    namespace: Annotated[str, Field(min_length=1, max_length=255)]
    name: Annotated[str, Field(min_length=1, max_length=255)]
    dimensions: dict[str, Value] = {}
    of_service: Bool = False
    """Add the dimensions ClusterName and ServiceName of this service."""
    statistic: Annotated[str, Field(min_length=1)] = "Average"
    """`Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or another such as `p90`."""


class Custom(Part):
    """Keep any metric, or an expression over several, at a value."""

    name: Slug
    target: Annotated[Number, Field(gt=0)]
    metric: Metric | None = None
    """Should fall in proportion as tasks are added, as messages per task do."""
    expression: Annotated[str, Field(max_length=2048)] | None = None
    """Metric math over `metrics`, instead of `metric`: `queue / tasks`."""
    metrics: dict[MetricId, Metric] = {}


class Step(Part):
    """What to do beyond one value of the metric."""

    above: Number | None = None
    below: Number | None = None
    change: Int
    """How many tasks more; fewer when negative. A number of percent with `unit: percent`."""


class Steps(Part):
    """Steps in one direction, with the alarm that starts them."""

    name: Slug
    metric: Metric
    steps: Annotated[list[Step], Field(min_length=1, max_length=20)]
    """`[{above: 100, change: 1}, {above: 500, change: 4}]`, or all with `below`."""
    unit: Literal["tasks", "percent"] = "tasks"
    period_seconds: Annotated[Int, Field(ge=10, le=86400)] = 60
    evaluation_periods: Annotated[Int, Field(ge=1, le=100)] = 1
    cooldown_seconds: Seconds = 300


class Scheduled(Part):
    """Other limits from a time on, until another entry changes them."""

    name: Slug
    when: When
    timezone: TimeZone = "UTC"
    min: Count | None = None
    max: Count | None = None
    start: Moment | None = None
    end: Moment | None = None


class Suspended(Part):
    """What is not to happen for now."""

    scale_in: Bool = False
    scale_out: Bool = False
    schedule: Bool = False


def _all(value: Any) -> Any:
    value = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if isinstance(value, bool):
        return dict.fromkeys(Suspended.model_fields, value)
    return value


class Autoscaling(Part):
    """Scale the number of tasks. `desired_count` is then that of the first moment only."""

    min: Count
    max: Annotated[Int, Field(ge=1, le=5000)]
    cpu_percent: Percentage | None = None
    """Keep the average CPU use of the tasks here."""
    memory_percent: Percentage | None = None
    """Keep the average memory use of the tasks here."""
    requests_per_target: Annotated[Int, Field(ge=1)] | None = None
    """Keep the requests per task and minute here."""
    custom: list[Custom] = []
    steps: list[Steps] = []
    schedule: list[Scheduled] = []
    scale_out_cooldown_seconds: Seconds = 60
    scale_in_cooldown_seconds: Seconds = 300
    scale_in: Bool = True
    """false: the metrics above only ever add tasks."""
    suspended: Annotated[
        Suspended,
        BeforeValidator(_all, json_schema_input_type=Suspended | bool | str),
        Expected("true, false or a mapping of scale_in, scale_out, schedule"),
    ] = Suspended()
    """`true` stops all scaling; the number of tasks then stays as it is."""
