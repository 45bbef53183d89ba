"""What stacks share: found by name, id or tags, and the words when it will not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from provisioner.errors import LookupFailed, NotOwned
from provisioner.resources.lookups import FINDERS
from tests.cloud.certificates import imported
from tests.cloud.ground import NOT_FOUND, Ground
from tests.cloud.world import World

AT = "load_balancer.existing"
HTTP = "load_balancer.listeners.http"
TAGS = [{"Key": "Team", "Value": "web"}]
DOOR = {
    "IsEgress": False,
    "IpProtocol": "tcp",
    "FromPort": 8080,
    "ToPort": 8080,
    "CidrIpv4": "10.0.0.0/8",
    "CidrIpv6": None,
    "ReferencedGroupId": None,
}
Ask = Callable[..., Mapping[str, Any]]


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world.client)


@pytest.fixture
def ask(world: World, ground: Ground) -> Ask:
    """A lookup's answer to a query with the network and all that is usually there."""

    def found(kind: str, **query: Any) -> Mapping[str, Any]:
        network = {"vpc": {"id": ground.vpc, "tags": {}}, "private": None, "public": None}
        usual = {"name": None, "tags": {}, "field": "here", "network": network, "stack": "shop"}
        return FINDERS[kind](world.aws.snapshot(), {**usual, "rules": [], "group": None, **query})

    return found


@pytest.fixture
def balancer(world: World, ground: Ground) -> str:
    """A load balancer `web` of one group, tagged."""
    (made,) = world.client("elbv2").create_load_balancer(
        Name="web", Subnets=ground.subnets("public"), SecurityGroups=[ground.group()], Tags=TAGS
    )["LoadBalancers"]
    arn: str = made["LoadBalancerArn"]
    return arn


def other_vpc(world: World) -> str:
    made: str = world.client("ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    return made


class TestLoadBalancer:
    """Only one that tasks of the stack can be behind."""

    def test_it_is_found_by_name_arn_and_tags(self, world: World, ask: Ask, balancer: str) -> None:
        (there,) = world.client("elbv2").describe_load_balancers()["LoadBalancers"]
        found = ask("load_balancer", name="web")
        assert found == {
            "Arn": balancer,
            "Name": "web",
            "DNSName": there["DNSName"],
            "CanonicalHostedZoneId": there["CanonicalHostedZoneId"],
            "FullName": balancer.split(":loadbalancer/")[1],
            "SecurityGroupId": there["SecurityGroups"][0],
        }
        assert ask("load_balancer", name=balancer) == found
        assert ask("load_balancer", tags={"Team": "web"}) == found

    def test_none_or_several_are_told(self, ask: Ask, balancer: str, world: World) -> None:
        with pytest.raises(LookupFailed) as none:
            ask("load_balancer", name="shop", field=AT)
        words = f"{AT}: there is no load balancer shop in ap-southeast-1; there is web"
        assert str(none.value) == words
        other = Ground(world.client).balancer("admin")
        world.client("elbv2").add_tags(ResourceArns=[other], Tags=TAGS)
        with pytest.raises(LookupFailed) as several:
            ask("load_balancer", tags={"Team": "web"}, field=AT)
        assert str(several.value) == f"{AT}: Team=web fits 2 load balancers: admin, web; name one"

    def test_another_vpc_is_told(
        self, ask: Ask, balancer: str, world: World, ground: Ground
    ) -> None:
        vpc = other_vpc(world)
        network = {"vpc": {"id": vpc, "tags": {}}, "private": None, "public": None}
        with pytest.raises(LookupFailed) as error:
            ask("load_balancer", name=balancer, field=AT, network=network)
        assert str(error.value) == (
            f"{AT}: web is in {ground.vpc}, the stack's tasks are in {vpc}; name one of that VPC"
        )

    def test_only_an_application_load_balancer_will_do(
        self, ask: Ask, world: World, ground: Ground
    ) -> None:
        world.client("elbv2").create_load_balancer(
            Name="raw", Type="network", Subnets=ground.subnets("public")
        )
        with pytest.raises(LookupFailed, match="raw is a network load balancer; only an appl"):
            ask("load_balancer", name="raw")

    def test_of_several_groups_one_must_be_named(
        self, ask: Ask, balancer: str, world: World, ground: Ground
    ) -> None:
        one, two, three = sorted(ground.group() for _ in range(3))
        elbv2 = world.client("elbv2")
        elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=[one, two])
        with pytest.raises(LookupFailed) as error:
            ask("load_balancer", name="web", field=AT)
        assert str(error.value) == (
            f"{AT}: web has 2 security groups: {one}, {two}; say which gets the stack's rules with"
            " load_balancer.security_group"
        )
        network = {"vpc": {"id": ground.vpc, "tags": {}}, "private": None, "public": None}
        group = {"name": two, "tags": {}, "network": network, "field": "group"}
        assert ask("load_balancer", name="web", group=group)["SecurityGroupId"] == two
        with pytest.raises(LookupFailed) as stranger:
            ask("load_balancer", name="web", group={**group, "name": three})
        assert str(stranger.value) == (
            f"group: {three} ({three}) is no group of web, which has {one}, {two}"
        )


