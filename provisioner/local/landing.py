"""The landing zone: what a real account would have been given before we come.

In each region, at the first request for it, and for each name: a VPC with DNS hostnames, an
internet gateway, two public and two private subnets in two zones, a NAT gateway, and the routes;
and the default VPC's way out, which moto leaves out.
For the account: a public hosted zone.
Made with AWS's own protocols (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/), so that it
depends on nothing of moto's; the calls go past the call log. After a reset a region gets the same
networks back from a copy: sixty calls for each would be most of what a reset costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

from werkzeug.test import Client

from .moto_app import MotoApp
from .record import call_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

VPCS = ("oaktree-vpc-dev", "oaktree-vpc-staging", "oaktree-vpc-prod")
# Services that are signed for us-east-1 wherever the caller is, and see no network.
GLOBAL = frozenset({"", "cloudfront", "iam", "organizations", "route53", "sts"})
DOMAIN = "oaktree.example"
VERSION = "2016-11-15"
ZONES = 2
# The /16 blocks of 10.0.0.0/8, one for each VPC.
MOST = 256
EVERYWHERE = "0.0.0.0/0"
# Third octet of the /20 blocks, by tier, one for each zone.
BLOCKS = {"public": (0, 16), "private": (128, 144)}


class Landing:
    """A WSGI middleware that makes the landing zone of a region before its first request."""

    def __init__(self, app: MotoApp, account: str, names: Iterable[str] = ()) -> None:
        self._app, self._account = app, account
        self._lock = RLock()
        self._names = list(VPCS)
        self._done: dict[str, int] = {}
        self._named = False
        # What a region looked like when it had nothing but its networks, by it and their names.
        self._copies: dict[tuple[str, ...], bytes] = {}
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Have VPCs of these names, too, in every region. Raises ValueError."""
        with self._lock:
            new = [name for name in dict.fromkeys(names) if name not in self._names]
            if len(self._names) + len(new) > MOST:
                raise ValueError(f"`names`: expected {MOST} VPCs at most, with those there are")
            self._names += new

    @contextmanager
    def still(self) -> Iterator[None]:
        """Make nothing meanwhile."""
        with self._lock:
            yield

    def forget(self) -> None:
        """Make the landing zones again as they are needed: they are gone."""
        self._done.clear()
        self._named = False

    def kept(self) -> dict[str, Any]:
        """Return what a saved state has of it."""
        return {"names": list(self._names), "done": dict(self._done), "named": self._named}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Be as it was when this was kept."""
        self._names, self._done = list(kept["names"]), dict(kept["done"])
        self._named = kept["named"]

    def warm(self) -> None:
        """Have everything loaded that a first request would have to wait for."""
        _Ec2(self._app, "us-east-1").call("DescribeAvailabilityZones")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request in a region that has its landing zone."""
        call = call_of(environ, b"")
        if call.service == "route53":
            self._name()
        if call.service not in GLOBAL and call.region:
            self._land(call.region)
        return self._app(environ, start_response)

    def _land(self, region: str) -> None:
        if self._done.get(region) == len(self._names):
            return
        with self._lock:
            made, key = self._done.get(region, 0), (region, *self._names)
            if not made and key in self._copies:
                self._app.lay(self._copies[key], self._account, region)
            elif self._built(region, made) and not made:
                self._copies[key] = self._app.network(self._account, region)
            self._done[region] = len(self._names)

    def _name(self) -> None:
        """Make the hosted zone; elsewhere than in Route 53 nobody sees it."""
        with self._lock:
            if not self._named:
                Client(self._app).post(
                    "/2013-04-01/hostedzone",
                    base_url="https://route53.amazonaws.com",
                    headers={"Authorization": _signed("us-east-1", "route53")},
                    data=f"<CreateHostedZoneRequest><CallerReference>landing</CallerReference>"
                    f"<Name>{DOMAIN}</Name></CreateHostedZoneRequest>",
                )
            self._named = True

    def _built(self, region: str, made: int) -> bool:
        """Make the networks but for the first so many; whether this is a region."""
        ec2 = _Ec2(self._app, region)
        zones = ec2.call("DescribeAvailabilityZones", find="zoneName")[:ZONES]
        if len(zones) == ZONES:
            if not made:
                _open(ec2)
            for index in range(made, len(self._names)):
                _make(ec2, zones, self._names[index], index)
            self._app.settle(self._account, region)
        return len(zones) == ZONES


