"""An ECS service on Fargate.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Retry, Scope, changed
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.waiting import Waiting
from provisioner.errors import NotServing, StepFailed
from provisioner.resources._tags import batches, indexed
from provisioner.resources.ecs import _common
from provisioner.rollout import standing
from provisioner.rollout.follow import Watched, look
from provisioner.rollout.grants import FOLLOWED
from provisioner.rollout.patience import extra_seconds
from provisioner.rollout.post_mortem import explain

DESCRIBE_LIMIT = 10
ROLLOUT = "rollout"
CREATE_ONLY = ("serviceName", "cluster", "launchType", "schedulingStrategy")
DEPLOYING = (
    "taskDefinition", "networkConfiguration", "platformVersion", "loadBalancers",
    "serviceRegistries", "serviceConnectConfiguration", "volumeConfigurations",
)  # fmt: skip
QUIET = (
    "desiredCount", "deploymentConfiguration", "healthCheckGracePeriodSeconds",
    "enableExecuteCommand", "enableECSManagedTags", "propagateTags", "capacityProviderStrategy",
    "availabilityZoneRebalancing",
)  # fmt: skip
FORCED = frozenset({"capacityProviderStrategy", "enableExecuteCommand"})


class Service(_common.Tagged):
    """One UpdateService carries all changes, so that there is one deployment to follow.

    `rollout` is COMPLETED when the last deployment is: one that failed is started again, one that
    an interrupted run left behind is waited for.
    """

    name = "ecs.service"
    api = Api("ecs", "CreateService", "UpdateService")
    grants = (
        *FOLLOWED,
        Grant("read", "ecs:ListServices"),
        Grant("read", "ecs:DescribeServices", "ecs:service/{cluster}/{serviceName}"),
        Grant("create", "ecs:CreateService ecs:TagResource", "ecs:service/{cluster}/{serviceName}"),
        Grant(
            "create",
            "iam:PassRole",
            "{=loadBalancers.advancedConfiguration.roleArn}",
            when={"iam:PassedToService": "ecs.amazonaws.com"},
        ),
        Grant(
            "update",
            "iam:PassRole",
            "{=loadBalancers.advancedConfiguration.roleArn}",
            when={"iam:PassedToService": "ecs.amazonaws.com"},
        ),
        Grant("update", "ecs:UpdateService ecs:TagResource", "ecs:service/{cluster}/{serviceName}"),
        Grant("delete", "ecs:DeleteService", "ecs:service/{cluster}/{serviceName}"),
    )
    fields = (*CREATE_ONLY, *DEPLOYING, *QUIET)
    identity = ("serviceName", "cluster")
    uses = frozenset({
        _common.CLUSTER, "ecs.task_definition", "elbv2.target_group", "elbv2.listener",
        "elbv2.listener_rule", "ec2.security_group", "ec2.security_group_rule", "iam.role",
        "ecr.repository", "logs.log_group", "servicediscovery.service", "ec2.subnet",
        "ec2.route_table", "ec2.vpc_endpoint",
    })  # fmt: skip
    immutable = frozenset({"serviceName", "cluster", "schedulingStrategy"})
    rules = Rules(
        unordered=frozenset({
            "loadBalancers",
            "serviceRegistries",
            "capacityProviderStrategy",
            "networkConfiguration.awsvpcConfiguration.subnets",
            "networkConfiguration.awsvpcConfiguration.securityGroups",
        })
    )  # fmt: skip
    replacement = "delete-first"
    retries = (
        # Roles, the target group's attachment and the cluster spread for minutes after creation.
        Retry("create", "InvalidParameterException", containing="assume", seconds=240),
        Retry("create", "InvalidParameterException", containing="proper permissions"),
        Retry(
            "create",
            "InvalidParameterException",
            containing="associated load balancer",
            seconds=240,
        ),
        Retry("create", "ClusterNotFoundException"),
        Retry("create", "InvalidParameterException", containing="Draining", seconds=1200),
        Retry("update", "InvalidParameterException", containing="assume", seconds=240),
        Retry(
            "update",
            "InvalidParameterException",
            containing="associated load balancer",
            seconds=240,
        ),
        Retry("update", "ServiceNotFoundException", seconds=60),
        Retry(
            "delete", "InvalidParameterException", containing="deployments are active", seconds=600
        ),
    )
    exists = ("InvalidParameterException: idempotent",)
    absent = ("ServiceNotFoundException", "ClusterNotFoundException", "ServiceNotActiveException")
    patience = 1800
    settles = frozenset({*DEPLOYING, *FORCED, "desiredCount", ROLLOUT})
    effects: ClassVar[Mapping[str, Effect]] = {
        **dict.fromkeys(DEPLOYING, Effect.ROLLING),
        **dict.fromkeys(FORCED, Effect.ROLLING),
        ROLLOUT: Effect.ROLLING,
        "deploymentConfiguration": Effect.NONE,
        "propagateTags": Effect.NONE,
        "enableECSManagedTags": Effect.NONE,
    }

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        homes = _common.clusters(aws, scope)
        wanted = {(cluster, name) for cluster in homes for name in scope.names.get(self.name, ())}
        odd = {_place(arn) for arn in indexed(aws, scope, "ecs/service")}
        clusters = sorted({cluster for cluster, _ in wanted | odd} | homes)
        listed = {
            place
            for places in aws.gather(lambda cluster: self._list(aws, cluster), clusters)
            for place in places
            if scope.near(self.name, place[1])
        }
        places = listed | odd | wanted  # a list lags behind a create that was answered just now
        batch = [
            (cluster, some)
            for cluster in clusters
            for some in batches(sorted(n for c, n in places if c == cluster), DESCRIBE_LIMIT)
        ]
        for services in aws.gather(lambda one: self._describe(aws, *one), batch):
            for item in services:
                yield self._live(item, _common.from_ecs(item.get("tags")))

    def _list(self, aws: Aws, cluster: str) -> set[tuple[str, str]]:
        try:
            arns = aws.pages("ecs", "list_services", "serviceArns", cluster=cluster, maxResults=100)
        except ClientError as error:
            if says(error, ("ClusterNotFoundException",)):
                return set()
            raise
        return {(cluster, arn.split("/")[-1]) for arn in arns}

    def _describe(self, aws: Aws, cluster: str, names: list[str]) -> list[dict[str, Any]]:
        try:
            answer = aws.client("ecs").describe_services(
                cluster=cluster, services=names, include=["TAGS"]
            )
        except ClientError as error:
            if says(error, ("ClusterNotFoundException",)):
                return []
            raise
        return [item for item in answer["services"] if item["status"] == "ACTIVE"]

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ecs").create_service(**self.request(want), tags=_common.ecs_tags(tags))
        return self._live(answer["service"], tags)

    def update(
        self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]
    ) -> Live | None:
        """Only what changed: some parameters start a deployment by being there.

        The answer names the deployment that was started, if one was.
        """
        arguments = changed(want, changes, *DEPLOYING, *QUIET)
        failed = any(c.field == ROLLOUT and c.before == "FAILED" for c in changes)
        if not arguments and not failed:
            return None
        # A strategy and exec take effect on running tasks by force only, and a failed deployment of
        # the same version starts again by force only.
        if failed or arguments.keys() & FORCED:
            arguments["forceNewDeployment"] = True
        answer = aws.client("ecs").update_service(
            cluster=live.properties["cluster"], service=live.properties["serviceName"], **arguments
        )
        return self._live(answer["service"], live.tags)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ecs").delete_service(
            cluster=live.properties["cluster"], service=live.properties["serviceName"], force=True
        )

    def pending(self, aws: Aws, live: Live, want: Properties) -> Waiting:
        """Until the deployment has a verdict. Raises NotServing when that is not a success."""
        rollout = look(aws, _watched(live, want))
        if rollout.over and rollout.verdict != "serving":
            raise NotServing(rollout.verdict_words(), details=rollout.to_dict())
        return Waiting(rollout.words(), rollout.to_dict())

    def explained(self, aws: Aws, live: Live, want: Properties, failure: StepFailed) -> StepFailed:
        """With what ECS, the logs and the load balancer tell of it."""
        watched = _watched(live, want)
        try:
            rollout = look(aws, watched)
        except (ClientError, BotoCoreError):
            return failure  # the reason that is known already is better than none
        told = NotServing if rollout.failing else type(failure)
        return told(str(failure), failure.code, explain(aws, watched, rollout))

    def patience_for(self, want: Properties) -> float:
        """Bake times, hooks and the grace period are waited for on top."""
        grace = want.get("healthCheckGracePeriodSeconds") or 0
        return self.patience + grace + extra_seconds(want.get("deploymentConfiguration") or {})

    def lingering(self, aws: Aws, live: Live) -> str:
        """Tasks drain and stop; only an INACTIVE service has let go of everything."""
        cluster, name = live.properties["cluster"], live.properties["serviceName"]
        try:
            answer = aws.client("ecs").describe_services(cluster=cluster, services=[name])
        except ClientError as error:
            if says(error, ("ClusterNotFoundException",)):
                return ""
            raise
        for item in answer["services"]:
            if item["status"] != "INACTIVE":
                return f"{item['status'].lower()}, {item['runningCount']} tasks still run"
        return ""

    def _live(self, item: dict[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        properties["cluster"] = item["clusterArn"]
        properties["enableExecuteCommand"] = bool(item.get("enableExecuteCommand"))
        properties["rollout"] = standing.rollout(item)
        primary = standing.primary(item)
        outputs = {
            "Arn": item["serviceArn"],
            "Name": item["serviceName"],
            "TaskDefinition": item["taskDefinition"],
            "Desired": item["desiredCount"],
            "Running": item["runningCount"],
            "Rollout": next((d.get("rolloutState", "") for d in item["deployments"]), ""),
            "Deployment": primary["id"] if primary else "",
            "DeploymentCreated": primary.get("createdAt") if primary else None,
        }
        return Live(self.name, item["serviceArn"], tags, properties, outputs)


def _watched(live: Live, want: Properties) -> Watched:
    """The deployment in the answer of the call that started it, or that was seen last."""
    return Watched(
        live.properties["cluster"],
        live.properties["serviceName"],
        live.outputs["Deployment"],
        want["taskDefinition"],
        live.outputs["DeploymentCreated"],
    )


def _place(arn: str) -> tuple[str, str]:
    """Cluster and name in a service's ARN; the old short form has no cluster in it."""
    parts = arn.split(":", 5)[5].split("/")
    return (parts[1], parts[2]) if len(parts) == 3 else ("default", parts[-1])  # noqa: PLR2004
