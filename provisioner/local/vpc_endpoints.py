"""moto's VPC endpoints with a life, and with network interfaces that hold what they use.

moto 5.2.5 has them available and deleted at once, gives interface endpoints network interfaces
without their groups, never moves those, and writes routes when an endpoint is made, but not when it
is modified.
https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint

from .settings import Settings, drop

# Seconds: AWS gives no numbers; minutes, seen in issues.
AVAILABLE_IN = 90.0
DELETED_IN = 90.0


def is_interface(endpoint: Any) -> bool:
    """Whether it has network interfaces; the others have routes."""
    return str(endpoint.vpc_endpoint_type or "Gateway") == "Interface"


class VpcEndpoints(VPCBackend):
    """The part of a region's EC2 that has them. To be named before moto's among the bases."""

    settings: ClassVar[Settings] = Settings()
    vpc_end_points: dict[str, Any]

    def create_vpc_endpoint(  # type: ignore[override]  # moto's API names every argument
        self, *, subnet_ids: list[str], security_group_ids: list[str], **asked: Any
    ) -> VPCEndPoint:
        """Make a gateway endpoint, or begin to make an interface endpoint."""
        asked["endpoint_type"] = asked["endpoint_type"] or "Gateway"
        made: Any = super().create_vpc_endpoint(**asked, subnet_ids=[])
        if not is_interface(made):
            made.private_dns_enabled = False
            return made  # type: ignore[no-any-return]
        ec2: Any = self
        made.state = "pending"
        made.security_group_ids = security_group_ids or [
            ec2.get_default_security_group(made.vpc_id).id
        ]
        self._attach(made, subnet_ids)
        self.settings.later(AVAILABLE_IN, partial(self.opened, made.id))
        return made  # type: ignore[no-any-return]

    def opened(self, number: str) -> None:
        """Have one available, if it is pending."""
        found = self.vpc_end_points.get(number)
        if found is not None and found.state == "pending":
            found.state = "available"

    def modify_vpc_endpoint(  # type: ignore[override]  # moto's API names every argument
        self, *, vpc_id: str, **asked: Any
    ) -> None:
        """Change what is given, with its network interfaces and routes. `vpc_id` is its own."""
        found: Any = self.describe_vpc_endpoints([vpc_id])[0]
        added, removed = asked.pop("add_subnets"), asked.pop("remove_subnets")
        super().modify_vpc_endpoint(vpc_id=vpc_id, add_subnets=None, remove_subnets=None, **asked)
        self._attach(found, [each for each in added or () if each not in found.subnet_ids])
        self._detach(found, removed or ())
        for each in self._interfaces(found):
            each._group_set = self._groups(found)  # noqa: SLF001  moto has no other way
        for table in asked["add_route_tables"] or ():
            self._route(found, table)
        for table in asked["remove_route_tables"] or ():
            self._unroute(found, table)

    def delete_vpc_endpoints(self, vpce_ids: list[str] | None = None) -> None:
        """Delete gateway endpoints; begin to delete interface endpoints."""
        for found in [self.vpc_end_points[each] for each in vpce_ids or ()]:
            if is_interface(found):
                found.state = "deleting"
                self.settings.later(DELETED_IN, partial(self.closed, found.id))
                continue
            for table in found.route_table_ids:
                self._unroute(found, table)
            self.vpc_end_points.pop(found.id)

    def closed(self, number: str) -> None:
        """Forget one, and its network interfaces."""
        if found := self.vpc_end_points.pop(number, None):
            self._detach(found, list(found.subnet_ids))

    def _attach(self, endpoint: Any, subnets: Iterable[str]) -> None:
        ec2: Any = self
        for subnet in subnets:
            made = ec2.create_network_interface(
                ec2.get_subnet(subnet), [], description=f"VPC Endpoint Interface {endpoint.id}"
            )
            made.status, made.requester_managed = "in-use", True
            made.interface_type = "vpc_endpoint"
            made._group_set = self._groups(endpoint)  # noqa: SLF001  moto has no other way
            endpoint.network_interface_ids.append(made.id)
            endpoint.subnet_ids.append(subnet)

    def _detach(self, endpoint: Any, subnets: Iterable[str]) -> None:
        ec2: Any = self
        for each in self._interfaces(endpoint):
            if each.subnet.id in subnets:
                drop(ec2.enis, each.id)
                endpoint.network_interface_ids.remove(each.id)
                endpoint.subnet_ids.remove(each.subnet.id)

    def _interfaces(self, endpoint: Any) -> list[Any]:
        ec2: Any = self
        return [ec2.enis[each] for each in endpoint.network_interface_ids]

    def _groups(self, endpoint: Any) -> list[Any]:
        ec2: Any = self
        found = {each: ec2.get_security_group_from_id(each) for each in endpoint.security_group_ids}
        for number, group in found.items():
            if group is None:
                raise EC2ClientError(
                    "InvalidGroup.NotFound", f"The security group '{number}' does not exist"
                )
        return list(found.values())

    def _route(self, endpoint: Any, table: str) -> None:
        ec2: Any = self
        ec2.create_route(
            table,
            None,
            gateway_id=endpoint.id,
            destination_prefix_list_id=endpoint.destination_prefix_list_id,
        )

    def _unroute(self, endpoint: Any, table: str) -> None:
        ec2: Any = self
        if table in ec2.route_tables:
            routes = ec2.route_tables[table]._routes  # noqa: SLF001  moto has no other way
            for number, route in list(routes.items()):
                if route.gateway_id == endpoint.id:
                    del routes[number]
