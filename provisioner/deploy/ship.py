"""Another image for services that run: one new revision and one UpdateService each, no more.

The new revision is the one that the service was told to run last, with another image: whatever
else has changed in the spec waits for `apply`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.deploy import source, steps
from provisioner.deploy.places import DEFINITION, Place
from provisioner.engine.aws import Aws, explain
from provisioner.engine.kind import Effect
from provisioner.engine.model import Change, Live, Ref, Resource
from provisioner.engine.owner import ADDRESS, BY, IMAGE_TAG, STACK
from provisioner.engine.step import Step
from provisioner.errors import PlanError, UsageError
from provisioner.resources.ecr import _images as images
from provisioner.resources.ecs._once import RUN, WHERE, YES
from provisioner.resources.ecs.task_definition import TaskDefinition
from provisioner.rollout import pushing

IMAGES = ("containerDefinitions", "image")


@dataclass(frozen=True, slots=True)
class Wish:
    """`--image app=1.4.2`, or `app/nginx=…` for another container than the application's."""

    service: str
    container: str
    version: str


@dataclass(frozen=True, slots=True)
class Image:
    """What a container is to run: the whole reference, by digest where that can be known."""

    service: str
    container: str
    before: str
    after: str
    tag: str
    digest: str
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON's types."""
        return {
            "service": self.service,
            "container": self.container,
            "before": self.before,
            "after": self.after,
            "tag": self.tag or None,
            "digest": self.digest or None,
            "note": self.note or None,
        }


@dataclass(frozen=True, slots=True)
class Shipment:
    """The images, and the steps that bring them: two per service whose image changes.

    One where the image was deployed before, and does not serve yet.
    """

    images: tuple[Image, ...]
    steps: tuple[Step, ...]


def wish(text: str) -> Wish:
    """Read `SERVICE[/CONTAINER]=IMAGE`. Raises UsageError."""
    name, separator, version = text.partition("=")
    service, _, container = name.partition("/")
    if not separator or not service or not version:
        raise UsageError(f"--image {text}: expected SERVICE=TAG, SERVICE=sha256:… or a reference")
    digest = version if version.startswith(images.DIGEST) else version.partition("@")[2]
    if ("@" in version or digest) and not images.WHOLE_DIGEST.fullmatch(digest):
        raise UsageError(
            f"--image {text}: the digest is {digest or 'empty'}; "
            "expected sha256: and 64 hexadecimal digits, as `revisions --json` shows it"
        )
    return Wish(service, container, version)


def ship(aws: Aws, places: Iterable[Place], wishes: Iterable[Wish]) -> Shipment:
    """What to do for these images. Reads only.

    Raises PlanError where an image is not in its repository, UsageError, NoAccess.
    """
    asked = list(wishes)
    found: list[Image] = []
    made: list[Step] = []
    try:
        for place in places:
            definition = TaskDefinition().read(aws, place.serving)
            if definition is None:
                raise PlanError(f"{place.wanted.address}: {place.serving} is not ACTIVE any more")
            mine = [one for one in asked if one.service == place.name]
            chosen = [_choose(aws, place, definition, one) for one in mine]
            if len({one.container for one in chosen}) < len(chosen):
                raise UsageError(f"--image names a container of {place.name} twice: which one?")
            found += chosen
            made += _steps(aws, place, definition, chosen)
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    return Shipment(tuple(found), tuple(made))


def _choose(aws: Aws, place: Place, definition: Live, one: Wish) -> Image:
    name = one.container or place.main
    containers = {c["name"]: c for c in definition.properties["containerDefinitions"]}
    if name not in containers:
        raise UsageError(
            f"{place.name} has no container {name}; its containers: {', '.join(containers)}"
        )
    before = str(containers[name]["image"])
    named = source.read(place, name, before, one.version)
    version = named.digest or named.tag
    if not named.ours:
        note = f"{named.base} is no repository of ECR: it is taken as it is"
        return Image(place.name, name, before, _reference(named), named.tag, named.digest, note)
    there = images.digests(
        aws, named.repository, [version], account=named.account, region=named.region
    )
    if version not in there:
        raise PlanError(f"{place.wanted.address}: {_missing(aws, named, version)}")
    digest = there[version]
    return Image(place.name, name, before, named.pinned(digest), named.tag, digest)


