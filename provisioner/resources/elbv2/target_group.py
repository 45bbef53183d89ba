"""A target group with its health check and attributes.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, Scope, changed, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_list
from provisioner.resources.elbv2 import _common

IDENTITY = (
    "Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId", "IpAddressType",
)  # fmt: skip
BALANCER = "LoadBalancer"
HEALTH_CHECK = (
    "HealthCheckEnabled", "HealthCheckProtocol", "HealthCheckPort", "HealthCheckPath",
    "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher",
)  # fmt: skip


class TargetGroup(_common.Tagged):
    """`Attributes` maps AWS's keys to AWS's strings; only those given are managed.

    `LoadBalancer` is the name of the one whose requests it gets, once it does: AWS lets a target
    group be behind one alone, so another one means another target group.
    """

    name = _common.TARGET_GROUP
    api = Api("elbv2", "CreateTargetGroup", "ModifyTargetGroup")
    grants = (
        Grant(
            "read",
            (
                "elasticloadbalancing:DescribeTargetGroups "
                "elasticloadbalancing:DescribeTargetGroupAttributes "
                "elasticloadbalancing:DescribeTags"
            ),
        ),
        Grant(
            "create",
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:targetgroup/{Name}/*",
            tagged="request",
        ),
        Grant(
            "create",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:targetgroup/{Name}/*",
            tagged="request",
            when={"elasticloadbalancing:CreateAction": "CreateTargetGroup"},
        ),
        Grant(
            "update",
            (
                "elasticloadbalancing:ModifyTargetGroup "
                "elasticloadbalancing:ModifyTargetGroupAttributes "
                "elasticloadbalancing:AddTags"
            ),
            "elasticloadbalancing:targetgroup/{Name}/*",
            tagged="resource",
        ),
        Grant(
            "delete",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:targetgroup/{Name}/*",
            tagged="resource",
        ),
    )
    fields = (*IDENTITY, *HEALTH_CHECK)
    identity = ("Name",)
    name_limit = 32
    uses = frozenset({"ec2.vpc"})
    immutable = frozenset({*IDENTITY, BALANCER})
    lasting = frozenset({*HEALTH_CHECK, "Attributes.*"})
    replacement = "create-first"
    # A listener that has let go is still counted for a moment.
    retries = (Retry("delete", "ResourceInUse", seconds=300),)
    exists = ("DuplicateTargetGroupName",)
    absent = ("TargetGroupNotFound",)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = _common.target_groups(aws, scope)

        def read(arn: str) -> dict[str, str]:
            answer = aws.client("elbv2").describe_target_group_attributes(TargetGroupArn=arn)
            return _common.attributes(answer["Attributes"])

        attributes = aws.gather(read, [item["TargetGroupArn"] for item in found])
        tags = _common.head_tags(aws, scope)
        for item, values in zip(found, attributes, strict=True):
            yield self._live(item, tags.get(item["TargetGroupArn"], {}), values)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("elbv2").create_target_group(**self.request(want), Tags=tag_list(tags))
        return self._live(answer["TargetGroups"][0], tags, {})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client = aws.client("elbv2")
        if touched(changes, *HEALTH_CHECK):
            client.modify_target_group(
                TargetGroupArn=live.id, **changed(want, changes, *HEALTH_CHECK)
            )
        for some in _common.changed_attributes(want["Attributes"], changes):
            client.modify_target_group_attributes(TargetGroupArn=live.id, Attributes=some)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("elbv2").delete_target_group(TargetGroupArn=live.id)

    def canonical(self, properties: Properties) -> Properties:
        """HTTP1 is what an HTTP group has that names no version."""
        version = properties.get("ProtocolVersion") or "HTTP1"
        return {**properties, "ProtocolVersion": version}

    def _live(self, item: dict[str, Any], tags: Tags, attributes: dict[str, str]) -> Live:
        arn = item["TargetGroupArn"]
        properties = {name: item.get(name) for name in self.fields}
        before = [one.split("/")[-2] for one in item.get("LoadBalancerArns") or ()]
        properties |= {
            "Name": item["TargetGroupName"],
            "Attributes": attributes,
            BALANCER: before[0] if before else None,
        }
        outputs = {"Arn": arn, "Name": item["TargetGroupName"], "FullName": arn.split(":")[-1]}
        return Live(self.name, arn, tags, properties, outputs)
