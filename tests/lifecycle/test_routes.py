"""The order of rules is the order of the file."""

from __future__ import annotations

import pytest

from tests.cloud.servers import EVERY_SERVER
from tests.cloud.world import World, changes

every_server = pytest.mark.parametrize("server_name", EVERY_SERVER)


def routes(*paths: str, **fixed: int) -> str:
    """A setting: routes of these paths, in order; `b=25` fixes the number of /b."""
    items = [
        f"{{path: /{path}{f', priority: {fixed[path]}' if path in fixed else ''}}}"
        for path in paths
    ]
    return f"services.app.routes=[{{default: true}}, {', '.join(items)}]"


def live(world: World) -> dict[str, int]:
    """Path to number, as the load balancer tries them."""
    elbv2 = world.client("elbv2")
    rules = elbv2.describe_rules(ListenerArn=world.one("elbv2.listener/http").id)["Rules"]
    numbers = {
        rule["Conditions"][0]["PathPatternConfig"]["Values"][0].strip("/"): int(rule["Priority"])
        for rule in rules
        if not rule["IsDefault"]
    }
    return dict(sorted(numbers.items(), key=lambda item: item[1]))


@every_server
def test_two_routes_that_change_places_are_one_call(world: World) -> None:
    world.apply(routes("a", "b", "c"))
    assert live(world) == {"a": 10, "b": 20, "c": 30}
    swapped = routes("a", "c", "b")
    assert changes(world.plan(swapped)) == ["update elbv2.rule_priorities/http"]
    assert world.apply(swapped).operations == ["SetRulePriorities"]
    assert list(live(world)) == ["a", "c", "b"]
    world.check_settled(swapped)


@every_server
def test_a_route_in_the_middle_is_made_and_put_there(world: World) -> None:
    world.apply(routes("a", "c"))
    middle = routes("a", "b", "c")
    applied = world.apply(middle)
    done = [call.operation for call in applied.writes if not call.error]
    assert done == ["CreateRule", "SetRulePriorities"]
    assert list(live(world)) == ["a", "b", "c"]
    world.check_settled(middle)


def test_a_fixed_number_is_kept_whatever_moves(world: World) -> None:
    """Such a rule stands where its number says; the others are numbered 10, 20, … around it."""
    world.apply(routes("a", "b", "c", b=25))
    assert live(world)["b"] == 25
    for written, expected in ((["c", "b", "a"], ["c", "a", "b"]), (["c", "x", "b", "a"],) * 2):
        setting = routes(*written, b=25)
        world.apply(setting)
        found = live(world)
        assert (list(found), found["b"]) == (expected, 25)
        world.check_settled(setting)


def test_rules_of_the_listener_come_before_routes(world: World) -> None:
    setting = (
        "load_balancer.listeners.http.rules=[{path: /old, redirect: {path: /new}},"
        " {host: www.example.com, fixed_response: {status_code: 410}}]"
    )
    world.apply(setting, routes("a"))
    elbv2 = world.client("elbv2")
    rules = elbv2.describe_rules(ListenerArn=world.one("elbv2.listener/http").id)["Rules"]
    kinds = [rule["Actions"][0]["Type"] for rule in rules]
    assert kinds == ["redirect", "fixed-response", "forward", "forward"]
    world.check_settled(setting, routes("a"))


def test_every_condition_and_a_weighted_forward_settle(world: World) -> None:
    settings = (
        "services.app.routes=[{default: true}, {path: [/a, /b*], host: ['*.y.example'],"
        " method: [GET, HEAD]}, {header: {X-Version: ['2', '3']}, source_ip: [10.0.0.0/8]},"
        " {query: {v: ['2', '3'], beta: 'yes'}}]",
        "services.api={image: 'api:1', port: 3000}",
        "load_balancer.listeners.http.rules=[{path: /split, forward: {app: 9, api: 1}}]",
    )
    world.apply(*settings)
    world.check_settled(*settings)
    shifted = (*settings[:2], settings[2].replace("app: 9, api: 1", "app: 5, api: 5"))
    assert world.apply(*shifted).operations == ["ModifyRule"]
    world.check_settled(*shifted)