def _missing(aws: Aws, named: images.Reference, version: str) -> str:
    if not images.there_is(aws, named):
        return (
            f"there is no repository {named.repository} in account {named.account}, "
            f"{named.region}; apply makes those of the spec"
        )
    push = pushing.command(named.at(named.tag or "TAG"), aws.endpoint)
    return f"{named.repository} has no image {version}; push it first: {push}"


def _reference(named: images.Reference) -> str:
    return named.pinned(named.digest) if named.digest else named.at(named.tag)


def _steps(aws: Aws, place: Place, definition: Live, chosen: Iterable[Image]) -> list[Step]:
    new = {one.container: one for one in chosen if one.after != one.before}
    if not new:
        return steps.unfinished(place)
    containers = [
        {**one, "image": new[one["name"]].after} if one["name"] in new else one
        for one in definition.properties["containerDefinitions"]
    ]
    resource = Resource(
        DEFINITION,
        place.name,
        {**definition.properties, "containerDefinitions": containers},
        tags=_own(definition.tags, place.definition.tags),
        born=_born(definition, place.definition, new),
    )
    changes = tuple(
        Change((IMAGES[0], one.container, IMAGES[1]), one.before, one.after) for one in new.values()
    )
    register = Step(
        "create", resource.address, DEFINITION, "new revision", Effect.NONE, resource, definition,
        changes,
    )  # fmt: skip
    before = [step for task in place.before for step in _first(aws, task, list(new.values()))]
    needs = (register.key, *(step.key for step in before))
    roll = steps.roll_to(place, Ref(resource.address, "Arn"), "new image", *needs)
    return [register, *before, roll]


def _first(aws: Aws, task: Resource, new: list[Image]) -> list[Step]:
    """The task that must go well before, with the same new image, where it is from there."""
    family = str(task.properties["family"])
    live = TaskDefinition().read(aws, family)
    if live is None:
        raise PlanError(f"{task.address} is not registered yet; apply does it")
    bases = {images.read(name).base: one for one in new for name in (one.before, one.after)}
    changes, containers = [], []
    others: dict[str, Image] = {}
    for one in live.properties[IMAGES[0]]:
        image = bases.get(images.read(one["image"]).base)
        containers.append({**one, "image": image.after} if image else one)
        if image and image.after != one["image"]:
            changes.append(Change((IMAGES[0], one["name"], IMAGES[1]), one["image"], image.after))
            others[one["name"]] = image
    has_run = TaskDefinition().has_run(aws, family, containers) if changes else None
    if live.properties[RUN] == YES if has_run is None else has_run:
        return []
    wanted = {name: task.properties[name] for name in (RUN, WHERE)}
    resource = Resource(
        DEFINITION, task.name, {**live.properties, IMAGES[0]: containers, **wanted},
        tags=_own(live.tags, task.tags), initial=task.initial, born=_born(live, task, others),
    )  # fmt: skip
    action: Literal["create", "update"] = "create" if changes else "update"
    found = tuple(changes) or (Change((RUN,), live.properties[RUN], YES),)
    reason = "runs before the service"
    return [Step(action, resource.address, DEFINITION, reason, Effect.NONE, resource, live, found)]


def _own(live: Mapping[str, str], wanted: Mapping[str, str]) -> Mapping[str, str]:
    """The tags of the revision before; of one that somebody else registered, the spec's."""
    ours = {key: value for key, value in live.items() if not key.startswith(BY)}
    return {**wanted, **{k: v for k, v in ours.items() if k not in (STACK, ADDRESS)}}


def _born(live: Live, wanted: Resource, new: Mapping[str, Image]) -> dict[str, str]:
    """What is written on a new revision alone: by which tags its digests were found.

    `new` by container. An image that stays keeps the tag that its revision had, and what the spec
    says is of neither.
    """
    kept = {key: value for key, value in wanted.born.items() if not key.startswith(IMAGE_TAG)}
    stays = {
        key: value
        for key, value in live.tags.items()
        if key.startswith(IMAGE_TAG) and key.removeprefix(IMAGE_TAG) not in new
    }
    found = {f"{IMAGE_TAG}{name}": x.tag for name, x in new.items() if x.tag and x.digest}
    return {**kept, **stays, **found}
