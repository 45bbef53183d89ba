from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import Guarded, PlanError
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import NOT_FOUND, REFUSED, Ground
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]


@pytest.fixture
def listener(bench: Bench, ground: Ground) -> Make:
    balancer = ground.balancer(f"{bench.name}-alb")

    def wanted(**changes: Any) -> Resource:
        properties = {
            "LoadBalancerArn": balancer,
            "Port": 80,
            "Protocol": "HTTP",
            "DefaultActions": [NOT_FOUND],
        }
        return changed(Resource("elbv2.listener", "http", properties, {"team": "oak"}), changes)

    return wanted


def forward(group: str) -> list[dict[str, Any]]:
    return [{"Type": "forward", "TargetGroupArn": group}]


def test_it_is_made_with_its_tags(bench: Bench, listener: Make) -> None:
    wanted = listener()
    check_sent(
        bench.apply(wanted),
        only("CreateListener", **wanted.properties, Tags=bench.tags(wanted)),
    )


@pytest.mark.parametrize(
    "changes",
    [{"Port": 8080}, {"DefaultActions": [REFUSED]}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_change_is_made_in_place_and_alone(
    bench: Bench, listener: Make, changes: dict[str, Any]
) -> None:
    bench.apply(listener())
    arn = bench.find(listener()).id
    bench.check(listener(**changes), writes=[only("ModifyListener", ListenerArn=arn, **changes)])


def test_a_plain_forward_is_not_different_from_what_aws_makes_of_it(
    bench: Bench, listener: Make, ground: Ground
) -> None:
    group = ground.target_group()
    bench.apply(listener(DefaultActions=forward(group)))
    (action,) = bench.find(listener()).properties["DefaultActions"]
    assert action["ForwardConfig"]["TargetGroups"] == [{"TargetGroupArn": group, "Weight": 1}]
    assert action["TargetGroupArn"] == group


def test_weights_are_changed_in_place(bench: Bench, listener: Make, ground: Ground) -> None:
    groups = [ground.target_group(), ground.target_group()]

    def weighted(*weights: int) -> Resource:
        targets = [
            {"TargetGroupArn": group, "Weight": weight}
            for group, weight in zip(groups, weights, strict=True)
        ]
        action = {"Type": "forward", "ForwardConfig": {"TargetGroups": targets}}
        return listener(DefaultActions=[action])

    bench.apply(weighted(9, 1))
    bench.check(weighted(5, 5), writes=[sent("ModifyListener", **_actions(weighted(5, 5)))])


def _actions(resource: Resource) -> dict[str, Any]:
    return {"DefaultActions": resource.properties["DefaultActions"]}


def test_another_balancer_is_refused(bench: Bench, listener: Make, ground: Ground) -> None:
    bench.apply(listener())
    with pytest.raises(PlanError, match="LoadBalancerArn"):
        bench.plan(listener(LoadBalancerArn=ground.balancer(f"{bench.name}-other")))


def answer_changed(elbv2: Any, live: Live) -> None:
    elbv2.modify_listener(ListenerArn=live.id, DefaultActions=[REFUSED])


def retagged(elbv2: Any, live: Live) -> None:
    elbv2.add_tags(ResourceArns=[live.id], Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            answer_changed,
            {
                "DefaultActions.0.FixedResponseConfig.StatusCode": ("403", "404"),
                "DefaultActions.0.FixedResponseConfig.MessageBody": ("no", ""),
            },
            sent("ModifyListener", DefaultActions=[NOT_FOUND]),
        ),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("AddTags", Tags=[{"Key": "team", "Value": "oak"}]),
        ),
    ],
    ids=["answer", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    listener: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(listener(), spoil, shown=shown, writes=[write])


def test_a_rule_of_somebody_else_is_in_the_way_of_deleting_it(bench: Bench, listener: Make) -> None:
    bench.apply(listener())
    rule = bench.client("elbv2").create_rule(
        ListenerArn=bench.find(listener()).id,
        Priority=7,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[NOT_FOUND],
    )["Rules"][0]["RuleArn"]
    with pytest.raises(Guarded, match=f"not the stack's: priority 7, {rule}"):
        bench.apply()
    check_sent(bench.apply(force=True), sent("DeleteListener"))


def test_deleting_it_twice_is_fine(bench: Bench, listener: Make) -> None:
    bench.apply(listener())
    bench.delete_twice(listener())


def test_another_tag_is_set_without_the_rest(bench: Bench, listener: Make) -> None:
    bench.check_retag(listener(), sent("AddTags", Tags=[{"Key": "team", "Value": "tree"}]))
