"""A CloudWatch dashboard.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Scope
from provisioner.engine.model import Change, Live, Properties, Tags, given
from provisioner.resources._tags import home_tags, sought, tag_list
from provisioner.resources.cloudwatch._common import read_tags, set_tags

ANY = "cloudwatch/"


class Dashboard(Kind):
    """`DashboardBody` is a mapping. Names of dashboards are the account's, not a region's.

    PutDashboard replaces the body and ignores the tags of a dashboard that is there.
    """

    name = "cloudwatch.dashboard"
    api = Api("cloudwatch", "PutDashboard", "PutDashboard")
    grants = (
        Grant("read", "cloudwatch:ListDashboards"),
        Grant(
            "read",
            "cloudwatch:GetDashboard cloudwatch:ListTagsForResource",
            "cloudwatch:dashboard/{DashboardName}",
        ),
        Grant(
            "create",
            "cloudwatch:PutDashboard cloudwatch:TagResource",
            "cloudwatch:dashboard/{DashboardName}",
        ),
        Grant(
            "update",
            "cloudwatch:PutDashboard cloudwatch:TagResource",
            "cloudwatch:dashboard/{DashboardName}",
        ),
        Grant("delete", "cloudwatch:DeleteDashboards", "cloudwatch:dashboard/{DashboardName}"),
    )
    fields = ("DashboardName", "DashboardBody")
    identity = ("DashboardName",)
    immutable = frozenset({"DashboardName"})
    uses = frozenset({
        "cloudwatch.alarm", "cloudwatch.composite_alarm", "elbv2.load_balancer",
        "elbv2.target_group", "ecs.cluster",
    })  # fmt: skip
    rules = Rules(closed=frozenset({"DashboardBody.**"}))
    replacement = "create-first"
    absent = ("ResourceNotFound",)
    effects: ClassVar[Mapping[str, Effect]] = {"DashboardBody": Effect.NONE}

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """The index of a region may not have what belongs to none: an alarm of ours is a hint."""
        if not sought(aws, scope, self.name, ANY):
            return
        listed = {
            item["DashboardName"]: item["DashboardArn"]
            for prefix in self._prefixes(scope)
            for item in aws.pages(
                "cloudwatch", "list_dashboards", "DashboardEntries", DashboardNamePrefix=prefix
            )
            if scope.near(self.name, item["DashboardName"])
        }
        yield from aws.gather(lambda pair: self._read(aws, *pair), sorted(listed.items()))

    def _prefixes(self, scope: Scope) -> list[str]:
        odd = {n for n in scope.names.get(self.name, ()) if not n.startswith(scope.prefix)}
        return [scope.prefix, *sorted(odd)]

    def _read(self, aws: Aws, name: str, arn: str) -> Live:
        tags = home_tags(read_tags(aws, arn), aws.region)
        body = aws.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
        return self._live(name, arn, tags, json.loads(body))

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        client, name = aws.client("cloudwatch"), want["DashboardName"]
        client.put_dashboard(**self.request(want), Tags=tag_list(tags))
        arn = client.get_dashboard(DashboardName=name)["DashboardArn"]
        return self._live(name, arn, tags, want["DashboardBody"])

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client("cloudwatch").put_dashboard(**self.request(want))

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("cloudwatch").delete_dashboards(
            DashboardNames=[live.properties["DashboardName"]]
        )

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        set_tags(aws, live.id, tags)

    def request(self, want: Properties) -> dict[str, Any]:
        return {
            "DashboardName": want["DashboardName"],
            "DashboardBody": json.dumps(given(want["DashboardBody"])),
        }

    def _live(self, name: str, arn: str, tags: Tags, body: Mapping[str, Any]) -> Live:
        properties = {"DashboardName": name, "DashboardBody": body}
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Name": name})
