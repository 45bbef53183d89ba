from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provisioner.spec.compose import parse
from provisioner.spec.schema import json_schema, schema_text

SPECS = Path(__file__).parents[2] / "specs"
EXAMPLES = sorted(SPECS.glob("*.yaml"))
COMMITTED = (SPECS / "provisioner.schema.json").read_text("utf-8")
CHECKER: Any = jsonschema.Draft202012Validator(json.loads(COMMITTED))


def _faults(text: str) -> list[str]:
    return [error.json_path for error in CHECKER.iter_errors(parse(text, "f").data)]


def test_the_committed_schema_is_current() -> None:
    assert schema_text() == COMMITTED, "run: provisioner schema > specs/provisioner.schema.json"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_fits_the_schema_and_names_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=provisioner.schema.json\n")
    assert _faults(text) == []


BASE = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services: {app: {image: nginx}}
"""

FITS = [
    "region: ${env:REGION}",
    "account: 123456789012",
    "services: {app: {image: nginx, cpu: '${cpu}', init_process: '${init}', port: '80'}}",
    "services: {app: {image: {repository: 'a-${environment}', tag: 12}, architecture: '${arch}'}}",
    "load_balancer: {deletion_protection: 'true', listeners: {http: {port: '${port}'}}}",
    "load_balancer: {domain: shop.example}",
    "network: {vpc: {tags: {'provisioner:stack': a/b}}, private_subnets: {tags: {Tier: private}}}",
    "environments: {dev: {load_balancer: {idle_timeout_seconds: 9}}}",
    "environments: {dev: , prod: {account: '123456789012', region: null}}",
    "environments: {dev: {services: {app: {cpu: 512}, new: {port: 80}, old: null}}}",
    "environments: {dev: {services: {app: {image: {tag: v2}, logs: {retention_days: '${d}'}}}}}",
    "environments: {dev: {services: {app: {routes: [{path: /a}]}}}}",
    "environments: {dev: {network: {vpc: {tags: {Name: dev}}}, tags: {a: null}}}",
]


@pytest.mark.parametrize("lines", FITS)
def test_what_loads_fits(lines: str) -> None:
    key = lines.partition(":")[0]
    kept = "".join(line + "\n" for line in BASE.splitlines() if not line.startswith(f"{key}:"))
    assert _faults(f"{kept}{lines}\n") == []


MISFITS: dict[str, str] = {
    "acount: x": "$",
    "region: here": "$.region",
    "tags: {'aws:x': y}": "$.tags",
    "cluster: {container_insights: on}": "$.cluster.container_insights",
    "load_balancer: {listeners: {http: {port: 70000}}}": "$.load_balancer",
    "load_balancer: {http2: true}": "$.load_balancer",
    "environments: {dev: {servces: {}}}": "$.environments.dev",
    "environments: {dev: {services: {app: {cpu: many}}}}": "$.environments.dev",
    "environments: {dev: {services: {app: {routes: [{pth: /a}]}}}}": "$.environments.dev",
    "environments: {dev: {environments: {}}}": "$.environments.dev",
}


@pytest.mark.parametrize("lines", MISFITS)
def test_what_is_wrong_is_marked_near_its_place(lines: str) -> None:
    assert _faults(f"{BASE}{lines}\n") == [MISFITS[lines]]


def test_every_key_in_an_overlay_may_be_null() -> None:
    schema = json_schema()
    for name, part in schema["$defs"].items():
        if name.endswith("Overlay"):
            assert "required" not in part
            for key, value in part["properties"].items():
                assert {"type": "null"} in value["anyOf"], (name, key)


def test_every_number_and_boolean_may_be_a_reference() -> None:
    reference = {"$ref": "#/$defs/Reference"}

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            options = node.get("anyOf", [])
            if {"integer", "boolean"} & {option.get("type") for option in options}:
                assert reference in options or {"type": "string"} in options, node
            elif "anyOf" not in node:
                for inner in node.get("properties", {}).values():
                    assert inner.get("type") not in ("integer", "boolean", "number"), inner
            for inner in node.values():
                visit(inner)
        elif isinstance(node, list):
            for inner in node:
                visit(inner)

    visit(json_schema())


def test_descriptions_come_from_the_models() -> None:
    definitions = json_schema()["$defs"]
    image = definitions["Service"]["properties"]["image"]["description"]
    assert image.startswith("`{repository: …, tag: …}` for an image of ours")
    assert definitions["ServiceOverlay"]["description"] == definitions["Service"]["description"]


def test_no_description_has_lines() -> None:
    assert "\\n" not in json.dumps(json_schema())
