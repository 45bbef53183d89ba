"""moto's Cloud Map, which lists services of one namespace and keeps one that is in use.

moto 5.2.5 ignores the filters of ListServices, deletes namespaces with services in them, and makes
a hosted zone that no VPC asks.
https://docs.aws.amazon.com/cloud-map/latest/api/API_ListServices.html
"""

from __future__ import annotations

import json

from moto.core.exceptions import JsonRESTError
from moto.route53.models import route53_backends
from moto.servicediscovery import urls
from moto.servicediscovery.exceptions import ServiceNotFound
from moto.servicediscovery.responses import ServiceDiscoveryResponse


def install() -> None:
    """Put this API in the place of moto's."""
    urls.url_paths["{0}/$"] = Api.dispatch


class Api(ServiceDiscoveryResponse):
    """One request. The public methods are operations."""

    def create_private_dns_namespace(self) -> str:
        """Make the namespace, and its hosted zone for the VPC."""
        answer = super().create_private_dns_namespace()
        vpc = json.loads(self.body)["Vpc"]
        zones = route53_backends[self.current_account][self.partition].zones
        for namespace in self.servicediscovery_backend.namespaces.values():
            zone = zones.get(
                str((namespace.dns_properties or {}).get("HostedZoneId")).rsplit("/")[-1]
            )
            if zone and namespace.vpc == vpc and not zone.vpcs:
                zone.add_vpc(vpc, self.region)
        return answer

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

    def delete_namespace(self) -> str:
        """Delete a namespace that no service is in."""
        identifier = json.loads(self.body)["Id"]
        services = self.servicediscovery_backend.list_services()
        if any(service.namespace_id == identifier for service in services):
            raise JsonRESTError("ResourceInUse", "The namespace contains one or more services.")
        return super().delete_namespace()

    def delete_service(self) -> str:
        """Delete a service that is there."""
        identifier = json.loads(self.body)["Id"]
        if identifier not in self.servicediscovery_backend.services:
            raise ServiceNotFound(identifier)
        return super().delete_service()
