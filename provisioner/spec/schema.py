"""The JSON Schema of the spec, for editors; made from the models and committed in `specs/`.

Editors see the file before interpolation and overlays, so the schema differs from the models: any
value may be a `${reference}`, and inside `environments:` nothing is required and null removes.
"""

from __future__ import annotations

import json
from typing import Any

from provisioner.spec.models import Spec

Schema = dict[str, Any]

_REFERENCE: Schema = {"$ref": "#/$defs/Reference"}
_REFERENCES: Schema = {
    "description": "Text with `${name}`, `${env:NAME}` or `${env:NAME:-default}` in it.",
    "type": "string",
    "pattern": r"\$\{",
}
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_TEXT_LIMITS = ("pattern", "minLength", "maxLength")
_DIGITS: Schema = {"type": "string", "pattern": "^-?[0-9]{1,18}$"}
_TRUTH: Schema = {"enum": ["true", "false"]}
_NULL: Schema = {"type": "null"}
_OVERLAY = "Overlay"


def json_schema() -> Schema:
    """JSON Schema 2020-12 of a spec file as it is written."""
    made = _opened(Spec.model_json_schema(mode="validation"))
    parts: Schema = made.pop("$defs")
    overlays = {f"{name}{_OVERLAY}": _partial(part) for name, part in parts.items()}
    overlays[f"Spec{_OVERLAY}"] = _partial(_without(made, "environments"))
    overlays[f"Spec{_OVERLAY}"]["description"] = "What differs in this environment."
    made["properties"]["environments"]["patternProperties"] = {
        pattern: _nullable({"$ref": f"#/$defs/Spec{_OVERLAY}"})
        for pattern in made["properties"]["environments"]["patternProperties"]
    }
    definitions = {"Reference": _REFERENCES, **parts, **overlays}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "provisioner spec",
        **made,
        "$defs": {name: definitions[name] for name in sorted(_reached(made, definitions))},
    }


def schema_text() -> str:
    """The schema as the committed file has it, and as `provisioner schema` prints it."""
    return json.dumps(json_schema(), indent=2) + "\n"


def _opened(node: Any) -> Any:
    """The models' schema, with references allowed for values and without its titles."""
    if isinstance(node, list):
        return [_opened(item) for item in node]
    if not isinstance(node, dict):
        return node
    result: Schema = {}
    for key, value in node.items():
        if key in ("properties", "patternProperties", "$defs"):
            result[key] = {name: _opened(item) for name, item in value.items()}
        elif key == "description":
            result[key] = " ".join(value.split())
        elif key == "default":
            if value not in (None, [], {}) and not isinstance(value, dict):
                result[key] = value
        elif key not in ("title", "anyOf"):
            result[key] = _opened(value)
    if "patternProperties" in result:
        result["additionalProperties"] = False
    return _with_references(result, node.get("anyOf"))


def _with_references(node: Schema, options: list[Schema] | None) -> Schema:
    if options:
        bounds = {_BOUNDS[key]: node.pop(key) for key in _BOUNDS if key in node}
        limits = {key: node.pop(key) for key in _TEXT_LIMITS if key in node}
        return {**node, "anyOf": _options(options, bounds, limits)}
    limited = any(key in node for key in ("enum", "const", *_TEXT_LIMITS))
    if limited and node.get("type") == "string":
        outer: Schema = {key: node.pop(key) for key in ("description", "default") if key in node}
        return {**outer, "anyOf": [node, _REFERENCE]}
    return node


def _options(options: list[Schema], bounds: Schema, limits: Schema) -> list[Schema]:
    """The alternatives of a value. A number or boolean may also be text that says the same."""
    types = {option["type"] for option in options if "type" in option}
    result: list[Schema] = []
    for option in options:
        if option == {"type": "integer"}:
            result.append({**option, **bounds})
        elif option == {"type": "string"} and types == {"integer", "string"} and not limits:
            result += [_DIGITS, _REFERENCE]
        elif option == {"type": "string"} and types == {"boolean", "string"}:
            result += [_TRUTH, _REFERENCE]
        elif option == {"type": "string"} and limits:
            result += [{**option, **limits}, _REFERENCE]
        else:
            opened = _opened(option)
            result += opened["anyOf"] if list(opened) == ["anyOf"] else [opened]
    return result


def _partial(node: Any) -> Any:
    """The schema of the same thing in an overlay."""
    if isinstance(node, list):
        return [_partial(item) for item in node]
    if not isinstance(node, dict):
        return node
    result: Schema = {}
    for key, value in node.items():
        if key in ("properties", "patternProperties"):
            result[key] = {name: _nullable(_partial(item)) for name, item in value.items()}
        elif key == "$ref":
            result[key] = value if value == _REFERENCE["$ref"] else f"{value}{_OVERLAY}"
        elif key == "additionalProperties" and isinstance(value, dict):
            result[key] = _nullable(_partial(value))
        elif key == "items":
            result[key] = value  # lists are replaced whole
        elif key not in ("required", "if", "then", "default", "minProperties"):
            result[key] = _partial(value)
    return result


def _nullable(schema: Schema) -> Schema:
    """`schema` or null, its description staying outside."""
    if "anyOf" not in schema:
        inner = {key: value for key, value in schema.items() if key != "description"}
        outer = {key: schema[key] for key in schema.keys() - inner.keys()}
        return {**outer, "anyOf": [inner, _NULL]}
    options = [option for option in schema["anyOf"] if option != _NULL]
    return {**schema, "anyOf": [*options, _NULL]}


def _without(schema: Schema, name: str) -> Schema:
    kept = {key: value for key, value in schema["properties"].items() if key != name}
    return {**schema, "properties": kept}


def _reached(node: Any, definitions: Schema) -> set[str]:
    """The definitions that are used, directly or not."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        text = json.dumps(waiting.pop())
        for name in definitions.keys() - found:
            if f'"#/$defs/{name}"' in text:
                found.add(name)
                waiting.append(definitions[name])
    return found
