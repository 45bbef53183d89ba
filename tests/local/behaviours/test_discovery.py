"""What Cloud Map does and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour


class Map:
    """Cloud Map, and one thing of each kind, called `web`."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.map = aws, aws.client("servicediscovery")

    def namespace(self, name: str = "web", **request: Any) -> tuple[str, str]:
        """Return its id and that of the operation that makes it."""
        request = {"Name": name, "Vpc": self.aws.vpc(), **request}
        operation = self.map.create_private_dns_namespace(**request)["OperationId"]
        found = self.map.get_operation(OperationId=operation)["Operation"]
        return found["Targets"]["NAMESPACE"], operation

    def service(self, namespace: str, name: str = "web") -> dict[str, Any]:
        records = [{"Type": "A", "TTL": 10}]
        request = {"Name": name, "NamespaceId": namespace, "DnsConfig": {"DnsRecords": records}}
        made: dict[str, Any] = self.map.create_service(**request)["Service"]
        return made

    def status(self, operation: str) -> str:
        return str(self.map.get_operation(OperationId=operation)["Operation"]["Status"])


@pytest.fixture
def discovery(aws: Aws) -> Map:
    return Map(aws)


@behaviour(
    "Cloud Map API: Operation",
    "Operations go from SUBMITTED by PENDING to SUCCESS in a minute",
    "succeeds at once",
)
def test_operations_take_a_while(aws: Aws, discovery: Map) -> None:
    _, operation = discovery.namespace()
    for seconds, status in ((0, "SUBMITTED"), (2, "PENDING"), (45, "SUCCESS")):
        aws.advance(seconds)
        assert discovery.status(operation) == status


@behaviour(
    "Cloud Map API: CreatePrivateDnsNamespace",
    "A namespace is created once: DuplicateRequest, then exists",
    "makes another",
)
def test_a_namespace_is_created_once(aws: Aws, discovery: Map) -> None:
    discovery.namespace(CreatorRequestId="one")
    aws.refused("DuplicateRequest", discovery.namespace, CreatorRequestId="one")
    aws.refused("NamespaceAlreadyExists", discovery.namespace, CreatorRequestId="two")
    aws.advance(60)
    aws.refused("NamespaceAlreadyExists", discovery.namespace, CreatorRequestId="one")


@behaviour(
    "Cloud Map API: CreatePrivateDnsNamespace", "A VPC has several namespaces", "refuses the second"
)
def test_a_vpc_has_several_namespaces(discovery: Map) -> None:
    assert discovery.namespace("one") != discovery.namespace("two")
    assert len(discovery.map.list_namespaces()["Namespaces"]) == 2


@behaviour(
    "Cloud Map API: CreateService",
    "A service is created once in a namespace that is there",
    "makes another",
)
def test_a_service_is_created_once(aws: Aws, discovery: Map) -> None:
    namespace, _ = discovery.namespace()
    discovery.service(namespace)
    aws.refused("ServiceAlreadyExists", discovery.service, namespace=namespace)
    aws.refused("NamespaceNotFound", discovery.service, namespace="ns-0123456789abcdef")


@behaviour(
    "Cloud Map API: DeleteNamespace", "A namespace with services is not deleted", "deletes it"
)
def test_a_namespace_with_services_is_not_deleted(aws: Aws, discovery: Map) -> None:
    namespace, _ = discovery.namespace()
    service = discovery.service(namespace)["Id"]
    aws.refused("ResourceInUse", discovery.map.delete_namespace, Id=namespace)
    discovery.map.delete_service(Id=service)
    discovery.map.delete_namespace(Id=namespace)


@behaviour(
    "Cloud Map API: CreatePrivateDnsNamespace, DeleteNamespace",
    "A private namespace has a hosted zone of its name, which goes with it",
    "leaves it, under another name",
)
def test_a_hosted_zone_goes_with_its_namespace(aws: Aws, discovery: Map) -> None:
    dns = aws.client("route53")
    present = {each["Id"] for each in dns.list_hosted_zones()["HostedZones"]}
    namespace, _ = discovery.namespace("shop.internal")
    (zone,) = [each for each in dns.list_hosted_zones()["HostedZones"] if each["Id"] not in present]
    assert (zone["Name"], zone["Config"]["PrivateZone"]) == ("shop.internal.", True)
    assert dns.get_hosted_zone(Id=zone["Id"])["VPCs"] == [
        {"VPCRegion": "eu-west-1", "VPCId": aws.vpc()}
    ]
    records = dns.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    assert {each["Name"] for each in records} == {"shop.internal."}
    discovery.map.delete_namespace(Id=namespace)
    assert {each["Id"] for each in dns.list_hosted_zones()["HostedZones"]} == present


@behaviour("Cloud Map API: DeleteService", "A service with instances is not deleted", "deletes it")
def test_a_service_with_instances_is_not_deleted(aws: Aws, discovery: Map) -> None:
    namespace, _ = discovery.namespace()
    service = discovery.service(namespace)["Id"]
    instance = {"ServiceId": service, "InstanceId": "i"}
    discovery.map.register_instance(**instance, Attributes={"AWS_INSTANCE_IPV4": "10.0.0.1"})
    aws.refused("ResourceInUse", discovery.map.delete_service, Id=service)
    discovery.map.deregister_instance(**instance)
    discovery.map.delete_service(Id=service)


@behaviour(
    "terraform-provider-aws#4853",
    "ECS registers its tasks, which holds the service",
    "has no tasks",
)
def test_tasks_are_instances(aws: Aws, discovery: Map) -> None:
    namespace, _ = discovery.namespace()
    service = discovery.service(namespace)
    aws.service(serviceRegistries=[{"registryArn": service["Arn"]}])
    aws.advance(200)
    (task,) = aws.tasks()
    (found,) = discovery.map.list_instances(ServiceId=service["Id"])["Instances"]
    assert found["Id"] == task["taskArn"].rpartition("/")[2]
    aws.refused("ResourceInUse", discovery.map.delete_service, Id=service["Id"])
    aws.ecs.delete_service(cluster="c", service="web", force=True)
    aws.advance(400)
    discovery.map.delete_service(Id=service["Id"])
