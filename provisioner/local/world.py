"""The world around the ECS of one account and region, which is moto's other services.

Imported late: moto is slow to import.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatch
from functools import partial
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import camelcase_to_underscores
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from . import events
from .elbv2_targets import serving, weigh, weights
from .network_interfaces import NoAddress
from .reach import full, places, unreachable
from .settings import Settings, drop
from .simulation.notices import DEPLOYMENT, TASK
from .simulation.reasons import ABSENT_GROUP, NO_LOGS
from .simulation.script import containers, filled, from_ecr
from .simulation.surroundings import Address, Group, Shape
from .simulation.task import Container, Task
from .sources import unreadable
from .task_views import task_view
from .throttles import ON_DEMAND, SPOT, Throttles
from .wire import Call

_ECR = re.compile(r"(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com/([^:@]+)(?::([^@]+))?(?:@(.+))?")
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/(?:.*/)?([\w+=,.@-]+)")
ATTACHMENT = "arn:aws:ecs:{region}:{account}:attachment/{id}"
# Stopped tasks are shown for so long (ECS Developer Guide); where the clock races, for so many real
# seconds at least: those who wait for one ask now and then, by their own clocks.
REMEMBERED = 3600.0
SEEN = 120.0
# Seconds that a task's network interface outlives it; AWS gives no number.
LINGERS = 30.0
# Seconds until a new role can be assumed: AWS gives no number (IAM user guide,
# Changes that I make are not always immediately visible).
ASSUMABLE_AFTER = 10.0


class World:
    """`Surroundings`, over moto."""

    def __init__(self, account: str, region: str, partition: str, settings: Settings) -> None:
        self._account, self._region, self._partition = account, region, partition
        self._settings = settings
        self._definitions: dict[str, Shape] = {}
        self._launches = Throttles()
        self._addresses = 0
        self._groups: dict[str, Group] = {}

    def fresh(self) -> None:
        """Look at the target groups anew: they may have been changed."""
        self._groups.clear()

    def register(self, arn: str, definition: Shape) -> None:
        """Know a task definition."""
        self._definitions[arn] = definition

    def definition(self, arn: str) -> Shape:
        return self._definitions[arn]

    def tags(self, arn: str) -> Sequence[Mapping[str, str]]:
        found: Sequence[Mapping[str, str]] = ecs_backends[self._account][
            self._region
        ].list_tags_for_resource(arn)
        return found or []

    def group(self, arn: str) -> Group:
        if arn not in self._groups:
            self._groups[arn] = self._group(arn)
        return self._groups[arn]

    def _group(self, arn: str) -> Group:
        groups = elbv2_backends[self._account][self._region]
        found = groups.target_groups.get(arn)
        if found is None:
            return Group(used=False, drain=0)
        return Group(
            interval=float(found.health_check_interval_seconds),
            passes=int(found.healthy_threshold_count),
            fails=int(found.unhealthy_threshold_count),
            drain=float(str(found.attributes["deregistration_delay.timeout_seconds"])),
            used=bool(serving(groups, arn)),
            port=int(found.port),
            path=str(found.health_check_path or "/"),
        )

    def launches(self, provider: str, at: float, number: int = 1) -> bool:
        if not self._settings.throttles:
            return True
        kind = SPOT if provider == "FARGATE_SPOT" else ON_DEMAND
        call = Call("fargate", kind, write=True, region=self._region)
        return self._launches.allows(call, at, number=number)

    def attach(self, network: Shape, task: str) -> Address | None:
        vpc = network.get("awsvpcConfiguration", {})
        backend = ec2_backends[self._account][self._region]
        subnets = places(backend, network)
        if not subnets:
            return None
        self._addresses += 1
        try:
            made = backend.create_network_interface(
                backend.get_subnet(subnets[self._addresses % len(subnets)]),
                [],
                group_ids=[
                    each
                    for each in vpc.get("securityGroups", ())
                    if backend.get_security_group_from_id(each)
                ],
                description=ATTACHMENT.format(
                    region=self._region, account=self._account, id=task.rpartition("/")[2]
                ),
            )
        except NoAddress:
            return None
        made.status, made.requester_managed = "in-use", True
        return Address(
            made.id,
            str(made.private_ip_address),
            made.subnet.id,
            made.mac_address,
            made.subnet.availability_zone,
        )

    def detach(self, address: Address) -> None:
        enis = ec2_backends[self._account][self._region].enis
        self._settings.later(LINGERS, partial(drop, enis, address.id))

    def remembers(self) -> float:
        return self._settings.clock.at_least(REMEMBERED, SEEN)

    def digest(self, image: str) -> str | None:
        ours = _ECR.fullmatch(image)
        pretended = f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"
        if not ours:
            return pretended
        account, region, name, tag, digest = ours.groups()
        repository = ecr_backends[account][region].repositories.get(name)
        for each in repository.images if repository else ():
            if (digest and each.get_image_digest() == digest) or (
                not digest and (tag or "latest") in each.image_tags
            ):
                return str(each.get_image_digest())
        return None if self._settings.strict_images else pretended

    def missing(self, definition: Shape) -> str:
        for each in definition["containerDefinitions"]:
            options = each.get("logConfiguration", {}).get("options") or {}
            name = options.get("awslogs-group")
            if name and not self._log_group(options):
                return NO_LOGS.replace("{why}", ABSENT_GROUP)
            for secret in each.get("secrets") or ():
                if why := unreadable(self._account, self._region, secret["valueFrom"]):
                    return why
        return ""

    def unreachable(self, definition: Shape, network: Shape, address: Address | None) -> str:
        backend = ec2_backends[self._account][self._region]
        if address is None:
            return full(backend, network)
        reason = unreachable(backend, definition, network, address.subnet)
        if not reason:
            return ""
        made = containers(definition, self, "", 0)
        reason = reason.replace("{region}", self._region)
        return filled(reason, definition, next((c for c in made if _about(c, reason)), made[0]))

    def announce(self, subject: str, kind: str, detail: Shape, at: float) -> None:
        stamp = "updatedAt" if kind == DEPLOYMENT else "createdAt"
        self._tell(subject, kind, {**detail, stamp: self._iso(at)}, at)

    def task_changed(self, task: object, at: float) -> None:
        if isinstance(task, Task) and events.wanted(self._account, self._region):
            view = task_view(task, at, self._settings.clock.when)
            detail = json.loads(json.dumps(view, default=_iso))
            self._tell(task.arn, TASK, {**detail, "updatedAt": self._iso(at)}, at)

    def _tell(self, subject: str, kind: str, detail: Shape, at: float) -> None:
        if events.wanted(self._account, self._region):
            time = self._iso(at)
            made = events.event(self._account, self._region, time, kind, subject, detail)
            events.deliver(self._account, self._region, made, at)

    def _iso(self, at: float) -> str:
        return _iso(self._settings.clock.when(at))

    def unassumable(self, definition: Shape) -> str:
        asked = [str(definition.get(each, "")) for each in ("executionRoleArn", "taskRoleArn")]
        return next((role for role in asked if not self.assumable(role)), "")

    def assumable(self, role: str) -> bool:
        found = _ROLE.fullmatch(role)
        if not found:
            return True
        roles = iam_backends[self._account][self._partition]
        names = {role.name for role in roles.roles.values()}
        if self._settings.consistency:
            late = self._settings.clock.now() - ASSUMABLE_AFTER
            names -= {name for name, born in vars(roles)["born"].items() if born > late}
        return found[1] in names

    def fates(self, image: str, service: str) -> Sequence[str]:
        return [
            *self._tags(image),
            *(
                words
                for pattern, words in self._settings.fates.items()
                if fnmatch(image, pattern) or fnmatch(service, pattern)
            ),
        ]

    def _tags(self, image: str) -> Sequence[str]:
        """The tags of an image that is named by its digest: they say what becomes of it."""
        found = _ECR.fullmatch(image)
        if found is None or not found.groups()[4]:
            return []
        account, region, name, _, digest = found.groups()
        repository = ecr_backends[account][region].repositories.get(name)
        mine = (
            [i for i in repository.images if i.get_image_digest() == digest] if repository else ()
        )
        return [tag for each in mine for tag in each.image_tags]

    def weights(self, rule: str) -> Mapping[str, float] | None:
        return weights(elbv2_backends[self._account][self._region], rule)

    def weigh(self, rule: str, percents: Mapping[str, float]) -> None:
        weigh(elbv2_backends[self._account][self._region], rule, percents)
        self._groups.clear()

    def ringing(self, alarms: Sequence[str]) -> Sequence[str]:
        known = cloudwatch_backends[self._account][self._region].alarms
        return [each for each in alarms if each in known and known[each].state_value == "ALARM"]

    def evaluation(self, alarms: Sequence[str]) -> float:
        known = cloudwatch_backends[self._account][self._region].alarms
        found = [known[each] for each in alarms if each in known]
        lengths = [float((each.period or 0) * (each.evaluation_periods or 1)) for each in found]
        return max(lengths, default=0)

    def log(self, container: Shape, task: str, at: float, lines: Sequence[str]) -> None:
        options = container.get("logConfiguration", {}).get("options") or {}
        prefix = options.get("awslogs-stream-prefix")
        group = self._log_group(options)
        if not prefix or group is None or not lines:
            return
        stream = f"{prefix}/{container['name']}/{task}"
        if stream not in group.streams:
            group.create_log_stream(stream)
        stamp = int(self._settings.clock.wall(at) * 1000)
        group.put_log_events(stream, [{"timestamp": stamp, "message": line} for line in lines])

    def _log_group(self, options: Mapping[str, Any]) -> Any:
        logs = logs_backends[self._account][options.get("awslogs-region", self._region)]
        name = options.get("awslogs-group", "")
        if name and name not in logs.groups and options.get("awslogs-create-group") == "true":
            logs.create_log_group(name, {})
        return logs.groups.get(name)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _about(container: Container, reason: str) -> bool:
    """Whether it is this container for which a task cannot get out."""
    if "{secret}" in reason:
        return bool(container.definition.get("secrets"))
    return from_ecr(container.image) == ("{image}" in reason)


def plain(definition: Any) -> dict[str, Any]:
    """Return moto's record of a task definition in the words of the API."""
    words = "containerDefinitions executionRoleArn taskRoleArn family cpu memory runtimePlatform"
    found = {
        each: getattr(definition, camelcase_to_underscores(each), None) for each in words.split()
    }
    found["taskDefinitionArn"] = definition.arn
    return {name: value for name, value in found.items() if value is not None}
