"""moto's network interfaces, each with an address that no other has.

moto 5.2.5 picks any of the subnet's, those in use and AWS's own among them.
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from moto.ec2.exceptions import EC2ClientError

# AWS keeps the first four addresses of a subnet, and the last.
FIRST, LAST = 4, -1


class NoAddress(EC2ClientError):
    """The subnet is full."""

    def __init__(self) -> None:
        words = "The specified subnet does not have enough free addresses to satisfy the request."
        super().__init__("InsufficientFreeAddressesInSubnet", words)


class NetworkInterfaces:
    """What `Ec2Backend` does for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # By subnet: the place of the address that was given last; AWS does not soon give it again.
        self._given: dict[str, int] = {}
        super().__init__(*args, **kwargs)

    def create_network_interface(
        self, subnet: Any, private_ip_address: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Make one, with the next free address unless one is named. Raises NoAddress."""
        addresses = args[0] if args else kwargs.get("private_ip_addresses")
        wanted = private_ip_address or (None if addresses else self._free(subnet))
        above: Any = super()
        return above.create_network_interface(subnet, wanted, *args, **kwargs)

    def _free(self, place: Any) -> str:
        ec2: Any = self
        subnet = ec2.get_subnet(place) if isinstance(place, str) else place
        used = {
            each.private_ip_address for each in ec2.enis.values() if each.subnet.id == subnet.id
        }
        block = ip_network(subnet.cidr_block)
        places = range(FIRST, block.num_addresses + LAST)
        begin = self._given.get(subnet.id, -1) + 1
        for step in range(len(places)):
            at = (begin + step) % len(places)
            if (address := str(block[places[at]])) not in used:
                self._given[subnet.id] = at
                return address
        raise NoAddress
