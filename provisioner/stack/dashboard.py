"""One dashboard of the whole stack, for somebody who is woken up: is it us, and where.

From top to bottom: the alarms, the load balancer's view, then each service's view with its logs.
A row is 24 columns wide.
Source: CloudWatch API reference, dashboard body structure and syntax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Resource
from provisioner.engine.owner import REGION
from provisioner.spec.service import Service
from provisioner.stack import alarms, metrics, references, waf
from provisioner.stack.context import Context

DASHBOARD = "cloudwatch.dashboard"
NAME = "main"
COLUMNS = 24
HEIGHT = 6
ELB = "AWS/ApplicationELB"
INSIGHTS = "ECS/ContainerInsights"
Widget = dict[str, Any]
Line = tuple[str, str, dict[str, Any]]
"""A metric's name, its label, and what else is said of it."""


def build(context: Context) -> Iterator[Resource]:
    """The dashboard, if there is to be one."""
    if not context.spec.dashboard:
        return
    name = f"{context.names.of('dashboard')}-{context.names.region}"
    properties = {"DashboardName": name, "DashboardBody": {"widgets": _widgets(context)}}
    made = context.resource(DASHBOARD, NAME, properties)
    yield replace(made, tags={**made.tags, REGION: context.names.region})


def _widgets(context: Context) -> list[Widget]:
    """Rows of widgets with their places."""
    placed, y = [], 0
    for height, row in _rows(context):
        width = COLUMNS // len(row)
        for index, widget in enumerate(row):
            placed.append({"x": index * width, "y": y, "width": width, "height": height, **widget})
        y += height
    return placed


def _rows(context: Context) -> Iterator[tuple[int, list[Widget]]]:
    title = f"# {context.names.owner} in {context.names.region}"
    note = "\nMade by `provisioner`; what is changed here by hand is put back."
    yield 2, [{"type": "text", "properties": {"markdown": title + note}}]
    known = alarms.addresses(context)
    if known:
        yield 3, [{"type": "alarm", "properties": {"title": "Alarms", "alarms": known}}]
    if context.spec.load_balancer:
        yield HEIGHT, _balancer(context)
    if waf.dimensions(context):
        yield HEIGHT, _firewall(context)
    for name, service in context.services():
        yield 1, [{"type": "text", "properties": {"markdown": f"## {name}"}}]
        for group in metrics.target_groups(context, name) if name in context.targeted() else ():
            yield HEIGHT, _requests(context, group)
        yield HEIGHT, _tasks(context, name, service)
        yield HEIGHT, [_errors(context, name, service)]


def _balancer(context: Context) -> list[Widget]:
    where = {"LoadBalancer": references.balancer(context, "FullName")}
    total = {"stat": "Sum"}
    return [
        _graph(
            context, "Requests per minute", ELB, where, [("RequestCount", "requests", total)]
        ),
        _graph(
            context, "Answered by the load balancer itself", ELB, where,
            [
                ("HTTPCode_ELB_4XX_Count", "4xx", total),
                ("HTTPCode_ELB_5XX_Count", "5xx", {**total, "color": "#d62728"}),
                ("RejectedConnectionCount", "rejected connections", total),
            ],
        ),
        _graph(
            context, "Connections", ELB, where,
            [
                ("ActiveConnectionCount", "active", total),
                ("NewConnectionCount", "new", total),
            ],
        ),
    ]  # fmt: skip


def _firewall(context: Context) -> list[Widget]:
    """Counted are requests that a rule would have blocked, and that went on."""
    where, total = waf.dimensions(context), {"stat": "Sum"}
    answers = [
        ("AllowedRequests", "allowed", total),
        ("BlockedRequests", "blocked", {**total, "color": "#d62728"}),
        ("CountedRequests", "counted", {**total, "color": "#ff7f0e"}),
    ]
    return [_graph(context, "Firewall: requests per minute", "AWS/WAFV2", where, answers)]


def _requests(context: Context, name: str) -> list[Widget]:
    where = metrics.balancer_dimensions(context, name)
    total = {"stat": "Sum"}
    return [
        _graph(
            context, f"{name}: answers per minute", ELB, where,
            [
                ("HTTPCode_Target_2XX_Count", "2xx", total),
                ("HTTPCode_Target_4XX_Count", "4xx", {**total, "color": "#ff7f0e"}),
                ("HTTPCode_Target_5XX_Count", "5xx", {**total, "color": "#d62728"}),
            ],
        ),
        _graph(
            context, f"{name}: response time", ELB, where,
            [
                ("TargetResponseTime", stat, {"stat": stat}) for stat in ("p50", "p95", "p99")
            ],
            unit="seconds",
        ),
        _graph(
            context, f"{name}: tasks behind the load balancer", ELB, where,
            [
                ("HealthyHostCount", "healthy", {"stat": "Minimum"}),
                ("UnHealthyHostCount", "unhealthy", {"stat": "Maximum", "color": "#d62728"}),
            ],
            unit="tasks",
        ),
    ]  # fmt: skip


def _tasks(context: Context, name: str, service: Service) -> list[Widget]:
    where = alarms.service_dimensions(context, name, service)
    usage = [
        ("CPUUtilization", "CPU", {"stat": "Average"}),
        ("MemoryUtilization", "memory", {"stat": "Average"}),
    ]
    row = [_graph(context, f"{name}: use of CPU and memory", "AWS/ECS", where, usage, unit="%")]
    if context.spec.cluster.container_insights != "disabled":
        counts = [
            (f"{state}TaskCount", state.lower(), {"stat": "Average"})
            for state in ("Desired", "Running", "Pending")
        ]
        deploying = [("DeploymentCount", "deployments", {"stat": "Maximum"})]
        row += [
            _graph(context, f"{name}: tasks", INSIGHTS, where, counts, unit="tasks"),
            _graph(
                context, f"{name}: deployments (2 while one is under way)", INSIGHTS, where,
                deploying,
            ),
        ]  # fmt: skip
    return row


def _errors(context: Context, name: str, service: Service) -> Widget:
    group = service.logs.name or context.names.log_group(name)
    query = (
        f"SOURCE '{group}' | fields @timestamp, @message"
        " | filter @message like /(?i)(error|exception|fatal|panic)/"
        " | sort @timestamp desc | limit 50"
    )
    properties = {
        "title": f"{name}: recent errors in the log",
        "region": context.names.region,
        "view": "table",
        "query": query,
    }
    return {"type": "log", "properties": properties}


def _graph(
    context: Context,
    title: str,
    namespace: str,
    where: Mapping[str, Any],
    lines: list[Line],
    unit: str = "count",
) -> Widget:
    dimensions = [part for pair in where.items() for part in pair]
    properties = {
        "title": title,
        "region": context.names.region,
        "view": "timeSeries",
        "stacked": False,
        "period": metrics.MINUTE,
        "metrics": [
            [namespace, metric, *dimensions, {"label": label, **more}]
            for metric, label, more in lines
        ],
        "yAxis": {"left": {"min": 0, "label": unit, "showUnits": False}},
    }
    return {"type": "metric", "properties": properties}
