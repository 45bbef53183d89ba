"""One region's ECS: moto's, with services that roll.

moto 5.2.5 keeps one deployment per service and never finishes it, and drops half of
CreateService's parameters. Here services live in `services.py`; moto's own record of each stays,
for its checks, its tags and its other readers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.resource_tagging import TaggedResource
from moto.ec2.models import ec2_backends
from moto.ecs import urls
from moto.ecs.exceptions import (
    ECSException,
    InvalidParameterException,
    ServiceNotFoundException,
    TaskDefinitionNotFoundException,
)
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, TaskDefinition
from moto.ecs.models import Service as MotoService
from moto.scheduler.models import scheduler_backends
from moto.servicediscovery.models import servicediscovery_backends

from . import connected, ecs_defaults
from ._extension import Extension
from .clock import Clock
from .service_views import PENDING, View, Views
from .settings import Settings
from .simulation import service as services
from .simulation.region import Region
from .simulation.service import Service
from .simulation.task import Task
from .world import World, plain

Params = dict[str, Any]


class EcsBackend(Extension, EC2ContainerServiceBackend):
    """moto's, extended. The public methods beyond moto's are what `ecs` answers from."""

    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    @property
    def clock(self) -> Clock:
        """The cloud's clock."""
        return self.settings.clock

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.world = World(account_id, region_name, self.partition, self.settings)
        self.region = Region(self.world)
        self.views = Views(self.clock.when)
        self.highest: dict[str, int] = {}
        # What RunTask was asked with a client's token, and what it has started.
        self.tokens: dict[str, tuple[Params, list[Task]]] = {}

    def create_cluster(self, cluster_name: str, *args: Any, **kwargs: Any) -> Cluster:
        """Create it, or return the ACTIVE one of that name as it is."""
        present = self.clusters.get(cluster_name)
        if present is not None and present.status == "ACTIVE":
            return present
        return super().create_cluster(cluster_name, *args, **kwargs)

    def list_clusters(self) -> list[str]:
        """ARNs of the clusters that have not been deleted."""
        return [each.arn for each in self.clusters.values() if each.status != "INACTIVE"]

    def describe_task_definition(self, task_definition_str: str) -> TaskDefinition:
        """Find a revision; a bare family means its latest ACTIVE one (moto: its latest)."""
        family, _, number = task_definition_str.rpartition("/")[2].partition(":")
        if not number:
            revisions = self.task_definitions.get(family, {}).items()
            active = [revision for revision, each in revisions if each.status == "ACTIVE"]
            if not active:
                raise TaskDefinitionNotFoundException
            number = str(max(active))
        return super().describe_task_definition(f"{family}:{number}")

    def _get_last_task_definition_revision_id(self, family: str) -> int:
        """Numbers go on after a deletion (moto: are given again)."""
        present = max(self.task_definitions.get(family, {}), default=0)
        self.highest[family] = max(self.highest.get(family, 0), present)
        return self.highest[family]

    def delete_task_definitions(self, task_definitions: list[str]) -> Any:
        """Remember the numbers of what goes."""
        for family in self.task_definitions:
            self._get_last_task_definition_revision_id(family)
        return super().delete_task_definitions(task_definitions)

    def advance(self) -> None:
        """Let happen what is due, and keep moto's records in step."""
        self.world.fresh()
        schedules: Any = scheduler_backends[self.account_id][self.region_name]
        schedules.advance(self)
        scaling: Any = applicationautoscaling_backends[self.account_id][self.region_name]
        scaling.advance(self)
        self.region.advance(self.clock.now())
        for key, service in self.region.services.items():
            record = self.services[key]
            record.status = service.status
            record.desired_count = service.desired
            record.task_definition = service.settings.get("taskDefinition")
            record.load_balancers = service.settings["loadBalancers"]
        names = servicediscovery_backends[self.account_id][self.region_name]
        connected.keep(names, self.region.services.values())

    def count(self) -> None:
        """Bring the clusters' counters up to date."""
        for cluster in self.clusters.values():
            mine = [s for s in self.region.services.values() if s.cluster_arn == cluster.arn]
            tasks = [task for task in self.region.tasks() if task.cluster_arn == cluster.arn]
            cluster.active_services_count = sum(each.status == "ACTIVE" for each in mine)
            cluster.pending_tasks_count = sum(each.status in PENDING for each in tasks)
            cluster.running_tasks_count = sum(each.status == "RUNNING" for each in tasks)

    def open_service(self, request: Params) -> View:
        """CreateService."""
        cluster = self._get_cluster(request.get("cluster", "default"))
        key = f"{cluster.name}:{request['serviceName']}"
        request = self._resolved(request)
        present = self.region.services.get(key)
        if present is not None and present.status == "DRAINING":
            raise InvalidParameterException("Unable to Start a service that is still Draining.")
        if present is not None and present.status == "ACTIVE":
            if present.asked == request:
                return self.view(present)
            raise InvalidParameterException("Creation of service was not idempotent.")
        settings = ecs_defaults.service(
            request,
            cluster_strategy=cluster.default_capacity_provider_strategy or [],
            default_groups=self._default_groups(request),
            role=f"arn:{self.partition}:iam::{self.account_id}:role/aws-service-role/"
            "ecs.amazonaws.com/AWSServiceRoleForECS",
        )
        record = self._recorded(cluster, request, settings)
        now = self.clock.now()
        service = Service(record.arn, cluster.arn, record.name, settings, request, now)
        self.region.services[key] = service
        if settings["deploymentController"]["type"] == "ECS":
            services.deploy(service, now)
            self.region.touch(service, now)
        return self.view(service)

    def _recorded(self, cluster: Cluster, request: Params, settings: Params) -> MotoService:
        return self.create_service(
            cluster_str=cluster.name,
            service_name=request["serviceName"],
            desired_count=settings["desiredCount"],
            task_definition_str=request.get("taskDefinition"),
            load_balancers=settings["loadBalancers"],
            scheduling_strategy=settings["schedulingStrategy"],
            tags=request.get("tags"),
            deployment_controller=settings["deploymentController"],
            launch_type=settings.get("launchType", "FARGATE"),
            service_registries=settings["serviceRegistries"],
            platform_version=settings.get("platformVersion"),
            propagate_tags=settings["propagateTags"],
            network_configuration=settings.get("networkConfiguration"),
            role_arn=settings.get("roleArn"),
        )

    def change_service(self, request: Params) -> View:
        """UpdateService."""
        service = self.find(request.get("cluster", "default"), request["service"])
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        changes = self._resolved(request)
        del changes["service"]
        changes.pop("cluster", None)
        if "networkConfiguration" in changes:
            groups = self._default_groups(changes)
            full = ecs_defaults.network(changes["networkConfiguration"], groups)
            changes["networkConfiguration"] = self._record(service)._validate_network(  # noqa: SLF001  moto's only check of a network
                full
            )
        if "capacityProviderStrategy" in changes:
            items = changes["capacityProviderStrategy"]
            changes["capacityProviderStrategy"] = ecs_defaults.strategy(items)
        services.update(service, changes, self.clock.now())
        self.region.touch(service, self.clock.now())
        return self.view(service)

    def close_service(self, request: Params) -> View:
        """DeleteService."""
        service = self.find(request.get("cluster", "default"), request["service"])
        if service.status == "INACTIVE":
            raise ServiceNotFoundException
        if service.settings["desiredCount"] > 0 and not request.get("force"):
            raise InvalidParameterException(
                "The service cannot be stopped while it is scaled above 0."
            )
        if service.status == "ACTIVE" and not request.get("force") and self._busy(service):
            raise InvalidParameterException(
                "The service cannot be stopped while deployments are active."
            )
        if service.status == "ACTIVE":
            services.delete(service, self.clock.now())
            self.region.touch(service, self.clock.now())
        return self.view(service)

    def _busy(self, service: Service) -> bool:
        view = self.view(service, tags=False)
        states = [each.get("rolloutState") for each in view["deployments"]]
        place = (service.cluster_arn, f"service:{service.name}")
        tasks = [each for each in self.region.tasks() if (each.cluster_arn, each.group) == place]
        return "IN_PROGRESS" in states or any(each.status != "STOPPED" for each in tasks)

    def cluster(self, name_or_arn: str) -> Cluster:
        """Return a cluster in whatever state. Raises ClusterNotFoundException."""
        return self._get_cluster(name_or_arn)

    def register(self, definition: TaskDefinition) -> None:
        """Let the simulation know a task definition."""
        self.world.register(definition.arn, plain(definition))

    def find(self, cluster: str, name_or_arn: str) -> Service:
        """Return a service in whatever state. Raises ServiceNotFoundException."""
        key = f"{self._get_cluster(cluster).name}:{name_or_arn.rpartition('/')[2]}"
        if key not in self.region.services:
            raise ServiceNotFoundException
        return self.region.services[key]

    def view(self, service: Service, *, tags: bool = True) -> View:
        """Return the service as it is now, in the shape of the API."""
        self.advance()
        view = self.views.service(service)
        return {**view, "tags": self._record(service).tags} if tags else view

    def _get_resource(self, resource_arn: str, parsed_arn: dict[str, str]) -> Any:
        """Find what has tags; a task only while it runs (the texts are [unverified])."""
        if parsed_arn["service"] != "task":
            return super()._get_resource(resource_arn, parsed_arn)
        self.advance()
        found = next((each for each in self.region.tasks() if each.arn == resource_arn), None)
        if found is None:
            raise InvalidParameterException("The specified task was not found.")
        if found.status == "STOPPED":
            raise InvalidParameterException(
                "The specified task is stopped. Specify a running task and try again."
            )
        return found

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield moto's kinds and tasks, but not what is over: the tagging API has forgotten it."""
        self.advance()
        gone = {each.arn for each in self.services.values() if each.status == "INACTIVE"}
        gone |= {each.arn for each in self.clusters.values() if each.status == "INACTIVE"}
        yield from (each for each in super().iter_tagged_resources() if each.arn not in gone)
        for task in self.region.tasks():
            if task.tags and task.status != "STOPPED":
                tags = {each["key"]: each.get("value", "") for each in task.tags}
                yield TaggedResource(task.arn, tags, "ecs:task")

    def _record(self, service: Service) -> MotoService:
        return self.services[f"{service.cluster_arn.rpartition('/')[2]}:{service.name}"]

    def _resolved(self, request: Params) -> Params:
        """Copy a request, with the full ARN of its task definition."""
        if "taskDefinition" not in request:
            return dict(request)
        definition = self.describe_task_definition(request["taskDefinition"])
        return {**request, "taskDefinition": definition.arn}

    def _default_groups(self, request: Params) -> Sequence[str]:
        """Return the default security group of the VPC whose subnets the request names."""
        vpc = request.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
        if vpc.get("securityGroups") or not vpc.get("subnets"):
            return []
        network = ec2_backends[self.account_id][self.region_name]
        subnets = network.describe_subnets(subnet_ids=vpc["subnets"][:1])
        default = network.get_default_security_group(subnets[0].vpc_id)
        return [default.id] if default else []
