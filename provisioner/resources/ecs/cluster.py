"""An ECS cluster with its settings and capacity providers.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags, given
from provisioner.resources._tags import arn_name, batches, indexed
from provisioner.resources.ecs import _common

DESCRIBE_LIMIT = 100
INCLUDE = ["TAGS", "SETTINGS", "CONFIGURATIONS"]
SERVICES_LIMIT = 10
SESSIONS = "executeCommandConfiguration"
USUAL = {"logging": "DEFAULT"}
PROVIDERS = ("capacityProviders", "defaultCapacityProviderStrategy")


class Cluster(_common.Tagged):
    """`settings` is a mapping, `{"containerInsights": "enabled"}`; only those given are managed."""

    name = "ecs.cluster"
    api = Api("ecs", "CreateCluster", "UpdateCluster")
    grants = (
        Grant("read", "ecs:ListClusters ecs:ListServices ecs:ListTasks ecs:DescribeTaskDefinition"),
        Grant("read", "ecs:DescribeClusters", "ecs:cluster/{clusterName}"),
        Grant("read", "ecs:DescribeServices", "ecs:service/{clusterName}/*"),
        Grant("read", "ecs:DescribeTasks", "ecs:task/{clusterName}/*"),
        Grant("create", "ecs:CreateCluster ecs:TagResource", "ecs:cluster/{clusterName}"),
        Grant(
            "create",
            "iam:CreateServiceLinkedRole",
            "iam:role/aws-service-role/ecs.amazonaws.com/*",
            when={"iam:AWSServiceName": "ecs.amazonaws.com"},
        ),
        Grant(
            "update",
            "ecs:UpdateCluster ecs:PutClusterCapacityProviders ecs:TagResource",
            "ecs:cluster/{clusterName}",
        ),
        Grant("delete", "ecs:DeleteCluster", "ecs:cluster/{clusterName}"),
        Grant("delete", "ecs:StopTask", "ecs:task/{clusterName}/*"),
        # Whoever opens a session that a key of the account's encrypts uses that key.
        Grant(
            "exec",
            "kms:GenerateDataKey",
            "{=configuration.executeCommandConfiguration.kmsKeyId}",
        ),
    )
    fields = ("clusterName", "settings", "configuration", *PROVIDERS)
    identity = ("clusterName",)
    immutable = frozenset({"clusterName"})
    lasting = frozenset({"settings.*"})
    rules = Rules(unordered=frozenset({"capacityProviders"}))
    retries = (
        # The service-linked role of ECS is made at the first use in an account.
        Retry("create", "InvalidParameterException", containing="service linked role"),
        Retry("update", "UpdateInProgressException", seconds=600),
        Retry("update", "ResourceInUseException", seconds=600),
        # A service that has just become INACTIVE is still counted for a while.
        Retry("delete", "ClusterContainsServicesException", seconds=600),
        Retry("delete", "ClusterContainsTasksException", seconds=600),
        Retry("delete", "UpdateInProgressException", seconds=600),
    )
    absent = ("ClusterNotFoundException",)
    patience = 600
    effects: ClassVar[Mapping[str, Effect]] = {
        "settings": Effect.NONE,
        "configuration": Effect.NONE,
        **dict.fromkeys(PROVIDERS, Effect.NONE),
    }
    settles = frozenset(PROVIDERS)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        arns = aws.pages("ecs", "list_clusters", "clusterArns")
        odd = set(map(arn_name, indexed(aws, scope, "ecs/cluster")))
        near = {name for name in map(arn_name, arns) if scope.near(self.name, name) or name in odd}
        for item in self._describe(aws, sorted(near)):
            tags = _common.from_ecs(item.get("tags"))
            if scope.ours(tags) or scope.near(self.name, item["clusterName"]):
                yield self._live(item, tags)

    def _describe(self, aws: Aws, names: list[str]) -> list[dict[str, Any]]:
        client = aws.client("ecs")

        def ask(some: list[str]) -> list[dict[str, Any]]:
            answer = client.describe_clusters(clusters=some, include=INCLUDE)
            return [item for item in answer["clusters"] if item["status"] != "INACTIVE"]

        return [c for some in aws.gather(ask, batches(names, DESCRIBE_LIMIT)) for c in some]

    def request(self, want: Properties) -> dict[str, Any]:
        arguments = {**super().request(want), "settings": _settings(want["settings"])}
        configuration = given(arguments.pop("configuration", {}))
        return {**arguments, "configuration": configuration} if configuration else arguments

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ecs").create_cluster(**self.request(want), tags=_common.ecs_tags(tags))
        return self._live(answer["cluster"], tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client, name = aws.client("ecs"), want["clusterName"]
        if touched(changes, "settings"):
            client.update_cluster(cluster=name, settings=_settings(want["settings"]))
        if touched(changes, "configuration"):
            client.update_cluster(cluster=name, configuration=_configuration(want))
        if touched(changes, *PROVIDERS):  # the call replaces both lists
            client.put_cluster_capacity_providers(
                cluster=name, **{field: want.get(field) or [] for field in PROVIDERS}
            )

    def delete(self, aws: Aws, live: Live) -> None:
        """What still runs in it is the stack's own, or `refusals` had something to say."""
        client, name = aws.client("ecs"), live.properties["clusterName"]
        for task in self._tasks(aws, name):
            reason = "the cluster of the stack is deleted"
            client.stop_task(cluster=name, task=task["taskArn"], reason=reason)
        client.delete_cluster(cluster=name)

    def canonical(self, properties: Properties) -> Properties:
        """Sessions that are recorded in the usual way are what a cluster has without a word."""
        configuration = properties.get("configuration") or {}
        sessions = given(configuration.get(SESSIONS) or {})
        if sessions == USUAL:
            sessions = {}
        return {**properties, "configuration": {**configuration, SESSIONS: sessions}}

    def bridge(self, live: Properties, want: Properties) -> Properties | None:
        """Providers that services still use stay until the services have let go of them."""
        have, need = live.get("capacityProviders") or [], want["capacityProviders"]
        leaving = [name for name in have if name not in need]
        return {**want, "capacityProviders": [*need, *leaving]} if leaving else None

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        found = self._describe(aws, [live.properties["clusterName"]])
        if not found:
            return "not visible yet"
        return "" if found[0]["status"] == "ACTIVE" else str(found[0]["status"]).lower()

    def refusals(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """AWS deletes no cluster in which something runs, and others' things are not ours to stop.

        Tasks belong to whom their definition belongs.
        """
        name = live.properties["clusterName"]
        for service in self._services(aws, name):
            if not scope.ours(_common.from_ecs(service.get("tags"))):
                yield f"runs a service that is not the stack's: {service['serviceArn']}"
        for task in self._tasks(aws, name):
            if not _ours(aws, scope, task["taskDefinitionArn"]):
                yield f"runs a task that is not the stack's: {task['taskArn']}"

    def _services(self, aws: Aws, cluster: str) -> Iterator[dict[str, Any]]:
        arns = aws.pages("ecs", "list_services", "serviceArns", cluster=cluster, maxResults=100)
        for some in batches(arns, SERVICES_LIMIT):
            yield from aws.client("ecs").describe_services(
                cluster=cluster, services=some, include=["TAGS"]
            )["services"]

    def _tasks(self, aws: Aws, cluster: str) -> Iterator[dict[str, Any]]:
        """Those that no service keeps running, and that nobody has told to stop."""
        found = _common.tasks(aws, cluster)
        return (one for one in found if not one.get("group", "").startswith("service:"))

    def _live(self, item: dict[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        properties["settings"] = {s["name"]: s["value"] for s in item.get("settings", ())}
        outputs = {"Arn": item["clusterArn"], "Name": item["clusterName"]}
        return Live(self.name, item["clusterArn"], tags, properties, outputs)


def _ours(aws: Aws, scope: Scope, definition: str) -> bool:
    """By its tags, or by its name where a teardown that was cut off has deleted it already."""
    try:
        answer = aws.client("ecs").describe_task_definition(
            taskDefinition=definition, include=["TAGS"]
        )
    except ClientError as error:
        if not says(error, ("ClientException",)):
            raise
        return scope.near("ecs.task_definition", arn_name(definition).partition(":")[0])
    return scope.ours(_common.from_ecs(answer.get("tags")))


def _configuration(want: Properties) -> dict[str, Any]:
    """What UpdateCluster is told; it forgets settings of sessions only for others."""
    configuration = given(want["configuration"])
    return {**configuration, SESSIONS: configuration.get(SESSIONS) or USUAL}


def _settings(settings: Properties) -> list[dict[str, str]]:
    return [{"name": name, "value": settings[name]} for name in sorted(settings)]
