from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import NOT_FOUND, REFUSED, Ground
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
INITIAL = frozenset({"Priority"})


@pytest.fixture
def listener(bench: Bench, ground: Ground) -> str:
    return ground.listener(ground.balancer(f"{bench.name}-alb"))


@pytest.fixture
def rule(listener: str) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "ListenerArn": listener,
            "Priority": 10,
            "Conditions": [paths("/api/*")],
            "Actions": [NOT_FOUND],
        }
        resource = Resource(
            "elbv2.listener_rule", "api", properties, {"team": "oak"}, initial=INITIAL
        )
        return changed(resource, changes)

    return wanted


def paths(*values: str) -> dict[str, Any]:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def header(*values: str) -> dict[str, Any]:
    config = {"HttpHeaderName": "X-Version", "Values": list(values)}
    return {"Field": "http-header", "HttpHeaderConfig": config}


HOST = {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example", "b.example"]}}
METHOD = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET", "PUT"]}}
SOURCE = {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}
QUERY = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}]}}
REDIRECT = {
    "Type": "redirect",
    "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
}


def test_it_is_made_with_its_tags(bench: Bench, rule: Make) -> None:
    wanted = rule()
    check_sent(
        bench.apply(wanted), only("CreateRule", **wanted.properties, Tags=bench.tags(wanted))
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"Conditions": [paths("/api/*", "/v2/*")]},
        {"Conditions": [paths("/api/*"), HOST]},
        {"Conditions": [header("2")]},
        {"Conditions": [METHOD, SOURCE, QUERY]},
        {"Actions": [REFUSED]},
        {"Actions": [REDIRECT]},
    ],
    ids=["values", "one more", "header", "all others", "answer", "redirect"],
)
def test_a_change_is_made_in_place_and_alone(
    bench: Bench, rule: Make, changes: dict[str, Any]
) -> None:
    bench.apply(rule())
    arn = bench.find(rule()).id
    bench.check(rule(**changes), writes=[only("ModifyRule", RuleArn=arn, **changes)])


def test_another_priority_is_not_this_kinds_business(bench: Bench, rule: Make) -> None:
    bench.apply(rule())
    bench.check_settled(rule(Priority=20))


def test_another_listener_makes_a_new_rule_first(bench: Bench, rule: Make, ground: Ground) -> None:
    bench.apply(rule())
    old = bench.find(rule()).id
    other = ground.listener(ground.balancer(f"{bench.name}-other"))
    bench.check(
        rule(ListenerArn=other),
        writes=[sent("CreateRule", ListenerArn=other), sent("DeleteRule", RuleArn=old)],
    )


def test_a_taken_priority_means_the_last_free_one(bench: Bench, rule: Make, listener: str) -> None:
    bench.client("elbv2").create_rule(
        ListenerArn=listener,
        Priority=10,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[NOT_FOUND],
    )
    check_sent(
        bench.apply(rule()), sent("CreateRule", Priority=10), sent("CreateRule", Priority=50000)
    )


def conditions_changed(elbv2: Any, live: Live) -> None:
    elbv2.modify_rule(RuleArn=live.id, Conditions=[{"Field": "path-pattern", "Values": ["/other"]}])


def action_changed(elbv2: Any, live: Live) -> None:
    elbv2.modify_rule(RuleArn=live.id, Actions=[REDIRECT])


def retagged(elbv2: Any, live: Live) -> None:
    elbv2.add_tags(ResourceArns=[live.id], Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            conditions_changed,
            {"Conditions.0.PathPatternConfig.Values.0": ("/other", "/api/*")},
            sent("ModifyRule", Conditions=[paths("/api/*")]),
        ),
        (
            action_changed,
            {
                "Actions.0.Type": ("redirect", "fixed-response"),
                "Actions.0.FixedResponseConfig": (None, NOT_FOUND["FixedResponseConfig"]),
                "Actions.0.RedirectConfig": (
                    {
                        "Protocol": "HTTPS",
                        "Port": "443",
                        "Host": "#{host}",
                        "Path": "/#{path}",
                        "Query": "#{query}",
                        "StatusCode": "HTTP_301",
                    },
                    None,
                ),
            },
            sent("ModifyRule", Actions=[NOT_FOUND]),
        ),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("AddTags", Tags=[{"Key": "team", "Value": "oak"}]),
        ),
    ],
    ids=["conditions", "action", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    rule: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(rule(), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, rule: Make) -> None:
    bench.apply(rule())
    bench.delete_twice(rule())


def test_another_tag_is_set_without_the_rest(bench: Bench, rule: Make) -> None:
    bench.check_retag(rule(), sent("AddTags", Tags=[{"Key": "team", "Value": "tree"}]))
