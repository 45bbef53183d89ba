from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.spec.load import Loaded

HEAD = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services:
  app:
    image: nginx
"""

VALUES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "the stack": ("${stack}", "shop", {}),
    "the region": ("${region}", "eu-west-1", {}),
    "a declared variable": ("${size}", "big", {}),
    "a variable in a variable": ("${label}", "big-shop", {}),
    "a number": ("${count}", "3", {}),
    "a number as it was written": ("${code}", "007", {}),
    "a boolean": ("${flag}", "true", {}),
    "a given variable": ("${size}", "small", {"variables": {"size": "small"}}),
    "a given variable inside another": ("${label}", "x-shop", {"variables": {"size": "x"}}),
    "a variable that is only used": ("${tag}", "v1", {"variables": {"tag": "v1"}}),
    "a given variable is not looked into": ("${size}", "${no}", {"variables": {"size": "${no}"}}),
    "the machine's variable": ("${env:A}", "1", {"environ": {"A": "1"}}),
    "the machine's variable, empty": ("${env:A}", "", {"environ": {"A": ""}}),
    "a default that is not needed": ("${env:A:-2}", "1", {"environ": {"A": "1"}}),
    "a default for what is not set": ("${env:A:-2}", "2", {}),
    "a default for what is empty": ("${env:A:-2}", "2", {"environ": {"A": ""}}),
    "an empty default": ("x${env:A:-}", "x", {}),
    "a default with a variable": ("${env:A:-${size}}", "big", {}),
    "an escape": ("$${size} ${size}", "${size} big", {}),
    "an escape in a variable": ("${escaped}", "${x}", {}),
    "a dollar alone": ("$size $ {x}", "$size $ {x}", {}),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_reference_becomes_its_value(name: str, load: Callable[..., Loaded]) -> None:
    text, expected, options = VALUES[name]
    spec = f"""{HEAD}    environment: {{V: "{text}"}}
region: eu-west-1
variables: {{size: big, label: "${{size}}-${{stack}}", count: 3, code: 007, flag: true,
  escaped: "$${{x}}"}}
