"""A Cloud Map service: the name in a namespace under which ECS registers a service's tasks.

https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html
https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateService.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import tag_list
from provisioner.resources.servicediscovery import _common

FIXED = ("Name", "NamespaceId", "HealthCheckCustomConfig")


class Service(_common.Tagged):
    """Only the description and the records' time to live change in place."""

    name = "servicediscovery.service"
    api = Api(_common.SERVICE, "CreateService", "UpdateService")
    grants = (
        Grant("read", "servicediscovery:ListServices servicediscovery:ListTagsForResource"),
        Grant("read", "servicediscovery:GetService"),
        Grant(
            "create",
            "servicediscovery:CreateService",
            "servicediscovery:service/* servicediscovery:namespace/*",
        ),
        Grant("create", "servicediscovery:TagResource"),
        Grant(
            "update",
            "servicediscovery:UpdateService",
            "servicediscovery:service/*",
            tagged="resource",
        ),
        Grant("update", "servicediscovery:TagResource"),
        Grant(
            "delete",
            "servicediscovery:DeleteService",
            "servicediscovery:service/*",
            tagged="resource",
        ),
    )
    fields = (*FIXED, "Description", "DnsConfig")
    identity = ("Name", "NamespaceId")
    uses = frozenset({_common.NAMESPACE})
    immutable = frozenset(FIXED)
    rules = Rules(unordered=frozenset({"DnsConfig.DnsRecords"}))
    retries = (
        Retry("create", "NamespaceNotFound", seconds=60),
        Retry("update", "DuplicateRequest"),
        # ECS takes tasks out of the registry as they stop, and a little later.
        Retry("delete", "ResourceInUse", seconds=600),
    )
    exists = ("ServiceAlreadyExists",)
    absent = ("ServiceNotFound",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        homes = {item["Id"] for item, _ in _common.namespaces(aws, scope)}
        lists = aws.gather(lambda home: self._list(aws, home), sorted(homes))
        found = [item for items in lists for item in items]
        tags = aws.gather(lambda pair: _common.tags_by_arn(aws, scope, pair[1]["Arn"]), found)
        for (home, item), own in zip(found, tags, strict=True):
            yield self._live({**item, "NamespaceId": home}, own)

    def _list(self, aws: Aws, home: str) -> list[tuple[str, dict[str, Any]]]:
        filters = [{"Name": "NAMESPACE_ID", "Values": [home], "Condition": "EQ"}]
        found = aws.pages(_common.SERVICE, "list_services", "Services", Filters=filters)
        return [(home, item) for item in found]

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client(_common.SERVICE).create_service(
            **self.request(want), Tags=tag_list(tags)
        )
        return self._live({**answer["Service"], "NamespaceId": want["NamespaceId"]}, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Everything is sent: what a request leaves out is deleted."""
        change = {
            "Description": want.get("Description") or "",
            "DnsConfig": {"DnsRecords": want["DnsConfig"]["DnsRecords"]},
        }
        aws.client(_common.SERVICE).update_service(Id=live.id, Service=change)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client(_common.SERVICE).delete_service(Id=live.id)

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        outputs = {"Arn": item["Arn"], "Id": item["Id"], "Name": item["Name"]}
        return Live(self.name, item["Id"], tags, properties, outputs)
