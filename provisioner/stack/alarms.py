"""The usual alarms of a web service, one table row each, and those that the spec adds.

What missing data means is said per alarm: AWS reports counts of errors and response times only
when there are some, so none of them is good news; of tasks that are not counted nothing is known.
Source: Elastic Load Balancing user guide and ECS developer guide, CloudWatch metrics.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Ref, Resource, Text, text
from provisioner.spec.service import Service
from provisioner.spec.watching import Alarms, CustomAlarm
from provisioner.stack import alarms_requests, compute, notifications, references, waf
from provisioner.stack.context import Context
from provisioner.stack.metrics import Dimensions, above, metric_of, query

ALARM = "cloudwatch.alarm"
COMPOSITE = "cloudwatch.composite_alarm"
BALANCER_5XX = "load-balancer-5xx"
WAF_BLOCKED = "waf-blocked"
FIVE_MINUTES = 300


def build(context: Context) -> Iterator[Resource]:
    """The alarms of every service that has some, and one of their load balancer.

    What a load balancer of others answers by itself is not this stack's trouble.
    """
    behind = [
        service.alarms
        for name, service in context.services()
        if service.alarms and name in context.targeted()
    ]
    limits = [
        (spec.errors_5xx_percent, spec.minimum_requests)
        for spec in behind
        if spec.errors_5xx_percent is not None
    ]
    balancer = context.spec.load_balancer
    if limits and balancer and balancer.found() is None:
        yield _balancer(context, *min(limits))
    blocked = [s.waf_blocked_requests for s in behind if s.waf_blocked_requests is not None]
    if blocked and waf.dimensions(context):
        yield _blocked(context, min(blocked))
    for name, service in context.services():
        if service.alarms:
            made = list(_of_service(context, name, service, service.alarms))
            yield from made
            if service.alarms.notify == "once" and made:
                yield _composite(context, name, made)


def addresses(context: Context) -> list[Ref]:
    """References to the ARNs of all alarms, in their order."""
    return [resource.ref() for resource in build(context)]


def _of_service(context: Context, name: str, service: Service, spec: Alarms) -> Iterator[Resource]:
    quiet = spec.notify == "once"
    settings = [*_usage(context, name, service, spec)]
    if name in context.targeted():
        settings = [*alarms_requests.settings(context, name, spec), *settings]
    settings += [(key, _custom(key, alarm)) for key, alarm in spec.custom.items()]
    for what, properties in settings:
        yield _alarm(context, f"{name}-{what}", what, name, properties, quiet=quiet)


def _usage(
    context: Context, name: str, service: Service, spec: Alarms
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the tasks have and use, as ECS measures it."""
    where = service_dimensions(context, name, service)
    rows = (
        ("cpu", "CPUUtilization", spec.cpu_percent),
        ("memory", "MemoryUtilization", spec.memory_percent),
    )
    for what, metric, limit in rows:
        if limit is not None:
            label = "CPU" if what == "cpu" else what
            yield (
                what,
                {
                    "AlarmDescription": f"The tasks of {name} use more than {limit:g} % of their"
                    f" {label}.",
                    **metric_of("AWS/ECS", metric, where),
                    "Statistic": "Average",
                    **above(limit, periods=5, failing=5, missing="notBreaching"),
                },
            )
    counted = context.spec.cluster.container_insights != "disabled"
    wanted = spec.running_below_desired
    if counted if wanted is None else wanted:
        insights = "ECS/ContainerInsights"
        yield (
            "running-below-desired",
            {
                "AlarmDescription": f"Fewer tasks of {name} run than should, for ten minutes.",
                "Metrics": [
                    {"Id": "lacking", "Expression": "desired - running", "Label": "tasks lacking"},
                    query("desired", "DesiredTaskCount", where, insights, "Average"),
                    query("running", "RunningTaskCount", where, insights, "Average"),
                ],
                **above(0.0, periods=10, failing=10, missing="missing"),
            },
        )


