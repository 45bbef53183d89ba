"""A group of schedules: what carries the tags that schedules cannot have.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, code_of
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_list
from provisioner.resources.scheduler import _common
from provisioner.resources.scheduler._record import address_in


class ScheduleGroup(Kind):
    """AWS deletes a group with every schedule in it."""

    name = "scheduler.schedule_group"
    api = Api("scheduler", "CreateScheduleGroup")
    grants = (
        Grant("read", "scheduler:ListScheduleGroups"),
        Grant("read", "scheduler:ListSchedules"),
        Grant("read", "scheduler:GetSchedule", "scheduler:schedule/{Name}/*"),
        Grant(
            "read",
            "scheduler:GetScheduleGroup scheduler:ListTagsForResource",
            "scheduler:schedule-group/{Name}",
        ),
        Grant(
            "create",
            "scheduler:CreateScheduleGroup scheduler:TagResource",
            "scheduler:schedule-group/{Name}",
        ),
        Grant("update", "scheduler:TagResource", "scheduler:schedule-group/{Name}"),
        Grant("delete", "scheduler:DeleteScheduleGroup", "scheduler:schedule-group/{Name}"),
        Grant("delete", "scheduler:DeleteSchedule", "scheduler:schedule/{Name}/*"),
    )
    fields = ("Name",)
    identity = ("Name",)
    name_limit = 64
    immutable = frozenset({"Name"})
    retries = (Retry("delete", "ConflictException", seconds=300),)
    exists = ("ConflictException",)
    absent = ("ResourceNotFoundException",)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        for group in _common.groups(aws, scope):
            yield self._live(group.name, group.arn, group.tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        arn = aws.client("scheduler").create_schedule_group(
            **self.request(want), Tags=tag_list(tags)
        )["ScheduleGroupArn"]
        return self._live(want["Name"], arn, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Never called: a group is its name."""

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("scheduler").delete_schedule_group(Name=live.properties["Name"])

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("scheduler").tag_resource(ResourceArn=live.id, Tags=tag_list(tags))

    def lingering(self, aws: Aws, live: Live) -> str:
        """The group goes after its schedules, in AWS's own time."""
        try:
            group = aws.client("scheduler").get_schedule_group(Name=live.properties["Name"])
        except ClientError as error:
            if code_of(error) in self.absent:
                return ""
            raise
        return str(group["State"]).lower()

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """Schedules that somebody else put into the group would go with it."""
        client, name = aws.client("scheduler"), live.properties["Name"]
        for item in aws.pages("scheduler", "list_schedules", "Schedules", GroupName=name):
            schedule = client.get_schedule(GroupName=name, Name=item["Name"])
            if not address_in(schedule.get("Description")):
                yield f"holds a schedule that is not the stack's: {item['Name']}"

    def _live(self, name: str, arn: str, tags: Tags) -> Live:
        return Live(self.name, arn, tags, {"Name": name}, {"Arn": arn, "Name": name})
