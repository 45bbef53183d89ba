"""A CloudWatch Logs log group with its retention.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import indexed, tags_of

ECS_PREFIX = "/ecs/"
KEY = "kmsKeyId"


class LogGroup(Kind):
    """`retentionInDays` None means never expire.

    `kmsKeyId` is the ARN of a key whose policy lets CloudWatch Logs use it. One that somebody has
    set stays unless another is declared.
    """

    name = "logs.log_group"
    api = Api("logs", "CreateLogGroup", "PutRetentionPolicy")
    grants = (
        Grant("read", "logs:DescribeLogGroups"),
        Grant(
            "read",
            "logs:ListTagsForResource logs:FilterLogEvents",
            "logs:log-group:{logGroupName}",
        ),
        Grant("read", "logs:GetLogEvents", "logs:log-group:{logGroupName}:log-stream:*"),
        Grant("create", "logs:CreateLogGroup logs:TagResource", "logs:log-group:{logGroupName}"),
        Grant(
            "update",
            "logs:PutRetentionPolicy logs:DeleteRetentionPolicy logs:TagResource",
            "logs:log-group:{logGroupName}",
        ),
        Grant("create", "logs:AssociateKmsKey", "logs:log-group:{logGroupName}", having=KEY),
        Grant("update", "logs:AssociateKmsKey", "logs:log-group:{logGroupName}", having=KEY),
        Grant("delete", "logs:DeleteLogGroup", "logs:log-group:{logGroupName}"),
    )
    fields = ("logGroupName", "logGroupClass", KEY)
    identity = ("logGroupName",)
    immutable = frozenset({"logGroupName", "logGroupClass"})
    retries = (
        # Another change of the same group is under way.
        Retry("create", "OperationAbortedException", seconds=60),
        Retry("update", "OperationAbortedException", seconds=60),
        Retry("delete", "OperationAbortedException", seconds=60),
    )
    exists = ("ResourceAlreadyExistsException",)
    absent = ("ResourceNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = {"retentionInDays": Effect.NONE, KEY: Effect.NONE}
    holds_data = True

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        prefix = ECS_PREFIX + scope.prefix
        names = set(scope.names.get(self.name, ()))
        names |= {arn.split(":")[6] for arn in indexed(aws, scope, "logs/log-group")}
        odd = sorted(name for name in names if not name.startswith(prefix))

        def find(start: str) -> list[dict[str, Any]]:
            return aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=start)

        found = {
            group["logGroupName"]: group
            for some in aws.gather(find, [prefix, *odd])
            for group in some
        }
        near = [g for name, g in sorted(found.items()) if name.startswith(prefix) or name in names]
        yield from aws.gather(lambda group: self._read(aws, scope, group), near)

    def _read(self, aws: Aws, scope: Scope, group: dict[str, Any]) -> Live:
        def ask(arn: str) -> Tags:
            tags: Tags = aws.client("logs").list_tags_for_resource(resourceArn=arn)["tags"]
            return tags

        arn = group["arn"].removesuffix(":*")
        return self._live(arn, group, tags_of(aws, scope, arn, ask))

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        aws.client("logs").create_log_group(**self.request(want), tags=dict(tags))
        name = want["logGroupName"]
        found = aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name)
        group = next((g for g in found if g["logGroupName"] == name), {"logGroupName": name})
        return self._live(str(group.get("arn", name)).removesuffix(":*"), group, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client, name = aws.client("logs"), want["logGroupName"]
        if touched(changes, "retentionInDays") and want["retentionInDays"]:
            client.put_retention_policy(logGroupName=name, retentionInDays=want["retentionInDays"])
        elif touched(changes, "retentionInDays"):
            client.delete_retention_policy(logGroupName=name)
        if touched(changes, KEY):
            client.associate_kms_key(logGroupName=name, kmsKeyId=want[KEY])

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("logs").delete_log_group(logGroupName=live.properties["logGroupName"])

    def canonical(self, properties: Properties) -> Properties:
        return {name: value for name, value in properties.items() if name != KEY or value}

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("logs").tag_resource(resourceArn=live.id, tags=dict(tags))

    def _live(self, arn: str, group: dict[str, Any], tags: Tags) -> Live:
        names = (*self.fields, "retentionInDays")
        return Live(
            self.name,
            arn,
            tags,
            {name: group.get(name) for name in names},
            {"Arn": arn, "Name": group["logGroupName"]},
        )
