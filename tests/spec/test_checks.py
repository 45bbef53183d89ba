"""What the rules let pass, and what they only warn about; what they refuse: test_broken_rules."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from importlib.resources import files

import pytest

from provisioner.spec import (
    checks,
    checks_access_logs,
    checks_balancer,
    checks_containers,
    checks_deployment,
    checks_discovery,
    checks_existing,
    checks_headers,
    checks_names,
    checks_network,
    checks_routing,
    checks_scaling,
    checks_secrets,
    checks_shared,
    checks_task,
    checks_tasks,
    checks_tls,
    checks_waf,
    checks_watching,
)
from provisioner.spec.checks import RULES
from provisioner.spec.finding import cidr_fault
from provisioner.spec.load import Loaded
from provisioner.spec.service import RETENTION_DAYS

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
load_balancer: {listeners: {http: {port: 80}}}
services:
  app:
    image: {repository: shop}
    port: 80
    routes: [{default: true}]
"""


def test_every_rule_is_in_the_table() -> None:
    modules = (
        checks_access_logs, checks_balancer, checks_containers, checks_deployment,
        checks_discovery, checks_existing,
        checks_headers,
        checks_names, checks_network, checks_routing, checks_scaling, checks_secrets, checks_task,
        checks_shared, checks_tasks,
        checks_tls, checks_waf, checks_watching,
    )  # fmt: skip
    written = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert written == set(RULES)
    assert len(RULES) == len(set(RULES))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_in_its_docstring_why(rule: Callable[..., object]) -> None:
    assert rule.__doc__
    assert checks.__doc__


SIZES = {
    256: [512, 1024, 2048],
    512: [1024, 4096],
    1024: [2048, 3072, 8192],
    2048: [4096, 16384],
    4096: [8192, 30720],
    8192: [16384, 20480, 61440],
    16384: [32768, 40960, 122880],
    32768: [61440, 122880, 249856],
}


def test_the_table_of_sizes_is_tested_whole() -> None:
    text = files("provisioner.spec").joinpath("fargate.json").read_text()
    assert list(json.loads(text)["memory_mib_by_cpu"]) == [str(cpu) for cpu in SIZES]


