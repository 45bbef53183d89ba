"""Another minimum or maximum at a time, or again and again.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources.application_autoscaling import _common

TIMES = ("StartTime", "EndTime")


class ScheduledAction(Kind):
    """It carries no tags: its name and its target say whose it is.

    Times are text, `2026-12-24T18:00:00Z`. AWS forgets those that a request leaves
    out, so every change sends everything.
    """

    name = "application_autoscaling.scheduled_action"
    api = Api(_common.SERVICE, "PutScheduledAction", "PutScheduledAction")
    grants = (
        Grant("read", "application-autoscaling:DescribeScheduledActions"),
        Grant(
            "create",
            "application-autoscaling:PutScheduledAction",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
        Grant(
            "update",
            "application-autoscaling:PutScheduledAction",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
        Grant(
            "delete",
            "application-autoscaling:DeleteScheduledAction",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
    )
    fields = (
        "ScheduledActionName", *_common.PLACE, "Schedule", "Timezone", *TIMES,
        "ScalableTargetAction",
    )  # fmt: skip
    identity = ("ScheduledActionName", *_common.PLACE)
    name_limit = 256
    uses = frozenset({_common.TARGET, "ecs.service", "ecs.cluster"})
    goes_with = _common.TARGET
    immutable = frozenset({"ScheduledActionName", *_common.PLACE})
    replacement = "delete-first"
    retries = _common.RETRIES
    absent = ("ObjectNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = _common.parts(aws, scope, "describe_scheduled_actions", "ScheduledActions")
        for item, target in found:
            tags = _common.inherited(self.name, scope, item["ScheduledActionName"], target)
            yield self._live(item, tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        aws.client(_common.SERVICE).put_scheduled_action(**self.request(want))
        return self._live(self.request(want), tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client(_common.SERVICE).put_scheduled_action(**self.request(want))

    def delete(self, aws: Aws, live: Live) -> None:
        name = live.properties["ScheduledActionName"]
        client = aws.client(_common.SERVICE)
        client.delete_scheduled_action(ScheduledActionName=name, **_common.where(live))

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """Nothing to set: what it would carry follows from its name."""

    def canonical(self, properties: Properties) -> Properties:
        """Without a time zone AWS means UTC; a limit that is not set is left alone."""
        action = properties.get("ScalableTargetAction") or {}
        limits = {name: action.get(name) for name in ("MinCapacity", "MaxCapacity")}
        zone = properties.get("Timezone") or "UTC"
        return {**properties, "ScalableTargetAction": limits, "Timezone": zone}

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        properties |= {name: _moment(item.get(name)) for name in TIMES}
        name = item["ScheduledActionName"]
        arn = item.get("ScheduledActionARN", f"{item['ResourceId']}/{name}")
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Name": name})


def _moment(value: Any) -> str | None:
    """A time as the spec writes it, `2026-12-24T18:00:00Z`."""
    if value is None or isinstance(value, str):
        return value
    utc = value.utctimetuple()
    return (
        f"{utc.tm_year:04}-{utc.tm_mon:02}-{utc.tm_mday:02}"
        f"T{utc.tm_hour:02}:{utc.tm_min:02}:{utc.tm_sec:02}Z"
    )
