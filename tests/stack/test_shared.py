"""What a stack adds to a load balancer, groups and a namespace that are somebody else's."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.spec.load import load_text
from provisioner.stack import Blueprint, build
from tests.support.blueprints import HEAD, addresses, at, shared, shop, wanted, words

RULE = "elbv2.listener_rule"
DOOR = "ec2.security_group_rule"
TASKS = "${lookup.security_group/tasks.Id}"
BALANCER = "${lookup.load_balancer.SecurityGroupId}"


def numbers(blueprint: Blueprint) -> list[int]:
    found = [wanted(blueprint, one)["Priority"] for one in addresses(blueprint, RULE)]
    return sorted(found)


def query(blueprint: Blueprint, address: str) -> dict[str, Any]:
    (found,) = [one.query for one in blueprint.lookups if one.address == address]
    return dict(found)


class TestLoadBalancer:
    """Rules of ours, and what they need."""

    def test_nothing_that_exists_is_made(self) -> None:
        made = shared()
        kinds = {address.split("/")[0] for address in addresses(made)}
        assert addresses(made, "elbv2.listener") == ["elbv2.listener/own"]
        assert kinds & {
            "elbv2.load_balancer", "servicediscovery.namespace", "sns.topic", "ecs.cluster",
            "ec2.security_group",
        } == set()  # fmt: skip

    def test_rules_stand_on_the_listener_that_was_found(self) -> None:
        rule = wanted(shared(", priorities: 2000-2003"), f"{RULE}/http/app-a")
        assert rule["ListenerArn"] == "${lookup.listener/http.Arn}"
        assert rule["Priority"] == 2000

    def test_every_number_is_fixed_and_in_the_range(self) -> None:
        made = shared(", priorities: 2000-2003")
        assert numbers(made) == [2000, 2001, 2002, 2003]
        order = wanted(made, "elbv2.rule_priorities/http")
        assert order == {
            "ListenerArn": "${lookup.listener/http.Arn}",
            "Rules": [
                {"RuleArn": f"${{{RULE}/http/{name}.Arn}}", "Priority": number}
                for number, name in enumerate(
                    ("app-a", "app-b", "api-api", "web-web.shop.example"), 2000
                )
            ],
        }
        assert query(made, "lookup.listener/http")["numbers"] == [2000, 2001, 2002, 2003]

    def test_a_range_of_its_own_depends_on_the_names_alone(self) -> None:
        first = numbers(shared())
        assert first == numbers(shared()) == list(range(first[0], first[0] + 4))
        assert first[0] % 100 == 0
        assert 1000 <= first[0] < 49000
        assert first[0] != numbers(other())[0]

    def test_its_own_listener_is_opened_in_the_group_that_was_found(self) -> None:
        door = wanted(shared(), f"{DOOR}/own-from-0.0.0.0-0")
        assert (door["GroupId"], door["FromPort"]) == (BALANCER, 8080)
        (asked,) = query(shared(), "lookup.load_balancer")["rules"]
        assert (asked["FromPort"], asked["CidrIpv4"]) == (8080, "0.0.0.0/0")
        assert [one for one in addresses(shared(), DOOR) if "http-from" in one] == []

    def test_metrics_are_those_of_the_one_that_was_found(self) -> None:
        made = shared()
        assert "cloudwatch.alarm/load-balancer-5xx" not in addresses(made)
        alarm = words(at(made, "cloudwatch.alarm/app-latency").properties)
        assert {"Name": "LoadBalancer", "Value": "${lookup.load_balancer.FullName}"} in alarm[
            "Dimensions"
        ]

    def test_the_url_is_that_of_the_first_listener_of_ours_or_theirs(self) -> None:
        assert words(shared().outputs["url"]) == "http://${lookup.load_balancer.DNSName}:8080"
        only = shop(
            "services: {app: {image: nginx, port: 80, routes: [{path: /a}]}}",
            balancer="load_balancer: {existing: web, listeners: {http: {existing: 80}}}\n",
        )
        assert words(only.outputs["url"]) == "${lookup.listener/http.Url}"

    @pytest.mark.parametrize(
        ("routes", "host"),
        [
            ("{path: /a}, {host: a.example}", "a.example"),
            ("{host: ['*.example', b.example]}", "b.example"),
            ("{path: /a}, {host: a.example, listener: own}", ""),
        ],
    )
    def test_the_url_of_a_shared_listener_has_the_host_of_a_route(
        self, routes: str, host: str
    ) -> None:
        listeners = "{http: {existing: 80}, own: {port: 8080}}"
        made = shop(
            f"services: {{app: {{image: nginx, port: 80, routes: [{routes}]}}}}",
            balancer=f"load_balancer: {{existing: web, listeners: {listeners}}}\n",
        )
        assert query(made, "lookup.listener/http")["host"] == host

    def test_a_listeners_arn_says_which_load_balancer_it_is_on(self) -> None:
        arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:%s/app/web/50dc6c"
        made = shop(
            "services: {app: {image: nginx, port: 80, routes: [{path: /a}]}}",
            balancer="load_balancer: {listeners: {http: {existing: '%s'}}}\n"
            % (arn % "listener" + "/f2f7dc"),
        )
        assert query(made, "lookup.load_balancer")["name"] == arn % "loadbalancer"
        assert made.shared["elbv2.load_balancer"][0]["name"] == arn % "loadbalancer"

    def test_preflight_requests_of_others_are_not_answered(self) -> None:
        made = shop(
            "services: {app: {image: nginx, port: 80, routes: [{path: /a}]}}",
            balancer="load_balancer: {existing: web, cors: {allow_origin: '*', preflight: true},"
            " listeners: {http: {existing: 80}, own: {port: 81}}}\n",
        )
        assert len([one for one in addresses(made, RULE) if "options" in one]) == 1


class TestGroups:
    """They get our rules; two services in one group share them."""

    def test_tasks_are_in_the_group(self) -> None:
        service = wanted(shared(), "ecs.service/app")
        interface = service["networkConfiguration"]["awsvpcConfiguration"]
        assert interface["securityGroups"] == [TASKS]

    def test_a_rule_that_two_services_need_is_made_once(self) -> None:
        made = shared()
        doors = [one for one in addresses(made, DOOR) if "own-from" not in one]
        assert doors == [
            f"{DOOR}/api-from-load-balancer",
            f"{DOOR}/load-balancer-to-api",
            f"{DOOR}/web-from-load-balancer",
            f"{DOOR}/load-balancer-to-web",
        ]
        door = wanted(made, doors[0])
        assert (door["GroupId"], door["ReferencedGroupId"]) == (TASKS, BALANCER)
        assert set(doors[:2]) <= set(at(made, "ecs.service/app").after)
        assert f"{DOOR}/app-from-load-balancer" not in at(made, "ecs.service/app").after

    def test_the_load_balancer_of_the_stack_may_have_one_too(self) -> None:
        made = shop(
            "services: {app: {image: nginx, port: 80, routes: [{default: true}]}}",
            balancer="load_balancer: {security_group: front, listeners: {http: {port: 80}}}\n",
        )
        group = "${lookup.security_group/front.Id}"
        assert wanted(made, "elbv2.load_balancer/main")["SecurityGroups"] == [group]
        assert wanted(made, f"{DOOR}/http-from-0.0.0.0-0")["GroupId"] == group
        assert addresses(made, "ec2.security_group") == ["ec2.security_group/app"]

    def test_a_task_may_have_one_too(self) -> None:
        made = shop(
            "tasks: {clean: {image: nginx, security_group: {tags: {b: c, a: b}}}}", balancer=""
        )
        run = words(made.outputs["tasks"]["clean"])
        assert run["security_group_id"] == "${lookup.security_group/a=b,b=c.Id}"
        assert addresses(made, "ec2.security_group") == []


def test_services_are_named_in_the_namespace_that_was_found() -> None:
    service = wanted(shared(), "servicediscovery.service/app")
    assert service["NamespaceId"] == "${lookup.namespace.Id}"


@pytest.mark.parametrize(
    ("topic", "target"),
    [
        ("{tags: {a: b}}", "${lookup.topic.Arn}"),
        ("alarms", "${lookup.topic.Arn}"),
        ("'arn:aws:sns:eu-west-1:123456789012:x'", "arn:aws:sns:eu-west-1:123456789012:x"),
    ],
)
def test_alarms_go_to_the_topic_that_was_found(topic: str, target: str) -> None:
    made = shop(
        f"services: {{app: {{image: nginx, alarms: true}}}}\nnotifications: {{topic: {topic}}}",
        balancer="",
    )
    assert wanted(made, "cloudwatch.alarm/app-cpu")["AlarmActions"] == [target]
    asked = [one for one in made.lookups if one.kind == "topic"]
    assert bool(asked) == target.startswith("$")


def test_a_cluster_that_was_found_by_its_tags_has_its_name_from_there() -> None:
    alarm = wanted(shared(), "cloudwatch.alarm/app-cpu")
    assert {"Name": "ClusterName", "Value": "${lookup.cluster.Name}"} in alarm["Dimensions"]


def other() -> Blueprint:
    """The same behind the same listener, for another environment."""
    body = "load_balancer: {existing: web, listeners: {http: {existing: 80}}}\n"
    body += "services: {app: {image: nginx, port: 80, routes: [{path: /a}]}}\n"
    loaded = load_text(f"{HEAD}{body}environments: {{prod: {{}}}}", "f", environment="prod")
    return build(loaded.spec, environment="prod", region="eu-west-1")
