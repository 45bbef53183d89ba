from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from provisioner.errors import Problem, SpecError
from provisioner.spec.compose import parse
from provisioner.spec.load import load_text
from provisioner.spec.problems import in_file_order, to_problems
from tests.cloud.servers import ROOT

JARGON = re.compile(
    r"Input should|Value error|valid (dictionary|integer|string|list|boolean)|instance of"
    r"|Extra inputs|Field required|String should|at most \d+ items"
    r"|(int|string|bool|list|dict|model)_type\b|pydantic|NoneType"
)
ODD_VALUES = ["null", "true", "7", "-7", "1.5", "text", "''", "[]", "{}", "[1]", "{a: 1}", "[[x]]"]


def _paths() -> list[str]:
    """Every key of the spec, one level of lists and free keys deep."""
    found: list[str] = []
    schema = json.loads((ROOT / "specs" / "provisioner.schema.json").read_text("utf-8"))
    definitions = schema["$defs"]

    def visit(node: Any, here: str, depth: int) -> None:
        if depth > 8:
            return
        for option in [node, *node.get("anyOf", [])]:
            target = definitions.get(option.get("$ref", "").rpartition("/")[2], option)
            for name, inner in target.get("properties", {}).items():
                if name != "environments":
                    found.append(f"{here}{name}")
                    visit(inner, f"{here}{name}.", depth + 1)
            for inner in target.get("patternProperties", {}).values():
                visit(inner, f"{here}app.", depth + 1)

    visit(schema, "", 0)
    return sorted(set(found))


BASE = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
load_balancer: {listeners: {app: {port: 80}}}
services: {app: {image: nginx}}
"""


PATHS = _paths()


@pytest.mark.parametrize("path", PATHS)
def test_no_value_anywhere_is_answered_in_pydantics_words(path: str) -> None:
    for value in ODD_VALUES:
        try:
            load_text(BASE, "f", settings=[f"{path}={value}"], environ={})
        except SpecError as error:
            for problem in error.problems:
                assert not JARGON.search(problem.message), (value, problem)


def test_the_walk_over_all_keys_goes_deep() -> None:
    assert "services.app.deployment.circuit_breaker.rollback" in PATHS
    assert "load_balancer.listeners.app.default.redirect.port" in PATHS
    assert len(PATHS) > 100


SECRETS = ["hunter2", "[hunter2]", "{a: hunter2}", "AKIAIOSFODNN7EXAMPLE", "x://u:hunter2@h"]


@pytest.mark.parametrize("value", SECRETS)
@pytest.mark.parametrize(
    "path",
    ["environment.DB_PASSWORD", "secrets.DB", "cpu", "environment.API_KEY", "desired_count"],
)
def test_a_secret_is_never_printed(
    path: str, value: str, complaints: Callable[..., list[str]]
) -> None:
    if path in ("cpu", "desired_count") and value == "hunter2":
        return
    lines = complaints(BASE, settings=[f"services.app.{path}={value}"])
    assert not any("hunter2" in line or "AKIA" in line for line in lines)


def test_an_error_that_no_model_has_is_told_without_jargon() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, float]).validate_python({"a": "x"})
    [problem] = to_problems(caught.value, parse("a: x", "f"))
    assert str(problem).startswith("f:1:4: a: expected to be a valid number")


@given(st.lists(st.builds(Problem, st.just("f"), *[st.integers(0, 3)] * 2, st.text(), st.text())))
@settings(max_examples=50)
def test_problems_without_a_line_come_last(problems: list[Problem]) -> None:
    lines = [problem.line or 9 for problem in in_file_order(problems)]
    assert lines == sorted(lines)


def test_all_problems_of_a_spec_are_told_at_once(complaints: Callable[..., list[str]]) -> None:
    text = "stack: A\nservices: {app: {image: nginx, cpu: x, port: 0, colour: red}}\nregion: ${r}\n"
    assert [line.split(": ")[1] for line in complaints(text)] == [
        "network",
        "stack",
        "services.app.cpu",
        "services.app.port",
        "services.app.colour",
        "region",
    ]
