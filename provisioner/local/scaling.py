"""moto's Application Auto Scaling with tags, and with what registering does to a service.

moto 5.2.5 keeps no tags, moves no service into its range, keeps targets whose service is gone and
policies whose target is gone, and makes another ARN of a policy at every change.
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from moto.applicationautoscaling import urls
from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
    applicationautoscaling_backends,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.exceptions import JsonRESTError

from ._extension import Extension
from .autoscaler import Autoscaler
from .clock import Clock
from .settings import Settings
from .simulation.autoscaling import Activity
from .tracking import adjust

PAGE = 50


class ObjectNotFoundException(JsonRESTError):
    """No such target, policy or action."""

    def __init__(self, message: str) -> None:
        super().__init__("ObjectNotFoundException", message)


def install(settings: Settings) -> None:
    """Put this API in the place of moto's, before moto has made a backend."""
    Backend.settings = settings
    applicationautoscaling_backends.backend = Backend
    urls.url_paths["{0}/$"] = Api.dispatch


class Backend(Extension, ApplicationAutoscalingBackend):
    """One region."""

    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # By the ARN of a target.
        self.tags: dict[str, dict[str, str]] = {}
        self.autoscaler = Autoscaler()

    def advance(self, ecs: Any) -> None:
        """Let happen what alarms, policies and schedules have due, in its order with ECS."""
        cloudwatch: Any = cloudwatch_backends[self.account_id][self.region_name]
        self.autoscaler.advance(self, ecs, cloudwatch)

    @property
    def _ecs(self) -> Any:
        return self.ecs_backend

    def sweep(self) -> None:
        """Let targets go with their services, as AWS does."""
        for targets in self.targets.values():
            for place in [place for place in targets if not self._there(place)]:
                self._forget(targets.pop(place))

    def _there(self, place: str) -> bool:
        _, cluster, name = place.split("/")
        return any(
            each.name == name and each.cluster_arn.endswith(f"/{cluster}")
            for each in self._ecs.region.services.values()
            if each.status == "ACTIVE"
        )

    def _forget(self, target: FakeScalableTarget) -> None:
        place = target.resource_id
        self.tags.pop(target.arn, None)
        for key, policy in list(self.policies.items()):
            if policy.resource_id == place:
                policy.delete_alarms(self.account_id, self.region_name)
                del self.policies[key]
        self.scheduled_actions = [a for a in self.scheduled_actions if a.resource_id != place]

    def target(self, place: str, dimension: str) -> FakeScalableTarget:
        """Find a target. Raises ObjectNotFoundException."""
        found = self.targets.get(dimension, {}).get(place)
        if found is None:
            raise ObjectNotFoundException(
                "No scalable target registered for service namespace: ecs, resource ID: "
                f"{place}, scalable dimension: {dimension}"
            )
        return found

    def register_scalable_target(self, *args: Any, **kwargs: Any) -> FakeScalableTarget:
        """Register, and move the service into the range."""
        target = super().register_scalable_target(*args, **kwargs)
        _, cluster, name = target.resource_id.split("/")
        count = self._ecs.find(cluster, name).settings["desiredCount"]
        wanted = min(max(count, target.min_capacity or 0), target.max_capacity or 0)
        if wanted != count:
            cause = f"{'minimum' if wanted > count else 'maximum'} capacity was set to {wanted}"
            now = self.settings.clock.now()
            self.autoscaler.scale(self._ecs, target.resource_id, wanted, now, cause)
        return target

    def deregister_scalable_target(self, namespace: str, r_id: str, dimension: str) -> None:
        """Deregister, with policies and scheduled actions."""
        target = self.target(r_id, dimension)
        super().deregister_scalable_target(namespace, r_id, dimension)
        self._forget(target)

    def put_scaling_policy(
        self, policy_name: str, *args: Any, **kwargs: Any
    ) -> FakeApplicationAutoscalingPolicy:
        """Make a policy, or change one in place."""
        where = (kwargs["service_namespace"], kwargs["resource_id"], kwargs["scalable_dimension"])
        self.target(*where[1:])
        old = self.policies.get(FakeApplicationAutoscalingPolicy.formulate_key(*where, policy_name))
        made = super().put_scaling_policy(policy_name, *args, **kwargs)
        if old is not None:
            old.delete_alarms(self.account_id, self.region_name)
            made.policy_arn = old.policy_arn
            for alarm in made.alarms:
                alarm.alarm_actions = [f"{old.policy_arn}:createdBy/{alarm.name}"]
        adjust(made)
        return made

    def delete_scaling_policy(self, policy_name: str, *args: Any, **kwargs: Any) -> None:
        """Delete a policy."""
        if all(policy.policy_name != policy_name for policy in self.policies.values()):
            raise ObjectNotFoundException(f"No scaling policy found: {policy_name}")
        super().delete_scaling_policy(policy_name, *args, **kwargs)

    def put_scheduled_action(self, *args: Any, **kwargs: Any) -> None:
        """Make or change a scheduled action of a target."""
        self.target(kwargs["resource_id"], kwargs["scalable_dimension"])
        super().put_scheduled_action(*args, **kwargs)
        for action in self.scheduled_actions:
            if action.scheduled_action_name == kwargs["scheduled_action_name"]:
                action.creation_time = self.settings.clock.now()

    def delete_scheduled_action(
        self, service_namespace: str, scheduled_action_name: str, *args: Any, **kwargs: Any
    ) -> None:
        """Delete a scheduled action."""
        names: Iterable[str] = (a.scheduled_action_name for a in self.scheduled_actions)
        if scheduled_action_name not in names:
            raise ObjectNotFoundException(f"No scheduled action found: {scheduled_action_name}")
        super().delete_scheduled_action(service_namespace, scheduled_action_name, *args, **kwargs)


