"""Application Auto Scaling at work: minute by minute, alarms, policies, scheduled actions.

https://docs.aws.amazon.com/autoscaling/application/userguide/what-is-application-auto-scaling.html
and, for what differs for ECS, service-auto-scaling.html of the ECS Developer Guide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import Alarm

from .alarm_states import evaluate, watch, watched
from .simulation import service as services
from .simulation.autoscaling import COOLDOWN, Ledger, following, moved, stepped, tracked
from .simulation.measures import Measures, Point, judge, metric
from .simulation.schedules import following as due
from .simulation.service import Service

if TYPE_CHECKING:
    from .cloudwatch import Backend as CloudWatch
    from .ecs_backend import EcsBackend
    from .scaling import Backend as Scaling

MINUTE = 60.0
ECS = "AWS/ECS"


@dataclass(slots=True)
class Autoscaler:
    """Of one region. `done`: until when everything has happened; a ledger per scalable target.

    `planned`: when scheduled actions are due next, by all that decides it.
    """

    done: float = -math.inf
    planned: dict[tuple[Any, ...], float] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)

    def advance(self, scaling: Scaling, ecs: EcsBackend, cloudwatch: CloudWatch) -> None:
        """Let happen, in its order with what ECS does, everything that is due."""
        until = ecs.clock.now()
        if self.done == -math.inf:
            self.done = until
        while (at := self._next(scaling, ecs, cloudwatch)) <= until:
            ecs.region.advance(at)
            self._tick(scaling, ecs, cloudwatch, at)
            self.done = at
        self.done = until

    def ledger(self, place: str) -> Ledger:
        """Return what has been done about a target, by its ResourceId."""
        return self.ledgers.setdefault(place, Ledger())

    def _next(self, scaling: Scaling, ecs: EcsBackend, cloudwatch: CloudWatch) -> float:
        minute = (math.floor(self.done / MINUTE) + 1) * MINUTE
        busy = self._busy(ecs, cloudwatch)
        times = [self._due(each) for each in scaling.scheduled_actions]
        return min([*times, minute] if busy else times, default=math.inf)

    def _due(self, action: Any) -> float:
        """Return when an action is due next: not computed again before that."""
        key = (action.arn, action.schedule, action.timezone, action.start_time, action.end_time,
               action.creation_time)  # fmt: skip
        if self.planned.get(key, -math.inf) <= self.done:
            self.planned[key] = _due(action, self.done)
        return self.planned[key]

    def _busy(self, ecs: EcsBackend, cloudwatch: CloudWatch) -> bool:
        """Whether the next minute may change anything."""
        if ecs.settings.loads:
            return True
        if any(
            each.activities and each.activities[0].ended is None for each in self.ledgers.values()
        ):
            return True
        measures = cloudwatch.measures
        if not measures.points:
            return False
        spans = [seen.span for _, seen in watched(cloudwatch.alarms, measures)]
        return self.done <= measures.newest + max(spans, default=0) + MINUTE

    def _tick(self, scaling: Scaling, ecs: EcsBackend, cloudwatch: CloudWatch, at: float) -> None:
        if at % MINUTE == 0:
            _emit(ecs, cloudwatch.measures, at)
            evaluate(cloudwatch.alarms, cloudwatch.measures, at, ecs.clock)
            for alarm in list(cloudwatch.alarms.values()):
                if alarm.state_value == "ALARM" and alarm.actions_enabled:
                    self._act(alarm, scaling, ecs, cloudwatch.measures, at)
        for action in scaling.scheduled_actions:
            if self._due(action) <= at:
                self._schedule(action, scaling, ecs, at)
        for place, ledger in self.ledgers.items():
            service = found(ecs, place)
            for activity in ledger.activities:
                if activity.ended is None and (service is None or service.steady):
                    activity.ended = at

    def _act(
        self, alarm: Alarm, scaling: Scaling, ecs: EcsBackend, measures: Measures, at: float
    ) -> None:
        """Carry out the policies of an alarm that is on."""
        seen = watch(alarm)
        for policy in list(scaling.policies.values()):
            target = scaling.targets.get(policy.scalable_dimension, {}).get(policy.resource_id)
            named = any(arn.startswith(policy.policy_arn) for arn in alarm.alarm_actions)
            if not named or target is None or seen is None:
                continue
            value = judge(seen, measures, at, alarm.state_value).value
            service = found(ecs, policy.resource_id)
            if value is None or service is None:
                continue
            configuration = policy.target_tracking_scaling_policy_configuration
            if configuration:
                goal = float(configuration["TargetValue"])
                wants = partial(tracked, value=value, target=goal)
                waits = tuple(
                    float(configuration.get(f"Scale{each}Cooldown", COOLDOWN))
                    for each in ("Out", "In")
                )
            else:
                steps: Mapping[str, Any] = policy.step_scaling_policy_configuration or {}
                wants = partial(stepped, beyond=value - seen.threshold, policy=steps)
                waits = (float(steps.get("Cooldown", COOLDOWN)),) * 2
            ledger, present = self.ledger(policy.resource_id), service.desired
            wanted = following(ledger, present, at, (waits[0], waits[1]), wants)
            wanted = _within(target, _limited(configuration, alarm, target, service, wanted))
            if wanted != present:
                moved(ledger, present, wanted, at, waits[0])
                cause = f"monitor alarm {alarm.name} in state ALARM triggered policy"
                self.scale(ecs, policy.resource_id, wanted, at, f"{cause} {policy.policy_name}")

    def _schedule(self, action: Any, scaling: Scaling, ecs: EcsBackend, at: float) -> None:
        """Set the limits that a scheduled action wants, and move the service into them."""
        target = scaling.targets.get(action.scalable_dimension, {}).get(action.resource_id)
        suspended: Any = target.suspended_state if target else None
        if target is None or (suspended or {}).get("ScheduledScalingSuspended"):
            return
        asked = action.scalable_target_action or {}
        low, high = (asked.get(f"{each}Capacity") for each in ("Min", "Max"))
        target.update(low, high, None)  # type: ignore[arg-type]  # moto: nothing is no change
        limits = [f"{name} capacity to {n}" for name, n in (("minimum", low), ("maximum", high))
                  if n is not None]  # fmt: skip
        cause = f"scheduled action name {action.scheduled_action_name} was triggered"
        said = f"Setting {' and '.join(limits)}"
        self.ledger(action.resource_id).note(at, 0, said, cause).ended = at
        service = found(ecs, action.resource_id)
        if service and (wanted := _within(target, service.desired)) != service.desired:
            which = "minimum" if wanted > service.desired else "maximum"
            self.scale(ecs, action.resource_id, wanted, at, f"{which} capacity was set to {wanted}")

    def scale(self, ecs: EcsBackend, place: str, wanted: int, at: float, cause: str) -> None:
        """Change a service's desired count, and note it."""
        service = found(ecs, place)
        if service is not None:
            services.scale(service, wanted, at)
            ecs.region.touch(service, at)
            self.ledger(place).note(at, wanted, f"Setting desired count to {wanted}.", cause)


