"""moto's EC2 with networks that take their time, and client tokens that are heeded.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

from moto.core.request import Request
from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult
from moto.ec2 import urls
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends, route_tables
from moto.ec2.responses import EC2Response

from ._extension import Extension
from .nat_gateways import NatGateways, Way
from .network_interfaces import NetworkInterfaces
from .settings import Settings
from .vpc_endpoints import VpcEndpoints

BLOCKS = frozenset({
    "CidrIp", "CidrIpv4", "CidrIpv6", "CidrBlock", "DestinationCidrBlock",
})  # fmt: skip


def install(settings: Settings) -> None:
    """Put this backend and this API in the place of moto's, before moto has made one."""
    NatGateways.settings = VpcEndpoints.settings = settings
    ec2_backends.backend = Ec2Backend
    vars(route_tables)["Route"] = Way
    urls.url_paths["{0}/"] = Api.dispatch


class Ec2Backend(Extension, NetworkInterfaces, NatGateways, VpcEndpoints, EC2Backend):
    """One region."""

    urls_of = urls

    def __init__(self, region_name: str, account_id: str) -> None:
        # By operation and client token: what was asked, and the id of what was made.
        self.tokens: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        super().__init__(region_name, account_id)

    def settle(self) -> None:
        """Have everything that is pending done."""
        for each in self.nat_gateways.values():
            each.begin()

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield moto's kinds, and addresses, endpoints and rules of security groups."""
        yield from super().iter_tagged_resources()
        kinds: dict[str, list[str]] = {
            "elastic-ip": [str(address.id) for address in self.addresses],
            "vpc-endpoint": list(self.vpc_end_points),
            "security-group-rule": [
                rule.id
                for groups in self.groups.values()
                for group in groups.values()
                for rule in (*group.ingress_rules, *group.egress_rules)
            ],
        }
        place = f"arn:{self.partition}:ec2:{self.region_name}:{self.account_id}"
        for kind, numbers in kinds.items():
            for number in numbers:
                tags = dict(self.tags.get(number, {}))
                yield TaggedResource(f"{place}:{kind}/{number}", tags, f"ec2:{kind}")


class Api(EC2Response):
    """One request. The public methods are operations."""

    def parse_parameters(self, request: Request) -> None:
        """Read them; AWS drops the host bits of blocks.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html, API_CreateVpc.html
        """
        super().parse_parameters(request)
        self.params = _canonical(self.params)

    def create_nat_gateway(self) -> ActionResult:
        """Begin to make one, once per token."""
        return self._once("NatGateway", self.ec2_backend.nat_gateways, super().create_nat_gateway)

    def create_route_table(self) -> ActionResult:
        """Make one, once per token."""
        return self._once("RouteTable", self.ec2_backend.route_tables, super().create_route_table)

    def create_vpc_endpoint(self) -> ActionResult:
        """Make one, once per token."""
        known = self.ec2_backend.vpc_end_points
        return self._once("VpcEndpoint", known, super().create_vpc_endpoint)

    def modify_vpc_endpoint(self) -> ActionResult:
        """Change it, its private names, too."""
        answer = super().modify_vpc_endpoint()
        found = self.ec2_backend.vpc_end_points[self._get_param("VpcEndpointId")]
        asked = self._get_bool_param("PrivateDnsEnabled")
        found.private_dns_enabled = found.private_dns_enabled if asked is None else asked
        return answer

    def delete_vpc_endpoints(self) -> ActionResult:
        """Delete those that there are; the answer tells of the others."""
        numbers, known = self._get_param("VpcEndpointIds", []), self.ec2_backend.vpc_end_points
        self.ec2_backend.delete_vpc_endpoints([each for each in numbers if each in known])
        unknown = [each for each in numbers if each not in known]
        return ActionResult({"Unsuccessful": list(map(_unknown_endpoint, unknown))})

    def _once(
        self, field: str, known: dict[str, Any], make: Callable[[], ActionResult]
    ) -> ActionResult:
        """Make something that will be in `known`, or return what this token stands for."""
        token = self._get_param("ClientToken")
        if not token:
            return make()
        asked = {name: value for name, value in self.params.items() if name != "ClientToken"}
        tokens = self.ec2_backend.tokens
        before, number = tokens.get((field, token), (asked, ""))
        if before != asked:
            raise EC2ClientError(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in"
                " previous request(s).",
            )
        found = known.get(number)
        if found is None:
            answer: Any = make().result
            found = answer[field]
            tokens[field, token] = (asked, found.id)
        return ActionResult({field: found, "ClientToken": token})


def _canonical(value: Any, name: str = "") -> Any:
    """Parameters as AWS takes them; what is no block is refused later."""
    if isinstance(value, dict):
        return {key: _canonical(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_canonical(each) for each in value]
    if name in BLOCKS:
        try:
            return str(ip_network(value, strict=False))
        except ValueError:
            return value
    return value


def _unknown_endpoint(number: str) -> dict[str, Any]:
    words = f"The Vpc Endpoint Id '{number}' does not exist"
    return {
        "ResourceId": number,
        "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": words},
    }
