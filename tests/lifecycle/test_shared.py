"""Two stacks behind one load balancer of somebody else's: neither notices the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from provisioner.errors import NotOwned, PlanError
from tests.cloud.certificates import imported
from tests.cloud.dns import Zone
from tests.cloud.ground import NOT_FOUND, Ground
from tests.cloud.inventory import everything
from tests.cloud.sent import check_order
from tests.cloud.servers import ROOT
from tests.cloud.world import World, changes

EXAMPLE = ROOT / "specs" / "shared-load-balancer.yaml"
HERE = "network.vpc.tags.Name=oaktree-vpc-dev"
BEHIND = (
    "load_balancer={existing: shop-shared}",
    "load_balancer.listeners={http: {existing: 443, priorities: 1100-1109}}",
    "services.app.routes=[{path: /trees}, {path: /leaves}]",
)
FRONT = "listener_rule/https/app-"


@dataclass(frozen=True, slots=True)
class Shared:
    """What other people look after."""

    balancer: str
    listener: str
    group: str
    rule: str
    """A rule of theirs, at 5."""


@pytest.fixture
def shared(world: World) -> Shared:
    """A load balancer with one listener and a rule, a topic, and a namespace."""
    ground, elbv2 = Ground(world.client), world.client("elbv2")
    group = ground.group()
    (balancer,) = elbv2.create_load_balancer(
        Name="shop-shared", Subnets=ground.subnets("public"), SecurityGroups=[group]
    )["LoadBalancers"]
    (listener,) = elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=443,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": imported(world, "shop.example")}],
        DefaultActions=[NOT_FOUND],
        Tags=[{"Key": "Purpose", "Value": "web"}],
    )["Listeners"]
    (rule,) = elbv2.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=5,
        Conditions=[{"Field": "path-pattern", "Values": ["/status"]}],
        Actions=[NOT_FOUND],
    )["Rules"]
    world.client("sns").create_topic(Name="shop-alarms")
    world.client("servicediscovery").create_private_dns_namespace(
        Name="shop.internal", Vpc=ground.vpc
    )
    return Shared(balancer["LoadBalancerArn"], listener["ListenerArn"], group, rule["RuleArn"])


@pytest.fixture
def orders(world: World) -> World:
    """The example of the repository."""
    return World(world.server, world.tap, world.directory, spec=EXAMPLE, environment=None)


def inventory(world: World) -> list[tuple[str, str]]:
    return sorted((found.kind, found.id) for found in everything(world.client))


def rules(world: World, shared: Shared) -> dict[int, str]:
    """Priorities to the first value of the rule there."""
    found = world.client("elbv2").describe_rules(ListenerArn=shared.listener)["Rules"]
    return {
        int(rule["Priority"]): rule["Conditions"][0]["Values"][0]
        for rule in found
        if not rule["IsDefault"]
    }


def untouched(world: World, shared: Shared) -> Mapping[str, Any]:
    """Everything about what is shared that nobody may change; it may still be provisioning."""
    elbv2 = world.client("elbv2")
    balancer = elbv2.describe_load_balancers(LoadBalancerArns=[shared.balancer])["LoadBalancers"]
    balancer[0].pop("State")
    listener = elbv2.describe_listeners(ListenerArns=[shared.listener])["Listeners"]
    arns = [shared.balancer, shared.listener, shared.rule]
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=shared.balancer)
    return {
        "things": [balancer, listener],
        "attributes": attributes["Attributes"],
        "tags": elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"],
    }


def test_two_stacks_share_a_listener_and_one_goes(
    world: World, orders: World, shared: Shared
) -> None:
    kept, before = untouched(world, shared), inventory(world)
    planned = orders.plan(HERE)
    touched = {change.split()[1].split("/")[0] for change in changes(planned)}
    assert touched & {"elbv2.load_balancer", "elbv2.listener", "sns.topic"} == set()
    orders.apply(HERE)
    world.apply(*BEHIND)
    expected = {5: "/status", 1000: "orders.shop.example", 1001: "/orders"}
    assert rules(world, shared) == {**expected, 1100: "/trees", 1101: "/leaves"}
    orders.check_settled(HERE)
    world.check_settled(*BEHIND)
    assert untouched(world, shared) == kept
    orders.apply(
        HERE,
        "services.app.routes=[{listener: https, path: /new}, {listener: https, path: /orders}]",
    )
    assert rules(world, shared) == {
        5: "/status",
        1000: "/new",
        1001: "/orders",
        1100: "/trees",
        1101: "/leaves",
    }
    theirs = world.owned()
    orders.teardown(HERE)
    assert (orders.owned(), world.owned()) == ({}, theirs)
    world.check_settled(*BEHIND)
    world.teardown(*BEHIND)
    assert (rules(world, shared), inventory(world)) == ({5: "/status"}, before)
    assert untouched(world, shared) == kept


def test_drift_beside_others_is_put_back(world: World, orders: World, shared: Shared) -> None:
    here = (HERE, "cluster={existing: {tags: {Team: web}}}")
    tags = [{"key": "Team", "value": "web"}]
    world.client("ecs").create_cluster(clusterName="shop-shared", tags=tags)
    orders.apply(*here)
    elbv2, owned = world.client("elbv2"), orders.owned()
    first = next(found.id for address, found in owned.items() if "/https/app-orders" in address)
    elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": first, "Priority": 7}])
    ec2 = world.client("ec2")
    door = owned["ec2.security_group_rule/load-balancer-to-app"].id
    ec2.revoke_security_group_egress(GroupId=shared.group, SecurityGroupRuleIds=[door])
    assert changes(orders.plan(*here)) == [
        "create ec2.security_group_rule/load-balancer-to-app",
        "update elbv2.rule_priorities/https",
    ]
    orders.apply(*here)
    assert rules(world, shared) == {5: "/status", 1000: "orders.shop.example", 1001: "/orders"}
    orders.check_settled(*here)
    orders.teardown(*here)
    assert orders.owned() == {}


def test_a_stack_moves_behind_a_shared_load_balancer_and_back(world: World, shared: Shared) -> None:
    """AWS lets a target group be behind one load balancer alone: the other one has its own."""
    before = inventory(world)
    world.apply()
    own = world.owned().keys()
    for settings in (BEHIND, (), BEHIND):
        moved = world.apply(*settings)
        check_order(moved.writes, "CreateTargetGroup", "CreateRule", "UpdateService", "DeleteRule")
        check_order(moved.writes, "UpdateService", "DeleteTargetGroup")
        world.check_settled(*settings)
        assert (world.owned().keys() == own) is not bool(settings)
    world.teardown(*BEHIND)
    assert inventory(world) == before


def test_a_number_that_is_taken_is_told_before_anything_is_done(
    world: World, orders: World, shared: Shared
) -> None:
    elbv2 = world.client("elbv2")
    elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": shared.rule, "Priority": 1001}])
    with pytest.raises(NotOwned) as error:
        orders.plan(HERE)
    assert str(error.value) == (
        "load_balancer.listeners.https: priorities that the stack's rules need are taken on the"
        f" listener:\n  1001: {shared.rule}, which has no ownership tags\n"
        "write others, such as `priorities: 1100-1199`"
    )
    orders.apply(HERE, "load_balancer.listeners.https.priorities=1100-1199")
    orders.apply(HERE, "load_balancer.listeners.https.priorities=1200-1299")
    assert sorted(rules(world, shared)) == [1001, 1200, 1201]
    own = "load_balancer.listeners={own: {port: 443}}"
    with pytest.raises(NotOwned, match=r"elbv2.listener/own: 443 exists .* nobody's"):
        orders.plan(HERE, own, "services.app.routes=[{listener: own, default: true}]")


def test_names_do_not_move_to_another_namespace_unnoticed(
    world: World, orders: World, shared: Shared
) -> None:
    orders.apply(HERE)
    ec2, cloud_map = world.client("ec2"), world.client("servicediscovery")
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    cloud_map.create_private_dns_namespace(Name="other.internal", Vpc=vpc)
    (other,) = (
        one for one in cloud_map.list_namespaces()["Namespaces"] if one["Name"] == "other.internal"
    )
    world.client("route53").associate_vpc_with_hosted_zone(
        HostedZoneId=other["Properties"]["DnsProperties"]["HostedZoneId"],
        VPC={"VPCRegion": Ground.region, "VPCId": Ground(world.client).vpc},
    )
    with pytest.raises(PlanError, match=r"servicediscovery.service/app would .*\n    NamespaceId"):
        orders.plan(HERE, "discovery.existing=other.internal")


def test_what_leaves_the_spec_leaves_what_is_shared(
    world: World, orders: World, shared: Shared
) -> None:
    """A listener of the stack's own takes the place of the shared one, then nothing does."""
    orders.apply(HERE)
    own = (
        HERE,
        "load_balancer={existing: {tags: {Team: web}}, listeners: {http: {port: 8080}}}",
        "services.app.routes=[{default: true}]",
        f"services.app.security_group={shared.group}",
        "discovery.existing={tags: {Team: web}}",
        "notifications.topic={tags: {Team: web}}",
    )
    tags = {"Key": "Team", "Value": "web"}
    world.client("elbv2").add_tags(ResourceArns=[shared.balancer], Tags=[tags])
    sns, cloud_map = world.client("sns"), world.client("servicediscovery")
    (topic,) = sns.list_topics()["Topics"]
    sns.tag_resource(ResourceArn=topic["TopicArn"], Tags=[tags])
    (space,) = cloud_map.list_namespaces()["Namespaces"]
    cloud_map.tag_resource(ResourceARN=space["Arn"], Tags=[tags])
    orders.apply(*own)
    assert rules(world, shared) == {5: "/status"}
    groups = {address for address in orders.owned() if address.startswith("ec2.security_group/")}
    assert groups == set()
    orders.check_settled(*own)
    bare = (HERE, "load_balancer=null", "services.app.routes=[]", "services.app.alarms=false")
    orders.apply(*bare, "services.app.discovery=false", "discovery={}")
    left = {address.split("/")[0] for address in orders.owned()}
    assert left & {"elbv2.listener", "elbv2.listener_rule", "ec2.security_group_rule"} == set()
    assert cloud_map.list_services()["Services"] == []


