"""moto's CloudWatch with composite alarms, tagged dashboards, and alarms that are updated.

moto 5.2.5 makes a new alarm of every PutMetricAlarm, takes its tags again, keeps the tags of what
was deleted, starts alarms in OK, and knows neither composite alarms nor the tags of dashboards.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

from moto.cloudwatch import urls
from moto.cloudwatch.exceptions import ResourceNotFound, ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from ._extension import Extension
from .alarm_states import notify
from .settings import Settings
from .simulation.measures import Measures, Point, metric


def install(settings: Settings) -> None:
    """Put this API in the place of moto's, before moto has made a backend."""
    Backend.settings = settings
    cloudwatch_backends.backend = Backend
    urls.url_paths["{0}/$"] = Api.dispatch


class Backend(Extension, CloudWatchBackend):
    """One region."""

    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.measures = Measures()

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        """Take data: it counts for alarms from now on, whatever its timestamp says."""
        super().put_metric_data(namespace, metric_data)
        now = self.settings.clock.now()
        for each in metric_data:
            names = {pair["Name"]: pair["Value"] for pair in each.get("Dimensions") or ()}
            what = metric(namespace, each["MetricName"], names)
            for point in _points(each, now):
                self.measures.put(what, point)

    def set_alarm_state(
        self, alarm_name: str, reason: str, reason_data: str, state_value: str
    ) -> None:
        """Set a state until the next evaluation, and tell of it."""
        before = self.alarms[alarm_name].state_value if alarm_name in self.alarms else ""
        super().set_alarm_state(alarm_name, reason, reason_data, state_value)
        if before != state_value:
            clock = self.settings.clock
            notify(self.alarms[alarm_name], before, clock.now(), clock)

    def put_metric_alarm(self, name: str, *args: Any, **kwargs: Any) -> Alarm:
        """Make an alarm, or replace all of one but its state and tags."""
        old = self.alarms.get(name)
        if old is None:
            made = super().put_metric_alarm(name, *args, **kwargs)
            made.state_value = "INSUFFICIENT_DATA"
            return made
        made = super().put_metric_alarm(name, *args, **{**kwargs, "tags": None})
        made.state_value, made.state_reason = old.state_value, old.state_reason
        made.history = old.history
        return made

    def delete_alarms(self, alarm_names: list[str]) -> None:
        """Delete alarms with their tags. Unless one of several is there, AWS finds nothing."""
        there = [self.alarms[name] for name in alarm_names if name in self.alarms]
        if alarm_names and not there:
            raise ResourceNotFound
        if sum(alarm.rule is not None for alarm in there) > 1:
            raise ValidationError("You can delete only one composite alarm in one call.")
        for alarm in there:
            self._check_unneeded(alarm, alarm_names)
            self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        super().delete_alarms(alarm_names)

    def _check_unneeded(self, alarm: Alarm, going: list[str]) -> None:
        for other in self.alarms.values():
            if other.rule and f'"{alarm.name}"' in other.rule and other.name not in going:
                raise ValidationError(f"{alarm.name} is in the rule of {other.name}.")

    def delete_dashboards(self, dashboards: list[str]) -> str | None:
        """Delete dashboards with their tags."""
        for name in dashboards:
            if name in self.dashboards:
                self.tagger.delete_all_tags_for_resource(self.dashboards[name].arn)
        return super().delete_dashboards(dashboards)

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Tag an alarm or a dashboard."""
        if any(dashboard.arn == arn for dashboard in self.dashboards.values()):
            self.tagger.tag_resource(arn, self.tagger.convert_dict_to_tags_input(tags))
        else:
            super().tag_resource(arn, tags)


class Api(CloudWatchResponse):
    """One request. The public methods are operations."""

    def put_composite_alarm(self) -> ActionResult:
        """Make or replace an alarm about alarms."""
        return self.put_metric_alarm()

    def describe_alarms(self) -> ActionResult:
        """Describe metric alarms, and composite ones where they are asked for."""
        answer = cast("dict[str, Any]", super().describe_alarms().result)
        types = self._get_param("AlarmTypes") or ["MetricAlarm"]
        metric = answer["MetricAlarms"] if "MetricAlarm" in types else []
        composite = answer["CompositeAlarms"] if "CompositeAlarm" in types else []
        return ActionResult(
            {"MetricAlarms": list(metric), "CompositeAlarms": [_composite(a) for a in composite]}
        )

    def put_dashboard(self) -> ActionResult:
        """Make a dashboard with its tags, or replace its body."""
        name, there = self._get_param("DashboardName"), self.cloudwatch_backend.dashboards
        new, tags = name not in there, self._get_param("Tags") or []
        answer = super().put_dashboard()
        if new and tags:
            self.cloudwatch_backend.tagger.tag_resource(there[name].arn, tags)
        return answer


def _points(datum: Mapping[str, Any], now: float) -> Iterator[Point]:
    if statistics := datum.get("StatisticValues"):
        words = ("Sum", "Minimum", "Maximum", "SampleCount")
        yield Point(now, *(float(statistics[each]) for each in words))
        return
    values = datum.get("Values") or [datum.get("Value", 0)]
    counts = datum.get("Counts") or [1] * len(values)
    for value, count in zip(map(float, values), map(float, counts), strict=True):
        yield Point(now, value * count, value, value, count)


def _composite(alarm: Alarm) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.alarm_arn,
        "AlarmDescription": alarm.description,
        "AlarmRule": alarm.rule,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmActions": alarm.alarm_actions,
        "OKActions": alarm.ok_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateUpdatedTimestamp": alarm.state_updated_timestamp,
    }
