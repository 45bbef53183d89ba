"""`${name}`, `${env:NAME}`, `${env:NAME:-default}` in every text value; `$${` is a plain `${`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from provisioner.errors import Problem, UsageError
from provisioner.spec.document import Document, Path, walk
from provisioner.spec.spelling import hint, instead
from provisioner.spec.template import Reference, TemplateError, split

BUILT_IN = {
    "environment": "it is chosen with -e",
    "stack": "it is the spec's `stack:`",
    "region": "it is the spec's `region:`",
}
RAW = ("overrides", "resources")
"""Sections in which `${kind/name.Output}` is a reference to a resource, and stays."""
_RESOURCE = re.compile(r"(?<!\$)\$\{((?:lookup\.|[a-z0-9_]+\.[a-z0-9_]+/)[^}]*)\}")
_LONGEST = 65_536
_DEEPEST = 20
"""Variables inside each other."""
_NESTED = 5
"""Defaults inside defaults, in one text."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the command line and the machine give: `-e`, `--var`, environment variables."""

    environment: str | None
    variables: Mapping[str, str]
    environ: Mapping[str, str]


def interpolate(document: Document, inputs: Inputs) -> tuple[Document, list[Problem]]:
    """The document with every reference replaced.

    A text with a problem stays as it was, and its path is in `document.broken`.
    """
    names = _Names(document, inputs)
    problems = [
        document.problem(("variables", name), f"`{name}` is built in; {why}", at_key=True)
        for name, why in BUILT_IN.items()
        if name in _declared(document)
    ]
    data = names.replaced(document.data, ())
    result = replace(document, data=data, written=names.written, broken=frozenset(names.broken))
    return result, problems + names.problems


def check_given(documents: Iterable[Document], given: Mapping[str, str]) -> None:
    """UsageError for a `--var` that none of the documents declares or uses.

    The whole spec is one of them, so that one command line serves all of its environments.
    """
    known: set[str] = set()
    file = ""
    for document in documents:
        file = document.file
        known |= _used(document.data) | _declared(document).keys()
        for overlay in (document.data.get("environments") or {}).values():
            variables = overlay.get("variables") if isinstance(overlay, dict) else None
            known |= set(variables if isinstance(variables, dict) else ())
    for name in given:
        if name in BUILT_IN:
            raise UsageError(f"--var {name}: this name is built in; {BUILT_IN[name]}")
        if name not in known:
            others = instead(name, sorted(known - BUILT_IN.keys()))
            raise UsageError(f"--var {name}: {file} has no variable `{name}`{others}")


def _declared(document: Document) -> dict[str, Any]:
    section = document.data.get("variables")
    return section if isinstance(section, dict) else {}


def _used(data: object) -> set[str]:
    found: set[str] = set()
    for _, value in walk(data):
        if isinstance(value, str):
            found |= _references(_RESOURCE.sub("", value), 0)
    return found


def _references(text: str, depth: int) -> set[str]:
    try:
        parts = [part for part in split(text) if isinstance(part, Reference)]
    except TemplateError:
        return set()
    found = {part.name for part in parts if not part.env}
    if depth < _NESTED:
        found |= {n for part in parts for n in _references(part.default or "", depth + 1)}
    return found


class _Told(Exception):
    """A reference leads to a text whose problem is reported where that text stands."""


class _Names:
    """Replaces references, each name's text worked out once."""

    def __init__(self, document: Document, inputs: Inputs) -> None:
        self.problems: list[Problem] = []
        self.written: dict[Path, str] = {}
        self.broken: set[Path] = set()
        self._document = document
        self._declared = _declared(document)
        self._inputs = inputs
        self._texts: dict[str, str] = {}
        self._ring: list[str] = []
        self._told: set[frozenset[str]] = set()

    def replaced(self, value: Any, path: Path) -> Any:
        """`value` with all of its texts replaced."""
        if isinstance(value, dict):
            return {key: self.replaced(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.replaced(item, (*path, index)) for index, item in enumerate(value)]
        if len(path) == 2 and path[0] == "variables" and path[1] in self._inputs.variables:  # noqa: PLR2004
            return self._inputs.variables[str(path[1])]
        if not isinstance(value, str) or "${" not in value:
            return value
        if path[0] in RAW:
            value = _RESOURCE.sub(r"$${\1}", value)
        try:
            self.written[path] = value
            return self._expand(value, 0)
        except TemplateError as error:
            self.problems.append(self._document.problem(path, str(error)))
        except _Told:
            pass
        self.broken.add(path)
        return value

    def _expand(self, text: str, depth: int, nested: int = 0) -> str:
        if nested > _NESTED:
            raise TemplateError(f"more than {_NESTED} defaults inside each other")
        result = ""
        for part in split(text):
            result += part if isinstance(part, str) else self._look_up(part, depth, nested)
            if len(result) > _LONGEST:
                raise TemplateError(f"becomes longer than {_LONGEST:,} characters")
        return result

    def _look_up(self, reference: Reference, depth: int, nested: int) -> str:
        if not reference.env:
            return self._variable(reference.name, depth)
        found = self._inputs.environ.get(reference.name)
        if reference.default is not None:
            return found or self._expand(reference.default, depth, nested + 1)
        if found is None:
            name = reference.name
            raise TemplateError(
                f"the environment variable {name} is not set;"
                f" set it, or give a default: ${{env:{name}:-DEFAULT}}"
            )
        return found

    def _variable(self, name: str, depth: int) -> str:
        if name in self._inputs.variables:
            return self._inputs.variables[name]
        if name not in self._texts:
            self._texts[name] = self._worked_out(name, depth)
        return self._texts[name]

    def _worked_out(self, name: str, depth: int) -> str:
        text = self._definition(name)
        if name in self._ring:
            ring = self._ring[self._ring.index(name) :]
            self._tell(name, f"goes in a ring: {' → '.join([*ring, name])}", frozenset(ring))
        if depth > _DEEPEST:
            self._tell(name, f"more than {_DEEPEST} variables inside each other", frozenset())
        self._ring.append(name)
        try:
            return self._expand(text, depth + 1)
        except TemplateError as error:
            raise _Told from error
        finally:
            self._ring.pop()

    def _tell(self, name: str, message: str, ring: frozenset[str]) -> NoReturn:
        """Note a problem of several variables once, at the definition of one of them."""
        if ring not in self._told:
            self._told.add(ring)
            path = (name,) if name in BUILT_IN else ("variables", name)
            self.problems.append(self._document.problem(path, message))
        raise _Told

    def _definition(self, name: str) -> str:
        if name == "environment":
            if self._inputs.environment is None:
                raise TemplateError("there is no environment: the spec has no `environments:`")
            return self._inputs.environment.replace("${", "$${")
        source = self._document.data if name in BUILT_IN else self._declared
        value = source.get(name)
        if name in source and value is not None and not isinstance(value, (dict, list)):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if name in BUILT_IN:
            raise TemplateError(f"the spec has no `{name}:`")
        if name in source:
            raise _Told
        raise TemplateError(self._unknown(name))

    def _unknown(self, name: str) -> str:
        close = hint(name, [*self._declared, *self._inputs.variables, *BUILT_IN])
        if close:
            return f"unknown variable `{name}`{close} Otherwise give it with --var {name}=VALUE"
        return (
            f"unknown variable `{name}`; give it with --var {name}=VALUE or under `variables:`,"
            f" or write `$${{{name}}}` to keep the text"
        )
