"""A schedule that runs a task, in a group of the stack's own.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, code_of
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags, given
from provisioner.engine.owner import ADDRESS
from provisioner.resources.scheduler import _common
from provisioner.resources.scheduler._record import address_in, record

VPC = "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration"
DEFAULTS: Mapping[str, Any] = {
    "ScheduleExpressionTimezone": "UTC",
    "State": "ENABLED",
    "ActionAfterCompletion": "NONE",
}
"""What a schedule has where nothing is said."""
RETRY_POLICY = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


class Schedule(Kind):
    """Its group carries the tags; the description says which of the stack's schedules it is."""

    name = "scheduler.schedule"
    api = Api("scheduler", "CreateSchedule", "UpdateSchedule")
    grants = (
        Grant("read", "scheduler:ListSchedules"),
        Grant("read", "scheduler:GetSchedule", "scheduler:schedule/{GroupName}/{Name}"),
        Grant("create", "scheduler:CreateSchedule", "scheduler:schedule/{GroupName}/{Name}"),
        Grant("update", "scheduler:UpdateSchedule", "scheduler:schedule/{GroupName}/{Name}"),
        Grant(
            "create",
            "iam:PassRole",
            "{=Target.RoleArn}",
            when={"iam:PassedToService": "scheduler.amazonaws.com"},
        ),
        Grant(
            "update",
            "iam:PassRole",
            "{=Target.RoleArn}",
            when={"iam:PassedToService": "scheduler.amazonaws.com"},
        ),
        Grant("delete", "scheduler:DeleteSchedule", "scheduler:schedule/{GroupName}/{Name}"),
    )
    fields = (
        "Name", "GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "State",
        "FlexibleTimeWindow", "Target", "StartDate", "EndDate", "KmsKeyArn",
        "ActionAfterCompletion",
    )  # fmt: skip
    identity = ("Name", "GroupName")
    name_limit = 64
    uses = frozenset({"ec2.subnet",
        _common.GROUP, "ecs.cluster", "ecs.task_definition", "iam.role", "ec2.security_group",
        "logs.log_group",
    })  # fmt: skip
    immutable = frozenset({"Name", "GroupName"})
    rules = Rules(unordered=frozenset({f"{VPC}.Subnets", f"{VPC}.SecurityGroups"}))
    retries = (
        # A role made a moment ago cannot be assumed yet.
        Retry("create", "ValidationException", containing="assume"),
        Retry("update", "ValidationException", containing="assume"),
        Retry("create", "ResourceNotFoundException", seconds=60),  # the group, just made
        Retry("update", "ConflictException", seconds=60),
        Retry("delete", "ConflictException", seconds=60),
    )
    exists = ("ConflictException",)
    absent = ("ResourceNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        client = aws.client("scheduler")
        groups = {group.name: group for group in _common.groups(aws, scope)}
        mine = [name for name in sorted(groups) if scope.ours(groups[name].tags)]
        places = [
            (group, item["Name"])
            for group in mine
            for item in aws.pages("scheduler", "list_schedules", "Schedules", GroupName=group)
        ]
        reads = aws.gather(lambda at: self._read(client, *at), places)
        for (group, _), item in zip(places, reads, strict=True):
            if item is not None:
                yield self._live(item, self._tags(item, groups[group], scope))

    def _read(self, client: Any, group: str, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = client.get_schedule(GroupName=group, Name=name)
        except ClientError as error:
            if code_of(error) in self.absent:
                return None
            raise
        return found

    def _tags(self, item: Mapping[str, Any], group: _common.Group, scope: Scope) -> Tags:
        """Those of its group, with its own address; none where somebody else put it there."""
        address = address_in(item.get("Description"))
        if not address:
            return {}
        return scope.tags.get(address) or {**group.tags, ADDRESS: address}

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        arguments = {**self.request(want), "Description": record(tags[ADDRESS])}
        arn = aws.client("scheduler").create_schedule(**arguments)["ScheduleArn"]
        return self._live({**want, "Arn": arn}, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """UpdateSchedule resets what it is not given: everything is sent."""
        kept = {k: v for k, v in live.properties.items() if k not in want and v is not None}
        arguments = given({**kept, **self.request(want)})
        aws.client("scheduler").update_schedule(**arguments, Description=record(live.tags[ADDRESS]))

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("scheduler").delete_schedule(
            Name=live.properties["Name"], GroupName=live.properties["GroupName"]
        )

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """A schedule has no tags; its group has them."""

    def canonical(self, properties: Properties) -> Properties:
        plain = {**properties}
        for name, value in DEFAULTS.items():
            if name in plain and plain[name] is None:
                plain[name] = value
        target = plain.get("Target")
        if target:
            policy = {**RETRY_POLICY, **(target.get("RetryPolicy") or {})}
            plain["Target"] = {**target, "RetryPolicy": policy}
        return plain

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        outputs = {"Arn": item["Arn"], "Name": item["Name"]}
        return Live(self.name, item["Arn"], tags, properties, outputs)