def test_a_name_that_leads_to_it_comes_and_goes_with_its_key(orders: World, shared: Shared) -> None:
    zone = Zone(orders.client, "shop.example")
    named, name = "load_balancer.domain=orders.shop.example", "orders.shop.example"
    kept = untouched(orders, shared)
    applied = orders.apply(HERE, named)
    (balancer,) = orders.client("elbv2").describe_load_balancers(
        LoadBalancerArns=[shared.balancer]
    )["LoadBalancers"]
    assert zone.names() == [f"A {name}"]
    target = zone.records()[(name, "A")]["AliasTarget"]
    assert target["DNSName"].rstrip(".").lower() == balancer["DNSName"].lower()
    assert target["HostedZoneId"] == balancer["CanonicalHostedZoneId"]
    url = orders.stack(HERE, named).outputs(applied.report.outputs)["url"]
    assert url == f"https://{name}"
    orders.check_settled(HERE, named)
    assert untouched(orders, shared) == kept

    assert changes(orders.plan(HERE)) == [f"delete route53.record_set/A/{name}"]
    orders.apply(HERE)
    assert (zone.names(), zone.markers()) == ([], [])
    orders.apply(HERE, named)
    orders.teardown(HERE)  # the spec has forgotten the name
    assert (zone.names(), zone.markers()) == ([], [])
    assert orders.owned() == {}
