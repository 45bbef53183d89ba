"""An Elastic IP address, for a NAT gateway.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html
"""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources.ec2 import _network


class ElasticIp(_network.Numbered):
    """The address that partners may have let in; it costs money, used or not."""

    name = "ec2.elastic_ip"
    type, number, plural = "elastic-ip", "AllocationId", "Addresses"
    describe = "describe_addresses"
    api = Api("ec2", "AllocateAddress")
    grants = (
        Grant("read", "ec2:DescribeAddresses"),
        Grant("create", "ec2:AllocateAddress", "ec2:elastic-ip/*", tagged="request"),
        Grant(
            "create",
            "ec2:CreateTags",
            "ec2:elastic-ip/*",
            tagged="request",
            when={"ec2:CreateAction": "AllocateAddress"},
        ),
        Grant("update", "ec2:CreateTags", "ec2:elastic-ip/*", tagged="resource"),
        Grant("delete", "ec2:ReleaseAddress", "ec2:elastic-ip/*", tagged="resource"),
    )
    fields = ("Domain",)
    immutable = frozenset(fields)
    retries = (
        # A NAT gateway has let go of its address a while after it is deleted.
        Retry("delete", "InvalidIPAddress.InUse", seconds=600),
        Retry("delete", "AuthFailure", seconds=600),
    )
    absent = ("InvalidAllocationID.NotFound",)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ec2").allocate_address(
            **self.request(want), TagSpecifications=self.marks(tags)
        )
        return self.of(answer, tags, self.request(want))

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Never called: every property is immutable here."""

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ec2").release_address(AllocationId=live.id)
