"""The firewall comes before the load balancer, is repaired, and goes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cloud.sent import check_order
from tests.cloud.world import World, changes

WAF = "load_balancer.waf={allow_cidrs: [192.0.2.0/24], block_cidrs: ['2001:db8::/32']}"
ONE_KEY = "load_balancer.waf=true"
WATCHED = "services.app.alarms=true"
ACL = "wafv2.web_acl/main"


def firewall(world: World) -> dict[str, Any] | None:
    """What stands before the stack's load balancer."""
    (balancer,) = world.client("elbv2").describe_load_balancers()["LoadBalancers"]
    arn = balancer["LoadBalancerArn"]
    found: dict[str, Any] | None = (
        world.client("wafv2").get_web_acl_for_resource(ResourceArn=arn).get("WebACL")
    )
    return found


def put_first(world: World, found: dict[str, Any]) -> None:
    """Somebody changes it by hand: what was blocked first is allowed."""
    wafv2 = world.client("wafv2")
    place = {"Name": found["Name"], "Scope": "REGIONAL", "Id": found["Id"]}
    token = wafv2.get_web_acl(**place)["LockToken"]
    wafv2.update_web_acl(
        **place,
        LockToken=token,
        DefaultAction={"Block": {}},
        VisibilityConfig=found["VisibilityConfig"],
        Rules=[{k: v for k, v in found["Rules"][-1].items() if v is not None}],
    )


def other(world: World) -> str:
    """A web ACL that is not the stack's."""
    visible = {
        "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "company",
    }  # fmt: skip
    answer = world.client("wafv2").create_web_acl(
        Name="company", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visible
    )
    arn: str = answer["Summary"]["ARN"]
    return arn


def check_nothing_left(world: World) -> None:
    wafv2 = world.client("wafv2")
    assert wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert wafv2.list_ip_sets(Scope="REGIONAL")["IPSets"] == []
    assert world.owned() == {}


def test_it_lives_and_dies_with_its_key(world: World) -> None:
    world.apply()
    before = world.owned().keys()
    applied = world.apply(WAF, WATCHED)
    check_order(
        applied.writes, "CreateIPSet", "CreateWebACL", "PutLoggingConfiguration", "AssociateWebACL"
    )
    found = firewall(world)
    assert found
    assert found["Name"] == "oaktree-waf-dev"
    assert [rule["Name"] for rule in found["Rules"]] == [
        "allow-ipv4", "block-ipv6", "rate-limit", "common", "known_bad_inputs", "ip_reputation",
    ]  # fmt: skip
    world.check_settled(WAF, WATCHED)

    put_first(world, found)
    assert changes(world.plan(WAF, WATCHED)) == [f"update {ACL}"]
    assert world.apply(WAF, WATCHED).operations == ["UpdateWebACL"]
    world.check_settled(WAF, WATCHED)

    without = world.apply()
    check_order(without.writes, "DisassociateWebACL", "DeleteWebACL", "DeleteIPSet")
    assert firewall(world) is None
    world.check_settled()
    assert world.owned().keys() == before
    world.teardown()
    check_nothing_left(world)


def test_teardown_leaves_nothing(world: World) -> None:
    world.apply(ONE_KEY)
    assert firewall(world)
    done = world.teardown()
    check_order(done.writes, "DisassociateWebACL", "DeleteWebACL")
    check_nothing_left(world)


@pytest.mark.slow
@pytest.mark.parametrize("server_name", ["moto", "ministack"])
def test_other_servers_know_it_without_its_log(world: World) -> None:
    """MiniStack has no logging of WAF; of both, no index knows a web ACL."""
    quiet = WAF.replace("={", "={logs: false, ")
    world.apply(quiet)
    world.check_settled(quiet)
    found = firewall(world)
    assert found
    put_first(world, found)
    assert world.apply(quiet).operations == ["UpdateWebACL"]
    world.check_settled(quiet)
    check_order(world.apply().writes, "DisassociateWebACL", "DeleteWebACL", "DeleteIPSet")
    world.apply(quiet)
    world.teardown()
    check_nothing_left(world)


@pytest.mark.parametrize("form", ["arn", "name"])
def test_one_of_somebody_else_is_used_and_left(world: World, form: str) -> None:
    arn = other(world)
    theirs = f"load_balancer.waf={{web_acl: '{arn if form == 'arn' else 'company'}'}}"
    world.apply(theirs, WATCHED)
    found = firewall(world)
    assert found
    assert found["ARN"] == arn
    world.check_settled(theirs, WATCHED)

    own = world.apply(ONE_KEY)
    assert "AssociateWebACL" in own.operations
    assert "DisassociateWebACL" not in own.operations
    world.check_settled(ONE_KEY)

    back = world.apply(theirs)
    check_order(back.writes, "AssociateWebACL", "DeleteWebACL")
    world.check_settled(theirs)
    world.teardown()
    left = world.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
    assert [one["Name"] for one in left] == ["company"]


def test_another_that_somebody_put_there_is_not_taken_away_unasked(world: World) -> None:
    world.apply()
    arn = other(world)
    balancer = world.one("elbv2.load_balancer/main").id
    world.client("wafv2").associate_web_acl(WebACLArn=arn, ResourceArn=balancer)
    world.check_settled()
    done = world.cli("plan", "--set", ONE_KEY)
    assert done.code != 0
    assert "company" in done.err
    world.apply(f"load_balancer.waf={{web_acl: '{arn}'}}")
    world.apply(ONE_KEY)
    found = firewall(world)
    assert found
    assert found["Name"] == "oaktree-waf-dev"
    world.teardown()


def test_a_stack_that_never_had_one_asks_nothing(world: World) -> None:
    world.apply()
    stack = world.stack()
    with world.tap.recording() as recording:
        stack.plan()
    assert [call for call in recording.calls if call.service == "wafv2"] == []


def capacity_calls(world: World, *settings: str) -> int:
    """How often a plan asks what rules cost."""
    stack = world.stack(*settings)
    with world.tap.recording() as recording:
        stack.plan()
    return [call.operation for call in recording.calls].count("CheckCapacity")


def test_the_cost_is_asked_once_where_there_are_new_rules_and_else_not(world: World) -> None:
    assert capacity_calls(world, ONE_KEY) == 1
    world.apply(ONE_KEY)
    assert capacity_calls(world, ONE_KEY) == 0
    assert capacity_calls(world, ONE_KEY, "services.app.desired_count=3") == 0
    assert capacity_calls(world, WAF) == 1

    every = {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL"}}
    dear = [
        {
            "Name": f"scripts{number}",
            "Priority": number,
            "Action": {"Block": {}},
            "Statement": {
                "XssMatchStatement": {
                    "FieldToMatch": every,
                    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                }
            },
            "VisibilityConfig": {
                "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "x",
            },
        }
        for number in range(70)
    ]  # fmt: skip
    overrides = f"overrides={json.dumps({ACL: {'Rules': dear}})}"
    done = world.cli("plan", "--set", ONE_KEY, "--set", overrides)
    assert done.code == 4
    assert f"{ACL}: AWS refuses its rules: " in done.err
    assert "5600 capacity units" in done.err