"""
    assert load(spec, **options).spec.services["app"].environment["V"] == expected


def test_the_environment_is_a_variable(load: Callable[..., Loaded]) -> None:
    text = HEAD.replace("shop", "${environment}-x") + "environments: {dev: {}}\n"
    assert load(text, environment="dev").spec.stack == "dev-x"


def test_an_overlay_changes_a_variable(load: Callable[..., Loaded]) -> None:
    text = (
        HEAD.replace("nginx", "nginx:${tag}")
        + "variables: {tag: a}\nenvironments: {dev: {variables: {tag: b}}}\n"
    )
    assert load(text, environment="dev").spec.services["app"].image.uri == "nginx:b"


def test_other_environments_are_not_looked_into(load: Callable[..., Loaded]) -> None:
    text = HEAD + 'environments: {dev: {}, prod: {region: "${env:NOT_SET}"}}\n'
    assert load(text, environment="dev").spec.region is None


def test_keys_stay_as_they_are(load: Callable[..., Loaded]) -> None:
    loaded = load(HEAD + 'tags: {"${stack}": x}\n')
    assert loaded.spec.tags == {"${stack}": "x"}


def test_resolved_data_has_the_values_that_were_given(load: Callable[..., Loaded]) -> None:
    text = HEAD.replace("nginx", "nginx:${tag}") + "variables: {tag: a}\n"
    data = load(text, variables={"tag": "b"}).data
    assert data["variables"] == {"tag": "b"}
    assert data["services"]["app"]["image"] == "nginx:b"


FAULTS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "an unknown variable": (
        "region: ${regoin}",
        {},
        (
            (
                "f:6:9: region: unknown variable `regoin`; did you mean `region`?"
                " Otherwise give it with --var regoin=VALUE"
            ),
        ),
    ),
    "a variable like no other": (
        'tags: {x: "${PORT}"}',
        {},
        (
            (
                "f:6:11: tags.x: unknown variable `PORT`; give it with --var PORT=VALUE or under"
                " `variables:`, or write `$${PORT}` to keep the text"
            ),
        ),
    ),
    "a reference that does not end": (
        'tags: {x: "${PORT"}',
        {},
        ("f:6:11: tags.x: `${` without its `}`; write `$${` for a plain `${`",),
    ),
    "the environment where there is none": (
        'tags: {x: "${environment}"}',
        {},
        ("f:6:11: tags.x: there is no environment: the spec has no `environments:`",),
    ),
    "the region where there is none": (
        'tags: {x: "${region}"}',
        {},
        ("f:6:11: tags.x: the spec has no `region:`",),
    ),
    "a variable of the machine that is not set": (
        'tags: {x: "${env:USER_ID}"}',
        {},
        (
            (
                "f:6:11: tags.x: the environment variable USER_ID is not set;"
                " set it, or give a default: ${env:USER_ID:-DEFAULT}"
            ),
        ),
    ),
    "variables in a ring": (
        "variables:\n  a: ${b}\n  b: x${c}\n  c: ${a}\ntags: {x: '${a}', y: '${c}'}",
        {},
        ("f:8:6: variables.b: goes in a ring: b → c → a → b",),
    ),
    "a variable in itself": (
        "variables: {a: 'x${a}'}",
        {},
        ("f:6:16: variables.a: goes in a ring: a → a",),
    ),
    "a region that is itself": (
        "region: ${region}",
        {},
        ("f:6:9: region: goes in a ring: region → region",),
    ),
    "a fault in a variable is told once": (
        "variables:\n  a: ${env:NO}\n  b: ${a}\ntags: {x: '${a}', y: '${b}'}",
        {},
        (
            (
                "f:7:6: variables.a: the environment variable NO is not set;"
                " set it, or give a default: ${env:NO:-DEFAULT}"
            ),
        ),
    ),
    "a variable that is a list": (
        "variables: {a: [1]}\ntags: {x: '${a}'}",
        {},
        ("f:6:16: variables.a: expected text, found a list",),
    ),
    "a name that is taken": (
        "variables: {environment: dev}",
        {},
        ("f:6:13: variables.environment: `environment` is built in; it is chosen with -e",),
    ),
    "nothing else is said about a text that could not be replaced": (
        "region: ${env:R}\naccount: ${env:A}",
        {},
        (
            (
                "f:6:9: region: the environment variable R is not set;"
                " set it, or give a default: ${env:R:-DEFAULT}"
            ),
            (
                "f:7:10: account: the environment variable A is not set;"
                " set it, or give a default: ${env:A:-DEFAULT}"
            ),
        ),
    ),
    "no rule is applied to a text that could not be replaced": (
        '    secrets: {A: "${env:ARN}"}',
        {},
        (
            (
                "f:6:18: services.app.secrets.A: the environment variable ARN is not set;"
                " set it, or give a default: ${env:ARN:-DEFAULT}"
            ),
        ),
    ),
    "a given variable that means nothing": (
        "variables: {image_tag: x}",
        {"variables": {"imagetag": "v2"}},
        (
            (
                "--var imagetag: f has no variable `imagetag`; did you mean `image_tag`?"
                " There are: image_tag"
            ),
        ),
    ),
    "a given variable where there are none": (
        "",
        {"variables": {"x": "1"}},
        ("--var x: f has no variable `x`; there are: none",),
    ),
    "a given variable that is built in": (
        "",
        {"variables": {"environment": "dev"}},
        ("--var environment: this name is built in; it is chosen with -e",),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_reference_that_leads_nowhere_is_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    text, options, expected = FAULTS[name]
    assert complaints(f"{HEAD}{text}\n", **options) == list(expected)


def test_text_that_doubles_has_an_end(complaints: Callable[..., list[str]]) -> None:
    variables = "".join(f"  v{n}: ${{v{n + 1}}}${{v{n + 1}}}\n" for n in range(18))
    lines = complaints(f"{HEAD}variables:\n{variables}  v18: x\n")
    assert len(lines) == 1
    assert lines[0].endswith("becomes longer than 65,536 characters")


def test_variables_inside_each_other_have_an_end(complaints: Callable[..., list[str]]) -> None:
    variables = "".join(f"  v{n}: ${{v{n + 1}}}\n" for n in range(5000))
    lines = complaints(f"{HEAD}variables:\n{variables}  v5000: x\n")
    assert len(lines) == 1
    assert lines[0].endswith("more than 20 variables inside each other")


def test_the_deepest_of_everything_is_not_too_deep(load: Callable[..., Loaded]) -> None:
    nest = "${env:A:-" * 5
    names = "".join(f"  v{n}: '{nest}${{v{n + 1}}}{'}' * 5}'\n" for n in range(20))
    text = f"{HEAD}variables:\n{names}  v20: x\n"
    assert load(text).data["variables"]["v0"] == "x"


def test_defaults_inside_each_other_have_an_end(complaints: Callable[..., list[str]]) -> None:
    text = "${env:A:-" * 500 + "x" + "}" * 500
    lines = complaints(f'{HEAD}tags: {{x: "{text}"}}\n')
    assert lines == ["f:6:11: tags.x: more than 5 defaults inside each other"]


@pytest.mark.parametrize(
    "use",
    [
        "variables: {tag: a}\n",
        "tags: {x: '${tag}'}\n",
        "tags: {x: '${env:TAG:-${tag}}'}\n",
        "environments: {dev: {}, prod: {tags: {x: '${tag}'}}}\n",
        "environments: {dev: {}, prod: {variables: {tag: a}}}\n",
    ],
)
def test_a_given_variable_may_be_declared_or_used_anywhere(
    use: str, complaints: Callable[..., list[str]]
) -> None:
    environment = "dev" if "environments" in use else None
    assert complaints(HEAD + use, environment=environment, variables={"tag": "v2"}) == []


def test_a_setting_may_bring_the_use_of_a_variable(load: Callable[..., Loaded]) -> None:
    loaded = load(HEAD, variables={"v": "x"}, settings=["tags.a=${v}"])
    assert loaded.spec.tags == {"a": "x"}
