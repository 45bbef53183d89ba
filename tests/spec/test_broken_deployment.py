"""Deployments that ECS could not carry out: what is printed for them, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provisioner.spec.load import Loaded

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
load_balancer: {listeners: {http: {port: 80}, test: {port: 81}}}
services:
  worker: {image: nginx}
  app:
    image: nginx
    port: 80
    routes: [{default: true}]
    alarms: {latency_p95_seconds: false}
"""
AT = "services.app.deployment"
FUNCTION = "'arn:aws:lambda:eu-west-1:123456789012:function:check'"
CASES: dict[str, tuple[str, str]] = {
    "a step without steps": (
        "{strategy: blue-green, step_percent: 10}",
        f"f:11:54: {AT}.step_percent: only strategy linear or canary has this, found blue-green",
    ),
    "a bake without a move": (
        "{bake_minutes: 5}",
        f"f:11:32: {AT}"
        ".bake_minutes: only strategy blue-green, linear or canary has this, found rolling",
    ),
    "hooks without stages": (
        "{hooks: [{stages: PRE_SCALE_UP, pause: true}]}",
        f"f:11:25: {AT}.hooks: only strategy blue-green, linear or canary has this, found rolling",
    ),
    "less time than a bake": (
        "{strategy: blue-green, bake_minutes: 30, timeout_minutes: 30}",
        f"f:11:75: {AT}"
        ".timeout_minutes: expected more than the 30 minutes of bakes and steps, found 30",
    ),
    "less time than the steps": (
        "{strategy: linear, step_percent: 30, step_bake_minutes: 5, timeout_minutes: 19}",
        f"f:11:93: {AT}"
        ".timeout_minutes: expected more than the 20 minutes of bakes and steps, found 19",
    ),
    "a small linear step": (
        "{strategy: linear, step_percent: 2.5}",
        f"f:11:50: {AT}.step_percent: expected a multiple of 0.1 from 3 to 100, found 2.5",
    ),
    "a fine canary": (
        "{strategy: canary, step_percent: 0.25}",
        f"f:11:50: {AT}.step_percent: expected a multiple of 0.1 from 0.1 to 100, found 0.25",
    ),
    "an unknown strategy": (
        "{strategy: bluegreen}",
        f"f:11:28: {AT}"
        ".strategy: expected rolling, blue-green, linear or canary, found 'bluegreen';"
        " did you mean `blue-green`?",
    ),
    "a test on no listener": (
        "{strategy: blue-green, test: tets}",
        f"f:11:46: {AT}"
        ".test: there is no listener `tets`; did you mean `test`? There are: http and test",
    ),
    "a test among the rest": (
        "{strategy: blue-green, test: http}",
        f"f:11:46: {AT}"
        ".test: the route is on this listener, too; add a `header` to tell them apart",
    ),
    "a test of nothing": (
        "{strategy: blue-green, test: {}}",
        f"f:11:46: {AT}.test: expected `listener`, `header` or both",
    ),
    "a pause while traffic moves": (
        "{strategy: blue-green, hooks: [{stages: PRODUCTION_TRAFFIC_SHIFT, pause: true}]}",
        f"f:11:57: {AT}"
        ".hooks[0].stages: a pause is not possible at PRODUCTION_TRAFFIC_SHIFT; use the next stage",
    ),
    "a stage twice": (
        "{strategy: blue-green, hooks: [{stages: [PRE_SCALE_UP, PRE_SCALE_UP], pause: true}]}",
        f"f:11:72: {AT}.hooks[0].stages[1]: `PRE_SCALE_UP` stands here twice",
    ),
    "a hook that does nothing": (
        "{strategy: blue-green, hooks: [{stages: PRE_SCALE_UP}]}",
        f"f:11:48: {AT}.hooks[0]: expected either `function` or `pause: true`",
    ),
    "a hook that does both": (
        "{strategy: blue-green, hooks: [{stages: PRE_SCALE_UP, pause: true,"
        f" function: {FUNCTION}}}]}}",
        f"f:11:48: {AT}.hooks[0]: expected either `function` or `pause: true`",
    ),
    "a pause with a role": (
        "{strategy: blue-green, hooks: [{stages: PRE_SCALE_UP, pause: true, role: r}]}",
        f"f:11:48: {AT}.hooks[0]: a pause calls nobody, so it takes no `role`",
    ),
    "no function": (
        "{strategy: blue-green, hooks: [{stages: PRE_SCALE_UP, function: check}]}",
        f"f:11:81: {AT}.hooks[0].function: expected the ARN of a Lambda function, found 'check'",
    ),
    "an alarm that is off": (
        "{alarms: [latency]}",
        f"f:11:26: {AT}"
        ".alarms: the service has no alarm `latency`; there is 5xx, unhealthy-hosts, cpu or"
        " memory; others go under `names`",
    ),
    "an alarm twice": (
        "{alarms: [5xx, 5xx]}",
        f"f:11:26: {AT}.alarms: `5xx` stands here twice",
    ),
    "no alarm": (
        "{alarms: {rollback: true}}",
        f"f:11:26: {AT}.alarms: expected at least one alarm in `own` or `names`",
    ),
    "two thresholds": (
        "{circuit_breaker: {failed_tasks: 3, failed_percent: 10}}",
        f"f:11:69: {AT}.circuit_breaker.failed_percent: does not go with `failed_tasks`",
    ),
    "bounds of nothing": (
        "{circuit_breaker: {bounded: false}}",
        f"f:11:45: {AT}.circuit_breaker.bounded: says something about `failed_percent` only",
    ),
    "a threshold that is off": (
        "{circuit_breaker: {enabled: false, failed_tasks: 3}}",
        f"f:11:66: {AT}"
        ".circuit_breaker.failed_tasks: has no effect: the circuit breaker is not enabled",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_carried_out_is_told(
    complaints: Callable[..., list[str]], name: str
) -> None:
    deployment, line = CASES[name]
    assert complaints(f"{HEAD}    deployment: {deployment}\n") == [line]


CANARY = "    deployment: {strategy: canary}\n"
AROUND: dict[str, tuple[str, str, str, str]] = {
    "two routes": (
        "[{default: true}]",
        "[{path: /a}, {path: /b}]",
        CANARY,
        f"f:11:28: {AT}.strategy: ECS moves the traffic of one rule; expected one route, found"
        " canary and 2 routes",
    ),
    "requests by another way": (
        "{port: 81}",
        "{port: 81, default: {forward: app}}",
        CANARY,
        f"f:11:28: {AT}.strategy: ECS moves the traffic of the service's route alone, not that of"
        " load_balancer.listeners.test.default.forward[0]; leave one of the two out",
    ),
    "steps of no traffic": (
        "worker: {image: nginx}",
        "worker: {image: nginx, deployment: {strategy: linear}}",
        "",
        "f:5:49: services.worker.deployment.strategy: linear moves traffic in steps; give the"
        " service `routes` or `connect`",
    ),
    "a test of no traffic": (
        "worker: {image: nginx}",
        "worker: {image: nginx, deployment: {strategy: blue-green, test: test}}",
        "",
        "f:5:67: services.worker.deployment.test: only a service with `routes` has test traffic",
    ),
    "a test that comes too late": (
        "[{default: true}]",
        "[{path: /a, priority: 5}]",
        "    deployment: {strategy: canary, test: {header: {X-New: yes please}}}\n",
        "f:9:35: services.app.routes[0].priority: the rule for test traffic must come first; leave"
        " `priority` out",
    ),
    "requests of one group": (
        "alarms: {latency_p95_seconds: false}",
        "autoscaling: {min: 1, max: 2, requests_per_target: 9}",
        CANARY,
        "f:10:56: services.app.autoscaling.requests_per_target: does not go with strategy canary:"
        " requests are counted for one target group, and traffic moves to the other; use"
        " cpu_percent",
    ),
    "a path in two rules, told once": (
        "[{default: true}]",
        "[{path: a}]",
        "    deployment: {strategy: canary, test: test}\n",
        "f:9:21: services.app.routes[0].path: would never match: a path begins with /; did you"
        " mean '/a'?",
    ),
}


@pytest.mark.parametrize("name", AROUND)
def test_what_stands_in_the_way_of_a_strategy_is_told(
    complaints: Callable[..., list[str]], name: str
) -> None:
    old, new, more, line = AROUND[name]
    assert complaints(HEAD.replace(old, new) + more) == [line]


def test_who_finds_a_service_by_name_is_warned_of(load: Callable[..., Loaded]) -> None:
    found = load(HEAD + "    discovery: true\n" + CANARY)
    assert [str(one) for one in found.warnings] == [
        f"f:12:28: {AT}.strategy: callers that find this service by its name in the namespace"
        " reach both versions as soon as both run; only the load balancer's traffic, or of"
        " `connect`, moves"
    ]
