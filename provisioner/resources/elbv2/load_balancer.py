"""An application load balancer with its attributes.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.errors import StepFailed
from provisioner.resources._tags import tag_list
from provisioner.resources.ec2._common import groups
from provisioner.resources.elbv2 import _common

PROTECTION = "deletion_protection.enabled"


class LoadBalancer(_common.Tagged):
    """`Attributes` maps AWS's keys to AWS's strings; only those given are managed."""

    name = _common.LOAD_BALANCER
    api = Api("elbv2", "CreateLoadBalancer", "ModifyLoadBalancerAttributes")
    grants = (
        Grant(
            "read",
            (
                "elasticloadbalancing:DescribeLoadBalancers "
                "elasticloadbalancing:DescribeLoadBalancerAttributes "
                "elasticloadbalancing:DescribeTags ec2:DescribeNetworkInterfaces "
                "ec2:DescribeSecurityGroups"
            ),
        ),
        Grant(
            "create",
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:loadbalancer/app/{Name}/*",
            tagged="request",
        ),
        Grant(
            "create",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:loadbalancer/app/{Name}/*",
            tagged="request",
            when={"elasticloadbalancing:CreateAction": "CreateLoadBalancer"},
        ),
        Grant(
            "create",
            "iam:CreateServiceLinkedRole",
            "iam:role/aws-service-role/elasticloadbalancing.amazonaws.com/*",
            when={"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"},
        ),
        Grant(
            "update",
            (
                "elasticloadbalancing:SetSubnets elasticloadbalancing:SetSecurityGroups "
                "elasticloadbalancing:SetIpAddressType "
                "elasticloadbalancing:ModifyLoadBalancerAttributes "
                "elasticloadbalancing:AddTags"
            ),
            "elasticloadbalancing:loadbalancer/app/{Name}/*",
            tagged="resource",
        ),
        Grant(
            "delete",
            (
                "elasticloadbalancing:DeleteLoadBalancer "
                "elasticloadbalancing:ModifyLoadBalancerAttributes"
            ),
            "elasticloadbalancing:loadbalancer/app/{Name}/*",
            tagged="resource",
        ),
    )
    fields = ("Name", "Scheme", "Type", "IpAddressType", "Subnets", "SecurityGroups")
    identity = ("Name",)
    name_limit = 32
    uses = frozenset({
        "ec2.security_group", "ec2.security_group_rule", "ec2.vpc", "ec2.subnet",
        "ec2.internet_gateway", "ec2.route_table", "s3.bucket",
    })  # fmt: skip
    immutable = frozenset({"Name", "Scheme", "Type", "VpcId"})
    lasting = frozenset({"IpAddressType", "Subnets", "SecurityGroups", "Attributes.*"})
    rules = Rules(unordered=frozenset({"Subnets", "SecurityGroups"}))
    retries = (
        # Groups and subnets made a moment ago are not visible everywhere yet.
        Retry("create", "InvalidSecurityGroup", seconds=60),
        Retry("create", "SubnetNotFound", seconds=60),
        # So is the way to the internet.
        Retry("create", "InvalidSubnet", containing="no internet gateway", seconds=60),
        # The log bucket's policy has not spread yet.
        Retry("update", "InvalidConfigurationRequest", containing="Access Denied for bucket"),
    )
    exists = ("DuplicateLoadBalancerName",)
    absent = ("LoadBalancerNotFound",)
    patience = 1200
    settles = frozenset({"Subnets", "SecurityGroups", "IpAddressType"})

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = _common.load_balancers(aws, scope)

        def read(arn: str) -> dict[str, str]:
            answer = aws.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=arn)
            return _common.attributes(answer["Attributes"])

        attributes = aws.gather(read, [item["LoadBalancerArn"] for item in found])
        tags = _common.head_tags(aws, scope)
        homes = {group["GroupId"]: group["VpcId"] for group in groups(aws, scope)}
        for item, values in zip(found, attributes, strict=True):
            # It is where its groups are; MiniStack makes up a network for it.
            vpcs = [homes[group] for group in item.get("SecurityGroups", ()) if group in homes]
            place = {"VpcId": vpcs[0]} if vpcs else {}
            yield self._live({**item, **place}, tags.get(item["LoadBalancerArn"], {}), values)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("elbv2").create_load_balancer(**self.request(want), Tags=tag_list(tags))
        return self._live(answer["LoadBalancers"][0], tags, {})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client, arn = aws.client("elbv2"), live.id
        if touched(changes, "Subnets"):
            client.set_subnets(LoadBalancerArn=arn, Subnets=want["Subnets"])
        if touched(changes, "SecurityGroups"):
            client.set_security_groups(LoadBalancerArn=arn, SecurityGroups=want["SecurityGroups"])
        if touched(changes, "IpAddressType"):
            client.set_ip_address_type(LoadBalancerArn=arn, IpAddressType=want["IpAddressType"])
        for some in _common.changed_attributes(want["Attributes"], changes):
            client.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=some)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("elbv2").delete_load_balancer(LoadBalancerArn=live.id)

    def pending(self, aws: Aws, live: Live, want: Properties) -> str:
        balancer = self._describe(aws, live)
        if balancer is None:
            return "not visible yet"
        state = balancer["State"]
        if state["Code"] == "failed":
            raise StepFailed(f"the load balancer failed: {state.get('Reason', 'no reason given')}")
        return "" if state["Code"] in ("active", "active_impaired") else str(state["Code"])

    def lingering(self, aws: Aws, live: Live) -> str:
        """Its network interfaces outlive it, and hold its subnets and security groups."""
        if self._describe(aws, live) is not None:
            return "not gone yet"
        owner = f"ELB {live.outputs['FullName']}"
        filters = [{"Name": "description", "Values": [owner]}]
        answer = aws.client("ec2").describe_network_interfaces(Filters=filters)
        left = len(answer["NetworkInterfaces"])
        return f"{left} network interfaces not gone yet" if left else ""

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        if live.properties["Attributes"].get(PROTECTION) == "true":
            yield (
                "deletion protection is on; set load_balancer.deletion_protection: false and apply"
            )
        tags = _common.leaf_tags(aws, scope)
        for listener in _common.listeners(aws, scope):
            arn = listener["ListenerArn"]
            if listener["LoadBalancerArn"] == live.id and not scope.ours(tags.get(arn, {})):
                yield f"carries a listener that is not the stack's: port {listener['Port']}, {arn}"

    def clear(self, aws: Aws, live: Live) -> None:
        aws.client("elbv2").modify_load_balancer_attributes(
            LoadBalancerArn=live.id, Attributes=[{"Key": PROTECTION, "Value": "false"}]
        )

    def _describe(self, aws: Aws, live: Live) -> dict[str, Any] | None:
        try:
            answer = aws.client("elbv2").describe_load_balancers(LoadBalancerArns=[live.id])
        except ClientError as error:
            if says(error, self.absent):
                return None
            raise
        found: list[dict[str, Any]] = answer["LoadBalancers"]
        return found[0] if found else None

    def _live(self, item: dict[str, Any], tags: Tags, attributes: dict[str, str]) -> Live:
        properties = {
            "Name": item["LoadBalancerName"],
            "Scheme": item.get("Scheme"),  # a gateway load balancer has none, and no name either
            "Type": item["Type"],
            "VpcId": item.get("VpcId"),
            "IpAddressType": item.get("IpAddressType"),
            "Subnets": [zone["SubnetId"] for zone in item["AvailabilityZones"]],
            "SecurityGroups": item.get("SecurityGroups", []),
            "Attributes": attributes,
        }
        arn = item["LoadBalancerArn"]
        outputs = {
            "Arn": arn,
            "DNSName": item.get("DNSName", ""),
            "CanonicalHostedZoneId": item.get("CanonicalHostedZoneId", ""),
            "FullName": arn.split(":loadbalancer/")[-1],
        }
        return Live(self.name, arn, tags, properties, outputs)
