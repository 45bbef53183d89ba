"""moto's NAT gateways with a life: pending, available or failed, deleting, deleted, forgotten.

moto 5.2.5 has them available and deleted at once, knows no client token, finds them by four filters
only, and keeps their network interfaces for ever.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.route_tables import Route
from moto.ec2.utils import generic_filter

from .settings import Settings, drop

# Seconds: AWS gives no numbers but the last, and a waiter that asks every 15.
AVAILABLE_IN = 90.0
FAILS_IN = 15.0
DELETED_IN = 60.0
# "usually in about an hour"
FORGOTTEN_IN = 3600.0
GONE = ("deleting", "deleted", "failed")


class Gateway(NatGateway):
    """One gateway. It has its address from the beginning, and shows it when it is available."""

    failure_code: str | None = None
    failure_message: str | None = None

    def __init__(
        self, backend: Any, subnet: str, allocation: str, tags: dict[str, str], connectivity: str
    ) -> None:
        super().__init__(backend, subnet, "", tags, connectivity)
        self.state = "pending"
        self.allocation = allocation
        backend.delete_network_interface(self._eni.id)  # its address is none of the subnet's
        self._eni = backend.create_network_interface(
            subnet, [], description=f"Interface for NAT Gateway {self.id}"
        )
        self._eni.status, self._eni.requester_managed = "in-use", True
        self._eni.interface_type = "nat_gateway"
        self._eni._group_set = []  # noqa: SLF001  it has none, and moto no other way to say so
        self.private_ip = self._eni.private_ip_address
        self.cause = self._obstacle()
        if allocation and not self.cause:
            backend.associate_address(eni=self._eni, allocation_id=allocation)

    def _obstacle(self) -> tuple[str, str] | None:
        """Code and message of what it will fail for."""
        if self.connectivity_type == "private":
            return None
        (address,) = self.ec2_backend.address_by_allocation([self.allocation])
        gateways = self.ec2_backend.internet_gateways.values()
        if self.vpc_id not in {each.vpc.id for each in gateways if each.vpc}:
            return "Gateway.NotAttached", f"Network {self.vpc_id} has no Internet gateway attached"
        if address.association_id:
            words = f"Elastic IP address [{self.allocation}] is already associated"
            return "Resource.AlreadyAssociated", words
        return None

    @property
    def nat_gateway_addresses(self) -> list[dict[str, Any]]:
        """Its one address, in full as long as it works."""
        shown = {"allocationId": self.allocation} if self.allocation else {}
        if self.state != "available":
            return [shown]
        shown |= {"networkInterfaceId": self._eni.id, "privateIp": self.private_ip}
        if self.allocation:
            shown |= {
                "publicIp": self._eni.public_ip,
                "associationId": self._eni.association.get("associationId"),
            }
        return [{**shown, "isPrimary": True, "status": "succeeded"}]

    def begin(self) -> None:
        """Be available, or fail."""
        if self.state == "pending" and self.cause:
            self.state = "failed"
            self.failure_code, self.failure_message = self.cause
            drop(self.ec2_backend.enis, self._eni.id)
        elif self.state == "pending":
            self.state = "available"

    def end(self) -> None:
        """Let go of the address and of the subnet."""
        self.state = "deleted"
        for address in self.ec2_backend.addresses:
            if address.eni is self._eni:
                self.ec2_backend.disassociate_address(address=address.public_ip)
        drop(self.ec2_backend.enis, self._eni.id)


class Way(Route):
    """A route, which leads nowhere once its NAT gateway is deleted.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
    """

    @property
    def state(self) -> str:
        """`active`, or `blackhole`."""
        gone = self.nat_gateway is not None and self.nat_gateway.state in GONE
        return "blackhole" if gone else "active"


class NatGateways(NatGatewayBackend):
    """The part of a region's EC2 that has them. To be named before moto's among the bases."""

    settings: ClassVar[Settings] = Settings()
    nat_gateways: dict[str, Any]

    def create_nat_gateway(
        self,
        subnet_id: str,
        allocation_id: str,
        tags: dict[str, str] | None = None,
        connectivity_type: str = "public",
    ) -> Gateway:
        """Begin to make one. A cause of failure shows in its state only."""
        made = Gateway(  # type: ignore[abstract]  # moto's has no templates of CloudFormation either
            self, subnet_id, allocation_id or "", tags or {}, connectivity_type or "public"
        )
        self.nat_gateways[made.id] = made
        self.settings.later(FAILS_IN if made.cause else AVAILABLE_IN, made.begin)
        if made.cause:
            self.settings.later(FORGOTTEN_IN, partial(drop, self.nat_gateways, made.id))
        return made

    def describe_nat_gateways(
        self, filters: Any, nat_gateway_ids: list[str] | None
    ) -> list[NatGateway]:
        """Find those that are asked for."""
        found: list[NatGateway] = [
            self._gateway(each) for each in nat_gateway_ids or self.nat_gateways
        ]
        names = {"nat-gateway-id": "id"}
        return generic_filter(
            {names.get(name, name): values for name, values in (filters or {}).items()}, found
        )

    def delete_nat_gateway(self, nat_gateway_id: str) -> Gateway:
        """Begin to delete one: it holds what it uses until it is deleted."""
        found = self._gateway(nat_gateway_id)
        if found.state not in GONE:
            found.state = "deleting"
            self.settings.later(DELETED_IN, found.end)
            self.settings.later(
                DELETED_IN + FORGOTTEN_IN, partial(drop, self.nat_gateways, found.id)
            )
        return found

    def _gateway(self, number: str) -> Gateway:
        if number not in self.nat_gateways:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {number} was not found")
        found: Gateway = self.nat_gateways[number]
        return found
