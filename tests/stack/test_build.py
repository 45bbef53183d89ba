"""Whole specs to resources that fit together, and that AWS would take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from provisioner.engine.check import check
from provisioner.engine.kind import Scope, names_of
from provisioner.engine.model import Live, Resource, refs, resolve
from provisioner.engine.observe import Observed
from provisioner.engine.owner import stamp
from provisioner.engine.plan import make_plan
from provisioner.engine.step import Plan
from provisioner.resources import KINDS
from provisioner.spec.load import load
from provisioner.stack import Blueprint
from tests.support.aws import nowhere
from tests.support.blueprints import LOOKUPS, SPECS, addresses, everything, made, oaktree, shop

BLUEPRINTS: dict[str, Blueprint] = {
    **{f"oaktree {name}": oaktree(name) for name in ("dev", "staging", "prod")},
    "two services": made(load(SPECS / "two-services.yaml")),
    "everything": everything(),
    "one service without a port": shop("services: {job: {image: nginx:1}}", balancer=""),
}


@pytest.fixture(params=BLUEPRINTS.values(), ids=list(BLUEPRINTS))
def blueprint(request: pytest.FixtureRequest) -> Blueprint:
    found: Blueprint = request.param
    return found


def test_aws_would_parse_every_create_call(blueprint: Blueprint) -> None:
    check(blueprint.resources, kinds=KINDS, aws=nowhere(), known=LOOKUPS)


def test_every_address_is_there_once_and_of_a_registered_kind(blueprint: Blueprint) -> None:
    found = addresses(blueprint)
    assert len(found) == len(set(found))
    assert {resource.kind for resource in blueprint.resources} <= KINDS.keys()


def test_every_reference_leads_somewhere(blueprint: Blueprint) -> None:
    known = {*addresses(blueprint), *(lookup.address for lookup in blueprint.lookups)}
    for resource in blueprint.resources:
        needed = {*(ref.address for ref in refs(resource.properties)), *resource.after}
        assert needed <= known, resource.address


def test_building_twice_gives_the_same() -> None:
    assert oaktree("dev") == BLUEPRINTS["oaktree dev"]


def test_the_first_plan_makes_all_of_it(blueprint: Blueprint) -> None:
    made_here = {step.address for step in planned(blueprint, ()).steps}
    parts = {one.address for one in blueprint.resources if KINDS[one.kind].part_of}
    assert made_here == {*addresses(blueprint)} - parts


def test_what_was_built_needs_no_change(blueprint: Blueprint) -> None:
    found = planned(blueprint, tuple(applied(blueprint)))
    assert [(step.key, step.changes) for step in found.steps] == []


def test_variants_are_named_after_what_the_spec_and_the_network_say(blueprint: Blueprint) -> None:
    """Were they named after other things of the stack, the next run would not find the name."""
    for resource in blueprint.resources:
        kind = KINDS[resource.kind]
        if kind.replacement == "create-first" and kind.identity and not kind.retain:
            fixed = [resource.properties.get(name) for name in kind.immutable]
            assert all(ref.address in LOOKUPS for ref in refs(fixed)), resource.address


def planned(blueprint: Blueprint, lives: tuple[Live, ...]) -> Plan:
    scope = Scope(blueprint.owner, blueprint.prefix, names_of(blueprint.resources, KINDS))
    seen = Observed(lives, LOOKUPS)
    return make_plan(blueprint.resources, seen, kinds=KINDS, scope=scope)


def applied(blueprint: Blueprint) -> Iterator[Live]:
    """Everything as built, each reference the output it stands for."""
    known = {**LOOKUPS, **{one.address: outputs(one, blueprint) for one in blueprint.resources}}
    for resource in blueprint.resources:
        properties = resolve(resource.properties, known)
        if resource.kind == "elbv2.rule_priorities":
            first_to_last = enumerate(properties["Rules"], start=1)
            properties["Rules"] = [{"Priority": n, **rule} for n, rule in first_to_last]
        tags = stamp(resource, blueprint.owner)
        identifier = known[resource.address]["Arn"]
        yield Live(resource.kind, identifier, tags, properties, known[resource.address])


def outputs(resource: Resource, blueprint: Blueprint) -> Mapping[str, Any]:
    """A value for every output of it that anything refers to."""
    found = {"Arn": f"arn:{resource.address}"}
    for other in blueprint.resources:
        for ref in refs(other.properties):
            if ref.address == resource.address:
                found.setdefault(ref.output, f"{ref.output.lower()}:{resource.address}")
    return found


def test_two_services_share_a_load_balancer_and_nothing_else() -> None:
    found = addresses(BLUEPRINTS["two services"])
    assert [one for one in found if one.startswith("elbv2.")] == [
        "elbv2.load_balancer/main",
        "elbv2.target_group/api",
        "elbv2.target_group/web",
        "elbv2.listener/http",
        "elbv2.listener_rule/http/api-api-api-any",
        "elbv2.rule_priorities/http",
    ]
    for kind in ("ecs.service", "ecs.task_definition", "logs.log_group", "ec2.security_group"):
        assert {f"{kind}/web", f"{kind}/api"} <= {*found}


EMPTINESS = {"new": ("{}", "{A: ''}"), "gone": ("{A: ''}", "{}"), "emptied": ("{A: x}", "{A: ''}")}


@pytest.mark.parametrize(("before", "after"), EMPTINESS.values(), ids=EMPTINESS)
def test_a_variable_with_an_empty_value_is_a_variable(before: str, after: str) -> None:
    body = "services: {{app: {{image: nginx:1, environment: {}}}}}"
    there = applied(shop(body.format(before), balancer=""))
    found = planned(shop(body.format(after), balancer=""), tuple(there))
    assert [step.key for step in found.steps] == [
        "create ecs.task_definition/app",
        "update ecs.service/app",
    ]
