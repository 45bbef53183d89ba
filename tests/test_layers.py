"""Imports go one way, modules know their place, and nothing grows without limit."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "provisioner"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

LAYERS: dict[str, tuple[str, ...]] = {
    # what may be imported of ours, besides the own package; `*` is everything
    "errors": (),
    "render": (),
    "spec": ("errors",),
    "local": ("errors",),
    "pipeline": ("errors",),
    "engine": ("errors",),
    "stack": ("spec", "engine.model", "engine.owner", "errors"),
    "rollout": ("engine", "errors"),
    "resources": ("engine", "errors", "rollout"),
    "access": ("engine", "errors", "resources", "spec", "stack"),
    "deploy": ("engine", "errors", "resources", "rollout"),
    "api": ("deploy", "engine", "errors", "examine", "resources", "rollout", "spec", "stack"),
    "examine": ("engine", "errors", "resources", "spec", "stack"),
    "cli": ("*",),
    "__init__": ("api", "engine", "errors", "spec", "stack"),
    "__main__": ("cli",),
}
FOREIGN: dict[str, tuple[str, ...]] = {
    # packages that belong to one layer alone
    "boto3": ("engine.aws", "api", "examine", "local"),
    "pydantic": ("spec",),
    "yaml": ("spec", "cli"),
    "click": ("cli", "render"),
    "rich": ("cli",),
    "moto": ("local",),
    "tenacity": ("engine.attempt",),
    "urllib3": ("pipeline",),
}
TALKERS = ("cli", "local")
"""Layers that may print."""
LONGER_FILES: dict[str, str] = {}
"""Files over the limit, and why."""
LONGER_FUNCTIONS: dict[str, str] = {}
"""Functions over the limit, `module.function`, and why."""


class Import(NamedTuple):
    """One import: who, what, where, and whether it is inside a function or for types alone."""

    module: str
    target: str
    line: int
    nested: bool
    typing: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def name_of(path: Path) -> str:
    """`engine.plan`; a package is called after its folder, the whole one `__init__`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(path): path for path in SOURCES}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text())


def imports(module: str) -> Iterator[Import]:
    """Everything a module imports, by its whole name."""
    root = tree(module)
    nested = {id(node) for one in functions(root) for node in ast.walk(one)}
    typing = {id(node) for test in conditions(root) for node in ast.walk(test)}
    for node in ast.walk(root):
        for target in targets(node, module):
            yield Import(module, target, node.lineno, id(node) in nested, id(node) in typing)  # type: ignore[attr-defined]  # only imports have targets


def targets(node: ast.AST, module: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        source = absolute(node, module)
        return [whole(source, alias.name) for alias in node.names]
    return []


def absolute(node: ast.ImportFrom, module: str) -> str:
    """What a `from` import names, dots at its beginning resolved."""
    package = MODULES[module].relative_to(ROOT).parts[:-1]
    upper = package[: len(package) - node.level + 1] if node.level else ()
    return ".".join((*upper, *([node.module] if node.module else [])))


def whole(source: str, name: str) -> str:
    """`provisioner.engine` and `plan` is a module; `provisioner.engine.plan` and `Plan` is not."""
    inner = f"{source}.{name}".removeprefix("provisioner.")
    return (
        f"provisioner.{inner}" if source.startswith("provisioner") and inner in MODULES else source
    )


def functions(root: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(root) if isinstance(node, kinds)]


def conditions(root: ast.Module) -> Iterable[ast.If]:
    """`if TYPE_CHECKING:`"""
    return (
        node
        for node in root.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )


@cache
def every_import() -> list[Import]:
    return [one for module in MODULES for one in imports(module)]


def layer_of(module: str) -> str:
    return module.split(".", 1)[0]


def within(module: str, places: Iterable[str]) -> bool:
    """Whether a module is one of these, or inside one of these packages."""
    return any(module == place or module.startswith(f"{place}.") for place in places)


def ours(one: Import) -> str | None:
    """The module of ours that is imported."""
    inner = one.target.removeprefix("provisioner").removeprefix(".") or "__init__"
    return inner if one.target.split(".")[0] == "provisioner" else None


def test_every_module_has_a_layer() -> None:
    assert {layer_of(module) for module in MODULES} <= LAYERS.keys()


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_one_way(layer: str) -> None:
    allowed = LAYERS[layer]
    wrong = [
        str(one)
        for one in every_import()
        if layer_of(one.module) == layer and (target := ours(one)) is not None
        if not within(target, (layer, *allowed)) and allowed != ("*",)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", FOREIGN)
def test_a_package_stays_in_its_layer(package: str) -> None:
    wrong = [
        str(one)
        for one in every_import()
        if within(one.target, (package,)) and not within(one.module, FOREIGN[package])
    ]
    assert wrong == []


def test_no_import_is_inside_a_function() -> None:
    assert [str(one) for one in every_import() if one.nested] == []


def test_modules_do_not_import_each_other_in_a_ring() -> None:
    graph: dict[str, set[str]] = {module: set() for module in MODULES}
    for one in every_import():
        target = ours(one)
        if target in MODULES and target != one.module and not one.typing:
            graph[one.module].add(target)
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_only_the_command_line_and_the_embedded_cloud_print() -> None:
    talking = {
        module
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "click.echo")
    }
    assert {module for module in talking if not within(module, TALKERS)} == set()


def test_only_two_modules_of_the_engine_log() -> None:
    logging = {one.module for one in every_import() if within(one.target, ("structlog", "logging"))}
    engine = {module for module in logging if layer_of(module) == "engine"}
    assert engine == {"engine.aws", "engine.execute"}


def test_no_file_is_too_long() -> None:
    lengths = {name: len(path.read_text().splitlines()) for name, path in MODULES.items()}
    assert {n: c for n, c in lengths.items() if c > LONGEST_FILE}.keys() == LONGER_FILES.keys()


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{module}.{function.name}": length(function)
        for module in MODULES
        for function in functions(tree(module))
    }
    longer = {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION}
    assert longer.keys() == LONGER_FUNCTIONS.keys(), longer


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(tree(module))


APP = sorted((ROOT / "app").rglob("*.py"))


@pytest.mark.parametrize("path", APP, ids=lambda path: path.stem)
def test_the_application_keeps_to_itself_and_stays_small(path: Path) -> None:
    root = ast.parse(path.read_text())
    named = {node.module or "" for node in ast.walk(root) if isinstance(node, ast.ImportFrom)}
    named |= {
        alias.name
        for node in ast.walk(root)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert [name for name in named if within(name, ("provisioner",))] == []
    assert ast.get_docstring(root)
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    assert [one.name for one in functions(root) if length(one) > LONGEST_FUNCTION] == []


def test_the_provisioner_knows_nothing_of_the_application() -> None:
    assert [str(one) for one in every_import() if within(one.target, ("app",))] == []