def found(ecs: EcsBackend, place: str) -> Service | None:
    """Return the service that a ResourceId names, None if it is not there."""
    _, cluster, name = place.split("/")
    return ecs.region.services.get(f"{cluster}:{name}")


def _within(target: Any, wanted: int) -> int:
    return min(max(wanted, target.min_capacity or 0), target.max_capacity or 0)


def _limited(configuration: Any, alarm: Alarm, target: Any, service: Service, wanted: int) -> int:
    """Leave a service as it is where it may not be scaled in that direction now.

    A high alarm of target tracking only scales out, a low one only in. During a deployment no
    service is scaled in.
    """
    suspended = target.suspended_state or {}
    deploying = service.primary is not None and service.primary.rollout == "IN_PROGRESS"
    low = "-AlarmLow-" in alarm.name
    if wanted < service.desired:
        keep = deploying or bool(configuration and not low)
        keep = keep or bool(configuration and configuration.get("DisableScaleIn"))
        keep = keep or bool(suspended.get("DynamicScalingInSuspended"))
    else:
        keep = bool(configuration and low) or bool(suspended.get("DynamicScalingOutSuspended"))
    return service.desired if keep else wanted


def _due(action: Any, after: float) -> float:
    start, end = _seconds(action.start_time), _seconds(action.end_time)
    after = max(after, start - 1) if start else after
    at = due(action.schedule, action.timezone or "UTC", action.creation_time, after)
    return math.inf if end and at > end else at


def _seconds(moment: Any) -> float | None:
    """Read a time as moto keeps it: as it was sent, or parsed."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return float(moment) if moment else None


def _emit(ecs: EcsBackend, measures: Measures, at: float) -> None:
    """Put the metrics of the services under load: what is said of all, shared by the running."""
    for service in ecs.region.services.values():
        running = sum(task.status == "RUNNING" for task in service.tasks)
        for pattern, loads in ecs.settings.loads.items():
            if running and fnmatch(service.name, pattern):
                cluster = service.cluster_arn.rpartition("/")[2]
                names = {"ClusterName": cluster, "ServiceName": service.name}
                for name, total in loads.items():
                    value = total / running
                    measures.put(metric(ECS, name, names), Point(at, value, value, value, 1))
