from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Ref, Resource
from provisioner.errors import StepFailed
from provisioner.resources.elbv2.rule_priorities import in_order, renumber
from tests.cloud.bench import Bench
from tests.cloud.ground import NOT_FOUND, Ground
from tests.cloud.sent import check_sent, sent

LISTENER = "elbv2.listener/http"
Stack = Callable[..., list[Resource]]


@pytest.fixture
def stack(bench: Bench, ground: Ground) -> Stack:
    """A listener and rules in order; `b=25` fixes a number."""
    balancer = ground.balancer(f"{bench.name}-alb")
    http = Resource(
        "elbv2.listener",
        "http",
        {
            "LoadBalancerArn": balancer,
            "Port": 80,
            "Protocol": "HTTP",
            "DefaultActions": [NOT_FOUND],
        },
    )

    def wanted(*order: str, **fixed: int) -> list[Resource]:
        rules = [_rule(name, fixed.get(name, 10 * place)) for place, name in enumerate(order, 1)]
        entries = [
            {
                "RuleArn": rule.ref(),
                **({"Priority": fixed[rule.name]} if rule.name in fixed else {}),
            }
            for rule in rules
        ]
        properties = {"ListenerArn": Ref(LISTENER, "Arn"), "Rules": entries}
        return [http, *rules, Resource("elbv2.rule_priorities", "http", properties)]

    return wanted


def _rule(name: str, priority: int) -> Resource:
    properties = {
        "ListenerArn": Ref(LISTENER, "Arn"),
        "Priority": priority,
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": [f"/{name}"]}}],
        "Actions": [NOT_FOUND],
    }
    return Resource("elbv2.listener_rule", name, properties, initial=frozenset({"Priority"}))


def live(bench: Bench) -> list[tuple[str, int]]:
    """Path and number of the rules, as the load balancer tries them."""
    elbv2 = bench.client("elbv2")
    (balancer,) = elbv2.describe_load_balancers(Names=[f"{bench.name}-alb"])["LoadBalancers"]
    (http,) = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = elbv2.describe_rules(ListenerArn=http["ListenerArn"])["Rules"]
    return sorted(
        (
            (rule["Conditions"][0]["Values"][0].strip("/"), int(rule["Priority"]))
            for rule in rules
            if not rule["IsDefault"]
        ),
        key=lambda pair: pair[1],
    )


def names(bench: Bench) -> list[str]:
    return [name for name, _ in live(bench)]


def test_new_rules_need_no_reordering(bench: Bench, stack: Stack) -> None:
    writes = bench.apply(*stack("a", "b", "c"))
    check_sent(writes, sent("CreateListener"), *[sent("CreateRule")] * 3)
    assert live(bench) == [("a", 10), ("b", 20), ("c", 30)]


def test_two_rules_change_places_in_one_call(bench: Bench, stack: Stack) -> None:
    bench.apply(*stack("a", "b", "c"))
    (call,) = bench.apply(*stack("a", "c", "b"))
    check_sent([call], sent("SetRulePriorities"))
    assert names(bench) == ["a", "c", "b"]


def test_a_rule_is_put_in_between(bench: Bench, stack: Stack) -> None:
    bench.apply(*stack("a", "b"))
    writes = bench.apply(*stack("a", "new", "b"))
    assert [call.operation for call in writes if not call.error] == [
        "CreateRule",
        "SetRulePriorities",
    ]
    assert names(bench) == ["a", "new", "b"]


def test_a_rule_that_goes_moves_nothing(bench: Bench, stack: Stack) -> None:
    bench.apply(*stack("a", "b", "c"))
    check_sent(bench.apply(*stack("a", "c")), sent("DeleteRule"))
    assert live(bench) == [("a", 10), ("c", 30)]


def test_a_fixed_number_is_kept(bench: Bench, stack: Stack) -> None:
    bench.apply(*stack("a", "b", "c", b=25))
    assert ("b", 25) in live(bench)
    assert names(bench) == ["a", "b", "c"]


