"""`deployment:` of a service — how a new version takes the place of the old one."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from provisioner.spec.fields import (
    Bool,
    Expected,
    Int,
    Part,
    Percent,
    RoleReference,
    Slug,
    Strings,
    Value,
    Word,
)
from provisioner.spec.watching import Number

Strategy = Literal["rolling", "blue-green", "linear", "canary"]
Stage = Literal[
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
]
FunctionArn = Annotated[
    str,
    Word(
        "the ARN of a Lambda function", r"arn:[^:]+:lambda:[^:]+:\d{12}:function:[\w-]+(:[\w$-]+)?"
    ),
]
AlarmName = Annotated[str, Field(min_length=1, max_length=255)]


class CircuitBreaker(Part):
    """ECS stops a deployment whose tasks keep failing."""

    enabled: Bool = True
    rollback: Bool = True
    """Return to the last deployment that completed."""
    failed_tasks: Annotated[Int, Field(ge=1)] | None = None
    """So many failed tasks are too many."""
    failed_percent: Annotated[Int, Field(ge=1)] | None = None
    """So many percent of the desired tasks are, within ECS's bounds; ECS takes 50."""
    bounded: Bool = True
    """Whether ECS's bounds hold for `failed_percent`."""
    reset_on_healthy_task: Bool | None = None
    """Whether a healthy task makes ECS count from zero; it does when not given."""


class DeploymentAlarms(Part):
    """Alarms that end a deployment when they go off meanwhile."""

    own: list[str] = []
    """Alarms of this service: `5xx`, `latency`, `unhealthy-hosts`, `cpu`, `memory`, or a
    key of `alarms.custom`.
    """
    names: list[AlarmName] = []
    """Any other alarms of the account and region, by their names."""
    rollback: Bool = True
    """Return to the version before; without it the deployment only fails."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.own or self.names):
            raise ValueError("expected at least one alarm in `own` or `names`")
        return self


class Preview(Part):
    """Requests that meet the new version before everybody's do."""

    listener: Slug | None = None
    """A listener of the load balancer; the route's own when not given."""
    header: dict[str, Strings] = {}
    """Header name to values: only requests with such a header."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.listener is None and not self.header:
            raise ValueError("expected `listener`, `header` or both")
        return self


class Hook(Part):
    """At some stages of a deployment ECS asks a function whether to go on, or waits for a word."""

    stages: Annotated[
        list[Stage],
        BeforeValidator(
            lambda v: [v] if isinstance(v, str) else v,
            json_schema_input_type=Stage | list[Stage],
        ),
        Field(min_length=1),
    ]
    """When; ECS's own names of the stages."""
    function: FunctionArn | None = None
    """The function, which answers SUCCEEDED, FAILED or IN_PROGRESS in `hookStatus`."""
    pause: Bool = False
    """Instead: wait until ContinueServiceDeployment is called."""
    role: RoleReference | None = None
    """A role that ECS may assume to call the function; made when not given."""
    details: dict[str, Value] = {}
    """What the function is told at each call."""
    timeout_minutes: Annotated[Int, Field(ge=1, le=20160)] | None = None
    """How long ECS waits for it: a day when not given."""
    on_timeout: Literal["rollback", "continue"] | None = None
    """What happens then: `rollback` when not given."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.function is None) != self.pause:
            raise ValueError("expected either `function` or `pause: true`")
        for name in ("role", "details"):
            if self.pause and name in self.model_fields_set:
                raise ValueError(f"a pause calls nobody, so it takes no `{name}`")
        return self


def _own(value: Any) -> Any:
    return {"own": value if isinstance(value, list) else [value]} if _bare(value) else value


def _listener(value: Any) -> Any:
    return {"listener": value} if isinstance(value, str) else value


def _bare(value: Any) -> bool:
    return isinstance(value, str | list)


class Deployment(Part):
    """How a new version replaces the old one."""

    strategy: Strategy = "rolling"
    """`rolling` replaces task by task. The others start all of the new version beside the old one,
    and move the traffic: `blue-green` at once, `linear` step by step, `canary` a share, then all.
    """
    minimum_healthy_percent: Percent = 100
    maximum_percent: Percent = 200
    circuit_breaker: CircuitBreaker = CircuitBreaker()
    timeout_minutes: Annotated[Int, Field(ge=1)] | None = None
    """How long `apply` waits for a deployment in all; ECS goes on after that. When not given: 30
    minutes, and the grace period, bakes, steps and hooks at their slowest on top.
    """
    alarms: (
        Annotated[
            DeploymentAlarms,
            BeforeValidator(_own, json_schema_input_type=DeploymentAlarms | str | list[str]),
            Expected("names of this service's alarms, or a mapping"),
        ]
        | None
    ) = None
    """Alarms that end a deployment: `[5xx, latency]`, or a mapping."""
    bake_minutes: Annotated[Int, Field(ge=0, le=1440)] | None = None
    """How long both versions run after all traffic has moved: 5 when not given."""
    step_percent: Annotated[Number, Field(le=100)] | None = None
    """The share of traffic that moves at each step of `linear` (10), or first of `canary` (5)."""
    step_bake_minutes: Annotated[Int, Field(ge=0, le=1440)] | None = None
    """How long ECS waits after such a step: 6 (`linear`) or 10 (`canary`)."""
    test: (
        Annotated[Preview, BeforeValidator(_listener, json_schema_input_type=Preview | str)] | None
    ) = None
    """A listener whose requests, or a header with which requests, meet the new version first."""
    hooks: list[Hook] = []
    """What decides, stage by stage, whether a deployment goes on."""
    infrastructure_role: RoleReference | None = None
    """A role by which ECS may change the load balancer; made when not given."""

    @property
    def shifts(self) -> bool:
        """Whether ECS moves traffic between two sets of tasks."""
        return self.strategy != "rolling"