class TestListener:
    """One of the load balancer, with our numbers free."""

    @pytest.fixture
    def about(self, ask: Ask, balancer: str, ground: Ground) -> Ask:
        network = {"vpc": {"id": ground.vpc, "tags": {}}, "private": None, "public": None}
        on = {"name": balancer, "tags": {}, "network": network, "field": AT}
        plain: dict[str, Any] = {
            "port": None,
            "arn": None,
            "numbers": [],
            "size": 10,
            "field": HTTP,
            "host": "",
        }

        def found(**query: Any) -> Mapping[str, Any]:
            return ask("listener", balancer=on, **{**plain, **query})

        return found

    def test_it_is_found_by_port_arn_and_tags(
        self, about: Ask, balancer: str, world: World
    ) -> None:
        elbv2 = world.client("elbv2")
        dns = elbv2.describe_load_balancers()["LoadBalancers"][0]["DNSName"]
        (made,) = elbv2.create_listener(
            LoadBalancerArn=balancer,
            Port=8443,
            Protocol="HTTPS",
            Certificates=[{"CertificateArn": imported(world, "shop.example")}],
            DefaultActions=[NOT_FOUND],
            Tags=TAGS,
        )["Listeners"]
        arn = made["ListenerArn"]
        found = about(port=8443)
        assert found == {
            "Arn": arn, "Port": 8443, "Protocol": "HTTPS", "Url": f"https://{dns}:8443"
        }  # fmt: skip
        assert about(arn=arn) == about(tags={"Team": "web"}) == found

    def test_what_is_there_is_told(self, about: Ask, balancer: str, ground: Ground) -> None:
        with pytest.raises(LookupFailed) as none:
            about(port=443)
        assert str(none.value) == (
            f"{HTTP}: there is no listener on port 443 at web, which has no listener"
        )
        ground.listener(balancer, 80)
        with pytest.raises(LookupFailed, match=r"no listener Team=api at web, which has HTTP 80$"):
            about(tags={"Team": "api"})

    def test_numbers_of_others_are_told_with_a_free_range(
        self, about: Ask, balancer: str, world: World, ground: Ground
    ) -> None:
        arn, arns = ground.listener(balancer), []
        for number, owner in ((1000, "other/dev"), (1001, "shop"), (1120, "")):
            tags = [{"Key": "provisioner:stack", "Value": owner}] if owner else TAGS
            (rule,) = world.client("elbv2").create_rule(
                ListenerArn=arn,
                Priority=number,
                Conditions=[{"Field": "path-pattern", "Values": [f"/{number}"]}],
                Actions=[NOT_FOUND],
                Tags=tags,
            )["Rules"]
            arns.append(rule["RuleArn"])
        assert about(arn=arn, numbers=[1001, 1002])["Arn"] == arn
        with pytest.raises(NotOwned) as error:
            about(arn=arn, numbers=[1000, 1001, 1120])
        assert str(error.value) == (
            f"{HTTP}: priorities that the stack's rules need are taken on the listener:"
            f"\n  1000: {arns[0]}, of the stack other/dev"
            f"\n  1120: {arns[2]}, which has no ownership tags"
            "\nwrite others, such as `priorities: 1100-1109`"
        )