def _activity(place: str, activity: Activity, clock: Clock) -> dict[str, Any]:
    ended = activity.ended
    return {
        "ActivityId": activity.id,
        "ServiceNamespace": "ecs",
        "ResourceId": place,
        "ScalableDimension": "ecs:service:DesiredCount",
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": clock.when(activity.started).timestamp(),
        "StatusCode": activity.code,
        "StatusMessage": activity.message,
        **({"EndTime": clock.when(ended).timestamp()} if ended is not None else {}),
    }


class Api(ApplicationAutoScalingResponse):
    """One request. The public methods are operations."""

    @property
    def _backend(self) -> Backend:
        found: Any = self.applicationautoscaling_backend
        backend: Backend = found
        backend.sweep()
        return backend

    def call_action(self) -> Any:
        """Let go what went with a service before any operation looks."""
        self._backend.sweep()
        return super().call_action()

    def register_scalable_target(self) -> str:
        """Register; the tags of a new target are kept, an old one's only change by TagResource."""
        answer = super().register_scalable_target()
        tags = self._get_param("Tags") or {}
        self._backend.tags.setdefault(json.loads(answer)["ScalableTargetARN"], dict(tags))
        return answer

    def describe_scalable_targets(self) -> str:
        """Describe targets with their ARNs."""
        answer = json.loads(super().describe_scalable_targets())
        targets = self._backend.targets
        for item in answer["ScalableTargets"]:
            found = targets[item["ScalableDimension"]][item["ResourceId"]]
            item["ScalableTargetARN"] = found.arn
        return json.dumps(answer)

    def describe_scaling_activities(self) -> str:
        """Describe what has been done, the newest first."""
        backend = self._backend
        ecs: Any = backend.ecs_backend
        ecs.advance()
        place, start = self._get_param("ResourceId"), int(self._get_param("NextToken") or 0)
        end = start + int(self._get_param("MaxResults") or PAGE)
        found = [
            (name, each)
            for name, ledger in backend.autoscaler.ledgers.items()
            for each in ledger.activities
            if place in {None, name}
        ]
        found.sort(key=lambda pair: pair[1].started, reverse=True)
        shown = [_activity(name, each, ecs.clock) for name, each in found[start:end]]
        token = {"NextToken": str(end)} if end < len(found) else {}
        return json.dumps({"ScalingActivities": shown, **token})

    def list_tags_for_resource(self) -> str:
        """List a target's tags."""
        return json.dumps({"Tags": self._of(self._get_param("ResourceARN"))})

    def tag_resource(self) -> str:
        """Set some of a target's tags."""
        self._of(self._get_param("ResourceARN")).update(self._get_param("Tags"))
        return "{}"

    def untag_resource(self) -> str:
        """Take some of a target's tags away."""
        tags = self._of(self._get_param("ResourceARN"))
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return "{}"

    def _of(self, arn: str) -> dict[str, str]:
        found = self._backend.tags.get(arn)
        if found is None:
            raise JsonRESTError("ResourceNotFoundException", f"{arn} is not there")
        return found
