"""`alarms:`, `notifications:` and `dashboard:` — who is told when something is wrong."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from provisioner.spec.existing import ExistingTopic
from provisioner.spec.fields import Bool, Expected, Int, Part, Slug, Value, Word, unexpected

MailAddress = Annotated[
    str, Word("an e-mail address", r"[^\s@/,;<>]{1,64}@[^\s@/,;<>]{1,255}\.[A-Za-z0-9-]{2,}")
]
KeyArn = Annotated[
    str,
    Word(
        "the ARN of a KMS key of yours; alias/aws/sns will not do: CloudWatch and EventBridge may"
        " not use AWS's own key, so alarms would never arrive",
        r"arn:[^:]+:kms:[^:]+:\d{12}:key/[\w-]+",
    ),
]


def _number(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{1,12}(\.\d{1,12})?", value):
        return float(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _limit(value: Any) -> Any:
    number = None if value is False or value == "false" else _number(value)
    if not isinstance(number, float | None):
        raise unexpected("a number, or false for no such alarm")
    return number


Number = Annotated[
    float,
    BeforeValidator(_number, json_schema_input_type=float | int | str),
    Field(ge=0),
    Expected("a number"),
]
Limit = Annotated[
    Annotated[float, Field(ge=0)] | None,
    BeforeValidator(_limit, json_schema_input_type=float | int | str | bool),
    Expected("a number, or false for no such alarm"),
]
"""The limit of one of the usual alarms; false leaves the alarm out."""


class Metric(Part):
    """A CloudWatch metric."""

    namespace: Annotated[str, Field(min_length=1, max_length=255)]
    name: Annotated[str, Field(min_length=1, max_length=255)]
    dimensions: dict[str, Value] = {}


class CustomAlarm(Part):
    """An alarm on a metric of your own: the metric, what is taken of it, and the limit."""

    metric: Metric
    statistic: Annotated[
        str,
        Word(
            "Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p95",
            r"Average|Sum|Minimum|Maximum|SampleCount|p(\d{1,2}(\.\d{1,2})?|100)",
        ),
    ] = "Average"
    above: Number | None = None
    below: Number | None = None
    period_seconds: Annotated[Int, Field(ge=60, le=86400, multiple_of=60)] = 60
    periods: Annotated[Int, Field(ge=1, le=100)] = 5
    """How many periods are looked at."""
    failing_periods: Annotated[Int, Field(ge=1, le=100)] | None = None
    """How many of them must be beyond the limit; all when not given."""
    missing_data: Literal["notBreaching", "breaching", "ignore", "missing"] = "missing"
    description: Annotated[str, Field(max_length=1024)] = ""
    """What somebody on call should know and do."""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either `above` or `below`")
        return self


class Alarms(Part):
    """The usual alarms of a web service; each can be given another limit or left out."""

    errors_5xx_percent: Limit = 5.0
    """Of the requests of a minute. Requests that the load balancer answers itself count as well."""
    minimum_requests: Annotated[Int, Field(ge=0)] = 20
    """A minute with fewer requests than this says nothing about the share of errors."""
    latency_p95_seconds: Limit = 1.0
    """19 of 20 requests are answered within this time."""
    unhealthy_hosts: Bool = True
    """A task fails the load balancer's check."""
    cpu_percent: Limit = 85.0
    memory_percent: Limit = 85.0
    running_below_desired: Bool | None = None
    """Fewer tasks run than should; where the cluster has Container Insights when not given."""
    waf_blocked_requests: Limit = 1000.0
    """In five minutes, where the load balancer has a `waf`."""
    notify: Literal["each", "once"] = "each"
    """`once`: one alarm that stands for all of them speaks, the others only show their state."""
    custom: dict[Slug, CustomAlarm] = {}


def _usual(value: Any) -> Any:
    """`true` is the usual alarms, `false` is none."""
    return {} if value is True or value == "true" else None if value in (False, "false") else value


AlarmsOrNot = Annotated[
    Alarms | None,
    BeforeValidator(_usual, json_schema_input_type=Alarms | bool | str | None),
    Expected("true, false or a mapping of limits"),
]


class Slack(Part):
    """A channel of a workspace that Amazon Q Developer in chat applications has been let into.

    That is done once, by hand, in the console of the account.
    """

    workspace: Annotated[str, Word("the id of a Slack workspace (T…)", r"T[0-9A-Z]{2,254}")]
    channel: Annotated[str, Word("the id of a Slack channel (C… or G…)", r"[CG][0-9A-Z]{2,254}")]


class Notifications(Part):
    """Where alarms and failed deployments are reported: a topic, and who reads it."""

    topic: ExistingTopic = None
    """An existing topic, by its ARN, name or tags, instead of one of the stack's.

    Who reads it is not our business then.
    """
    email: list[MailAddress] = []
    """Each is asked for confirmation once; whoever leaves this list is unsubscribed."""
    slack: Slack | None = None
    kms_key: KeyArn | None = None
    """Encrypts the topic. The key's policy must let cloudwatch and events.amazonaws.com use it."""
    deployments: Bool = True
    """Tell of deployments that fail and of tasks that stop without being asked to."""
