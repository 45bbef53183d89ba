"""What the scaling kinds share: the scalable targets of the stack's services, asked for once.

Only a scalable target can carry tags. Its policies and scheduled actions are ours when it is and
their name has the stack's form, `<stack>-<what>-<environment>`; others' stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.kind import Retry, Scope
from provisioner.engine.model import Live, Properties, Tags
from provisioner.engine.owner import ADDRESS, SCALED, STACK
from provisioner.resources._tags import batches, indexed, sought, tags_of
from provisioner.resources.ecs._common import clusters

SERVICE = "application-autoscaling"
TARGET = "application_autoscaling.scalable_target"
PLACE = ("ServiceNamespace", "ResourceId", "ScalableDimension")
"""What tells a scalable target, and names it in every other call."""
NAMESPACE = "ecs"
DIMENSION = "ecs:service:DesiredCount"
TARGETS_LIMIT = 50
RETRIES = (
    # A target registered a moment ago is not visible everywhere.
    Retry("create", "ObjectNotFoundException"),
    Retry("create", "ConcurrentUpdateException"),
    Retry("update", "ConcurrentUpdateException"),
    Retry("delete", "ConcurrentUpdateException"),
)
"""For what hangs on a scalable target."""


def targets(aws: Aws, scope: Scope) -> list[tuple[dict[str, Any], Tags]]:
    """The scalable targets of the services that are wanted or ours, with their tags."""
    return aws.once("scalable-targets", lambda: _targets(aws, scope))


def _targets(aws: Aws, scope: Scope) -> list[tuple[dict[str, Any], Tags]]:
    services = indexed(aws, scope, "ecs/service")
    scaled = any(SCALED in tags for tags in services.values())
    if not scaled and not sought(aws, scope, TARGET, f"{SERVICE}/scalable-target"):
        return []
    places = {
        f"service/{cluster}/{name}"
        for cluster in clusters(aws, scope)
        for name in scope.names.get("ecs.service", ())
    }
    places |= {arn.split(":", 5)[5] for arn in services}

    def find(some: list[str]) -> list[dict[str, Any]]:
        return aws.pages(
            SERVICE, "describe_scalable_targets", "ScalableTargets",
            ServiceNamespace=NAMESPACE, ScalableDimension=DIMENSION, ResourceIds=some,
        )  # fmt: skip

    found = [t for some in aws.gather(find, batches(sorted(places), TARGETS_LIMIT)) for t in some]
    return list(zip(found, aws.gather(lambda t: _tags(aws, scope, t), found), strict=True))


def _tags(aws: Aws, scope: Scope, target: Mapping[str, Any]) -> Tags:
    """The tags of a target; one from the time before there were tags has no ARN and none."""
    arn = target.get("ScalableTargetARN")

    def ask(arn: str) -> Tags:
        try:
            found: Tags = aws.client(SERVICE).list_tags_for_resource(ResourceARN=arn)["Tags"]
        except ClientError as error:
            if says(error, ("ResourceNotFoundException",)):  # it went with its service just now
                return {}
            raise
        return found

    return tags_of(aws, scope, arn, ask) if arn else {}


def parts(
    aws: Aws, scope: Scope, operation: str, result: str
) -> Iterator[tuple[dict[str, Any], Tags]]:
    """Policies or scheduled actions of our targets, each with the tags of its target."""
    ours = [(target, tags) for target, tags in targets(aws, scope) if scope.ours(tags)]

    def find(target: Mapping[str, Any]) -> list[dict[str, Any]]:
        return aws.pages(SERVICE, operation, result, **place(target))

    for (_, tags), found in zip(ours, aws.gather(find, [t for t, _ in ours]), strict=True):
        yield from ((item, tags) for item in found)


def inherited(kind: str, scope: Scope, name: str, target: Tags) -> dict[str, str]:
    """The tags that a part of a target would carry if it could; none where it is not ours."""
    stack, _, environment = scope.stack.partition("/")
    ending = f"-{environment}" if environment else ""
    what = name.removeprefix(f"{stack}-").removesuffix(ending)
    if f"{stack}-{what}{ending}" != name:
        return {}
    return {STACK: scope.stack, ADDRESS: f"{kind}/{target[ADDRESS].split('/', 1)[1]}/{what}"}


def place(properties: Properties) -> dict[str, Any]:
    """The three words that say which target."""
    return {name: properties[name] for name in PLACE}


def where(live: Live) -> dict[str, Any]:
    """The same of a live thing."""
    return place(live.properties)
