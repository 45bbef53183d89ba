"""A NAT gateway: the way out of private subnets.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html
https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.errors import NotYet, StepFailed
from provisioner.resources._tags import tag_map
from provisioner.resources.ec2 import _network

THERE = ("pending", "available")
GONE = ("deleted", "failed")


class NatGateway(_network.Numbered):
    """Deleted and failed ones stay visible for an hour, so only those that work count."""

    name = "ec2.nat_gateway"
    type, number, plural = "natgateway", "NatGatewayId", "NatGateways"
    describe = "describe_nat_gateways"
    filters = "Filter"
    api = Api("ec2", "CreateNatGateway")
    grants = (
        Grant("read", "ec2:DescribeNatGateways"),
        Grant("create", "ec2:DescribeAddresses"),
        Grant("create", "ec2:CreateNatGateway", "ec2:natgateway/*", tagged="request"),
        Grant("create", "ec2:CreateNatGateway", "ec2:subnet/* ec2:elastic-ip/* ec2:vpc/*"),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:natgateway/*",
            tagged="request",
            when={"ec2:CreateAction": "CreateNatGateway"},
        ),
        Grant("update", "ec2:CreateTags", "ec2:natgateway/*", tagged="resource"),
        Grant("delete", "ec2:DeleteNatGateway", "ec2:natgateway/*", tagged="resource"),
    )
    fields = ("SubnetId", "AllocationId", "ConnectivityType")
    uses = frozenset({"ec2.subnet", "ec2.elastic_ip", "ec2.internet_gateway"})
    immutable = frozenset(fields)
    replacement = "delete-first"  # an address can be in one gateway only
    retries = (
        # Made a moment ago, not visible everywhere yet.
        Retry("create", "InvalidSubnetID.NotFound"),
        Retry("create", "InvalidAllocationID.NotFound"),
        Retry("create", "Gateway.NotAttached"),
    )
    absent = ("NatGatewayNotFound",)
    patience = 900

    def exists_still(self, item: Mapping[str, Any]) -> bool:
        return item["State"] in THERE

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """A call has a client token from botocore, so that one sent twice makes one gateway.

        One whose address is in use would be made, and fail. An interrupted run may have left the
        gateway that had it on its way out.
        """
        self._check_free(aws, want["AllocationId"])
        answer = aws.client("ec2").create_nat_gateway(
            **self.request(want), TagSpecifications=self.marks(tags)
        )
        return self.of(answer["NatGateway"], tags, self.request(want))

    def _check_free(self, aws: Aws, number: str | None) -> None:
        if number is None:
            return
        found = aws.client("ec2").describe_addresses(AllocationIds=[number])["Addresses"]
        for address in found:
            if "AssociationId" in address:
                user = address.get("NetworkInterfaceId") or address.get("InstanceId")
                raise NotYet(
                    f"the address {number} is still associated with {user}; a NAT gateway lets go"
                    " of its address minutes after it is deleted"
                )

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Never called: every property is immutable here."""

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ec2").delete_nat_gateway(NatGatewayId=live.id)

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        """Up to a few minutes. One that failed never recovers; AWS removes it."""
        found = self.one(aws, live.id)
        if found is None:
            return "not visible yet"
        if found["State"] in GONE:
            why = found.get("FailureMessage") or "no reason given"
            raise StepFailed(f"the NAT gateway {live.id} failed: {why}")
        return "" if found["State"] == "available" else str(found["State"])

    def lingering(self, aws: Aws, live: Live) -> str:
        """It holds its address, and the subnet, until it is deleted."""
        found = self.one(aws, live.id)
        return "" if found is None or found["State"] in GONE else str(found["State"])

    def live(self, aws: Aws, item: Mapping[str, Any]) -> Live:
        addresses = item.get("NatGatewayAddresses", ())
        properties = {
            "SubnetId": item["SubnetId"],
            "AllocationId": next(
                (a["AllocationId"] for a in addresses if "AllocationId" in a), None
            ),
            "ConnectivityType": item.get("ConnectivityType", "public"),
        }
        return self.of(item, tag_map(item.get("Tags")), properties)
