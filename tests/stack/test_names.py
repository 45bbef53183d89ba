"""What things are called in AWS."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.resources import KINDS
from provisioner.stack.names import Names, shorten
from tests.support.blueprints import BALANCER, addresses, oaktree, shop, wanted

SEED = {
    "ecs.cluster/main": ("clusterName", "oaktree-cluster-dev"),
    "ecs.service/app": ("serviceName", "oaktree-service-dev"),
    "ecs.task_definition/app": ("family", "oaktree-task-dev"),
    "elbv2.load_balancer/main": ("Name", "oaktree-alb-dev"),
    "elbv2.target_group/app": ("Name", "oaktree-tg-dev"),
    "logs.log_group/app": ("logGroupName", "/ecs/oaktree-dev"),
    "ecr.repository/oaktree-dev": ("repositoryName", "oaktree-dev"),
    "ec2.security_group/app": ("GroupName", "oaktree-service-sg-dev"),
    "ec2.security_group/load_balancer": ("GroupName", "oaktree-alb-sg-dev"),
    "iam.role/app-execution": ("RoleName", "oaktree-execution-dev-ap-southeast-1"),
    "iam.role/app-task": ("RoleName", "oaktree-task-dev-ap-southeast-1"),
}


@pytest.mark.parametrize(("address", "field", "name"), [(a, *v) for a, v in SEED.items()])
def test_the_oaktree_spec_yields_exactly_the_names_of_the_seed(
    address: str, field: str, name: str
) -> None:
    assert wanted(oaktree("dev"), address)[field] == name


def test_the_container_of_the_seed_carries_no_environment() -> None:
    for environment in ("dev", "prod"):
        task = wanted(oaktree(environment), "ecs.task_definition/app")
        assert task["containerDefinitions"][0]["name"] == "oaktree-app"


def test_another_environment_has_other_names_throughout() -> None:
    for address, (field, name) in SEED.items():
        there = address.replace("oaktree-dev", "oaktree-prod")
        assert wanted(oaktree("prod"), there)[field] == name.replace("dev", "prod")


PARTS = {
    "the main service adds nothing": (("shop", "dev", "app"), "shop-tg-dev"),
    "another service stands in between": (("shop", "dev", "api"), "shop-api-tg-dev"),
    "no environment, no ending": (("shop", None, "app"), "shop-tg"),
    "another service without environment": (("shop", None, "api"), "shop-api-tg"),
}


@pytest.mark.parametrize(("parts", "expected"), PARTS.values(), ids=PARTS)
def test_a_name_is_stack_what_and_environment(
    parts: tuple[str, str | None, str], expected: str
) -> None:
    stack, environment, service = parts
    assert Names(stack, environment, "eu-west-1").of("tg", service=service) == expected


def test_the_owner_is_stack_and_environment() -> None:
    assert Names("oaktree", "dev", "eu-west-1").owner == "oaktree/dev"
    assert Names("shop", None, "eu-west-1").owner == "shop"


def test_roles_carry_the_region_because_they_are_global() -> None:
    here, there = (Names("shop", "dev", region) for region in ("eu-west-1", "us-east-1"))
    assert here.role("task", "app") != there.role("task", "app")


@given(st.from_regex(r"[a-z][a-z0-9-]{0,90}", fullmatch=True), st.integers(10, 64))
def test_a_long_name_ends_in_a_hash_within_the_limit(name: str, limit: int) -> None:
    short = shorten(name, limit)
    assert len(short) <= limit
    assert short == shorten(name, limit)
    if len(name) <= limit:
        assert short == name
    else:
        assert re.fullmatch(r".*[^-]-[0-9a-f]{6}", short)


def test_long_names_that_differ_at_the_end_stay_different() -> None:
    one, other = (shorten("a" * 40 + end, 32) for end in "xy")
    assert one != other
    assert shorten("a" * 40 + "x", 32) == "aaaaaaaaaaaaaaaaaaaaaaaaa-b412fe"


SERVICE = "a-service-with-a-very-long-name1"
LONG = f"""
services:
  {SERVICE}:
    image: {{repository: shop, tag: "1"}}
    port: 80
    routes: [{{default: true}}]
"""


def test_no_name_is_longer_than_aws_takes() -> None:
    blueprint = shop(LONG, environment="an-environment-with-a-long-name1")
    for resource in blueprint.resources:
        kind = KINDS[resource.kind]
        if kind.identity and isinstance(name := resource.properties[kind.identity[0]], str):
            assert len(name) <= kind.name_limit, resource.address
            assert name.startswith(("shop", "/ecs/shop")), resource.address


WRITTEN = """
services:
  app:
    image: {repository: team/app, tag: "1"}
    port: 80
    routes: [{default: true}]
    logs: {name: /my/logs}
    names:
      service: my-service
      task_family: my-family
      container: my-container
      target_group: my-group
      security_group: my-sg
      execution_role: my-execution
      task_role: my-task
cluster: {name: my-cluster}
"""
MINE = {
    "ecs.cluster/main": ("clusterName", "my-cluster"),
    "ecs.service/app": ("serviceName", "my-service"),
    "ecs.task_definition/app": ("family", "my-family"),
    "elbv2.load_balancer/main": ("Name", "my-alb"),
    "elbv2.target_group/app": ("Name", "my-group"),
    "logs.log_group/app": ("logGroupName", "/my/logs"),
    "ecr.repository/team/app": ("repositoryName", "team/app"),
    "ec2.security_group/app": ("GroupName", "my-sg"),
    "ec2.security_group/load_balancer": ("GroupName", "my-alb-sg"),
    "iam.role/app-execution": ("RoleName", "my-execution"),
    "iam.role/app-task": ("RoleName", "my-task"),
}


def test_every_name_can_be_written_out() -> None:
    balancer = BALANCER + "  name: my-alb\n  security_group_name: my-alb-sg\n"
    blueprint = shop(WRITTEN, balancer=balancer)
    for address, (field, name) in MINE.items():
        assert wanted(blueprint, address)[field] == name
    named = [one for one in addresses(blueprint) if KINDS[one.split("/")[0]].identity]
    assert sorted([*MINE, "elbv2.listener/http"]) == sorted(named)
    written = str([wanted(blueprint, address) for address in addresses(blueprint)])
    assert "shop-" not in written


def test_a_written_container_name_is_used_by_the_service_as_well() -> None:
    (target,) = wanted(shop(WRITTEN), "ecs.service/app")["loadBalancers"]
    assert target["containerName"] == "my-container"


def test_a_written_log_group_is_where_containers_write_and_may_write() -> None:
    blueprint = shop(WRITTEN)
    assert "log-group:/my/logs:*" in str(wanted(blueprint, "iam.role/app-execution"))
    assert "'awslogs-group': '/my/logs'" in str(wanted(blueprint, "ecs.task_definition/app"))
