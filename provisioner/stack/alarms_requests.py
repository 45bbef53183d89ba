"""Alarms on what users feel, as the load balancer measures it, target group by target group.

Where ECS moves the traffic between two of them, both are looked at: alarms must not watch the one
that is idle.
Source: Elastic Load Balancing user guide, CloudWatch metrics for your Application Load Balancer;
CloudWatch user guide, metric math.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.spec.watching import Alarms
from provisioner.stack.context import Context
from provisioner.stack.metrics import above, balancer_dimensions, metric_of, query, target_groups

ELB = "AWS/ApplicationELB"
Settings = tuple[str, dict[str, Any]]


def settings(context: Context, name: str, spec: Alarms) -> Iterator[Settings]:
    """Name of an alarm, and its properties."""
    groups = target_groups(context, name)
    if spec.errors_5xx_percent is not None:
        yield _errors(context, name, spec.errors_5xx_percent, spec.minimum_requests, groups)
    if spec.latency_p95_seconds is not None:
        limit = spec.latency_p95_seconds
        yield (
            "latency",
            {
                "AlarmDescription": f"One of 20 requests to {name} takes longer than {limit:g} s.",
                **_worst(context, "TargetResponseTime", "p95", groups),
                **above(limit, periods=5, failing=3, missing="notBreaching"),
            },
        )
    if spec.unhealthy_hosts:
        yield (
            "unhealthy-hosts",
            {
                "AlarmDescription": f"A task of {name} fails the load balancer's health check.",
                **_worst(context, "UnHealthyHostCount", "Maximum", groups),
                **above(0.0, periods=5, failing=3, missing="notBreaching"),
            },
        )


def _errors(context: Context, name: str, percent: float, least: int, groups: list[str]) -> Settings:
    errors, requests = "FILL(errors, 0)", "requests"
    if len(groups) > 1:
        errors, requests = (
            f"({' + '.join(f'FILL({key}{suffix}, 0)' for suffix in _suffixes(groups))})"
            for key in ("errors", "requests")
        )
    rate = f"IF({requests} >= {least}, 100 * {errors} / {requests}, 0)"
    queries = [
        query(f"{key}{suffix}", metric, balancer_dimensions(context, group))
        for suffix, group in zip(_suffixes(groups), groups, strict=True)
        for key, metric in (
            ("errors", "HTTPCode_Target_5XX_Count"),
            ("requests", "RequestCount"),
        )
    ]
    return (
        "5xx",
        {
            "AlarmDescription": f"More than {percent:g} % of requests to {name} end in 5xx.",
            "Metrics": [
                {"Id": "rate", "Expression": rate, "Label": "5xx, percent of requests"},
                *queries,
            ],
            **above(percent, periods=5, failing=3, missing="notBreaching"),
        },
    )


def _worst(context: Context, metric: str, statistic: str, groups: list[str]) -> dict[str, Any]:
    """The metric of the only group, or the worse one of two."""
    if len(groups) == 1:
        plain = metric_of(ELB, metric, balancer_dimensions(context, *groups))
        if statistic == "Maximum":
            return {**plain, "Statistic": statistic}
        low = {"EvaluateLowSampleCountPercentile": "ignore"}
        return {**plain, "ExtendedStatistic": statistic, **low}
    keys = ["first", "second"]
    filled = ", ".join(f"FILL({key}, 0)" for key in keys)
    queries = [
        query(key, metric, balancer_dimensions(context, group), ELB, statistic)
        for key, group in zip(keys, groups, strict=True)
    ]
    worst = {"Id": "worst", "Expression": f"MAX([{filled}])", "Label": f"{metric}, the worse"}
    return {"Metrics": [worst, *queries]}


def _suffixes(groups: list[str]) -> list[str]:
    """What tells the metrics of the groups apart in an expression."""
    return ["", "_second"][: len(groups)]
