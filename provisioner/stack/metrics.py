"""Metrics and limits as alarms and dashboards take them."""

from __future__ import annotations

from typing import Any

from provisioner.engine.model import Ref
from provisioner.stack import listener_rules, references
from provisioner.stack.context import Context, ref

MINUTE = 60
Dimensions = dict[str, str | Ref]


def above(limit: float, *, periods: int, failing: int, missing: str) -> dict[str, Any]:
    """When an alarm goes on: so many of the last periods beyond the limit."""
    return {
        "Threshold": limit,
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": failing,
        "TreatMissingData": missing,
    }


def metric_of(namespace: str, name: str, where: Any) -> dict[str, Any]:
    """One metric, as an alarm on it alone takes it."""
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": dimensions(where),
        "Period": MINUTE,
    }


def query(
    key: str,
    name: str,
    where: Dimensions,
    namespace: str = "AWS/ApplicationELB",
    statistic: str = "Sum",
) -> dict[str, Any]:
    """One metric of an expression; `key` is its name there."""
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions(where)}
    stat = {"Metric": metric, "Period": MINUTE, "Stat": statistic}
    return {"Id": key, "MetricStat": stat, "ReturnData": False}


def dimensions(where: Any) -> list[dict[str, Any]]:
    """Dimensions as AWS takes them."""
    return [{"Name": name, "Value": value} for name, value in where.items()]


def balancer_dimensions(context: Context, group: str) -> Dimensions:
    """The metrics of one target group behind the load balancer."""
    return {
        "LoadBalancer": references.balancer(context, "FullName"),
        "TargetGroup": ref(listener_rules.TARGET_GROUP, group, "FullName"),
    }


def target_groups(context: Context, name: str) -> list[str]:
    """Where a service's requests are counted: in two places that take turns, or in one."""
    moves = context.spec.services[name].deployment.shifts
    return [name, listener_rules.alternate(name)] if moves else [name]
