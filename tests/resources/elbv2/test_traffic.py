"""The weights of a rule whose traffic ECS moves stay where ECS has put them."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Ref
from provisioner.resources.elbv2 import _traffic
from provisioner.resources.elbv2.listener_rule import ListenerRule
from tests.cloud.bench import Bench
from tests.cloud.ground import NOT_FOUND, Ground

KIND = ListenerRule()
BLUE, GREEN, OTHER = (f"arn:targetgroup/{name}/1" for name in ("blue", "green", "other"))


def forward(weights: dict[Any, int], **config: Any) -> list[dict[str, Any]]:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups, **config}}]


WANT = forward({BLUE: 100, GREEN: 0})


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (forward({GREEN: 100, BLUE: 0}), forward({BLUE: 0, GREEN: 100})),
        (forward({BLUE: 95, GREEN: 5}), forward({BLUE: 95, GREEN: 5})),
        ([{"Type": "forward", "TargetGroupArn": BLUE}], forward({BLUE: 100, GREEN: 0})),
        ([{"Type": "forward", "TargetGroupArn": GREEN}], forward({BLUE: 0, GREEN: 100})),
        (forward({GREEN: 50, OTHER: 50}), forward({BLUE: 0, GREEN: 50})),
        (forward({OTHER: 1}), WANT),
        ([NOT_FOUND], WANT),
    ],
    ids=["moved", "on the way", "one", "the other", "a stranger beside", "a stranger", "closed"],
)
def test_weights_are_those_of_the_live_rule(live: Any, expected: Any) -> None:
    assert KIND.concede("Actions", WANT, live) == expected


def test_groups_that_are_not_made_yet_and_other_properties_are_left_alone() -> None:
    want = forward({Ref("a/b", "Arn"): 100, Ref("a/c", "Arn"): 0})
    assert KIND.concede("Actions", want, forward({BLUE: 1})) == want
    assert KIND.concede("Conditions", [1], [2]) == KIND.told("Conditions", [2]) == [2]


def test_it_is_told_how_the_traffic_is_shared() -> None:
    assert KIND.told("Actions", forward({GREEN: 100, BLUE: 0})) == {"blue": 0, "green": 100}


def register(bench: Bench, group: str, address: str) -> None:
    bench.client("elbv2").register_targets(
        TargetGroupArn=group, Targets=[{"Id": address, "Port": 80}]
    )


def test_a_rule_that_tells_nothing_is_written_by_the_targets(bench: Bench, ground: Ground) -> None:
    blue, green = ground.target_group(), ground.target_group()
    want = forward({blue: 100, green: 0})
    assert _traffic.by_targets(bench.aws, want) == want
    register(bench, green, "10.0.0.7")
    assert _traffic.by_targets(bench.aws, want) == forward({blue: 0, green: 100})
    register(bench, blue, "10.0.0.8")
    assert _traffic.by_targets(bench.aws, want) == want
    bench.client("elbv2").delete_target_group(TargetGroupArn=green)
    assert _traffic.by_targets(bench.aws, want) == want


def test_what_is_no_weighted_forward_is_written_as_it_is(bench: Bench) -> None:
    assert _traffic.by_targets(bench.aws, [NOT_FOUND]) == [NOT_FOUND]


def test_the_rule_may_have_moved_since_the_plan(bench: Bench, ground: Ground) -> None:
    blue, green = ground.target_group(), ground.target_group()
    listener = ground.listener(ground.balancer())
    (rule,) = bench.client("elbv2").create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=forward({blue: 0, green: 100}),
    )["Rules"]
    found = _traffic.restored(bench.aws, rule["RuleArn"], forward({blue: 100, green: 0}))
    assert found == forward({blue: 0, green: 100})