def test_a_number_that_becomes_fixed_is_taken(bench: Bench, stack: Stack) -> None:
    bench.apply(*stack("a", "b", "c"))
    (call,) = bench.apply(*stack("a", "b", "c", a=5))
    check_sent([call], sent("SetRulePriorities"))
    assert live(bench)[0] == ("a", 5)
    assert names(bench) == ["a", "b", "c"]


def test_a_rule_of_somebody_else_keeps_its_number(bench: Bench, stack: Stack) -> None:
    wanted = stack("a", "b")
    bench.apply(*wanted)
    bench.client("elbv2").create_rule(
        ListenerArn=bench.find(wanted[0]).id,
        Priority=15,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[NOT_FOUND],
    )
    bench.apply(*stack("b", "a"))
    assert ("theirs", 15) in live(bench)
    assert [name for name in names(bench) if name != "theirs"] == ["b", "a"]


def test_drift_is_shown_and_repaired(bench: Bench, stack: Stack) -> None:
    wanted = stack("a", "b")
    bench.apply(*wanted)
    first, second = (bench.find(rule).id for rule in wanted[1:3])
    bench.client("elbv2").set_rule_priorities(RulePriorities=[{"RuleArn": first, "Priority": 90}])
    (step,) = bench.plan(*wanted).steps
    assert [".".join(change.path) for change in step.changes] == [
        "Rules.0.RuleArn",
        "Rules.1.RuleArn",
    ]
    assert (step.changes[0].before, step.changes[0].after) == (second, first)
    check_sent(bench.apply(*wanted), sent("SetRulePriorities"))
    assert names(bench) == ["a", "b"]


def arns(*order: str, **fixed: int) -> list[dict[str, Any]]:
    return [
        {"RuleArn": name, **({"Priority": fixed[name]} if name in fixed else {})} for name in order
    ]


@pytest.mark.parametrize(
    ("rules", "have", "expected"),
    [
        (arns("a", "b"), {"a": 10, "b": 20}, True),
        (arns("a", "b"), {"a": 3, "b": 4}, True),
        (arns("b", "a"), {"a": 10, "b": 20}, False),
        (arns("a", "b"), {"a": 10, "b": 10}, False),
        (arns("a", "b", b=25), {"a": 10, "b": 20}, False),
        (arns("a", "b", b=25), {"a": 10, "b": 25}, True),
        (arns("a", "b", b=25), {"a": 30, "b": 25}, False),
        (arns("a"), {}, True),
    ],
)
def test_rules_are_in_order_whatever_their_numbers(
    rules: list[dict[str, Any]], have: dict[str, int], *, expected: bool
) -> None:
    assert in_order(rules, have) is expected


@pytest.mark.parametrize(
    ("rules", "taken", "expected"),
    [
        (arns("a", "b"), set(), {"a": 10, "b": 20}),
        (arns("a", "b"), {10, 20}, {"a": 11, "b": 21}),
        (arns("a", "b", "c", b=12), set(), {"a": 10, "b": 12, "c": 20}),
        (arns("a", "b", b=3), set(), {"a": 1, "b": 3}),
        (arns("a", "b", b=3), {1}, {"a": 2, "b": 3}),
        (arns("a", a=50000), set(), {"a": 50000}),
    ],
)
def test_numbers_ascend_and_are_free(
    rules: list[dict[str, Any]], taken: set[int], expected: dict[str, int]
) -> None:
    made = renumber(rules, frozenset(taken), {})
    assert {item["RuleArn"]: item["Priority"] for item in made} == expected


def test_no_free_number_before_a_fixed_one_is_said() -> None:
    with pytest.raises(StepFailed, match="no free rule priority between 1 and 2"):
        renumber(arns("a", "b", "c", c=2), frozenset(), {})