class TestSecurityGroup:
    """One of the stack's VPC, that takes our rules."""

    def test_it_is_found_by_id_name_and_tags(self, ask: Ask, world: World, ground: Ground) -> None:
        group = ground.group()
        ec2 = world.client("ec2")
        name = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["GroupName"]
        ec2.create_tags(Resources=[group], Tags=TAGS)
        ec2.create_security_group(GroupName=name, Description="other", VpcId=other_vpc(world))
        for query in ({"name": group}, {"name": name}, {"tags": {"Team": "web"}}):
            assert ask("security_group", **query) == {"Id": group}

    def test_one_elsewhere_is_told(self, ask: Ask, world: World, ground: Ground) -> None:
        vpc = other_vpc(world)
        made = world.client("ec2").create_security_group(
            GroupName="far", Description="far", VpcId=vpc
        )["GroupId"]
        with pytest.raises(LookupFailed) as error:
            ask("security_group", name="far")
        assert str(error.value) == (
            f"here: there is no security group far in {ground.vpc}; {made} of {vpc} is not in the"
            " stack's VPC"
        )

    @pytest.mark.parametrize(
        ("tags", "whose"),
        [
            ([], "nobody's: it has no ownership tags"),
            ([{"Key": "provisioner:stack", "Value": "other"}], "the stack other's"),
        ],
    )
    def test_a_rule_that_somebody_has_is_told(
        self, ask: Ask, world: World, ground: Ground, tags: list[dict[str, str]], whose: str
    ) -> None:
        group = ground.group()
        assert ask("security_group", name=group, rules=[DOOR]) == {"Id": group}
        specification = [{"ResourceType": "security-group-rule", "Tags": tags}] if tags else []
        (rule,) = world.client("ec2").authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080,
                    "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                }
            ],
            TagSpecifications=specification,
        )["SecurityGroupRules"]  # fmt: skip
        with pytest.raises(NotOwned) as error:
            ask("security_group", name=group, rules=[DOOR])
        assert str(error.value) == (
            f"here: {group}: {group} lets in 10.0.0.0/8 at port 8080 already, by"
            f" {rule['SecurityGroupRuleId']}, which is {whose}; leave that address out of"
            " load_balancer.ingress_cidrs"
        )

    def test_a_rule_of_ours_is_fine(self, ask: Ask, world: World, ground: Ground) -> None:
        group = ground.group()
        world.client("ec2").authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080,
                    "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                }
            ],
            TagSpecifications=[
                {
                    "ResourceType": "security-group-rule",
                    "Tags": [{"Key": "provisioner:stack", "Value": "shop"}],
                }
            ],
        )  # fmt: skip
        assert ask("security_group", name=group, rules=[DOOR]) == {"Id": group}


class TestTopic:
    """By name or tags; an ARN needs no looking up."""

    def test_it_is_found(self, ask: Ask, world: World) -> None:
        sns = world.client("sns")
        arn = sns.create_topic(Name="alarms", Tags=TAGS)["TopicArn"]
        sns.create_topic(Name="more-alarms")
        assert ask("topic", name="alarms") == ask("topic", tags={"Team": "web"}) == {"Arn": arn}

    def test_none_is_told(self, ask: Ask) -> None:
        with pytest.raises(LookupFailed, match="here: there is no topic alarms in ap-southeast-1;"):
            ask("topic", name="alarms")


class TestNamespace:
    """A private one that the VPC asks."""

    def test_it_is_found(self, ask: Ask, world: World, ground: Ground) -> None:
        cloud_map = world.client("servicediscovery")
        cloud_map.create_private_dns_namespace(Name="a.internal", Vpc=ground.vpc, Tags=TAGS)
        (one,) = cloud_map.list_namespaces()["Namespaces"]
        found = {"Id": one["Id"], "Arn": one["Arn"], "Name": "a.internal"}
        for name in ("a.internal", one["Id"], one["Arn"]):
            assert ask("namespace", name=name) == found
        assert ask("namespace", tags={"Team": "web"}) == found

    def test_none_is_told(self, ask: Ask) -> None:
        with pytest.raises(
            LookupFailed, match=r"no private namespace b.internal in .*; there is n"
        ):
            ask("namespace", name="b.internal")

    def test_one_of_another_vpc_is_told(self, ask: Ask, world: World, ground: Ground) -> None:
        vpc, cloud_map = other_vpc(world), world.client("servicediscovery")
        cloud_map.create_private_dns_namespace(Name="a.internal", Vpc=vpc)
        (one,) = cloud_map.list_namespaces()["Namespaces"]
        with pytest.raises(LookupFailed) as error:
            ask("namespace", name="a.internal")
        assert str(error.value) == (
            f"here: a.internal ({one['Id']}) is for {vpc}; in the stack's {ground.vpc} nobody would"
            " find a name of it"
        )


def test_a_cluster_is_found_by_its_tags(ask: Ask, world: World) -> None:
    ecs = world.client("ecs")
    tags = [{"key": "Team", "value": "web"}]
    arn = ecs.create_cluster(clusterName="shared", tags=tags)["cluster"]["clusterArn"]
    assert ask("cluster", tags={"Team": "web"}) == {"Arn": arn, "Name": "shared"}
    ecs.create_cluster(clusterName="second", tags=tags)
    with pytest.raises(LookupFailed, match="Team=web fits 2 clusters: second, shared; name one"):
        ask("cluster", tags={"Team": "web"})