class _Ec2:
    """Just enough of a client: EC2's query protocol, straight into the application."""

    def __init__(self, app: MotoApp, region: str) -> None:
        self._client = Client(app)
        self._headers = {"Authorization": _signed(region, "ec2")}

    def call(self, action: str, *, find: str = "", **form: str) -> list[str]:
        """Return the text of every element called `find`. `_` in a parameter's name is a dot."""
        data = {name.replace("_", "."): value for name, value in form.items()}
        data |= {"Action": action, "Version": VERSION}
        answer = self._client.post("/", data=data, headers=self._headers).text
        return re.findall(f"<{find}>([^<]*)</{find}>", answer) if find else []

    def found(self, action: str, find: str, filters: Mapping[str, str]) -> str:
        """Return the id of the first thing that passes all filters."""
        form: dict[str, str] = {}
        for index, (name, value) in enumerate(filters.items(), start=1):
            form[f"Filter_{index}_Name"] = name
            form[f"Filter_{index}_Value_1"] = value
        return self.call(action, find=find, **form)[0]

    def make(self, action: str, find: str, kind: str, tags: dict[str, str], **form: str) -> str:
        """Create something tagged and return its id."""
        tagged = {"TagSpecification_1_ResourceType": kind}
        for index, (key, value) in enumerate(tags.items(), start=1):
            tagged[f"TagSpecification_1_Tag_{index}_Key"] = key
            tagged[f"TagSpecification_1_Tag_{index}_Value"] = value
        return self.call(action, find=find, **tagged, **form)[0]


def _signed(region: str, service: str) -> str:
    """A signature, of which moto reads nothing but the scope."""
    scope = f"AKIAIOSFODNN7EXAMPLE/20260101/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"


def _open(ec2: _Ec2) -> None:
    """Give the default VPC its internet gateway, and its main route table the route there.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
    """
    vpc = ec2.found("DescribeVpcs", "vpcId", {"is-default": "true"})
    main = {"vpc-id": vpc, "association.main": "true"}
    table = ec2.found("DescribeRouteTables", "routeTableId", main)
    gateway = ec2.call("CreateInternetGateway", find="internetGatewayId")[0]
    ec2.call("AttachInternetGateway", VpcId=vpc, InternetGatewayId=gateway)
    ec2.call("CreateRoute", RouteTableId=table, DestinationCidrBlock=EVERYWHERE, GatewayId=gateway)


def _make(ec2: _Ec2, zones: list[str], name: str, index: int) -> None:
    vpc = ec2.make("CreateVpc", "vpcId", "vpc", {"Name": name}, CidrBlock=f"10.{index}.0.0/16")
    ec2.call("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames_Value="true")
    gateway = ec2.make(
        "CreateInternetGateway", "internetGatewayId", "internet-gateway", {"Name": f"{name}-igw"}
    )
    ec2.call("AttachInternetGateway", VpcId=vpc, InternetGatewayId=gateway)
    subnets = {
        tier: [
            ec2.make(
                "CreateSubnet",
                "subnetId",
                "subnet",
                {"Name": f"{name}-{tier}-{zone[-1]}", "Tier": tier},
                VpcId=vpc,
                AvailabilityZone=zone,
                CidrBlock=f"10.{index}.{third}.0/20",
            )
            for zone, third in zip(zones, blocks, strict=True)
        ]
        for tier, blocks in BLOCKS.items()
    }
    for subnet in subnets["public"]:
        ec2.call("ModifySubnetAttribute", SubnetId=subnet, MapPublicIpOnLaunch_Value="true")
    address = ec2.call("AllocateAddress", find="allocationId", Domain="vpc")[0]
    nat = ec2.make(
        "CreateNatGateway",
        "natGatewayId",
        "natgateway",
        {"Name": f"{name}-nat"},
        SubnetId=subnets["public"][0],
        AllocationId=address,
    )
    for tier, target in (("public", {"GatewayId": gateway}), ("private", {"NatGatewayId": nat})):
        tags = {"Name": f"{name}-{tier}"}
        table = ec2.make("CreateRouteTable", "routeTableId", "route-table", tags, VpcId=vpc)
        ec2.call("CreateRoute", RouteTableId=table, DestinationCidrBlock=EVERYWHERE, **target)
        for subnet in subnets[tier]:
            ec2.call("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
