"""Whether tasks can reach what they need to start, judged by routes and endpoints.

The most common reason for a first deployment that never gets a task running. One call when every
subnet has a way out; another one or two where endpoints have to stand in for it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, code_of
from provisioner.engine.model import Properties
from provisioner.engine.observe import WARNINGS
from provisioner.errors import PlanError
from provisioner.resources.ec2.route_table import leads_to
from provisioner.resources.lookups.network import network, subnets_of

EVERYWHERE = "0.0.0.0/0"
GONE = ("deleting", "deleted", "failed", "rejected", "expired")
"""States of an endpoint, in small letters, from which it never comes to serve."""
HTTPS = 443
INTERNET = "internet"
"""What an image from a public registry needs, and no endpoint is for."""
NOWHERE = ("", "local", "pcx")
"""Beginnings of targets that lead to no AWS service: peering takes nobody to the internet."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet with the route table that it follows."""

    id: str
    block: str
    table: Mapping[str, Any]

    def way_out(self, *, public_ip: bool) -> bool:
        """Whether its default route leads somewhere that may lead on."""
        default = self._default()
        target = leads_to(default) if default.get("State", "active") == "active" else ""
        start = target.split("-")[0]
        return start not in NOWHERE and (start != "igw" or public_ip)

    def words(self) -> str:
        """`subnet-1 (route table rtb-1: no default route)`."""
        default = self._default()
        how = "no default route"
        if default:
            gone = ", which is gone" if default.get("State") == "blackhole" else ""
            how = f"the default route leads to {leads_to(default)}{gone}"
        return f"{self.id} (route table {self.table.get('RouteTableId', 'unknown')}: {how})"

    def _default(self) -> Mapping[str, Any]:
        routes = self.table.get("Routes", ())
        return next((r for r in routes if r.get("DestinationCidrBlock") == EVERYWHERE), {})


def reachability(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`WARNINGS` for subnets without a way to what tasks need; PlanError with `query["refuse"]`.

    `query` is that of `network`, with `needs`: tier to endpoint names (`ecr.api`), tasks in the
    public tier having public addresses.
    """
    found = network(aws, query["network"])
    try:
        warnings = list(_warnings(aws, query["needs"], found))
    except ClientError as error:  # it is advice: nobody needs these permissions for anything else
        words = f"{error.operation_name}: {code_of(error)}"
        return {WARNINGS: [f"network: whether tasks reach what they need is not known: {words}"]}
    if warnings and query["refuse"]:
        raise PlanError("\n".join(warnings))
    return {WARNINGS: warnings}


def _warnings(
    aws: Aws, needs: Mapping[str, Sequence[str]], found: Mapping[str, Any]
) -> Iterator[str]:
    tables = aws.pages(
        "ec2",
        "describe_route_tables",
        "RouteTables",
        Filters=[{"Name": "vpc-id", "Values": [found["VpcId"]]}],
    )
    blocks = {item["SubnetId"]: item["CidrBlock"] for item in subnets_of(aws, found["VpcId"])}
    closed: list[tuple[Subnet, Sequence[str]]] = []
    for tier, names in needs.items():
        for number in found[f"{tier.title()}SubnetIds"]:
            subnet = Subnet(number, blocks.get(number, EVERYWHERE), _followed(tables, number))
            if not subnet.way_out(public_ip=tier == "public"):
                closed.append((subnet, names))
    if closed:
        yield from _judge(aws, found["VpcId"], closed)


def _followed(tables: Iterable[Mapping[str, Any]], subnet: str) -> Mapping[str, Any]:
    """The subnet's own table, or the VPC's main one."""
    main: Mapping[str, Any] = {}
    for table in tables:
        for association in table.get("Associations", ()):
            if association.get("SubnetId") == subnet:
                return table
            if association.get("Main"):
                main = table
    return main


def _judge(aws: Aws, vpc: str, closed: list[tuple[Subnet, Sequence[str]]]) -> Iterator[str]:
    where = [{"Name": "vpc-id", "Values": [vpc]}]
    endpoints = aws.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=where)
    there = [one for one in endpoints if one["State"].lower() not in GONE]
    rules = _rules(aws, there)
    for subnet, needs in closed:
        faults = [fault for need in needs if (fault := _fault(subnet, need, there, rules))]
        if faults:
            yield (
                f"network: tasks in {subnet.words()} have no way out, and cannot reach: "
                f"{'; '.join(faults)}. Add a route to a NAT gateway, the endpoints, or set "
                "assign_public_ip; network.reachability: ignore if they get out another way"
            )


def _rules(aws: Aws, endpoints: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    groups = sorted({group["GroupId"] for one in endpoints for group in one.get("Groups", ())})
    if not groups:
        return []
    filters = [{"Name": "group-id", "Values": groups}]
    return aws.pages("ec2", "describe_security_group_rules", "SecurityGroupRules", Filters=filters)


def _fault(
    subnet: Subnet,
    need: str,
    endpoints: Iterable[Mapping[str, Any]],
    rules: Iterable[Mapping[str, Any]],
) -> str:
    """What keeps tasks from an AWS service; "" when nothing does."""
    if need == INTERNET:
        return "the internet, where an image comes from"
    mine = [one for one in endpoints if one["ServiceName"].endswith(f".{need}")]
    words = f"{need} (no endpoint)"
    for one in mine:
        if one["VpcEndpointType"] == "Gateway":
            if subnet.table.get("RouteTableId") in one.get("RouteTableIds", ()):
                return ""
            words = f"{need} ({one['VpcEndpointId']} has no route in that table)"
        elif (state := one["State"].lower()) != "available":
            words = f"{need} ({one['VpcEndpointId']} is {state})"
        elif not one.get("PrivateDnsEnabled"):
            words = f"{need} ({one['VpcEndpointId']} has private DNS names switched off)"
        elif not _admits(one, subnet.block, rules):
            words = f"{need} ({one['VpcEndpointId']} does not let in {subnet.block} on port 443)"
        else:
            return ""
    return words


def _admits(endpoint: Mapping[str, Any], block: str, rules: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any group of the endpoint lets the subnet in; groups as sources may be the tasks'."""
    groups = {group["GroupId"] for group in endpoint.get("Groups", ())}
    return any(
        rule["GroupId"] in groups
        and not rule["IsEgress"]
        and _for_https(rule)
        and (_covers(rule.get("CidrIpv4"), block) or not rule.get("CidrIpv4"))
        and not rule.get("CidrIpv6")
        for rule in rules
    )


def _for_https(rule: Mapping[str, Any]) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    return rule["IpProtocol"] in ("tcp", "6") and rule["FromPort"] <= HTTPS <= rule["ToPort"]


def _covers(source: str | None, block: str) -> bool:
    if source is None:
        return False
    outer, inner = ip_network(source, strict=False), ip_network(block, strict=False)
    return int(outer.network_address) <= int(inner.network_address) and int(
        outer.broadcast_address
    ) >= int(inner.broadcast_address)
