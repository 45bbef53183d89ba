"""moto's Cloud Map with operations that take a while, ECS's instances, and what is refused.

moto 5.2.5 has done everything at once, ignores the filters of ListServices, has one namespace for
each VPC, makes a second one or a second service of the same name, deletes what is in use, and makes
a hosted zone of another name, which no VPC asks, and leaves it behind.
https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html
https://docs.aws.amazon.com/cloud-map/latest/api/API_ListServices.html
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError
from moto.ecs.models import ecs_backends
from moto.route53.models import FakeZone, route53_backends
from moto.servicediscovery import urls
from moto.servicediscovery.exceptions import NamespaceNotFound, ServiceNotFound
from moto.servicediscovery.models import (
    Namespace,
    Operation,
    Service,
    ServiceDiscoveryBackend,
    ServiceInstance,
    servicediscovery_backends,
)
from moto.servicediscovery.responses import ServiceDiscoveryResponse

from ._extension import Extension
from .settings import Settings

# Seconds until it is begun, and until it is done: AWS gives no numbers.
BEGUN_IN = 1.0
DONE_IN = {"CREATE_NAMESPACE": 45.0, "DELETE_NAMESPACE": 45.0}
OTHERS_DONE_IN = 5.0


def install(settings: Settings) -> None:
    """Put this backend and this API in the place of moto's, before moto has made one."""
    CloudMap.settings = settings
    servicediscovery_backends.backend = CloudMap
    urls.url_paths["{0}/$"] = Api.dispatch


class Twin(JsonRESTError):
    """Something of that name is there, and the error says what."""

    def __init__(self, code: str, message: str, **more: str) -> None:
        super().__init__(code, message)
        self.description = json.dumps({"__type": code, "message": message, **more})


class CloudMap(Extension, ServiceDiscoveryBackend):
    """One region."""

    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # When each operation was asked for.
        self.begun: dict[str, float] = {}

    def create_http_namespace(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Create it, if there is none of its name."""
        self._alone(name, kwargs, "HTTP")
        return super().create_http_namespace(name, *args, **kwargs)

    def create_private_dns_namespace(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Create it, beside others of its VPC, with a hosted zone of its name for that."""
        self._alone(name, kwargs, "DNS_PRIVATE")
        present, self.namespaces = self.namespaces, {}
        try:
            operation = super().create_private_dns_namespace(name, *args, **kwargs)
            for made in self.namespaces.values():
                if zone := self._zone(made):
                    zone.name = f"{name}."
                    for record in zone.rrsets:
                        record.name = zone.name
                    zone.add_vpc(made.vpc, self.region_name)
        finally:
            self.namespaces = present | self.namespaces
        return operation

    def create_service(self, name: str, namespace_id: str, *args: Any, **kwargs: Any) -> Service:
        """Create it, if its namespace has none of its name."""
        if namespace_id not in self.namespaces:
            raise NamespaceNotFound(namespace_id)
        for each in self.services.values():
            if (each.name, each.namespace_id) == (name, namespace_id):
                raise Twin("ServiceAlreadyExists", "Service already exists.", ServiceId=each.id)
        return super().create_service(name, namespace_id, *args, **kwargs)

    def delete_service(self, service_id: str) -> None:
        """Delete one that is there and has no instances."""
        if service_id not in self.services:
            raise ServiceNotFound(service_id)
        if self.list_instances(service_id):
            words = "Service contains registered instances; delete the instances before the service"
            raise JsonRESTError("ResourceInUse", words)
        super().delete_service(service_id)

    def delete_namespace(self, namespace_id: str) -> str:
        """Delete one that no service is in, with its hosted zone.

        https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html
        """
        if any(each.namespace_id == namespace_id for each in self.services.values()):
            raise JsonRESTError("ResourceInUse", "The namespace contains one or more services.")
        zone = self._zone(self.namespaces.get(namespace_id))
        operation = super().delete_namespace(namespace_id)
        if zone:
            self._zones.pop(zone.resource_id)
        return operation

    @property
    def _zones(self) -> dict[str, FakeZone]:
        return route53_backends[self.account_id][self.partition].zones

    def _zone(self, namespace: Namespace | None) -> FakeZone | None:
        """The hosted zone of a namespace that has one."""
        properties = (namespace and namespace.dns_properties) or {}
        return self._zones.get(str(properties.get("HostedZoneId")).rsplit("/")[-1])

    def list_instances(self, service_id: str) -> list[ServiceInstance]:
        """List them, and the running tasks of ECS services that are registered here."""
        found = super().list_instances(service_id)
        arn = self.services[service_id].arn
        ecs: Any = ecs_backends[self.account_id][self.region_name]
        ecs.advance()
        return [*found, *(_instance(service_id, task) for task in _registered(ecs.region, arn))]

    def get_operation(self, operation_id: str) -> Operation:
        """Return it as it is by now."""
        found = super().get_operation(operation_id)
        passed = self.settings.clock.now() - self.begun[operation_id]
        done = passed >= DONE_IN.get(found.operation_type, OTHERS_DONE_IN)
        found.status = "SUCCESS" if done else "PENDING" if passed >= BEGUN_IN else "SUBMITTED"
        return found

    def _create_operation(self, op_type: str, targets: dict[str, str]) -> str:
        made = super()._create_operation(op_type, targets)
        self.begun[made] = self.settings.clock.now()
        return made

    def _alone(self, name: str, asked: dict[str, Any], kind: str) -> None:
        for each in self.namespaces.values():
            if (each.name, each.type) != (name, kind):
                continue
            running = self._running(each.id)
            if running and each.creator_request_id == asked.get("creator_request_id"):
                words = "The operation is already in progress."
                raise Twin("DuplicateRequest", words, DuplicateOperationId=running)
            words = "Namespace with this name already exists."
            raise Twin("NamespaceAlreadyExists", words, NamespaceId=each.id)

    def _running(self, namespace: str) -> str:
        return next(
            (
                identifier
                for identifier, each in self.operations.items()
                if each.targets.get("NAMESPACE") == namespace
                and self.get_operation(identifier).status != "SUCCESS"
            ),
            "",
        )


def _registered(region: Any, registry: str) -> list[Any]:
    """Return the running tasks of the ECS services that have this registry."""
    return [
        task
        for service in region.services.values()
        if any(each["registryArn"] == registry for each in service.settings["serviceRegistries"])
        for task in service.tasks
        if task.status == "RUNNING" and task.address
    ]


def _instance(service: str, task: Any) -> ServiceInstance:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html."""
    attributes = {
        "AWS_INSTANCE_IPV4": task.address.ip,
        "AWS_INIT_HEALTH_STATUS": "HEALTHY",
        "ECS_CLUSTER_NAME": task.cluster_arn.rpartition("/")[2],
        "ECS_SERVICE_NAME": task.group.partition(":")[2],
        "ECS_TASK_DEFINITION_FAMILY": task.definition["family"],
    }
    return ServiceInstance(service, task.id, task.id, attributes)


class Api(ServiceDiscoveryResponse):
    """One request. The public methods are operations."""

    def list_services(self) -> str:
        """List the services of the namespaces that the filter names, or all."""
        filters = json.loads(self.body or "{}").get("Filters", [])
        homes = {
            value for one in filters if one["Name"] == "NAMESPACE_ID" for value in one["Values"]
        }
        found = self.servicediscovery_backend.list_services()
        return json.dumps(
            {"Services": [s.to_json() for s in found if not homes or s.namespace_id in homes]}
        )
