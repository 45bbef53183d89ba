from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import Guarded, PlanError
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import Sent, check_sent, only, sent

Balancer = Callable[..., Resource]
IDLE = "idle_timeout.timeout_seconds"
PROTECTION = "deletion_protection.enabled"


@pytest.fixture
def balancer(bench: Bench, ground: Ground) -> Balancer:
    group = ground.group()

    def wanted(**changes: Any) -> Resource:
        properties = {
            "Name": f"{bench.name}-alb",
            "Scheme": "internet-facing",
            "Type": "application",
            "IpAddressType": "ipv4",
            "Subnets": ground.subnets("public"),
            "SecurityGroups": [group],
            "Attributes": {PROTECTION: "false", IDLE: "60"},
        }
        resource = Resource("elbv2.load_balancer", "main", properties, {"team": "oak"})
        return changed(resource, changes)

    return wanted


def attribute(key: str, value: str) -> Sent:
    return sent("ModifyLoadBalancerAttributes", Attributes=[{"Key": key, "Value": value}])


def test_it_is_made_with_its_tags_and_then_gets_its_attributes(
    bench: Bench, balancer: Balancer, ground: Ground
) -> None:
    wanted = balancer()
    check_sent(
        bench.apply(wanted),
        sent(
            "CreateLoadBalancer",
            Name=f"{bench.name}-alb",
            Scheme="internet-facing",
            Type="application",
            Subnets=ground.subnets("public"),
            SecurityGroups=wanted.properties["SecurityGroups"],
            Tags=bench.tags(wanted),
        ),
        sent(
            "ModifyLoadBalancerAttributes",
            Attributes=[{"Key": PROTECTION, "Value": "false"}, {"Key": IDLE, "Value": "60"}],
        ),
    )


def test_it_is_used_by_others_only_when_it_is_active(bench: Bench, balancer: Balancer) -> None:
    bench.apply(balancer())
    (found,) = bench.client("elbv2").describe_load_balancers(Names=[f"{bench.name}-alb"])[
        "LoadBalancers"
    ]
    assert found["State"]["Code"] == "active"


def test_subnets_and_groups_are_replaced_in_place(
    bench: Bench, balancer: Balancer, ground: Ground
) -> None:
    bench.apply(balancer())
    other, private = ground.group(), ground.subnets("private")
    bench.check(balancer(Subnets=private), writes=[sent("SetSubnets", Subnets=private)])
    bench.check(
        balancer(Subnets=private, SecurityGroups=[other]),
        writes=[sent("SetSecurityGroups", SecurityGroups=[other])],
    )


def test_their_order_means_nothing(bench: Bench, balancer: Balancer, ground: Ground) -> None:
    bench.apply(balancer())
    bench.check_settled(balancer(Subnets=ground.subnets("public")[::-1]))


def test_only_the_attribute_that_changed_is_written(bench: Bench, balancer: Balancer) -> None:
    bench.apply(balancer())
    bench.check(balancer(Attributes={IDLE: "120"}), writes=[attribute(IDLE, "120")])


def test_an_attribute_is_added(bench: Bench, balancer: Balancer) -> None:
    bench.apply(balancer())
    key = "routing.http.xff_client_port.enabled"
    bench.check(balancer(Attributes={key: "true"}), writes=[attribute(key, "true")])


@pytest.mark.parametrize("changes", [{"Scheme": "internal"}, {"Name": "another"}], ids=str)
def test_what_cannot_change_is_refused(
    bench: Bench, balancer: Balancer, changes: dict[str, str]
) -> None:
    bench.apply(balancer())
    with pytest.raises(PlanError, match=rf"deleted and made anew.*\n.*{next(iter(changes))}: "):
        bench.plan(balancer(**changes))


def protected(elbv2: Any, live: Live) -> None:
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=live.id, Attributes=[{"Key": PROTECTION, "Value": "true"}]
    )


def retagged(elbv2: Any, live: Live) -> None:
    elbv2.add_tags(ResourceArns=[live.id], Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            protected,
            {f"Attributes.{PROTECTION}": ("true", "false")},
            attribute(PROTECTION, "false"),
        ),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("AddTags", Tags=[{"Key": "team", "Value": "oak"}]),
        ),
    ],
    ids=["protection", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    balancer: Balancer,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(balancer(), spoil, shown=shown, writes=[write])


def test_a_protected_one_is_not_deleted_but_by_force(bench: Bench, balancer: Balancer) -> None:
    bench.apply(balancer(Attributes={PROTECTION: "true"}))
    arn = bench.find(balancer()).id
    with pytest.raises(Guarded, match="deletion protection is on"):
        bench.apply()
    check_sent(
        bench.apply(force=True),
        only(
            "ModifyLoadBalancerAttributes",
            LoadBalancerArn=arn,
            Attributes=[{"Key": PROTECTION, "Value": "false"}],
        ),
        sent("DeleteLoadBalancer"),
    )


def test_deleting_it_twice_is_fine(bench: Bench, balancer: Balancer) -> None:
    bench.apply(balancer())
    bench.delete_twice(balancer())


def test_another_tag_is_set_without_the_rest(bench: Bench, balancer: Balancer) -> None:
    bench.check_retag(balancer(), sent("AddTags", Tags=[{"Key": "team", "Value": "tree"}]))
