from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.model import Keeper, Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import Sent, check_sent, only, sent

Group = Callable[..., Resource]
DELAY = "deregistration_delay.timeout_seconds"


@pytest.fixture
def group(bench: Bench, ground: Ground) -> Group:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "Name": f"{bench.name}-web",
            "Port": 80,
            "Protocol": "HTTP",
            "ProtocolVersion": "HTTP1",
            "TargetType": "ip",
            "VpcId": ground.vpc,
            "HealthCheckEnabled": True,
            "HealthCheckProtocol": "HTTP",
            "HealthCheckPort": "traffic-port",
            "HealthCheckPath": "/",
            "HealthCheckIntervalSeconds": 15,
            "HealthCheckTimeoutSeconds": 5,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 2,
            "Matcher": {"HttpCode": "200"},
            "Attributes": {DELAY: "30", "stickiness.enabled": "false"},
        }
        resource = Resource("elbv2.target_group", "web", properties, {"team": "oak"})
        return changed(resource, changes)

    return wanted


def attribute(key: str, value: str) -> Sent:
    return sent("ModifyTargetGroupAttributes", Attributes=[{"Key": key, "Value": value}])


def test_it_is_made_with_its_tags_and_then_gets_its_attributes(bench: Bench, group: Group) -> None:
    wanted = group()
    check_sent(
        bench.apply(wanted),
        sent(
            "CreateTargetGroup",
            Name=f"{bench.name}-web",
            Port=80,
            TargetType="ip",
            HealthCheckPath="/",
            HealthCheckTimeoutSeconds=5,
            Matcher={"HttpCode": "200"},
            Tags=bench.tags(wanted),
        ),
        sent(
            "ModifyTargetGroupAttributes",
            Attributes=[
                {"Key": DELAY, "Value": "30"},
                {"Key": "stickiness.enabled", "Value": "false"},
            ],
        ),
    )


@pytest.mark.parametrize(
    ("changes", "sent_arguments"),
    [
        ({"HealthCheckPath": "/ready"}, {"HealthCheckPath": "/ready"}),
        ({"HealthCheckPort": "8080"}, {"HealthCheckPort": "8080"}),
        ({"Matcher": {"HttpCode": "200-299"}}, {"Matcher": {"HttpCode": "200-299"}}),
        (
            {"HealthyThresholdCount": 3, "HealthCheckIntervalSeconds": 30},
            {"HealthyThresholdCount": 3, "HealthCheckIntervalSeconds": 30},
        ),
    ],
    ids=["path", "port", "matcher", "two at once"],
)
def test_a_health_check_is_changed_in_place_and_alone(
    bench: Bench, group: Group, changes: dict[str, Any], sent_arguments: dict[str, Any]
) -> None:
    bench.apply(group())
    arn = bench.find(group()).id
    bench.check(
        group(**changes), writes=[only("ModifyTargetGroup", TargetGroupArn=arn, **sent_arguments)]
    )


def test_only_the_attribute_that_changed_is_written(bench: Bench, group: Group) -> None:
    bench.apply(group())
    bench.check(group(Attributes={DELAY: "60"}), writes=[attribute(DELAY, "60")])


def test_an_attribute_that_is_not_declared_is_left_alone(bench: Bench, group: Group) -> None:
    bench.apply(group())
    bench.check(group(Attributes={DELAY: ...}), writes=[])


@pytest.mark.parametrize(
    "changes",
    [{"Port": 8080}, {"ProtocolVersion": "HTTP2"}, {"Protocol": "HTTPS"}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_cannot_change_makes_a_new_group_before_the_old_one_goes(
    bench: Bench, group: Group, changes: dict[str, Any]
) -> None:
    bench.apply(group())
    old = bench.find(group()).id
    create, _, delete = bench.apply(group(**changes))
    check_sent(
        [create, delete],
        sent("CreateTargetGroup", **changes, Tags=bench.tags(group())),
        sent("DeleteTargetGroup", TargetGroupArn=old),
    )
    assert create.arguments["Name"].startswith(f"{bench.name}-web-")
    assert len(create.arguments["Name"]) <= 32


def test_going_back_takes_the_old_name_again(bench: Bench, group: Group) -> None:
    bench.apply(group())
    bench.apply(group(Port=8080))
    create, _, delete = bench.apply(group())
    check_sent(
        [create, delete],
        sent("CreateTargetGroup", Name=f"{bench.name}-web", Port=80),
        sent("DeleteTargetGroup"),
    )


def test_one_behind_another_load_balancer_is_a_new_group(
    bench: Bench, group: Group, ground: Ground
) -> None:
    """AWS lets it be behind one alone; behind none yet, it can go to any."""
    bound = {"LoadBalancer": Keeper("", among=(None,))}
    here = replace(group(LoadBalancer="here"), kept=bound)
    bench.apply(here)
    action = {"Type": "forward", "TargetGroupArn": bench.find(here).id}
    (listener,) = bench.client("elbv2").create_listener(
        LoadBalancerArn=ground.balancer("here"), Port=80, Protocol="HTTP", DefaultActions=[action]
    )["Listeners"]
    bench.check_settled(here)
    there = replace(group(LoadBalancer="there"), kept=bound)
    first, *_ = bench.plan(there).steps
    assert first.key == f"create {there.address}"
    bench.client("elbv2").delete_listener(ListenerArn=listener["ListenerArn"])


def test_another_name_is_a_new_group(bench: Bench, group: Group) -> None:
    bench.apply(group())
    create, _, delete = bench.apply(group(Name=f"{bench.name}-site"))
    check_sent(
        [create, delete],
        sent("CreateTargetGroup", Name=f"{bench.name}-site"),
        sent("DeleteTargetGroup"),
    )


def path_changed(elbv2: Any, live: Live) -> None:
    elbv2.modify_target_group(TargetGroupArn=live.id, HealthCheckPath="/other")


def delay_changed(elbv2: Any, live: Live) -> None:
    elbv2.modify_target_group_attributes(
        TargetGroupArn=live.id, Attributes=[{"Key": DELAY, "Value": "300"}]
    )


def retagged(elbv2: Any, live: Live) -> None:
    elbv2.add_tags(ResourceArns=[live.id], Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            path_changed,
            {"HealthCheckPath": ("/other", "/")},
            sent("ModifyTargetGroup", HealthCheckPath="/"),
        ),
        (delay_changed, {f"Attributes.{DELAY}": ("300", "30")}, attribute(DELAY, "30")),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("AddTags", Tags=[{"Key": "team", "Value": "oak"}]),
        ),
    ],
    ids=["path", "delay", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    group: Group,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(group(), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, group: Group) -> None:
    bench.apply(group())
    bench.delete_twice(group())


def test_another_tag_is_set_without_the_rest(bench: Bench, group: Group) -> None:
    bench.check_retag(group(), only_tags("tree"))


def only_tags(team: str) -> Sent:
    return sent("AddTags", Tags=[{"Key": "team", "Value": team}])
