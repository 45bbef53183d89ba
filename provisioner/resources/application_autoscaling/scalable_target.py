"""An ECS service whose number of tasks is scaled, between a minimum and a maximum.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html

AWS makes its service-linked role AWSServiceRoleForApplicationAutoScaling_ECSService by itself at
the first registration (the caller needs iam:CreateServiceLinkedRole), and moves a service whose
count is out of range into the range at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope, changed
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources.application_autoscaling import _common

SETTINGS = ("MinCapacity", "MaxCapacity", "SuspendedState")


class ScalableTarget(Kind):
    """It goes with its service, and its policies and scheduled actions go with it."""

    name = _common.TARGET
    api = Api(_common.SERVICE, "RegisterScalableTarget", "RegisterScalableTarget")
    grants = (
        Grant("read", "application-autoscaling:DescribeScalableTargets"),
        Grant("read", "application-autoscaling:ListTagsForResource"),
        Grant(
            "create",
            "application-autoscaling:RegisterScalableTarget",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
        Grant(
            "create",
            "application-autoscaling:TagResource",
            "application-autoscaling:scalable-target/*",
            tagged="request",
        ),
        Grant(
            "create",
            "iam:CreateServiceLinkedRole",
            "iam:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/*",
            when={"iam:AWSServiceName": "ecs.application-autoscaling.amazonaws.com"},
        ),
        Grant(
            "update",
            "application-autoscaling:RegisterScalableTarget",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
        Grant(
            "update",
            "application-autoscaling:TagResource",
            "application-autoscaling:scalable-target/*",
            tagged="resource",
        ),
        Grant(
            "delete",
            "application-autoscaling:DeregisterScalableTarget",
            "application-autoscaling:scalable-target/*",
            when={"application-autoscaling:service-namespace": "ecs"},
        ),
    )
    fields = (*_common.PLACE, *SETTINGS)
    identity = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    uses = frozenset({"ecs.cluster", "ecs.service"})
    goes_with = "ecs.service"
    immutable = frozenset(_common.PLACE)
    replacement = "delete-first"
    retries = (
        # A service made a moment ago is not visible everywhere; nor is the service-linked role.
        Retry("create", "ValidationException", containing="ECS service doesn't exist"),
        Retry("create", "ValidationException", containing="Unable to assume IAM role"),
        Retry("create", "ConcurrentUpdateException"),
        Retry("update", "ConcurrentUpdateException"),
        Retry("delete", "ConcurrentUpdateException"),
    )
    absent = ("ObjectNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = {"SuspendedState": Effect.NONE}

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        for item, tags in _common.targets(aws, scope):
            yield self._live(item, tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client(_common.SERVICE).register_scalable_target(
            **self.request(want), Tags=dict(tags)
        )
        arn = answer.get("ScalableTargetARN", "")
        return self._live({**self.request(want), "ScalableTargetARN": arn}, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client(_common.SERVICE).register_scalable_target(
            **_common.where(live), **changed(want, changes, *SETTINGS)
        )

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client(_common.SERVICE).deregister_scalable_target(**_common.where(live))

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client(_common.SERVICE).tag_resource(ResourceARN=live.id, Tags=dict(tags))

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        arn = item.get("ScalableTargetARN") or item["ResourceId"]
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Id": item["ResourceId"]})
