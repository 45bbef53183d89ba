from __future__ import annotations

import pytest

from provisioner.spec.document import Path
from provisioner.spec.ingress import Conditions, Rule
from provisioner.spec.service import HealthCheck, Service
from provisioner.spec.shape import shape_at

WORDS: dict[Path, str | None] = {
    (): "a mapping with `stack` and `network`",
    ("account",): "an account number of 12 digits",
    ("network", "vpc"): "a VPC id (vpc-…) or `{tags: {Name: …}}`",
    ("network", "vpc", "tags", "Name"): "text",
    ("cluster",): "a mapping",
    ("cluster", "container_insights"): "enabled, enhanced or disabled",
    ("load_balancer", "listeners", "http"): "a mapping",
    ("load_balancer", "listeners", "http", "rules", 0, "path"): "text, or a list of texts",
    ("load_balancer", "listeners", "http", "rules", 0, "path", 0): "text",
    ("services", "app", "cpu"): "a whole number",
    ("services", "app", "port"): "a port number",
    ("services", "app", "routes"): "a list",
    ("services", "app", "init_process"): "true or false",
    ("services", "app", "environment"): "a mapping",
    ("services", "app", "task_role", "allow", 0, "conditions", "x", "y"): "a value",
    ("services", "app", "nothing"): None,
    ("services", "app", "nothing", "more"): None,
    ("services", "app", "cpu", "x"): None,
    ("services", "app", "routes", "x"): None,
}


@pytest.mark.parametrize("path", WORDS)
def test_every_place_of_the_spec_has_words_for_what_is_expected(path: Path) -> None:
    shape = shape_at(path)
    assert (shape.words if shape else None) == WORDS[path]


def test_a_section_knows_its_keys() -> None:
    shape = shape_at(("services", "app", "health_check"))
    assert shape is not None
    assert shape.fields.keys() == HealthCheck.model_fields.keys()


def test_free_keys_hold_sections_or_values() -> None:
    holds = {key: shape_at(("services", "app", key)) for key in Service.model_fields}
    nested = {key for key, shape in holds.items() if shape and shape.of_mappings}
    assert nested == {"init_containers", "mounts", "sidecars", "ulimits", "volumes"}
    services = shape_at(("services",))
    assert services is not None
    assert services.of_mappings


def test_a_rule_has_the_conditions_of_a_route() -> None:
    assert Conditions.model_fields.keys() <= Rule.model_fields.keys()