ACCEPTED: dict[str, str] = {
    **{
        f"cpu {cpu} with {memory} MiB": f"cpu: {cpu}\nmemory_mib: {memory}"
        for cpu, amounts in SIZES.items()
        for memory in amounts
    },
    **{
        f"logs kept for {days} days": f"logs: {{retention_days: {days}}}" for days in RETENTION_DAYS
    },
    "one task, replaced by stopping it first": "desired_count: 1\n"
    "deployment: {minimum_healthy_percent: 0, maximum_percent: 100}",
    "two tasks, one stopped first": "desired_count: 2\n"
    "deployment: {minimum_healthy_percent: 50, maximum_percent: 100}",
    "no tasks": "desired_count: 0\ndeployment: {maximum_percent: 101}",
    "a check in the container as long as its interval": "container_health_check:"
    " {command: exit 0, interval_seconds: 10, timeout_seconds: 10}",
    "a command without a shell": "container_health_check: {command: [CMD, /check]}",
    "capacity with one base": "capacity_provider_strategy:"
    " [{capacity_provider: FARGATE, base: 1}, {capacity_provider: FARGATE_SPOT, weight: 4}]",
    "all of the secrets": "secrets:\n"
    "  A: arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf\n"
    "  B: 'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:db-AbCdEf:user::'\n"
    "  C: arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db",
    "a platform in full": "platform_version: 1.4.0\nephemeral_storage_gib: 200",
    "a grace period": "health_check_grace_period_seconds: 60",
    "a slow start": "slow_start_seconds: 30",
    "a name for several kinds": "names: {service: web, target_group: web, security_group: web}",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_aws_accepts_passes(name: str, load: Callable[..., Loaded]) -> None:
    lines = "".join(f"    {line}\n" for line in ACCEPTED[name].splitlines())
    assert load(HEAD + lines).warnings == ()


ROUTES: dict[str, str] = {
    "five values": "{path: [/a, /b, /c], host: [a.b, '*.c']}",
    "six wildcards": "{path: ['/*/*/*', '*.?'], method: [GET]}".replace("'/*/*/*'", "'/*/*/*/*'"),
    "a network of the newer kind": "{source_ip: '2001:db8::/32'}",
    "the longest header": f"{{header: {{X-{'a' * 38}: [x]}}}}",
    "the longest value": f"{{query: {{q: {'a' * 128}}}}}",
    "a name and a priority": "{name: api, priority: 50000, path: /api/*}",
}


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_within_the_limits_passes(name: str, load: Callable[..., Loaded]) -> None:
    text = HEAD.replace("{default: true}", f"{{default: true}}, {ROUTES[name]}")
    assert load(text).spec.services["app"].routes[1].given()


def test_the_same_conditions_may_stand_on_two_listeners(load: Callable[..., Loaded]) -> None:
    text = HEAD.replace("{http: {port: 80}}", "{http: {port: 80}, alt: {port: 81}}").replace(
        "{default: true}",
        "{default: true}, {listener: alt, default: true}, {path: /a, name: a, priority: 1},"
        " {listener: alt, path: /a, name: a, priority: 1}",
    )
    assert len(load(text).spec.services["app"].routes) == 4


def test_a_hundred_rules_pass(load: Callable[..., Loaded]) -> None:
    rules = "".join(f", {{path: /a{number}}}" for number in range(100))
    assert load(HEAD.replace("{default: true}", "{default: true}" + rules))


def test_services_may_share_a_repository(load: Callable[..., Loaded]) -> None:
    assert load(HEAD + "  b: {image: {repository: shop, tag: v2}}\n").warnings == ()


WARNINGS: dict[str, tuple[str, list[str]]] = {
    "a size that AWS may have added": (
        HEAD + "    cpu: 65536\n    memory_mib: 1048576\n",
        [
            (
                "f:9:10: services.app.cpu: 65536 is not a Fargate size known here (256, 512, 1024,"
                " 2048, 4096, 8192, 16384 or 32768); AWS will decide"
            )
        ],
    ),
    "latest, once": (
        HEAD.replace("repository: shop", "repository: shop, tag_mutability: IMMUTABLE"),
        [
            (
                "f:6:47: services.app.image.tag_mutability: IMMUTABLE refuses a second push of"
                " `latest`; deploy other tags, or digests"
            )
        ],
    ),
    "settings that do nothing": (
        HEAD + "  b:\n    image: nginx\n    health_check: {path: /x}\n    slow_start_seconds: 30\n",
        [
            f"f:{place}: services.b.{field}: has no effect: the load balancer sends this service"
            " no requests"
            for place, field in (("11:19", "health_check"), ("12:25", "slow_start_seconds"))
        ],
    ),
    "a new network without a way out": (
        "stack: shop\nnetwork: {create: {nat: none}}\n"
        "services:\n"
        "  app: {image: {repository: shop, tag: v1}}\n"
        "  web: {image: nginx}\n"
        "  out: {image: nginx, assign_public_ip: true}\n",
        [
            "f:2:19: network.create.endpoints: tasks of `app` cannot start: with `nat: none` they"
            " do not reach ecr.api, ecr.dkr, logs; write `endpoints: true`, or add them",
            "f:2:19: network.create.endpoints: tasks of `web` cannot start: with `nat: none` they"
            " do not reach logs; write `endpoints: true`, or add them",
            "f:5:16: services.web.image: nginx comes from the internet, which tasks cannot reach:"
            " the network has `nat: none`; use an image in ECR, NAT, or `assign_public_ip`",
        ],
    ),
    "a load balancer with nothing behind it": (
        HEAD.replace("    routes: [{default: true}]\n", ""),
        ["f:3:16: load_balancer: no service has `routes`, so every request is answered with 404"],
    ),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_what_may_be_a_mistake_is_a_warning(name: str, load: Callable[..., Loaded]) -> None:
    text, expected = WARNINGS[name]
    assert [str(warning) for warning in load(text).warnings] == expected


def test_a_service_behind_a_rule_alone_is_balanced(load: Callable[..., Loaded]) -> None:
    text = HEAD.replace("    routes: [{default: true}]\n", "").replace(
        "{port: 80}", "{port: 80, default: {forward: app}}"
    )
    assert load(text + "    health_check_grace_period_seconds: 60\n").warnings == ()


FORWARDS = {
    "app": {"app": 1},
    "{app: 3, b: 0}": {"app": 3, "b": 0},
    "{service: app, weight: 5}": {"app": 5},
    "[{service: app}, {service: b, weight: 2}]": {"app": 1, "b": 2},
}


@pytest.mark.parametrize("forward", FORWARDS)
def test_a_forward_may_be_written_short_and_long(forward: str, load: Callable[..., Loaded]) -> None:
    text = HEAD.replace("{port: 80}", f"{{port: 80, rules: [{{path: /x, forward: {forward}}}]}}")
    balancer = load(text + "  b: {image: nginx, port: 1}\n").spec.load_balancer
    assert balancer is not None
    targets = balancer.listeners["http"].rules[0].forward
    assert {target.service: target.weight for target in targets} == FORWARDS[forward]


def test_a_redirect_needs_no_service(load: Callable[..., Loaded]) -> None:
    text = HEAD.replace("    routes: [{default: true}]\n", "").replace(
        "{port: 80}", "{port: 80, default: {redirect: {host: example.com}}}"
    )
    assert load(text).warnings == ()


@pytest.mark.parametrize("block", ["0.0.0.0/0", "10.0.0.0/16", "10.0.0.1/32", "::/0"])
def test_a_cidr_block_is_one(block: str) -> None:
    assert cidr_fault(block) is None
