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
from provisioner.engine.kind import Api, Effect, Retry, Scope, changed
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.waiting import Waiting
from provisioner.errors import NotServing, StepFailed, TimedOut
from provisioner.resources._tags import batches, indexed
from provisioner.resources.ecs import _common, _connect, _rollout, _strategy
from provisioner.resources.ecs._grants import GRANTS
from provisioner.resources.ecs._rollout import ROLLOUT
from provisioner.rollout import standing
from provisioner.rollout.follow import look
from provisioner.rollout.patience import MINUTE, extra_seconds
from provisioner.rollout.post_mortem import explain

TIMEOUT = "timeoutMinutes"
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
    an interrupted run left behind is waited for. `timeoutMinutes` is how long; ECS knows no such
    limit, and goes on after it.
    """

    name = "ecs.service"
    api = Api("ecs", "CreateService", "UpdateService")
    grants = GRANTS
    fields = (*CREATE_ONLY, *DEPLOYING, *QUIET)
    identity = ("serviceName", "cluster")
    uses = frozenset({
        _common.CLUSTER, "ecs.task_definition", "elbv2.target_group", "elbv2.listener",
        "elbv2.listener_rule", "ec2.security_group", "ec2.security_group_rule", "iam.role",
        "ecr.repository", "logs.log_group", "servicediscovery.service", "ec2.subnet",
        "ec2.route_table", "ec2.vpc_endpoint", "servicediscovery.namespace",
    })  # fmt: skip
    immutable = frozenset({"serviceName", "cluster", "schedulingStrategy"})
    lasting = frozenset({
        "taskDefinition", "networkConfiguration", "desiredCount", "deploymentConfiguration",
        "healthCheckGracePeriodSeconds", "propagateTags", "enableECSManagedTags",
        "enableExecuteCommand", "availabilityZoneRebalancing", "platformVersion",
    })  # fmt: skip
    rules = Rules(
        unordered=frozenset({
            "loadBalancers",
            "serviceRegistries",
            "capacityProviderStrategy",
            "networkConfiguration.awsvpcConfiguration.subnets",
            "networkConfiguration.awsvpcConfiguration.securityGroups",
            "deploymentConfiguration.alarms.alarmNames",
            "deploymentConfiguration.lifecycleHooks",
            "deploymentConfiguration.lifecycleHooks.*.lifecycleStages",
        }),
        closed=frozenset({"loadBalancers.**"}),
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
        Retry("create", "NamespaceNotFoundException", seconds=60),
        Retry("update", "NamespaceNotFoundException", seconds=60),
        Retry("create", "InvalidParameterException", containing="Draining", seconds=1200),
        Retry("update", "InvalidParameterException", containing="assume", seconds=240),
        Retry(
            "update",
            "InvalidParameterException",
            containing="associated load balancer",
            seconds=240,
        ),
        Retry("update", "ServiceNotFoundException", seconds=60),
        # An alarm that is made by the same run, and is not visible yet.
        Retry("create", "InvalidParameterException", containing="alarm", seconds=60),
        Retry("update", "InvalidParameterException", containing="alarm", seconds=60),
        Retry(
            "delete", "InvalidParameterException", containing="deployments are active", seconds=600
        ),
    )
    exists = ("InvalidParameterException: idempotent",)
    absent = ("ServiceNotFoundException", "ClusterNotFoundException", "ServiceNotActiveException")
    patience = 1800
    settles = frozenset({*DEPLOYING, *FORCED, ROLLOUT})
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
        # A list lags behind a create that was answered just now: the wanted ones are asked for.
        others = (listed | odd) - wanted
        batch = [
            (cluster, some)
            for cluster in clusters
            for some in batches(
                sorted(n for c, n in others if c == cluster), _common.DESCRIBE_LIMIT
            )
        ]
        found = aws.gather(lambda one: _common.described(aws, *one), batch)
        for items in (_common.services(aws, scope), *found):
            for item in items:
                yield self._live(item, _common.from_ecs(item.get("tags")))

    def read(self, aws: Aws, cluster: str, names: list[str]) -> list[Live]:
        """The ACTIVE ones of these services of one cluster, whosever they are."""
        found = [
            _common.described(aws, cluster, some) for some in batches(names, _common.DESCRIBE_LIMIT)
        ]
        return [
            self._live(item, _common.from_ecs(item.get("tags"))) for some in found for item in some
        ]

    def _list(self, aws: Aws, cluster: str) -> set[tuple[str, str]]:
        try:
            arns = aws.pages("ecs", "list_services", "serviceArns", cluster=cluster, maxResults=100)
        except ClientError as error:
            if says(error, ("ClusterNotFoundException",)):
                return set()
            raise
        return {(cluster, arn.split("/")[-1]) for arn in arns}

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
        if configuration := arguments.get(_strategy.CONFIGURATION):
            arguments[_strategy.CONFIGURATION] = _strategy.sent_configuration(
                configuration, live.properties[_strategy.CONFIGURATION]
            )
        again = _rollout.again(changes)
        if not arguments and not again:
            return None
        if arguments.get(_connect.CONFIGURATION) == {}:
            arguments[_connect.CONFIGURATION] = _connect.OFF
        # A strategy and exec take effect on running tasks by force only, and a deployment of the
        # same version starts again by force only.
        if again or arguments.keys() & FORCED:
            arguments["forceNewDeployment"] = True
        answer = aws.client("ecs").update_service(
            cluster=live.properties["cluster"], service=live.properties["serviceName"], **arguments
        )
        return self._live(answer["service"], live.tags)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ecs").delete_service(
            cluster=live.properties["cluster"], service=live.properties["serviceName"], force=True
        )

    def canonical(self, properties: Properties) -> Properties:
        configuration = properties.get(_strategy.CONFIGURATION)
        if not configuration:
            return properties
        written_out = _strategy.canonical_configuration(configuration)
        return {**properties, _strategy.CONFIGURATION: written_out}

    def concede(self, name: str, want: Any, live: Any) -> Any:
        """Which of its two target groups serves is for ECS to say."""
        if name == _connect.CONFIGURATION:
            return _connect.conceded(want, live)
        return _strategy.conceded(want, live) if name == _strategy.BALANCERS else live

    def told(self, name: str, live: Any) -> Any:
        if name != _strategy.BALANCERS:
            return live
        return [one["targetGroupArn"].split("/")[-2] for one in live]

    def first(self, live: Properties, want: Properties) -> Properties | None:
        return _strategy.first(live, want, DEPLOYING)

    def pending(self, aws: Aws, live: Live, want: Properties) -> Waiting:
        """Until the deployment has a verdict. Raises NotServing when that is not a success."""
        rollout = look(aws, _rollout.watched(live, want))
        if rollout.over and rollout.verdict != "serving" and not _rollout.wanted(rollout, want):
            raise NotServing(rollout.verdict_words(), details=rollout.to_dict())
        words = "" if rollout.over else rollout.words()
        return Waiting(words, rollout.to_dict())

    def explained(self, aws: Aws, live: Live, want: Properties, failure: StepFailed) -> StepFailed:
        """With what ECS, the logs and the load balancer tell of it."""
        watched = _rollout.watched(live, want)
        try:
            rollout = look(aws, watched)
        except (ClientError, BotoCoreError):
            return failure  # the reason that is known already is better than none
        late = isinstance(failure, TimedOut)  # nobody knows that it serves
        told = NotServing if rollout.failing or late else type(failure)
        return told(str(failure), failure.code, explain(aws, watched, rollout))

    def patience_for(self, want: Properties) -> float:
        """As long as was said; else with bake times, hooks and the grace period on top."""
        if minutes := want.get(TIMEOUT):
            return float(minutes * MINUTE)
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
        configuration = item.get(_strategy.CONFIGURATION)
        properties[_strategy.CONFIGURATION] = _strategy.live_configuration(configuration)
        properties[_connect.CONFIGURATION] = _connect.live(item["deployments"])
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


def _place(arn: str) -> tuple[str, str]:
    """Cluster and name in a service's ARN; the old short form has no cluster in it."""
    parts = arn.split(":", 5)[5].split("/")
    return (parts[1], parts[2]) if len(parts) == 3 else ("default", parts[-1])  # noqa: PLR2004
