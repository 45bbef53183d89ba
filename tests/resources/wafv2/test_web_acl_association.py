from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.kind import Scope
from provisioner.engine.model import Resource
from provisioner.engine.owner import ADDRESS, STACK, WEB_ACL
from provisioner.errors import NotOwned
from provisioner.resources.wafv2.web_acl_association import WebAclAssociation
from tests.cloud.bench import Bench
from tests.cloud.sent import check_sent, only, sent

KIND = WebAclAssociation()
VISIBLE = {
    "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "acl",
}  # fmt: skip
Tied = Callable[..., tuple[Resource, Resource]]


@pytest.fixture
def web_acl(bench: Bench) -> Callable[[str], str]:
    """One that is there already."""

    def make(name: str) -> str:
        answer = bench.client("wafv2").create_web_acl(
            Name=f"{bench.name}-{name}",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig=VISIBLE,
        )
        arn: str = answer["Summary"]["ARN"]
        return arn

    return make


@pytest.fixture
def tied(bench: Bench) -> Tied:
    """A load balancer of the stack's, and what ties it to a web ACL."""
    ec2 = bench.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    zones = (f"{bench.aws.region}{letter}" for letter in "ab")
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=zone)["Subnet"]
        for n, zone in enumerate(zones)
    ]
    properties = {
        "Name": f"{bench.name}-alb",
        "Scheme": "internal",
        "Type": "application",
        "Subnets": [subnet["SubnetId"] for subnet in subnets],
        "Attributes": {"idle_timeout.timeout_seconds": "60"},
    }
    balancer = Resource("elbv2.load_balancer", "main", properties)

    def make(arn: str, mark: str = "") -> tuple[Resource, Resource]:
        tagged = replace(balancer, tags={WEB_ACL: mark or arn})
        wanted = {"WebACLArn": arn, "ResourceArn": balancer.ref()}
        return tagged, Resource("wafv2.web_acl_association", "main", wanted)

    return make


def made(bench: Bench, balancer: Resource) -> str:
    """The load balancer alone, as it was before there was a firewall."""
    plain = replace(balancer, tags={})
    bench.apply(plain)
    return bench.find(plain).id


def test_it_is_one_call(bench: Bench, tied: Tied, web_acl: Any) -> None:
    arn = web_acl("one")
    balancer, association = tied(arn)
    where = made(bench, balancer)
    check_sent(
        bench.apply(balancer, association),
        sent("AddTags"),
        only("AssociateWebACL", WebACLArn=arn, ResourceArn=where),
    )


@pytest.mark.parametrize("form", ["arn", "name"])
def test_another_is_a_change_in_place(bench: Bench, tied: Tied, web_acl: Any, form: str) -> None:
    arns = [web_acl("one"), web_acl("two")]
    marks = arns if form == "arn" else [f"{bench.name}-one", f"{bench.name}-two"]
    bench.apply(*tied(arns[0], marks[0]))
    writes = bench.apply(*tied(arns[1], marks[1]))
    check_sent(writes, sent("AddTags"), sent("AssociateWebACL", WebACLArn=arns[1]))


def test_one_that_somebody_put_in_its_place_is_drift(
    bench: Bench, tied: Tied, web_acl: Any
) -> None:
    arn, other = web_acl("one"), web_acl("two")
    wanted = tied(arn)
    bench.apply(*wanted)
    where = bench.find(wanted[0]).id
    bench.client("wafv2").associate_web_acl(WebACLArn=other, ResourceArn=where)
    (step,) = bench.plan(*wanted).steps
    assert [(change.before, change.after) for change in step.changes] == [(other, arn)]
    check_sent(bench.apply(*wanted), sent("AssociateWebACL", WebACLArn=arn))


def test_one_that_somebody_took_away_comes_back(bench: Bench, tied: Tied, web_acl: Any) -> None:
    wanted = tied(web_acl("one"))
    bench.apply(*wanted)
    where = bench.find(wanted[0]).id
    bench.client("wafv2").disassociate_web_acl(ResourceArn=where)
    check_sent(bench.apply(*wanted), sent("AssociateWebACL"))


def test_it_goes_with_its_key(bench: Bench, tied: Tied, web_acl: Any) -> None:
    balancer, association = tied(web_acl("one"))
    bench.apply(balancer, association)
    check_sent(bench.apply(balancer), sent("DisassociateWebACL"))


def test_one_of_somebody_else_is_refused_and_left(bench: Bench, tied: Tied, web_acl: Any) -> None:
    balancer, association = tied(web_acl("one"))
    where = made(bench, balancer)
    theirs = web_acl("theirs")
    bench.client("wafv2").associate_web_acl(WebACLArn=theirs, ResourceArn=where)
    with pytest.raises(NotOwned, match="theirs"):
        bench.plan(balancer, association)
    bench.check_settled(replace(balancer, tags={}))


def test_the_very_one_that_is_wanted_is_taken_over(bench: Bench, tied: Tied, web_acl: Any) -> None:
    arn = web_acl("one")
    balancer, association = tied(arn)
    where = made(bench, balancer)
    bench.client("wafv2").associate_web_acl(WebACLArn=arn, ResourceArn=where)
    check_sent(bench.apply(balancer, association), sent("AddTags"))


def test_deleting_it_twice_is_fine(bench: Bench, tied: Tied, web_acl: Any) -> None:
    wanted = tied(web_acl("one"))
    bench.apply(*wanted)
    live = bench.find(wanted[1])
    kind = bench.kinds(wanted[1])["wafv2.web_acl_association"]
    for _ in range(2):
        kind.delete(bench.aws.writable(), live)


@pytest.mark.parametrize(
    ("own", "wanted", "acl", "ours"),
    [
        ("", "mine", {"Name": "theirs"}, False),
        ("", "mine", {"Name": "mine"}, True),
        ("mine", "", {"Name": "mine"}, True),
        ("mine", "", {"Name": "theirs"}, False),
        ("mine", "mine", {"Name": "theirs"}, True),
        ("mine", "mine", {"Name": "theirs", "ManagedByFirewallManager": True}, False),
        ("arn:mine", "", {"Name": "mine", "ARN": "arn:mine"}, True),
    ],
)
def test_whose_it_is(own: str, wanted: str, acl: dict[str, Any], *, ours: bool) -> None:
    """By what the load balancer's tag says and is to say; Firewall Manager keeps its own."""
    address = "elbv2.load_balancer/main"

    def marked(mark: str) -> dict[str, str]:
        return {STACK: "oak", ADDRESS: address, **({WEB_ACL: mark} if mark else {})}

    scope = Scope("oak", "oak-", {}, {address: marked(wanted)})
    tags = KIND._tags(scope, marked(own), {"ARN": "arn:other", **acl})
    assert scope.ours(tags) == ours