def _custom(key: str, alarm: CustomAlarm) -> dict[str, Any]:
    falls = alarm.below is not None
    limit = alarm.below if falls else alarm.above
    percentile = alarm.statistic.startswith("p")
    return {
        "AlarmDescription": alarm.description or f"{key}: {alarm.metric.name} is out of bounds.",
        **metric_of(alarm.metric.namespace, alarm.metric.name, dict(alarm.metric.dimensions)),
        "ExtendedStatistic" if percentile else "Statistic": alarm.statistic,
        **above(
            limit or 0.0,
            periods=alarm.periods,
            failing=alarm.failing_periods or alarm.periods,
            missing=alarm.missing_data,
        ),
        "Period": alarm.period_seconds,
        "ComparisonOperator": "LessThanThreshold" if falls else "GreaterThanThreshold",
    }


def _balancer(context: Context, limit: float, least: int) -> Resource:
    """Requests that no task has answered: RequestCount does not count all of them."""
    where: Dimensions = {"LoadBalancer": references.balancer(context, "FullName")}
    all_requests = "(FILL(requests, 0) + FILL(errors, 0))"
    rate = f"IF({all_requests} >= {least}, 100 * FILL(errors, 0) / {all_requests}, 0)"
    properties = {
        "AlarmDescription": f"The load balancer answers more than {limit:g} % of the requests with"
        " 5xx itself: no task is healthy, or none answers in time.",
        "Metrics": [
            {"Id": "rate", "Expression": rate, "Label": "5xx of the balancer, percent"},
            query("errors", "HTTPCode_ELB_5XX_Count", where),
            query("requests", "RequestCount", where),
        ],
        **above(limit, periods=5, failing=3, missing="notBreaching"),
    }
    return _alarm(context, BALANCER_5XX, BALANCER_5XX, "", properties, quiet=False)


def _blocked(context: Context, limit: float) -> Resource:
    """An attack, or a rule that takes users for one; WAF counts only when there is something."""
    properties = {
        "AlarmDescription": f"The firewall blocks more than {limit:g} requests in five minutes: an"
        " attack, or a rule that mistakes users for one. Its log says which.",
        **metric_of("AWS/WAFV2", "BlockedRequests", waf.dimensions(context)),
        "Statistic": "Sum",
        **above(limit, periods=1, failing=1, missing="notBreaching"),
        "Period": FIVE_MINUTES,
    }
    return _alarm(context, WAF_BLOCKED, WAF_BLOCKED, "", properties, quiet=False)


def _composite(context: Context, name: str, children: list[Resource]) -> Resource:
    parts: list[str | Text] = []
    for child in children:
        parts += [" OR " if parts else "", text('ALARM("', child.ref("Name"), '")')]
    properties = {
        "AlarmName": context.names.of("trouble", service=name),
        "AlarmDescription": f"At least one alarm of {name} is on; the dashboard shows which.",
        "AlarmRule": text(*parts),
        **_actions(context, quiet=False),
    }
    return context.resource(COMPOSITE, f"{name}-trouble", properties)


def _alarm(
    context: Context,
    address: str,
    what: str,
    service: str,
    properties: dict[str, Any],
    *,
    quiet: bool,
) -> Resource:
    named = {"AlarmName": context.names.of(what, service=service or "app")}
    own = {**named, **properties, **_actions(context, quiet=quiet)}
    return context.resource(ALARM, address, own)


def _actions(context: Context, *, quiet: bool) -> dict[str, Any]:
    told = [] if quiet else notifications.actions(context)
    return {
        "ActionsEnabled": True,
        "AlarmActions": told,
        "OKActions": told,
        "InsufficientDataActions": [],
    }


def service_dimensions(context: Context, name: str, service: Service) -> Dimensions:
    """The metrics that ECS has of a service.

    Its name is written and not referred to: an alarm does not wait for the service to be steady.
    """
    return {
        "ClusterName": context.cluster_name,
        "ServiceName": compute.service_name(context, name, service),
    }
